import { GetCommand, TransactGetCommand } from "@aws-sdk/lib-dynamodb";
import type { Route } from "@clearing/contracts/route";
import { packed } from "@clearing/store/packed";
import type { Context } from "aws-lambda";
import { beforeEach, describe, expect, test, vi } from "vitest";
import * as z from "zod/mini";
import { type Answer, httpHandler, type Reply, rawHttpHandler } from "./api.ts";
import { bind, type RequestContext } from "./binding.ts";
import { fakeDeps, fixedNow } from "./testing/fake-deps.ts";
import { clientClaims, type HttpEventFields, httpEvent, issuers, staffClaims } from "./testing/http-event.ts";

const holdPlace = {
  operationId: "holdPlace",
  method: "POST",
  path: "/v1/bookings/{id}/holds",
  function: "booking",
  access: ["client", "admin"],
  idempotency: "required",
  summary: "Holds a place",
  params: z.strictObject({ id: z.string().check(z.regex(/^bkg_/)) }),
  query: z.strictObject({ limit: z.optional(z.coerce.number().check(z.int(), z.positive())) }),
  headers: z.object({ "access-purpose": z._default(z.string(), "treatment") }),
  body: z.strictObject({
    quoteId: z.string(),
    participant: z.strictObject({ name: z.string(), email: z.email() }),
  }),
  responses: () => ({}),
  errors: [],
} as const satisfies Route;

const listPrograms = {
  operationId: "listPrograms",
  method: "GET",
  path: "/v1/programs",
  function: "catalogue",
  access: "public",
  idempotency: "none",
  summary: "Programs on offer",
  responses: () => ({}),
  errors: [],
} as const satisfies Route;

const showPage = { ...listPrograms, operationId: "showPage", path: "/page", page: true } as const satisfies Route;

const linkedPage = { ...showPage, operationId: "linkedPage", path: "/link", alsoHead: true } as const satisfies Route;

const body = { quoteId: "quo_1", participant: { name: "Anna", email: "anna@example.org" } };
const claims = clientClaims({ email: "Anna@Example.org" });
const created: Answer = { status: 201, body: { id: "bkg_1" } };

function call(fields: HttpEventFields, answer: () => Promise<Answer> = async () => created) {
  const { deps, table, log } = fakeDeps();
  const seen: { input: unknown; context: RequestContext }[] = [];
  const handler = httpHandler(
    async () => deps,
    [
      bind(holdPlace, async (input, context) => {
        seen.push({ input, context });
        return answer();
      }),
      bind(listPrograms, async () => answer()),
    ],
  );
  const run = async () => {
    const response = await handler(httpEvent(fields), {} as Context);
    return { ...response, json: response?.body ? JSON.parse(response.body) : undefined };
  };
  return { run, seen, table, log };
}

const hold = ({ id = "bkg_1", ...fields }: HttpEventFields & { id?: string } = {}): HttpEventFields => ({
  method: "POST",
  path: `/v1/bookings/${id}/holds`,
  route: holdPlace.path,
  params: { id },
  body: JSON.stringify(body),
  claims,
  ...fields,
  headers: { "content-type": "application/json", "idempotency-key": "key-1", ...fields.headers },
});

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(process.stdout, "write").mockImplementation((line) => {
    printed.push(String(line));
    return true;
  });
  return () => vi.restoreAllMocks();
});

