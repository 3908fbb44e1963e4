import type { EventName } from "@clearing/domain/event";
import * as z from "zod/mini";
import { answersOf, sharedSchemas } from "./answers.ts";
import { describeFields, type Find, finder, type Schema } from "./describe-fields.ts";
import { eventDescriptions } from "./event-descriptions.ts";
import { events } from "./events.ts";
import { fieldDescriptions } from "./field-descriptions.ts";
import type { Route } from "./route.ts";
import * as audit from "./routes/audit.ts";
import * as autopay from "./routes/autopay.ts";
import * as booking from "./routes/booking.ts";
import * as calculators from "./routes/calculators.ts";
import * as catalogue from "./routes/catalogue.ts";
import * as checkout from "./routes/checkout.ts";
import * as clinical from "./routes/clinical.ts";
import * as cohorts from "./routes/cohorts.ts";
import * as exceptions from "./routes/exceptions.ts";
import * as finance from "./routes/finance.ts";
import * as participation from "./routes/participation.ts";
import * as pay from "./routes/pay.ts";
import * as programs from "./routes/programs.ts";
import * as receipts from "./routes/receipts.ts";
import * as terms from "./routes/terms.ts";
import * as webhook from "./routes/webhook.ts";

const modules = [
  catalogue,
  calculators,
  booking,
  autopay,
  participation,
  exceptions,
  receipts,
  checkout,
  pay,
  programs,
  cohorts,
  terms,
  clinical,
  finance,
  audit,
  webhook,
];
const methods: Route["method"][] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const placeOf = ({ path, method }: Route) => `${path} ${methods.indexOf(method)}`;

/** Every route of the API, sorted by path and method. */
export const routes: Route[] = modules
  .flatMap((module): Route[] => Object.values(module))
  .sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));

const jsonSchema = (schema: z.ZodMiniType, io: "input" | "output"): Schema => {
  const override = io === "output" ? open : showDefault;
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any", override });
  return rest as Schema;
};

type Bounds = { minimum?: number; maximum?: number };

/** Responses and events may get new fields. A closed schema would break the clients generated from it. */
function open({ jsonSchema: schema }: { jsonSchema: Bounds & { additionalProperties?: unknown } }): void {
  if (schema.additionalProperties === false) delete schema.additionalProperties;
  dropSafeBounds(schema);
}

/** zod bounds each integer by what JavaScript counts exactly, which says nothing about the field. */
function dropSafeBounds(schema: Bounds): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** zod omits the default of a transformed input, such as a number from a query string. */
function showDefault({ zodSchema, jsonSchema: schema }: Input): void {
  const { def } = zodSchema._zod;
  if (def.type === "default") schema.default ??= def.defaultValue;
  dropSafeBounds(schema);
}

type Input = { zodSchema: z.core.$ZodTypes; jsonSchema: Bounds & { default?: unknown } };

type Place = "path" | "query" | "header";

function parameters({ operationId }: Route, place: Place, schema: z.ZodMiniType | undefined, find: Find) {
  if (schema === undefined) return [];
  const described = describeFields(jsonSchema(schema, "input"), [operationId, place], find);
  const { properties = {}, required = [] } = described;
  return Object.entries(properties)
    .filter(([name]) => place !== "header" || !negotiated.includes(name))
    .map(([name, { description, ...property }]) => ({
      name,
      in: place,
      required: place === "path" || required.includes(name),
      description,
      schema: property,
    }));
}

/** OpenAPI ignores header parameters with these names; media types and security describe them. */
const negotiated = ["accept", "content-type", "authorization"];

const idempotencyKey = ({ operationId }: Route, required: boolean, find: Find) => ({
  name: "Idempotency-Key",
  in: "header",
  required,
  description: find([operationId, "header", "Idempotency-Key"]),
  schema: { type: "string", pattern: "^[!-~]{1,255}$" },
});

/** The user pools whose tokens a route accepts, as alternatives. */
function securityOf(access: Route["access"]): Record<string, []>[] {
  if (access === "public") return [];
  return [
    ...(access.includes("client") ? [{ clientToken: [] as [] }] : []),
    ...(access.some((role) => role !== "client") ? [{ staffToken: [] as [] }] : []),
  ];
}

