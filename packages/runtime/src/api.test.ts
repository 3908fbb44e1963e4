import type { Route } from "@clearing/contracts/route";
import type { Context } from "aws-lambda";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { type Answer, type Reply, rawHttpHandler } from "./api.ts";
import { bind } from "./binding.ts";
import { fakeDeps, fixedNow } from "./testing/fake-deps.ts";
import { httpEvent, issuers, staffClaims } from "./testing/http-event.ts";
import {
  body,
  call,
  claims,
  created,
  hold,
  keptOutput,
  linkedPage,
  listPrograms,
  respond,
  showPage,
} from "./testing/sample-function.ts";

const printed = keptOutput();

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
});

describe("an answer that is not JSON", () => {
  const answered = (answer: Answer) => respond([bind(listPrograms, async () => answer)], { path: "/v1/programs" });

  test("has its own content type", async () => {
    const contentType = "text/html; charset=utf-8";

    expect(await answered({ status: 200, body: "<p>Thank you</p>", contentType })).toMatchObject({
      body: "<p>Thank you</p>",
      headers: { "content-type": contentType },
    });
  });

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
    ["staff without a group", staffClaims("[]"), 403, "forbidden"],
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

  test("that does not exist is answered with a problem", async () => {
    expect(await call({ path: "/v1/nothing" }).run()).toMatchObject({ statusCode: 404, json: { code: "not_found" } });
  });
});

describe("a page", () => {
  test.each([
    ["answers GET with its body", linkedPage, "GET", 200, "<p>shown</p>"],
    ["answers HEAD without a body, if its route allows it", linkedPage, "HEAD", 200, ""],
    ["does not answer HEAD otherwise", showPage, "HEAD", 404, ""],
  ] as const)("%s", async (_, route, method, statusCode, body) => {
    const shown: Reply = { status: 200, contentType: "text/html", body: "<p>shown</p>" };
    const binding = bind(
      route,
      async () => shown,
      () => shown,
    );

    expect(await respond([binding], { method, path: route.path })).toMatchObject({ statusCode, body });
  });

  test("answers an address with a malformed part by its own page for an unknown one", async () => {
    const query = z.strictObject({ name: z.optional(z.string().check(z.maxLength(3))) });
    const reply = (status: number): Reply => ({ status, contentType: "text/html", body: "<p>unknown</p>" });
    const binding = bind({ ...linkedPage, query }, async () => created, reply);

    const response = await respond([binding], { path: linkedPage.path, query: "name=abcd" });

    expect(response).toMatchObject({ statusCode: 404, body: "<p>unknown</p>" });
  });

  test.each(["utm_source=mail", "utm=%ff", "name=a&name=b&x=1"])(
    "is shown by a link with more in its query than the page takes: %s",
    async (query) => {
      const seen: unknown[] = [];
      const more = { linked: true, query: z.strictObject({ name: z.optional(z.string()) }) } as const;
      const route = { ...showPage, ...more } as const satisfies Route;
      const shows = async (input: { query: unknown }) => {
        seen.push(input.query);
        return created;
      };
      const binding = bind(route, shows, () => ({ status: 503, body: "" }));

      expect(await respond([binding], { path: route.path, query })).toMatchObject({ statusCode: 201 });
      expect(seen).toEqual([query.startsWith("name") ? { name: "b" } : {}]);
    },
  );
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