describe("a valid request", () => {
  test("reaches its handler parsed, with the caller, one instant and where it came from", async () => {
    const { run, seen } = call(hold({ query: "limit=5" }));

    const response = await run();

    expect(response).toMatchObject({ statusCode: 201, json: { id: "bkg_1" } });
    expect(seen[0]).toMatchObject({
      input: { params: { id: "bkg_1" }, query: { limit: 5 }, headers: { "access-purpose": "treatment" }, body },
      context: {
        caller: { sub: "sub-1", email: "anna@example.org", roles: ["client"] },
        now: fixedNow,
        requestId: "JKJaXmPLvHcESHA=",
        sourceIp: "192.0.2.1",
        userAgent: "test",
      },
    });
  });

  test("may have its body in base64 and its headers in any case", async () => {
    const { run, seen } = call({
      ...hold({ body: Buffer.from(JSON.stringify(body)).toString("base64"), base64: true }),
      headers: { "Content-Type": "application/json; charset=utf-8", "IDEMPOTENCY-KEY": "k" },
    });

    expect(await run()).toMatchObject({ statusCode: 201 });
    expect(seen[0]?.input).toMatchObject({ body });
  });

  test("gets headers against caching and framing", async () => {
    const { headers } = await call({ path: "/v1/programs" }).run();

    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "content-type": "application/json; charset=utf-8",
      "x-content-type-options": "nosniff",
      "x-request-id": "JKJaXmPLvHcESHA=",
    });
  });

  test("may be answered with another content type", async () => {
    const { deps } = fakeDeps();
    const answer: Answer = { status: 200, body: "<p>Thank you</p>", contentType: "text/html; charset=utf-8" };
    const handler = httpHandler(async () => deps, [bind(listPrograms, async () => answer)]);

    const response = await handler(httpEvent({ path: "/v1/programs" }), {} as Context);

    expect(response).toMatchObject({
      body: "<p>Thank you</p>",
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  });
});

describe("an answer that is not JSON", () => {
  const answered = async (answer: Answer) => {
    const { deps } = fakeDeps();
    const handler = httpHandler(async () => deps, [bind(listPrograms, async () => answer)]);
    return handler(httpEvent({ path: "/v1/programs" }), {} as Context);
  };

  test("is base64-encoded if it is compressed", async () => {
    const body = Buffer.from([0x1f, 0x8b, 0xff, 0x00]);
    const headers = { "content-encoding": "gzip" };

    const response = await answered({ status: 200, contentType: "text/html", headers, body });

    expect(response).toMatchObject({ isBase64Encoded: true, body: body.toString("base64") });
  });

  test("may do what its policy allows, and can never be framed", async () => {
    const policyOf = async (answer: Partial<Reply>) => {
      const { headers } = await answered({ status: 200, body: "<p>", contentType: "text/html", ...answer });
      return String(headers?.["content-security-policy"]).split("; ");
    };
    const never = { "content-security-policy": "default-src *" } as never;

    const nothing = ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];
    expect(await policyOf({})).toEqual(nothing);
    expect(await policyOf({ policy: { "style-src": "'unsafe-inline'" } })).toEqual([
      ...nothing,
      "style-src 'unsafe-inline'",
    ]);
    expect(await policyOf({ headers: never })).toEqual(nothing);
  });
});

describe("who may ask", () => {
  test.each([
    ["nobody", undefined, 401, "unauthenticated"],
    ["a token without an e-mail", { ...claims, email: undefined }, 401, "unauthenticated"],
    ["an e-mail that is not verified", { ...claims, email_verified: "false" }, 401, "unauthenticated"],
    ["a token that has expired", { ...claims, exp: String(Date.parse(fixedNow) / 1000) }, 401, "unauthenticated"],
    ["another issuer's token", { ...claims, iss: "https://elsewhere.example.org" }, 401, "unauthenticated"],
    ["another role", staffClaims("[finance clinician]"), 403, "forbidden"],
    ["staff in no group", staffClaims("[]"), 403, "forbidden"],
  ])("is refused to %s", async (_who, given, status, code) => {
    const { run, seen } = call(hold({ claims: given }));

    const response = await run();

    expect(response).toMatchObject({ statusCode: status, json: { code, status } });
    expect(response.headers?.["content-type"]).toBe("application/problem+json");
    expect(seen).toEqual([]);
  });

  test("keeps only the roles by which the route admits them", async () => {
    const { run, seen } = call(hold({ claims: staffClaims("[clinician admin finance]") }));

    expect(await run()).toMatchObject({ statusCode: 201 });
    expect(seen[0]?.context.caller?.roles).toEqual(["admin"]);
  });

  test("is also read from our Lambda authorizer's context, until its token expires", async () => {
    const context = { iss: issuers.staff, sub: "sub-1", email: "ada@example.org", email_verified: true };
    const asked = (exp: number) =>
      call(hold({ claims: undefined, context: { ...context, groups: '["admin"]', exp } })).run();
    const now = Date.parse(fixedNow) / 1000;

    expect(await asked(now + 1)).toMatchObject({ statusCode: 201 });
    expect(await asked(now)).toMatchObject({ statusCode: 401, json: { code: "unauthenticated" } });
  });
});

