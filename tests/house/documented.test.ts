import { describe, expect, test } from "vitest";
import { openapiDocument } from "../../packages/contracts/src/openapi.ts";
import { checkAgainst, holdAgainstDocument, type OpenApi, undocumented } from "../harness/documented.ts";

const document = openapiDocument() as OpenApi;
const json = { "content-type": "application/json; charset=utf-8", "x-request-id": "request-1" };
const problem = { ...json, "content-type": "application/problem+json" };
const health = { status: 200, headers: new Headers(json), body: { status: "ok" } };
const notFound = {
  status: 404,
  headers: new Headers(problem),
  body: {
    type: "urn:clearing:problem:not_found",
    title: "Not found",
    status: 404,
    code: "not_found",
  },
};

describe("an answer is held against the OpenAPI document", () => {
  const check = checkAgainst(document);

  test("and passes when it is as documented", () => {
    expect(check("GET", "/health", health)).toBeNull();
    expect(check("GET", "/v1/programs/prog_1", notFound)).toBeNull();
  });

  test("and passes with a field that is new: answers are open", () => {
    expect(check("GET", "/health", { ...health, body: { status: "ok", region: "here" } })).toBeNull();
  });

  test("and passes as the gateway's own words", () => {
    const headers = new Headers({ "content-type": "application/json" });

    for (const path of ["/nothing", "/v1/programs/prog_1%2fnothing", "/v1/programs/%ff"]) {
      expect(check("GET", path, { status: 404, headers, body: { message: "Not Found" } })).toBeNull();
    }
    expect(check("GET", "/v1/audit", { status: 401, headers, body: { message: "Unauthorized" } })).toBeNull();
  });

  test.each([
    ["a status", { ...health, status: 418 }, "this status is not documented"],
    ["a media type", { ...health, headers: new Headers(problem) }, "media type application/problem+json"],
    [
      "a header that is missing",
      { ...health, headers: new Headers({ "content-type": "application/json" }) },
      "x-request-id",
    ],
    ["a field of another value", { ...health, body: { status: "fine" } }, "/status must be equal"],
    ["a field that is missing", { ...health, body: {} }, "must have required property 'status'"],
  ])("and fails for %s", (_what, given, reason) => {
    expect(check("GET", "/health?x=1", given)).toContain(reason);
  });

  test("and fails for a page that may be framed", () => {
    const page = { status: 200, body: "<p>Payment received" };
    const check200 = (policy: string) => {
      const headers = new Headers({ ...json, "content-type": "text/html", "content-security-policy": policy });
      return check("GET", "/v1/checkout/return", { ...page, headers });
    };

    expect(check200("default-src 'none'; frame-ancestors 'none'")).toBeNull();
    expect(check200("default-src 'none'")).toContain("frame");
  });

  test("and fails for a code that this route does not have", () => {
    const body = { ...notFound.body, code: "sold_out" };

    expect(check("GET", "/v1/programs/prog_1", { ...notFound, body })).toContain("/code must be equal");
  });

  test("and fails for a route that there is not, unless the gateway says so", () => {
    expect(check("GET", "/v1/nothing", notFound)).toContain("no route");
  });

  test("and is not where nobody asks for it, as in the benchmarks, whose clients are the same", () => {
    holdAgainstDocument("GET", "/health", { ...health, status: 418 });

    expect([...undocumented]).toEqual([]);
  });

  test("control: by a doctored document the same answer fails", () => {
    const doctored = JSON.parse(JSON.stringify(document).replace('"const":"ok"', '"const":"well"'));

    expect(checkAgainst(doctored)("GET", "/health", health)).toContain("/status must be equal");
  });
});
