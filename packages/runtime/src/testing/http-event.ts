import type { APIGatewayProxyEventV2 } from "aws-lambda";

export type HttpEventFields = {
  method?: string;
  path?: string;
  /** The path of the route that the gateway matched, `{name}` and all; without one it is the path itself. */
  route?: string;
  params?: Record<string, string>;
  query?: string;
  headers?: Record<string, string>;
  body?: string | undefined;
  base64?: boolean;
  claims?: Record<string, unknown> | undefined;
};

/** An API Gateway HTTP API event, payload format 2.0, as the service writes it. */
export function httpEvent(fields: HttpEventFields): APIGatewayProxyEventV2 {
  const {
    method = "GET",
    path = "/",
    route = path,
    params,
    query = "",
    headers = {},
    body,
    base64 = false,
    claims,
  } = fields;
  const event = {
    version: "2.0",
    routeKey: `${method} ${route}`,
    rawPath: path,
    rawQueryString: query,
    ...(params === undefined ? {} : { pathParameters: params }),
    headers: { host: "api.example.org", "user-agent": "test", ...headers },
    requestContext: {
      accountId: "123456789012",
      apiId: "api-1",
      domainName: "api.example.org",
      domainPrefix: "api",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" },
      requestId: "request-1",
      routeKey: `${method} ${route}`,
      stage: "$default",
      time: "01/Jan/2027:00:00:00 +0000",
      timeEpoch: 1798761600000,
      ...(claims === undefined ? {} : { authorizer: { jwt: { claims, scopes: null } } }),
    },
    isBase64Encoded: base64,
    ...(body === undefined ? {} : { body }),
  };
  return event as APIGatewayProxyEventV2;
}