describe("the route", () => {
  test.each([
    ["/v1/bookings/bkg_1/holds", "bkg_1"],
    ["/v1/bookings/x/../bkg_1/holds", "x/../bkg_1"],
    ["/v1/programs", "../../programs"],
    ["//evil.example.org/", "?"],
  ])("is the one that the gateway matched and authorized, whatever the path %s says", async (path, id) => {
    const unauthorized = await call(hold({ path, params: { id }, claims: undefined })).run();
    const authorized = await call(hold({ path, params: { id } })).run();

    expect(unauthorized).toMatchObject({ statusCode: 401 });
    expect(authorized.statusCode).toBe(id === "bkg_1" ? 201 : 400);
  });

  test.each(["/v1/other", "/v1/programs/", "/V1/programs", ""])(
    "is no other than those of this function: %j",
    async (route) => {
      const response = await call({ path: "/v1/programs", route }).run();

      expect(response).toMatchObject({ statusCode: 404, json: { code: "not_found" } });
    },
  );

  test("is the same for an Idempotency-Key, however its path is encoded", async () => {
    const { run, seen } = call(hold());
    await run();
    const other = call(hold({ path: "/v1/bookings/bkg%5F1/holds/" }));
    await other.run();

    expect(other.seen[0]?.context.idempotency?.scope).toBe(seen[0]?.context.idempotency?.scope);
  });
});

describe("bad input", () => {
  const errorsOf = async (fields: HttpEventFields) => {
    const response = await call(fields).run();
    expect(response).toMatchObject({ statusCode: 400, json: { code: "validation_failed" } });
    return response.json.errors.map(({ path }: { path: string }) => path);
  };

  test("names every invalid field at once", async () => {
    const bad = JSON.stringify({ quoteId: 7, participant: { name: "Anna", email: "no", age: 3 }, extra: true });
    const paths = await errorsOf(hold({ id: "nonsense", query: "limit=0&fast=1", body: bad }));

    expect(paths.sort()).toEqual([
      "extra",
      "participant.age",
      "participant.email",
      "path.id",
      "query.fast",
      "query.limit",
      "quoteId",
    ]);
  });

  test.each([
    ["malformed JSON", hold({ body: '{"quoteId":' }), "body"],
    ["no body", hold({ body: undefined }), "body"],
    ["bytes that are no text", hold({ body: "/////w==", base64: true }), "body"],
    ["a body that is no object", hold({ body: "[]" }), "body"],
    ["another content type", hold({ headers: { "content-type": "text/plain" } }), "headers.content-type"],
    ["a parameter given twice", hold({ query: "limit=1&limit=2" }), "query.limit"],
    ["a query that does not decode", hold({ query: "limit=1%ff" }), "query"],
    ["a query with half an escape", hold({ query: "limit=1%z" }), "query"],
    ["half a surrogate pair", hold({ body: '{"quoteId":"\\ud800","participant":{}}' }), "quoteId"],
    ["half a surrogate pair deep inside", hold({ body: '{"participant":{"name":["\\udfff"]}}' }), "participant.name.0"],
    ["half a surrogate pair in a name of a field", hold({ body: '{"participant":{"\\ud800":1}}' }), "participant"],
    ["a body nested 100,000 deep", hold({ body: `${"[".repeat(100_000)}${"]".repeat(100_000)}` }), "body"],
    ["objects nested 40,000 deep", hold({ body: `${'{"a":'.repeat(40_000)}1${"}".repeat(40_000)}` }), "body"],
    ["100,000 values", hold({ body: `{"quoteId":[${"0,".repeat(99_999)}0]}` }), "body"],
    ["a key with a space in it", hold({ headers: { "idempotency-key": "a b" } }), "headers.idempotency-key"],
  ])("is refused: %s", async (_what, fields, path) => {
    expect(await errorsOf(fields)).toEqual([path]);
  });

  test("names at most a hundred invalid fields, with paths of limited length", async () => {
    const fields = Array.from({ length: 5_000 }, (_, index) => [`${index}-${"x".repeat(30)}`, 0]);
    const many = await errorsOf(hold({ body: JSON.stringify(Object.fromEntries(fields)) }));
    const long = await errorsOf(hold({ body: JSON.stringify({ ...body, ["y".repeat(200_000)]: 0 }) }));

    expect(many).toHaveLength(100);
    expect(long.map((path: string) => path.length)).toEqual([200]);
  });

  test("rejects fields named like an object's built-in properties", async () => {
    const paths = await errorsOf(
      hold({ body: '{"quoteId":"quo_1","participant":{"__proto__":{"name":1}},"constructor":1}' }),
    );

    expect(paths.sort()).toEqual(["constructor", "participant.__proto__", "participant.email", "participant.name"]);
  });

  test("ignores the body of a route that takes none", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

    for (const sent of [deep, "{", "\ud800"]) {
      expect(await call({ path: "/v1/programs", body: sent }).run()).toMatchObject({ statusCode: 201 });
    }
  });

  test("refuses a query parameter on a route without any", async () => {
    expect(await errorsOf({ path: "/v1/programs", query: "x=1" })).toEqual(["query.x"]);
  });

  test("refuses a body over 256 KB without reading it", async () => {
    const response = await call(hold({ body: "x".repeat(256 * 1024 + 1) })).run();

    expect(response).toMatchObject({ statusCode: 413, json: { code: "payload_too_large" } });
  });

  test("answers a route that does not exist with a problem", async () => {
    expect(await call({ path: "/v1/nothing" }).run()).toMatchObject({ statusCode: 404, json: { code: "not_found" } });
  });
});

