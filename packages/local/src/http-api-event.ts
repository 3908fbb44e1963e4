import type { OutgoingHttpHeaders } from "node:http";
import type { JWTPayload } from "jose";

/** A request as the gateway read it: the path decoded, the query still percent-encoded. */
export type GatewayRequest = {
  method: string;
  path: string;
  query: string;
  /** Lower-case names, every value as sent. */
  headers: NodeJS.Dict<string[]>;
  body: Buffer;
  sourceIp: string;
};
/** The matched route with its API and stage. */
export type Matched = {
  routeKey: string;
  pathParameters: Record<string, string> | undefined;
  apiId: string;
  httpStage: string;
  requestId: string;
  now: number;
};
/** The authorizer's context for the function: the claims of a JWT authorizer, or the context of a Lambda authorizer. */
export type Told = { jwt: JWTPayload } | { lambda: unknown };

/**
 * The event of payload format 2.0. A body is text only for `text/*` and for JSON, XML and JavaScript of `application`;
 * anything else is base64, including forms and a missing content type.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpApiEvent(request: GatewayRequest, matched: Matched, told?: Told): Record<string, unknown> {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headers)) {
    if (values && name !== "cookie") headers[name] = values.join(",");
  }
  const query = request.query ? joined(new URLSearchParams(request.query)) : undefined;
  const cookies = request.headers.cookie?.flatMap((line) => line.split(/;\s*/)).filter(Boolean);
  const isBase64Encoded = request.body.length > 0 && !isText(headers["content-type"]);
  const { path } = request;
  const domainName = headers.host ?? "localhost";
  return {
    version: "2.0",
    routeKey: matched.routeKey,
    rawPath: path,
    rawQueryString: request.query,
    ...(cookies && { cookies }),
    headers: { ...headers, "x-forwarded-for": request.sourceIp, "x-forwarded-proto": "http" },
    ...(query && { queryStringParameters: query }),
    ...(matched.pathParameters && { pathParameters: matched.pathParameters }),
    requestContext: {
      accountId: "000000000000",
      apiId: matched.apiId,
      ...(told && {
        authorizer: "jwt" in told ? { jwt: { claims: claimStrings(told.jwt), scopes: null } } : told,
      }),
      domainName,
      domainPrefix: domainName.split(".")[0],
      http: {
        method: request.method,
        path,
        protocol: "HTTP/1.1",
        sourceIp: request.sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: matched.requestId,
      routeKey: matched.routeKey,
      stage: matched.httpStage,
      time: commonLogTime(matched.now),
      timeEpoch: Math.floor(matched.now),
    },
    ...(request.body.length > 0 && { body: request.body.toString(isBase64Encoded ? "base64" : "utf8") }),
    isBase64Encoded,
  };
}

const isText = (contentType: string | undefined) =>
  /^\s*(text\/|application\/(json|xml|javascript)\s*(;|$))/i.test(contentType ?? "");

function joined(parameters: URLSearchParams): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of parameters) query[name] = name in query ? `${query[name]},${value}` : value;
  return query;
}

/** Every claim becomes a string; a list becomes `[admin finance]`. */
function claimStrings(claims: JWTPayload): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(" ")}]` : String(value),
    ]),
  );
}

/** `23/Nov/2026:15:26:38 +0000` */
function commonLogTime(now: number): string {
  const [, day, month, year, time] = new Date(now).toUTCString().replace(",", "").split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}

export type GatewayResponse = { status: number; headers: OutgoingHttpHeaders; body: Buffer | string };

/**
 * The response of a function's payload: with a `statusCode` it is the response, without one it is the JSON body of a
 * 200. Undefined if the gateway answers with its own 500.
 */
export function httpApiResponse(payload: string | undefined): GatewayResponse | undefined {
  const value: unknown = payload === undefined ? null : JSON.parse(payload);
  if (typeof value !== "object" || value === null || !("statusCode" in value)) {
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: typeof value === "string" ? value : (payload ?? "null"),
    };
  }
  type Result = {
    statusCode: unknown;
    headers?: Record<string, string | number | boolean>;
    cookies?: string[];
    body?: string;
    isBase64Encoded?: boolean;
  };
  const { statusCode, headers: given = {}, cookies, body = "", isBase64Encoded } = value as Result;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599 || typeof body !== "string") return undefined;
  const headers: OutgoingHttpHeaders = { "content-type": "text/plain; charset=utf-8" };
  for (const [name, text] of Object.entries(given)) headers[name.toLowerCase()] = String(text);
  if (cookies && cookies.length > 0) headers["set-cookie"] = cookies;
  return { status, headers, body: isBase64Encoded ? Buffer.from(body, "base64") : body };
}
