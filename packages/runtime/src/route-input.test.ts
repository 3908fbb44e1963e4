import { describe, expect, test } from "vitest";
import type { HttpEventFields } from "./testing/http-event.ts";
import { body, call, hold, keptOutput } from "./testing/sample-function.ts";

keptOutput();

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
    ["bytes that are not text", hold({ body: "/////w==", base64: true }), "body"],
    ["a body that is not an object", hold({ body: "[]" }), "body"],
    ["another content type", hold({ headers: { "content-type": "text/plain" } }), "headers.content-type"],
    ["a parameter given twice", hold({ query: "limit=1&limit=2" }), "query.limit"],
    ["a query that cannot be decoded", hold({ query: "limit=1%ff" }), "query"],
    ["a query with an incomplete escape", hold({ query: "limit=1%z" }), "query"],
    ["a lone surrogate", hold({ body: '{"quoteId":"\\ud800","participant":{}}' }), "quoteId"],
    [
      "a lone surrogate in a nested field",
      hold({ body: '{"participant":{"name":["\\udfff"]}}' }),
      "participant.name.0",
    ],
    ["a lone surrogate in a field's name", hold({ body: '{"participant":{"\\ud800":1}}' }), "participant"],
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
});
