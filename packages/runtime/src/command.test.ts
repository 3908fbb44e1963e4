import type { Route } from "@clearing/contracts/route";
import type { Context } from "aws-lambda";
import { beforeEach, describe, expect, test, vi } from "vitest";
import * as z from "zod/mini";
import { httpHandler } from "./api.ts";
import { type CommandContext, command } from "./command.ts";
import { fakeDeps, fixedNow } from "./testing/fake-deps.ts";
import { clientClaims, httpEvent, staffClaims } from "./testing/http-event.ts";

const shared = {
  path: "/v1/houses",
  function: "booking",
  access: ["client", "admin"],
  idempotency: "accepted",
  summary: "Houses and their colors",
  responses: () => ({}),
  errors: ["not_found", "limit_exceeded"],
} as const;
const color = z.strictObject({ color: z.string() });
const paint = { ...shared, operationId: "paint", method: "POST", body: color } as const satisfies Route;
const unpaint = { ...shared, operationId: "unpaint", method: "DELETE", query: color } as const satisfies Route;

type Painted = { color: string };
type Result =
  | ({ ok: true } & Painted)
  | { ok: false; reason: "not_found"; detail: string }
  | { ok: false; reason: "too_wet" | "replayed" }
  | { ok: false; reason: "limit_exceeded"; hours: number }
  | { ok: false; reason: "validation_failed"; errors: { path: string; message: string }[] };

const view = ({ color }: Painted, { person }: { person: { email: string } }) => ({ color, by: person.email });
const tooWet = { refused: "conflict", detail: "It rains" } as const;
const tooOften = ({ hours }: { hours: number }) => ({ refused: "limit_exceeded", retryAfter: hours * 3_600 }) as const;

/** The answer to a request whose command returns `result`, and the contexts that the command got. */
async function answerTo(result: Result, { method = "POST", claims = clientClaims(), key = "" } = {}) {
  const { deps } = fakeDeps();
  const seen: CommandContext<Painted>[] = [];
  const run = async (_input: unknown, context: CommandContext<Painted>): Promise<Result> => {
    seen.push(context);
    return result;
  };
  const rest = { as: ["admin", "client"], status: 201, view, run } as const;
  const refusals = { too_wet: tooWet, limit_exceeded: tooOften };
  const handler = httpHandler(
    async () => deps,
    [
      command(paint, { ...rest, action: ({ body }) => `paint:${body.color}`, refusals }),
      command(unpaint, { ...rest, action: "unpaint", refusals }),
    ],
  );
  const sent = method === "POST" ? { body: JSON.stringify({ color: "red" }) } : { query: "color=red" };
  const headers = { "content-type": "application/json", "idempotency-key": key };
  const {
    statusCode,
    body,
    headers: got,
  } = await handler(httpEvent({ method, path: "/v1/houses", claims, headers, ...sent }), {} as Context);
  return { status: statusCode, body: JSON.parse(String(body)), headers: got, context: seen[0] };
}

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockImplementation(() => true);
  return () => vi.restoreAllMocks();
});

describe("a command", () => {
  test("answers with its view of the result", async () => {
    const { status, body } = await answerTo({ ok: true, color: "red" });

    expect(status).toBe(201);
    expect(body).toEqual({ color: "red", by: "ada@example.org" });
  });

  test.each([
    [clientClaims(), "POST", "client", "paint:red"],
    [staffClaims("[admin]"), "DELETE", "admin", "unpaint"],
  ])("is recorded with the caller's role and the action's name", async (claims, method, role, action) => {
    const { context } = await answerTo({ ok: true, color: "red" }, { claims, method });

    expect(context?.occasion).toEqual({ actor: { sub: "sub-1", role }, action, now: fixedNow });
  });

  test("stores exactly the answer that a request with a key gets", async () => {
    const keyed = await answerTo({ ok: true, color: "red" }, { key: "key-1" });
    const bare = await answerTo({ ok: true, color: "red" });

    expect(keyed.context?.answer({ color: "red" })).toMatchObject({ status: keyed.status, body: keyed.body });
    expect(bare.context?.answer({ color: "red" })).toBeNull();
  });
});

describe("a command's refusal", () => {
  test("that is a code of the route becomes that problem, with its detail", async () => {
    const { status, body } = await answerTo({ ok: false, reason: "not_found", detail: "No such house" });

    expect(status).toBe(404);
    expect(body).toMatchObject({ code: "not_found", detail: "No such house" });
  });

  test.each([
    ["POST", "color"],
    ["DELETE", "query.color"],
  ])("names an invalid field of a %s as %s", async (method, path) => {
    const errors = [{ path: "color", message: "Must be warm" }];
    const { body } = await answerTo({ ok: false, reason: "validation_failed", errors }, { method });

    expect(body).toMatchObject({ code: "validation_failed", errors: [{ path, message: "Must be warm" }] });
  });

  test("with another name becomes the problem of its row", async () => {
    const wet = await answerTo({ ok: false, reason: "too_wet" });
    const often = await answerTo({ ok: false, reason: "limit_exceeded", hours: 2 });

    expect(wet.body).toMatchObject({ code: "conflict", detail: "It rains" });
    expect(often.status).toBe(429);
    expect(often.headers?.["retry-after"]).toBe("7200");
  });

  test("does not compile without its row", () => {
    const rest = { as: ["admin"], action: "paint", status: 200, view } as const;
    const run = async (): Promise<Result> => ({ ok: false, reason: "too_wet" });

    // @ts-expect-error: too_wet is missing.
    expect(command(paint, { ...rest, run, refusals: { limit_exceeded: tooOften } }).route).toBe(paint);
    // @ts-expect-error: limit_exceeded must say when to come back.
    expect(command(paint, { ...rest, run, refusals: { too_wet: tooWet } }).route).toBe(paint);
    const soldOut = async () => ({ ok: false, reason: "sold_out" }) as const;
    // @ts-expect-error: sold_out is not a code of this route.
    expect(command(paint, { ...rest, run: soldOut, refusals: {} }).route).toBe(paint);
  });
});
