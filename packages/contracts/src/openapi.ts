import * as z from "zod/mini";
import { events } from "./events.ts";
import { type ProblemCode, problems } from "./problem.ts";
import type { Route } from "./route.ts";
import * as admin from "./routes/admin.ts";
import * as booking from "./routes/booking.ts";
import * as catalogue from "./routes/catalogue.ts";
import * as checkout from "./routes/checkout.ts";
import * as clinical from "./routes/clinical.ts";
import * as finance from "./routes/finance.ts";
import * as webhook from "./routes/webhook.ts";

/** Every route of the API. */
export const routes: Route[] = [catalogue, booking, checkout, admin, clinical, finance, webhook].flatMap(
  (module): Route[] => Object.values(module),
);

const jsonSchema = (schema: z.ZodMiniType, io: "input" | "output") => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
};

type ObjectSchema = { properties?: Record<string, object>; required?: string[] };

function parameters(schema: z.ZodMiniType | undefined, place: "path" | "query" | "header") {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, "input") as ObjectSchema;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: property,
  }));
}

const idempotencyKey = (required: boolean) => ({
  name: "Idempotency-Key",
  in: "header",
  required,
  description: "Makes a repeated request have one effect and one answer; kept for 30 days",
  schema: { type: "string", minLength: 1, maxLength: 255 },
});

function problemResponses(errors: readonly ProblemCode[]) {
  const byStatus = Map.groupBy(errors, (code) => problems[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${problems[code].title}`).join("; "),
        content: {
          "application/problem+json": {
            schema: {
              allOf: [
                { $ref: "#/components/schemas/Problem" },
                { type: "object", properties: { code: { enum: codes } } },
              ],
            },
          },
        },
      },
    ]),
  );
}

function responses({ responses: defined, errors }: Route) {
  const answers = Object.entries(defined()).map(([status, { description, schema, contentTypes }]) => {
    const media = schema === undefined ? { schema: { type: "string" } } : { schema: jsonSchema(schema, "output") };
    const types = contentTypes ?? ["application/json"];
    const content = types.map((type) => [type, type === "application/json" ? media : { schema: { type: "string" } }]);
    return [status, { description, content: Object.fromEntries(content) }];
  });
  return { ...Object.fromEntries(answers), ...problemResponses(errors) };
}

function operation(route: Route) {
  const { operationId, summary, access, idempotency, body } = route;
  const header = idempotency === "none" ? [] : [idempotencyKey(idempotency === "required")];
  return {
    operationId,
    summary,
    tags: [route.function],
    "x-function": route.function,
    "x-roles": access === "public" ? [] : access,
    security: access === "public" ? [] : [{ token: [] }],
    parameters: [
      ...parameters(route.params, "path"),
      ...parameters(route.query, "query"),
      ...parameters(route.headers, "header"),
      ...header,
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: jsonSchema(body, "input") } } } }),
    responses: responses(route),
  };
}

/** The OpenAPI 3.1 document of every route, made from the schemas that validate. */
export function openapiDocument(): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Clearing",
      version: "1",
      description: "Booking, payment and financing of intensive therapy retreats.",
    },
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "An ID token with its groups" },
      },
      schemas: {
        Problem: {
          type: "object",
          description: "RFC 9457",
          required: ["type", "title", "status", "code"],
          properties: {
            type: { type: "string" },
            title: { type: "string" },
            status: { type: "integer" },
            detail: { type: "string" },
            code: { type: "string", enum: Object.keys(problems) },
            errors: {
              type: "array",
              items: { type: "object", properties: { path: { type: "string" }, message: { type: "string" } } },
            },
          },
        },
      },
    },
  };
}

/** The JSON schema of every event's detail, by name, in the draft that EventBridge's registry takes. */
export const eventSchemas = (): Record<string, object> =>
  Object.fromEntries(
    Object.entries(events).map(([name, schema]) => [
      name,
      { title: name, ...z.toJSONSchema(schema, { target: "draft-4" }) },
    ]),
  );