describe("an Idempotency-Key", () => {
  const kept = (fingerprint: string) => {
    const body = packed({ id: "bkg_first" });
    return { fingerprint, status: 201, body, expiresAt: 4_000_000_000 };
  };
  const fingerprintOf = async (text: string, query = "") => {
    const { run, seen } = call(hold({ body: text, query }));
    await run();
    return seen[0]?.context.idempotency?.fingerprint ?? "";
  };

  test("is required if the route says so", async () => {
    const { run, seen } = call(hold({ headers: { "idempotency-key": "" } }));

    expect(await run()).toMatchObject({ statusCode: 400, json: { code: "idempotency_key_required" } });
    expect(seen).toEqual([]);
  });

  test("gives the first answer again, without a second effect", async () => {
    const { run, seen, table } = call(hold());
    table.on(GetCommand).resolves({ Item: kept(await fingerprintOf(JSON.stringify(body))) });

    const response = await run();

    expect(response).toMatchObject({ statusCode: 201, json: { id: "bkg_first" } });
    expect(response.headers?.["idempotent-replayed"]).toBe("true");
    expect(seen).toEqual([]);
  });

  test("ignores the order of fields", async () => {
    const reordered = JSON.stringify({ participant: { email: "anna@example.org", name: "Anna" }, quoteId: "quo_1" });

    expect(await fingerprintOf(reordered)).toBe(await fingerprintOf(JSON.stringify(body, null, 2)));
  });

  test("with another body is a mismatch", async () => {
    const { run, table } = call(hold());
    table.on(GetCommand).resolves({ Item: kept("of another body") });

    expect(await run()).toMatchObject({ statusCode: 422, json: { code: "idempotency_mismatch" } });
  });

  test("tells requests apart by their query, in any order, as by their body", async () => {
    const text = JSON.stringify(body);

    expect(await fingerprintOf(text, "limit=5")).not.toBe(await fingerprintOf(text, "limit=6"));
    expect(await fingerprintOf(text, "limit=5")).not.toBe(await fingerprintOf(text));
    expect(await fingerprintOf(text, "limit=5")).toBe(await fingerprintOf(text, "limit=%35"));
  });

  test.each([
    ["lost the transaction to the first", { replayed: true }],
    ["met the first one's effect", { refused: "quote_used" }],
    ["was refused for any other reason", { refused: "conflict" }],
  ] as const)("gives the first answer to a concurrent request that %s", async (_how, answer) => {
    const { run, table } = call(hold(), async () => answer);
    const fingerprint = await fingerprintOf(JSON.stringify(body));
    table.on(TransactGetCommand).resolves({ Responses: [{ Item: kept(fingerprint) }] });

    const response = await run();

    expect(response).toMatchObject({ statusCode: 201, json: { id: "bkg_first" } });
    expect(response.headers?.["idempotent-replayed"]).toBe("true");
  });

  test("keeps a refusal if no request with the key was answered", async () => {
    const { run } = call(hold(), async () => ({ refused: "quote_used" }));

    expect(await run()).toMatchObject({ statusCode: 409, json: { code: "quote_used" } });
  });

  test("keeps callers, paths and keys apart", async () => {
    const scopeOf = async (fields: HttpEventFields) => {
      const { run, seen } = call(fields);
      await run();
      return seen[0]?.context.idempotency?.scope;
    };

    const scopes = await Promise.all([
      scopeOf(hold()),
      scopeOf(hold({ claims: { ...claims, sub: "sub-2" } })),
      scopeOf(hold({ id: "bkg_2" })),
      scopeOf(hold({ headers: { "idempotency-key": "key-2" } })),
    ]);

    expect(new Set(scopes).size).toBe(4);
  });
});

