import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Route } from "@clearing/contracts/route";
import type { Gateway } from "@clearing/payments";
import { packed } from "@clearing/store/packed";
import type { Context } from "aws-lambda";
import { beforeEach, describe, expect, test, vi } from "vitest";
import * as z from "zod/mini";
import { type Answer, httpHandler } from "./api.ts";
import { bind, readingAtOnce } from "./binding.ts";
import type { Deps } from "./deps.ts";
import { fakeDeps } from "./testing/fake-deps.ts";
import { clientClaims, httpEvent } from "./testing/http-event.ts";

const route = {
  operationId: "holdPlace",
  method: "POST",
  path: "/v1/holds",
  function: "booking",
  access: ["client"],
  idempotency: "required",
  summary: "Holds a place",
  body: z.strictObject({ quoteId: z.string() }),
  responses: () => ({}),
  errors: [],
} as const satisfies Route;

const quote = { TableName: "core", Key: { pk: "QUO#1", sk: "QUOTE" } };
const booking = { TableName: "core", Item: { pk: "BKG#1", sk: "BOOKING" } };

/** A request with a key to a route that reads at once; `asked` records each call of Stripe. */
function call(answer: (deps: Deps) => Promise<Answer>) {
  const { deps, table } = fakeDeps();
  const asked: string[] = [];
  const gateway = {
    retrieveCustomer: async (id: string) => {
      asked.push(id);
      return { ok: false };
    },
  } as unknown as Gateway;
  let fingerprint = "";
  const binding = bind(route, async (_, context) => {
    fingerprint = context.idempotency?.fingerprint ?? "";
    return answer(context.deps);
  });
  const handler = httpHandler(async () => ({ ...deps, gateway }), [readingAtOnce(binding)]);
  const headers = { "content-type": "application/json", "idempotency-key": "key-1" };
  const body = JSON.stringify({ quoteId: "quo_1" });
  const event = httpEvent({ method: "POST", path: route.path, body, claims: clientClaims({}), headers });
  const run = async () => {
    const response = await handler(event, {} as Context);
    return { ...response, json: JSON.parse(response?.body ?? "null") };
  };
  return { run, table, asked, fingerprint: () => fingerprint };
}

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  return () => vi.restoreAllMocks();
});

describe("a route that reads at once", () => {
  test("reads while its key is looked up, and writes afterwards", async () => {
    const order: string[] = [];
    const { run, table } = call(async ({ store }) => {
      await store.client.send(new GetCommand(quote));
      order.push("read");
      await store.client.send(new PutCommand(booking));
      return { status: 201, body: {} };
    });
    table.on(GetCommand).callsFake(async ({ Key }) => {
      if (Key.pk === quote.Key.pk) return {};
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push("looked up");
      return {};
    });
    table.on(PutCommand).callsFake(async () => {
      order.push("written");
      return {};
    });

    expect(await run()).toMatchObject({ statusCode: 201 });
    expect(order).toEqual(["read", "looked up", "written"]);
  });

  test.each([
    ["writes nothing", async ({ store }: Deps) => void (await store.client.send(new PutCommand(booking)))],
    ["sends no request to Stripe", async ({ gateway }: Deps) => void (await gateway?.retrieveCustomer("cus_1"))],
    ["returns the first answer", async () => {}],
  ])("%s if its request is repeated", async (_, change) => {
    const { run, table, asked, fingerprint } = call(async (deps) => {
      await change(deps);
      return { status: 201, body: { id: "bkg_second" } };
    });
    await run();
    table.resetHistory();
    asked.length = 0;
    const kept = {
      fingerprint: fingerprint(),
      status: 201,
      body: packed({ id: "bkg_first" }),
      expiresAt: 4_000_000_000,
    };
    table.on(GetCommand).resolves({ Item: kept });

    const response = await run();

    expect(response).toMatchObject({ statusCode: 201, json: { id: "bkg_first" } });
    expect(response.headers?.["idempotent-replayed"]).toBe("true");
    expect(table.commandCalls(PutCommand)).toHaveLength(0);
    expect(asked).toEqual([]);
  });

  test("fails if the look-up fails, whatever the handler returns", async () => {
    const { run, table } = call(async () => ({ refused: "not_found" }));
    table.on(GetCommand).rejects(Object.assign(new Error("timed out"), { name: "TimeoutError" }));

    expect(await run()).toMatchObject({ statusCode: 503 });
  });
});
