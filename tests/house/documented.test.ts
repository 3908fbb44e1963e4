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

describe("the check of an answer against the OpenAPI document", () => {
  const check = checkAgainst(document);

  test("passes a documented answer", () => {
    expect(check("GET", "/health", health)).toBeNull();
    expect(check("GET", "/v1/programs/prog_1", notFound)).toBeNull();
  });

  test("passes an answer with an additional field, since fields may be added", () => {
    expect(check("GET", "/health", { ...health, body: { status: "ok", region: "here" } })).toBeNull();
  });

  test("passes the gateway's own answers", () => {
    const headers = new Headers({ "content-type": "application/json" });

    for (const path of ["/nothing", "/v1/programs/prog_1%2fnothing", "/v1/programs/%ff"]) {
      expect(check("GET", path, { status: 404, headers, body: { message: "Not Found" } })).toBeNull();
    }
    expect(check("GET", "/v1/audit", { status: 401, headers, body: { message: "Unauthorized" } })).toBeNull();
  });

  test.each([
    ["an undocumented status", { ...health, status: 418 }, "this status is not documented"],
    ["an undocumented media type", { ...health, headers: new Headers(problem) }, "media type application/problem+json"],
    ["a missing header", { ...health, headers: new Headers({ "content-type": "application/json" }) }, "x-request-id"],
    ["a field with another value", { ...health, body: { status: "fine" } }, "/status must be equal"],
    ["a missing field", { ...health, body: {} }, "must have required property 'status'"],
  ])("fails for %s", (_what, given, reason) => {
    expect(check("GET", "/health?x=1", given)).toContain(reason);
  });

  test("fails for a page that may be framed", () => {
    const page = { status: 200, body: "<p>Payment received" };
    const check200 = (policy: string) => {
      const headers = new Headers({ ...json, "content-type": "text/html", "content-security-policy": policy });
      return check("GET", "/v1/checkout/return", { ...page, headers });
    };

    expect(check200("default-src 'none'; frame-ancestors 'none'")).toBeNull();
    expect(check200("default-src 'none'")).toContain("frame");
  });

  test("fails for a code that the route does not have", () => {
    const body = { ...notFound.body, code: "sold_out" };

    expect(check("GET", "/v1/programs/prog_1", { ...notFound, body })).toContain("/code must be equal");
  });

  test("fails for an unknown route, unless the gateway answers", () => {
    expect(check("GET", "/v1/nothing", notFound)).toContain("no route");
  });

  test("is off unless a project turns it on, so benchmarks can use the same clients", () => {
    holdAgainstDocument("GET", "/health", { ...health, status: 418 });

    expect([...undocumented]).toEqual([]);
  });

  test("control: the same answer fails by a changed document", () => {
    const doctored = JSON.parse(JSON.stringify(document).replace('"const":"ok"', '"const":"well"'));

    expect(checkAgainst(doctored)("GET", "/health", health)).toContain("/status must be equal");
  });
});