function operation(route: Route, find: Find) {
  const { operationId, summary, description, access, idempotency, throttle, body } = route;
  const header = idempotency === "none" ? [] : [idempotencyKey(route, idempotency === "required", find)];
  const schemaOf = (schema: z.ZodMiniType, part: "request" | "response") =>
    describeFields(jsonSchema(schema, part === "request" ? "input" : "output"), [operationId, part], find);
  const headerOf = (name: string) => find([operationId, "response", name]);
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [route.function],
    "x-function": route.function,
    ...(throttle === undefined ? {} : { "x-throttle": throttle }),
    ...(route.alsoHead === undefined ? {} : { "x-head": true }),
    "x-roles": access === "public" ? [] : access,
    security: securityOf(access),
    parameters: [
      ...parameters(route, "path", route.params, find),
      ...parameters(route, "query", route.query, find),
      ...parameters(route, "header", route.headers, find),
      ...header,
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, "request") } } } }),
    responses: answersOf(route, (schema) => schemaOf(schema, "response"), headerOf),
  };
}

const bearer = (description: string) => ({ type: "http", scheme: "bearer", bearerFormat: "JWT", description });

const about = `Booking, payment and financing of intensive therapy retreats.

**Requests** with an unknown field or query parameter are rejected. **Responses** may get new fields at any time, so
ignore fields that you do not know.

**\`PATCH\`** changes the fields that it names and keeps the others. A list or an object is replaced as a whole.

**Amounts** are whole numbers of the currency's minor unit, such as cents. Instants are in UTC. Dates are calendar dates in
the cohort's time zone. The dates that select a finance report are in the time zone of the reports, and those that select
audit records are in UTC.

**Errors** are \`application/problem+json\` with a stable \`code\`. A request body may have at most 256 KB (413
\`payload_too_large\`). The API gateway reports its own errors as \`application/json\` with a \`message\`: an invalid token
(401, 403), an unknown route (404), a body larger than 10 MB (413), too many requests (429), and a function that failed
(500) or timed out (503).

**Pages** for a browser are \`/docs\`, \`/pay/{token}\`, \`/pay/{token}/method\` and \`/v1/checkout/return\`. During an outage
they show a page with status 503. They ignore unknown query parameters.
They also answer \`HEAD\`, which only reads: it starts no payment and records none.

**Content negotiation:** \`GET /v1/finance/journal\` has three media types and follows \`Accept\`. \`/docs\` and
\`/openapi.json\` follow \`Accept-Encoding\`. Every other response has one format and ignores \`Accept\`.`;

/** The OpenAPI 3.1 document of every route, generated from the schemas that validate requests. Describes every field. */
export function openapiDocument(descriptions: Readonly<Record<string, string>> = fieldDescriptions): object {
  const find = finder(descriptions);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route, find) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Clearing",
      version: "1",
      description: about,
    },
    paths,
    components: {
      securitySchemes: {
        clientToken: bearer("An ID token from the user pool of clients, valid for one hour"),
        staffToken: bearer(
          "An ID token from the user pool of staff, valid for 15 minutes. Its groups are the roles: `clinician`, `admin`, `finance`.",
        ),
      },
      schemas: Object.fromEntries(
        Object.entries(sharedSchemas).map(([name, schema]) => [name, describeFields(schema, [name], find)]),
      ),
    },
  };
}

/** An event's subject is the noun of its fields, and the words of its name follow: `booking event Payment Settled`. */
const wordsOf = (name: EventName, schema: Schema): string[] => {
  const [noun] = schema.properties?.subject?.properties?.type?.enum ?? [];
  return [String(noun), "event", ...name.split(/(?=[A-Z])/)];
};

/**
 * The JSON schema of every event's detail by name, in draft 4 for EventBridge's schema registry. Describes every field.
 * The schemas are open, since events may get new fields. What we publish must match the closed schemas of `events` (I8).
 */
export function eventSchemas(
  descriptions: Readonly<Record<string, string>> = fieldDescriptions,
): Record<string, { description: string }> {
  const find = finder(descriptions);
  const described = ([name, event]: [EventName, z.ZodMiniType]) => {
    const schema = z.toJSONSchema(event, { target: "draft-4", override: open }) as Schema;
    const fields = describeFields(schema, wordsOf(name, schema), find);
    return [name, { title: name, description: eventDescriptions[name], ...fields }];
  };
  return Object.fromEntries((Object.entries(events) as [EventName, z.ZodMiniType][]).map(described));
}
