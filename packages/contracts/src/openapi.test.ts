import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import type * as z from "zod/mini";
import { answersOf } from "./answers.ts";
import { eventSchemas, openapiDocument, routes } from "./openapi.ts";
import { problems } from "./problem.ts";
import { refusalsOf } from "./refusals.ts";
import type { Route } from "./route.ts";
import { createBooking } from "./routes/booking.ts";

type Content = Record<string, { schema: object }>;
type Response = { description: string; headers: Record<string, { required: boolean }>; content?: Content };
type Operation = {
  operationId: string;
  summary: string;
  description?: string;
  "x-head"?: boolean;
  security: object[];
  requestBody?: { content: Content };
  parameters: { name: string; in: string; schema: object }[];
  responses: Record<string, Response>;
};
type Document = { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, object> } };
const document = openapiDocument() as Document;

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, ...operation })),
);
const operationOf = (id: string) => operations.find(({ operationId }) => operationId === id) as Operation;
const codesOf = (response: Response | undefined) => {
  const schema = response?.content?.["application/problem+json"]?.schema as
    | { allOf: [object, { properties: { code: { enum: string[] } } }] }
    | undefined;
  return schema?.allOf[1].properties.code.enum;
};

/** Each object schema in a part of the document, including nested ones, with its path. */
function objectsIn(part: unknown, path = ""): { path: string; schema: Record<string, unknown> }[] {
  if (typeof part !== "object" || part === null) return [];
  const nested = Object.entries(part).flatMap(([name, value]) => objectsIn(value, `${path}/${name}`));
  return "properties" in part ? [{ path, schema: part as Record<string, unknown> }, ...nested] : nested;
}

function ajv(): Ajv2020 {
  const validator = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(validator);
  return validator.addSchema(document, "openapi");
}