describe("a failure inside", () => {
  const failing = (error: unknown) =>
    call(hold(), async () => {
      throw error;
    });
  const named = (name: string, more: object = {}) =>
    Object.assign(new Error(`anna@example.org ${name}`), { name, ...more });

  test("is a problem if the handler refuses", async () => {
    const { run } = call(hold(), async () => ({ refused: "sold_out", detail: "Every private place is taken." }));

    expect(await run()).toMatchObject({
      statusCode: 409,
      json: { code: "sold_out", status: 409, detail: "Every private place is taken." },
    });
  });

  test.each([
    ["conflict", "1"],
    ["idempotency_in_progress", "1"],
    ["payment_provider_unavailable", "1"],
    ["sold_out", undefined],
  ] as const)("says with %s when to retry the same request: %s", async (refused, seconds) => {
    const { headers } = await call(hold(), async () => ({ refused })).run();

    expect(headers?.["retry-after"]).toBe(seconds);
  });

  test("gives the seconds after which a limit allows the request", async () => {
    const { run } = call(hold(), async () => ({
      refused: "limit_exceeded",
      retryAfter: 1_234,
      detail: "Pay one first.",
    }));

    expect(await run()).toMatchObject({
      statusCode: 429,
      headers: { "retry-after": "1234" },
      json: { code: "limit_exceeded", status: 429, detail: "Pay one first." },
    });
  });

  test("is a bare 500 if it is a bug, and is logged with its request but without personal input", async () => {
    const response = await failing(named("TypeError")).run();

    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain("anna");
    const logged = printed.find((line) => line.includes("request failed")) ?? "";
    expect(JSON.parse(logged)).toMatchObject({ level: "error", correlationId: "JKJaXmPLvHcESHA=", error: "TypeError" });
    expect(printed.join("")).not.toContain("anna@example.org");
  });

  test.each([
    ["throttling that does not end", named("ThrottlingException"), 503, "unavailable"],
    ["a time-out", named("TimeoutError"), 503, "unavailable"],
    ["a connection that is refused", named("Error", { code: "ECONNREFUSED" }), 503, "unavailable"],
    ["a failing service", named("Unknown", { $metadata: { httpStatusCode: 500 } }), 503, "unavailable"],
    [
      "a conflict that does not end",
      named("TransactionCanceledException", {
        CancellationReasons: [{ Code: "None" }, { Code: "TransactionConflict" }],
      }),
      409,
      "conflict",
    ],
    [
      "a condition that nobody foresaw",
      named("TransactionCanceledException", { CancellationReasons: [{ Code: "ConditionalCheckFailed" }] }),
      500,
      "internal_error",
    ],
  ])("is classified: %s", async (_what, error, status, code) => {
    expect(await failing(error).run()).toMatchObject({ statusCode: status, json: { code } });
  });

  const conflict = named("TransactionCanceledException", { CancellationReasons: [{ Code: "TransactionConflict" }] });

  test("is unavailable on a route without a documented conflict: reading again is enough", async () => {
    const { run } = call({ path: listPrograms.path }, () => Promise.reject(conflict));

    expect(await run()).toMatchObject({ statusCode: 503, json: { code: "unavailable" } });
  });

  test("is unavailable for a webhook", async () => {
    const { deps } = fakeDeps();
    const handler = rawHttpHandler(
      async () => deps,
      () => Promise.reject(conflict),
    );

    const response = await handler(httpEvent({ method: "POST", path: "/webhooks/stripe" }), {} as Context);

    expect(response).toMatchObject({ statusCode: 503, body: expect.stringContaining('"code":"unavailable"') });
  });

  test.each(["utm_source=mail", "utm=%ff", "name=a&name=b&x=1"])(
    "is the page where its link has more in its query than the page takes: %s",
    async (query) => {
      const { deps } = fakeDeps();
      const seen: unknown[] = [];
      const more = { linked: true, query: z.strictObject({ name: z.optional(z.string()) }) } as const;
      const route = { ...showPage, ...more } as const satisfies Route;
      const shows = async (input: { query: unknown }) => {
        seen.push(input.query);
        return created;
      };
      const handler = httpHandler(async () => deps, [bind(route, shows, () => ({ status: 503, body: "" }))]);

      expect(await handler(httpEvent({ path: route.path, query }), {} as Context)).toMatchObject({ statusCode: 201 });
      expect(seen).toEqual([query.startsWith("name") ? { name: "b" } : {}]);
    },
  );

  test.each([
    ["a bug", new TypeError("anna@example.org")],
    ["an outage", named("ThrottlingException")],
    ["a conflict", conflict],
  ])("is a page on a page's route: %s, in the handler or before it", async (_what, error) => {
    const { deps } = fakeDeps();
    const fails = () => Promise.reject(error);
    const failed = () => ({ status: 503, body: "<p>Not now</p>", contentType: "text/html; charset=utf-8" });
    const page = { statusCode: 503, body: "<p>Not now</p>", headers: { "content-type": "text/html; charset=utf-8" } };

    for (const handler of [
      httpHandler(async () => deps, [bind(showPage, fails, failed)]),
      httpHandler(fails, [bind(showPage, async () => created, failed)]),
    ]) {
      expect(await handler(httpEvent({ path: showPage.path }), {} as Context)).toMatchObject(page);
    }
    expect(printed.filter((line) => line.includes("request failed"))).toHaveLength(2);
  });

  test("is retried if the function could not start", async () => {
    const { deps } = fakeDeps();
    let starts = 0;
    const handler = httpHandler(async () => {
      starts += 1;
      if (starts === 1) throw new Error("environment variable CORE_TABLE is not set");
      return deps;
    }, [bind(listPrograms, async () => created)]);

    expect(await handler(httpEvent({ path: "/v1/programs" }), {} as Context)).toMatchObject({ statusCode: 500 });
    expect(await handler(httpEvent({ path: "/v1/programs" }), {} as Context)).toMatchObject({ statusCode: 201 });
  });
});

