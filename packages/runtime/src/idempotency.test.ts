import { GetCommand, TransactGetCommand } from "@aws-sdk/lib-dynamodb";
import { packed } from "@clearing/store/packed";
import { describe, expect, test } from "vitest";
import type { HttpEventFields } from "./testing/http-event.ts";
import { body, call, claims, hold, keptOutput } from "./testing/sample-function.ts";

keptOutput();

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

    expect(await run()).toMatchObject({
      statusCode: 422,
      json: {
        code: "idempotency_mismatch",
        detail: "Send a new key with a new request. To repeat the first request, send it unchanged.",
      },
    });
  });

  test("tells requests apart by their query, in any order, as by their body", async () => {
    const text = JSON.stringify(body);

    expect(await fingerprintOf(text, "limit=5")).not.toBe(await fingerprintOf(text, "limit=6"));
    expect(await fingerprintOf(text, "limit=5")).not.toBe(await fingerprintOf(text));
    expect(await fingerprintOf(text, "limit=5")).toBe(await fingerprintOf(text, "limit=%35"));
  });

  test.each([
    ["lost the transaction to the first", { replayed: true }],
    ["found the effect of the first", { refused: "quote_used" }],
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

  test("has the same scope, however the path is encoded", async () => {
    const { run, seen } = call(hold());
    await run();
    const other = call(hold({ path: "/v1/bookings/bkg%5F1/holds/" }));
    await other.run();

    expect(other.seen[0]?.context.idempotency?.scope).toBe(seen[0]?.context.idempotency?.scope);
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
