import { paymentRefusals } from "@clearing/domain/booking/payment-refusal";
import type * as z from "zod/mini";
import { type ProblemCode, problems } from "./problem.ts";
import { refusalsOf } from "./refusals.ts";
import type { ResponseDefinition, Route } from "./route.ts";

/** The schemas shared by responses, for the document's components. */
export const sharedSchemas = {
  Problem: {
    type: "object",
    description:
      "An RFC 9457 problem. `code` is stable: base decisions on it. `title` and `detail` are for people and may change. More members may be added.",
    required: ["type", "title", "status", "code"],
    properties: {
      type: { type: "string", format: "uri", pattern: "^urn:clearing:problem:[a-z_]+$" },
      title: { type: "string" },
      status: { type: "integer" },
      detail: { type: "string" },
      code: { type: "string", enum: Object.keys(problems) },
      reason: { type: "string", enum: Object.keys(paymentRefusals) },
      bookingId: { type: "string" },
      errors: {
        type: "array",
        items: {
          type: "object",
          required: ["path", "message"],
          properties: { path: { type: "string" }, message: { type: "string" } },
        },
      },
    },
  },
  GatewayMessage: {
    type: "object",
    description: "An error of the API gateway itself. It is not a problem and has no `code`.",
    required: ["message"],
    properties: { message: { type: "string" } },
  },
};

/** The gateway's own errors on every route, and on routes that require a token. */
const gatewaySays: Readonly<Record<number, string>> = {
  413: "the body is larger than 10 MB",
  429: "too many requests",
  500: "the function failed",
  503: "the function timed out",
};
const authorizerSays: Readonly<Record<number, string>> = {
  401: "the token is missing, invalid, or from the other user pool",
  403: "the token does not give access",
};

type Header = { required: boolean; description: string | undefined; schema: object };
type ApiAnswer = {
  description: string;
  headers?: Record<string, Header>;
  content?: Record<string, { schema: object }>;
};

/** Every response of a route by status: its own, its refusals and the gateway's errors. */
export function answersOf(route: Route, schemaOf: SchemaOf, descriptionOf: DescriptionOf): Record<string, ApiAnswer> {
  const own = Object.entries(route.responses());
  const refused = Map.groupBy(refusalsOf(route), (code): number => problems[code].status);
  const gateway = { ...gatewaySays, ...(route.access === "public" ? {} : authorizerSays) };
  const answers: Record<string, ApiAnswer> = {};
  const statuses = new Set<number>([...own.map(([status]) => Number(status)), ...refused.keys(), ...keysOf(gateway)]);
  for (const status of [...statuses].sort((one, other) => one - other)) {
    const codes = refused.get(status) ?? [];
    const parts = [
      ...own.filter(([key]) => Number(key) === status).map(([, definition]) => ownAnswer(definition, schemaOf)),
      ...(codes.length > 0 ? [problemAnswer(codes)] : []),
      ...(gateway[status] === undefined ? [] : [gatewayAnswer(gateway[status])]),
    ];
    const content = Object.assign({}, ...parts.map((part) => part.content));
    answers[status] = {
      description: parts.map(({ description }) => description).join("; "),
      headers: headersOf(route, status, { codes, byGateway: gateway[status] !== undefined, parts }, descriptionOf),
      ...(Object.keys(content).length > 0 ? { content } : {}),
    };
  }
  return answers;
}

const keysOf = (table: Readonly<Record<number, unknown>>): number[] => Object.keys(table).map(Number);

type Part = { description: string; content: Record<string, { schema: object }>; headers: readonly string[] };

function ownAnswer({ description, schema, contentTypes, headers = [] }: ResponseDefinition, schemaOf: SchemaOf): Part {
  const types = contentTypes ?? ["application/json"];
  const text = { type: "string" };
  const bodies = types.map((type) => {
    const json = type === "application/json" && schema !== undefined;
    return [type, { schema: json ? schemaOf(schema) : text }];
  });
  return { description, content: Object.fromEntries(bodies), headers };
}

type SchemaOf = (schema: z.ZodMiniType) => object;
/** The description of a header. */
type DescriptionOf = (name: string) => string | undefined;

const problemAnswer = (codes: readonly ProblemCode[]): Part => ({
  description: codes.map((code) => `\`${code}\`: ${problems[code].title}`).join("; "),
  content: {
    "application/problem+json": {
      schema: {
        allOf: [{ $ref: "#/components/schemas/Problem" }, { type: "object", properties: { code: { enum: codes } } }],
      },
    },
  },
  headers: [],
});

const gatewayAnswer = (says: string): Part => ({
  description: `from the gateway: ${says}`,
  content: { "application/json": { schema: { $ref: "#/components/schemas/GatewayMessage" } } },
  headers: [],
});

type Met = { codes: readonly ProblemCode[]; byGateway: boolean; parts: readonly Part[] };

function headersOf(
  route: Route,
  status: number,
  { codes, byGateway, parts }: Met,
  descriptionOf: DescriptionOf,
): Record<string, Header> {
  const retried = codes.filter((code) => "retryAfter" in problems[code]);
  const replayed = status < 300 && route.idempotency !== "none";
  const headers: (readonly [name: string, required: boolean])[] = [
    ["x-request-id", !byGateway],
    ...(retried.length > 0 ? [["retry-after", retried.length === codes.length && !byGateway] as const] : []),
    ...(status === 401 ? [["www-authenticate", false] as const] : []),
    ...(replayed ? [["idempotent-replayed", false] as const] : []),
    ...parts.flatMap((part) => part.headers.map((name) => [name, true] as const)),
  ];
  const described = headers.map(([name, required]): [string, Header] => [
    name,
    { required, description: descriptionOf(name), schema: { type: "string" } },
  ]);
  return Object.fromEntries(described);
}
