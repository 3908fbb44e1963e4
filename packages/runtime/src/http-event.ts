import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { Authorized } from "./caller.ts";
import { jsonLog, type Log } from "./log.ts";

/** An event of the HTTP API, with the authorizer's claims if there is one. */
export type HttpEvent = APIGatewayProxyEventV2 & { requestContext: { authorizer?: Authorized } };

export type HttpResult = APIGatewayProxyStructuredResultV2;

export function logOf(event: HttpEvent): Log {
  return jsonLog({ stage: process.env.STAGE, correlationId: event.requestContext.requestId, route: event.routeKey });
}

export function headersOf(event: HttpEvent): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
}

export function bodyOf(event: HttpEvent): Uint8Array {
  return Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
}

/** Compressed bodies are base64-encoded, which the gateway decodes; as text their bytes would be corrupted. */
export async function resultOf(response: Response): Promise<HttpResult> {
  const headers = Object.fromEntries(response.headers);
  const isBase64Encoded = response.headers.has("content-encoding");
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    statusCode: response.status,
    headers,
    body: bytes.toString(isBase64Encoded ? "base64" : "utf8"),
    isBase64Encoded,
  };
}
