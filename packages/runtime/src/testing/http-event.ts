import type { APIGatewayProxyEventV2 } from "aws-lambda";

export const issuers = { client: "https://clients.example.org", staff: "https://staff.example.org" };

type Claims = Record<string, unknown>;

const person = { sub: "sub-1", email: "ada@example.org", email_verified: "true", exp: "4102444800" };

/** The claims of a client's token, as a JWT authorizer passes them on. */
export const clientClaims = (more: Claims = {}): Claims => ({ ...person, iss: issuers.client, ...more });

/** The claims of a token of staff in these groups, as a JWT authorizer passes them on. */
export const staffClaims = (groups: string, more: Claims = {}): Claims => ({
  ...person,
  iss: issuers.staff,
  "cognito:groups": groups,
  ...more,
});

export type HttpEventFields = {
  method?: string;
  path?: string;
  /** The path of the route that the gateway matched, with `{name}`; defaults to the path itself. */
  route?: string;
  params?: Record<string, string>;
  query?: string;
  headers?: Record<string, string>;
  body?: string | undefined;
  base64?: boolean;
  /** The claims of the JWT authorizer. */
  claims?: Claims | undefined;
  /** The context of our Lambda authorizer. */
  context?: Claims;
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
    context,
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
      requestId: "JKJaXmPLvHcESHA=",
      routeKey: `${method} ${route}`,
      stage: "$default",
      time: "01/Jan/2027:00:00:00 +0000",
      timeEpoch: 1798761600000,
      ...(claims === undefined ? {} : { authorizer: { jwt: { claims, scopes: null } } }),
      ...(context === undefined ? {} : { authorizer: { lambda: context } }),
    },
    isBase64Encoded: base64,
    ...(body === undefined ? {} : { body }),
  };
  return event as APIGatewayProxyEventV2;
}
