import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { holdAgainstDocument, routeOf } from "./documented.ts";
import type { TestStore } from "./store.ts";

const issuers = { client: "https://clients.example.org", staff: "https://staff.example.org" };

type Json = Record<string, unknown>;
type Asked = { sub?: string; role: string; key?: string; headers?: Record<string, string>; body?: Json };
export type Told = { status: number; body: Json; text: string; headers: Record<string, unknown> };

/** The handler of an HTTP function, called with the gateway's events, on the DynamoDB of a test. */
export function caller(handler: unknown, { store, endpoint }: TestStore) {
  const { core, ledger, audit, outbox, clinical, clearance } = store.tables;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    STAGE: "test",
    CLIENT_ISSUER: issuers.client,
    STAFF_ISSUER: issuers.staff,
    REPORTING_TIME_ZONE: "America/New_York",
    MERCHANT_NAME: "Sample Operator",
    CORE_TABLE: core,
    LEDGER_TABLE: ledger,
    AUDIT_TABLE: audit,
    OUTBOX_TABLE: outbox,
    CLINICAL_TABLE: clinical,
    CLEARANCE_TABLE: clearance,
  });
  const answer = handler as (event: object, context: object) => Promise<APIGatewayProxyStructuredResultV2>;
  return async (method: string, path: string, { sub, role, key, headers, body: given }: Asked): Promise<Told> => {
    const email = `${sub ?? role}@example.com`;
    const person = { sub: sub ?? role, email, email_verified: "true", exp: "4102444800" };
    const iss = role === "client" ? issuers.client : issuers.staff;
    const claims = { ...person, iss, "cognito:groups": `[${role}]` };
    const [rawPath = path, rawQueryString = ""] = path.split("?");
    const event = {
      version: "2.0",
      ...routeOf(method, rawPath),
      rawPath,
      rawQueryString,
      headers: {
        "content-type": "application/json",
        ...(key === undefined ? {} : { "idempotency-key": key }),
        ...headers,
      },
      requestContext: {
        requestId: "test",
        http: { method, path: rawPath, sourceIp: "127.0.0.1", userAgent: "test" },
        authorizer: { jwt: { claims } },
      },
      ...(given === undefined ? {} : { body: JSON.stringify(given) }),
      isBase64Encoded: false,
    };
    const told = await answer(event, { awsRequestId: "test" });
    const text = told.body ?? "";
    const json = String(told.headers?.["content-type"]).includes("json");
    const status = told.statusCode ?? 0;
    const body = json ? JSON.parse(text) : {};
    const sent = new Headers(Object.entries(told.headers ?? {}).map(([name, value]) => [name, String(value)]));
    holdAgainstDocument(method, path, { status, headers: sent, body: json ? body : text });
    return { status, body, text, headers: told.headers ?? {} };
  };
}