test("passes a webhook the bytes as sent", async () => {
  const { deps } = fakeDeps();
  const bytes = Buffer.from('{ "a":  "\u00fc" }');
  let received: Uint8Array | undefined;
  const handler = rawHttpHandler(
    async () => deps,
    async (request) => {
      received = request.body;
      return { status: 200 };
    },
  );

  const fields = { method: "POST", path: "/webhooks/stripe", body: bytes.toString("base64"), base64: true };
  await handler(httpEvent(fields), {} as Context);

  expect(Buffer.from(received ?? []).equals(bytes)).toBe(true);
});

test("logs one line and one metric per request, by the route's pattern", async () => {
  await call(hold()).run();

  const [line, metric] = printed.map((text) => JSON.parse(text)).slice(-2);
  expect(line).toMatchObject({ message: "request", status: 201, correlationId: "JKJaXmPLvHcESHA=" });
  expect(metric).toMatchObject({ outcome: "2xx", Latency: expect.any(Number) });
  expect(printed.join("")).not.toMatch(/anna/i);
});

test.each([
  ["a linked page answers GET with its text", linkedPage, "GET", 200, "<p>shown</p>"],
  ["a linked page answers HEAD without its text", linkedPage, "HEAD", 200, ""],
  ["any other page does not answer HEAD", showPage, "HEAD", 404, ""],
] as const)("%s", async (_, { path, ...route }, method, statusCode, body) => {
  const { deps } = fakeDeps();
  const shown: Reply = { status: 200, contentType: "text/html", body: "<p>shown</p>" };
  const answer = async (): Promise<Answer> => shown;
  const handler = httpHandler(async () => deps, [bind({ ...route, path }, answer, () => shown)]);

  expect(await handler(httpEvent({ method, path }), {} as Context)).toMatchObject({ statusCode, body });
});