describe("the OpenAPI document", () => {
  test("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();

    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
  });

  test("summarizes each operation in one short sentence without a period, and says the rest in its description", () => {
    const isShort = (summary: string) => summary.length <= 80 && /^[A-Z][a-z]+s\b[^.:;]*$/.test(summary);
    const wrong = operations.filter(
      ({ summary, description = "Nothing." }) => !isShort(summary) || !/^[A-Z`].*\.$/.test(description),
    );

    expect(wrong.map(({ summary, description }) => [summary, description])).toEqual([]);
    expect(operations.filter(({ description }) => description !== undefined).length).toBeGreaterThan(20);
  });

  test("shows an Idempotency-Key wherever a signed-in caller changes something", () => {
    const changing = routes.filter(({ method, access }) => method !== "GET" && access !== "public");
    const keyed = operations.filter(({ parameters }) => parameters.some(({ name }) => name === "Idempotency-Key"));

    expect(keyed.map(({ operationId }) => operationId).sort()).toEqual(
      changing.map(({ operationId }) => operationId).sort(),
    );
    expect(changing.map(({ method }) => method)).toEqual(expect.arrayContaining(["POST", "PATCH", "PUT", "DELETE"]));
  });

  test("shows that each page also answers HEAD, and nothing else does", () => {
    const pages = routes.filter((route: Route) => route.method === "GET" && route.page);
    const looked = operations.filter((operation) => operation["x-head"]);

    expect(looked.map(({ name }) => name)).toEqual(pages.map(({ method, path }) => `${method} ${path}`));
    expect(looked).toHaveLength(4);
  });

  test("matches its own schema", () => {
    const pointer = "openapi#/paths/~1openapi.json/get/responses/200/content/application~1json/schema";
    const check = ajv().getSchema(pointer);

    expect(check?.(document)).toBe(true);
    expect(check?.({ ...document, paths: undefined })).toBe(false);
  });

  test("has only schemas that a validator can read, patterns and formats included", () => {
    const validator = ajv();
    const schemas = operations.flatMap(({ requestBody, parameters, responses }) => [
      ...Object.values(requestBody?.content ?? {}).map(({ schema }) => schema),
      ...parameters.map(({ schema }) => schema),
      ...Object.values(responses).flatMap(({ content }) => Object.values(content ?? {}).map(({ schema }) => schema)),
    ]);

    // References resolve against the whole document. Most schemas repeat, and compiling is slow.
    const different = new Set(schemas.map((schema) => JSON.stringify(schema).replaceAll('"#/', '"openapi#/')));
    expect(different.size).toBeGreaterThan(80);
    for (const schema of different) validator.compile(JSON.parse(schema));
  }, 60_000);

  test("allows new fields in responses", () => {
    const closed = operations.flatMap(({ name, responses }) =>
      objectsIn(responses, name).filter(({ schema }) => schema.additionalProperties === false),
    );

    expect(closed.map(({ path }) => path)).toEqual([]);
    expect(objectsIn(document.components.schemas).filter(({ schema }) => "additionalProperties" in schema)).toEqual([]);
  });

  test("allows no unknown field in requests", () => {
    const bodies = operations.flatMap(({ name, requestBody }) => objectsIn(requestBody, name));

    expect(bodies.length).toBeGreaterThan(20);
    expect(bodies.filter(({ schema }) => schema.additionalProperties !== false).map(({ path }) => path)).toEqual([]);
  });
});

type Parameter = { name: string; in: string; required: boolean; schema: Record<string, unknown> };
const parametersOf = (id: string) => operationOf(id).parameters as Parameter[];

describe("a parameter", () => {
  test("that is optional shows its default, for every route", () => {
    const assumed = routes.flatMap(({ operationId, query, headers }) =>
      [query, headers].flatMap((schema) =>
        Object.entries((schema && "shape" in schema ? schema.shape : {}) as Record<string, z.ZodMiniType>)
          .map(([name, field]) => ({ operationId, name, assumed: field.safeParse(undefined).data }))
          .filter(({ assumed }) => assumed !== undefined),
      ),
    );
    const shown = assumed.map(({ operationId, name }) => ({
      operationId,
      name,
      assumed: parametersOf(operationId).find((one) => one.name === name)?.schema.default,
    }));

    expect(shown).toEqual(assumed);
    expect(shown).toContainEqual({ operationId: "listBookings", name: "limit", assumed: 50 });
    expect(shown).toContainEqual({ operationId: "getJournal", name: "limit", assumed: 1_000 });
    expect(shown).toContainEqual({ operationId: "getTrialBalance", name: "currency", assumed: "usd" });
  });

  test("in a path or a query has a maximum length, so that a key made from it fits into the database", () => {
    const unbounded = operations.flatMap(({ name, parameters }) =>
      (parameters as Parameter[])
        .filter(({ in: place, schema }) => place !== "header" && schema.type === "string" && !isBounded(schema))
        .map((parameter) => `${name} ${parameter.name}`),
    );

    expect(unbounded).toEqual([]);
  });
});

const isBounded = ({ maxLength, enum: values, format, pattern }: Record<string, unknown>) =>
  Number(maxLength) <= 500 ||
  Array.isArray(values) ||
  format === "date" ||
  (typeof pattern === "string" && !/[*+]|\{\d+,\}/.test(pattern));

describe("every operation lists its responses", () => {
  test.each(operations)("$name: the gateway's own errors, in its format", ({ security, responses }) => {
    const byGateway = Object.entries(responses)
      .filter(([, { content }]) => JSON.stringify(content?.["application/json"])?.includes("GatewayMessage"))
      .map(([status]) => status);

    expect(byGateway).toEqual([...(security.length > 0 ? ["401", "403"] : []), "413", "429", "500", "503"]);
  });

  const pages = ["checkoutReturn", "getDocs", "methodPage", "pay", "payPage", "saveMethod"];

  test.each(operations)("$name: bugs, outages and too large a body, as problems", ({ operationId, responses }) => {
    if (!pages.includes(operationId)) {
      expect(codesOf(responses[500])).toEqual(["internal_error"]);
      expect(codesOf(responses[503])).toContain("unavailable");
    }
    // The webhook gets the raw body: no size check comes before its signature check.
    expect(codesOf(responses[413])).toEqual(operationId === "stripeWebhook" ? undefined : ["payload_too_large"]);
  });

  test.each(routes)("$operationId: each of its refusals under the refusal's status, and no other", (route) => {
    const { responses } = operationOf(route.operationId);
    const documented = Object.entries(responses).flatMap(([status, response]) =>
      (codesOf(response) ?? []).map((code) => `${status} ${code}`),
    );

    expect(documented.sort()).toEqual(
      refusalsOf(route)
        .map((code) => `${problems[code].status} ${code}`)
        .sort(),
    );
  });

  test("401 and 403 only if a token is required, 403 as a problem only if a role is missing", () => {
    const { responses: open } = operationOf("listPrograms");
    const { responses: anyRole } = operationOf("listBookings");

    expect(Object.keys(open)).toEqual(["200", "400", "413", "429", "500", "503"]);
    expect(Object.keys(anyRole)).toEqual(["200", "400", "401", "403", "413", "429", "500", "503"]);
    expect(codesOf(anyRole[403])).toBeUndefined();
    expect(codesOf(operationOf("listAudit").responses[403])).toEqual(["forbidden"]);
  });

  test("the headers that say when to retry, and that a response was repeated", () => {
    const { responses } = operationOf("createBooking");

    expect(Object.keys(responses[201]?.headers ?? {})).toEqual(["x-request-id", "idempotent-replayed"]);
    expect(responses[201]?.headers["x-request-id"]?.required).toBe(true);
    expect(Object.keys(responses[409]?.headers ?? {})).toContain("retry-after");
    expect(Object.keys(responses[422]?.headers ?? {})).not.toContain("retry-after");
    expect(responses[401]?.headers["x-request-id"]?.required).toBe(false);
  });

  test("a limit with the header that says when to retry", () => {
    const limited = answersOf(
      { ...createBooking, errors: ["limit_exceeded"] },
      () => ({}),
      () => "Header.",
    );

    expect(codesOf(limited[429] as Response)).toEqual(["limit_exceeded"]);
    expect(Object.keys(limited[429]?.headers ?? {})).toContain("retry-after");
    expect(Object.keys(operationOf("listPrograms").responses[429]?.headers ?? {})).not.toContain("retry-after");
  });

  test("idempotency_in_progress only on operations that call Stripe: the others make a single write", () => {
    const waiting = operations.filter(({ responses }) => codesOf(responses[409])?.includes("idempotency_in_progress"));

    expect(waiting.map(({ operationId }) => operationId)).toEqual(["openCheckout"]);
  });

  test.each(pages)("%s: bugs and outages as a page, since a browser shows it", (page) => {
    const { responses } = operationOf(page);

    expect(Object.keys(responses[503]?.content ?? {})).toEqual(["text/html", "application/json"]);
    expect(Object.keys(responses[500]?.content ?? {})).toEqual(["application/json"]);
  });

  test("and every operation that returns HTML is a page", () => {
    const html = operations.filter(({ responses }) =>
      Object.values(responses).some(({ content }) => content !== undefined && "text/html" in content),
    );

    expect(html.map(({ operationId }) => operationId).sort()).toEqual(pages);
  });
});

test("no field has the bounds of JavaScript's exact integers", () => {
  expect(JSON.stringify([document, eventSchemas()])).not.toContain(String(Number.MAX_SAFE_INTEGER));
});

/** The keys beside each `$ref` in a part of a document. */
function besideRefs(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  const keys = "$ref" in part ? Object.keys(part).filter((key) => key !== "$ref") : [];
  return [...keys, ...Object.values(part).flatMap(besideRefs)];
}

test("no `$ref` has keys beside it, which the documentation page would ignore", () => {
  expect(besideRefs([document, eventSchemas()])).toEqual([]);
  expect(besideRefs({ items: { $ref: "#/components/schemas/Problem", description: "Ignored." } })).toEqual([
    "description",
  ]);
});
