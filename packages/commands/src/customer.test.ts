import type { Gateway } from "@clearing/payments";
import type { Store } from "@clearing/store/store";
import { expect, test } from "vitest";
import { ensureCustomer } from "./customer.ts";
import type { Services } from "./services.ts";

const now = "2027-03-01T17:00:00Z";
const email = "jane@example.com";
const stored = { id: "cli_other", email, requestedAt: now, customerId: "cus_other" };

/** A table with one customer or none, which records the commands sent to it, and a Stripe that creates customers. */
function world(Item?: typeof stored) {
  const sent: string[] = [];
  const send = async (command: object) => {
    sent.push(command.constructor.name);
    return command.constructor.name === "GetCommand" ? { Item } : {};
  };
  const gateway = { createCustomer: async () => ({ ok: true, value: { customerId: "cus_1", metadata: {} } }) };
  const context = {
    store: { client: { send }, tables: { core: "core" } } as unknown as Store,
    gateway: gateway as unknown as Gateway,
    ids: { next: (prefix: string) => `${prefix}_1` },
    clock: { now: () => now },
    site: { stage: "test", publicUrl: "" },
  } satisfies Services;
  return { context, sent };
}

test("a client's first customer takes two writes, and no read if it is known that there is none", async () => {
  const { context, sent } = world();

  expect(await ensureCustomer(context, email, { known: null })).toEqual({ ok: true, customerId: "cus_1" });
  expect(sent).toEqual(["PutCommand", "UpdateCommand"]);
});

test("a known customer takes no request, and an unknown one takes a read", async () => {
  const { context, sent } = world(stored);

  expect(await ensureCustomer(context, email, { known: stored })).toEqual({ ok: true, customerId: "cus_other" });
  expect(sent).toEqual([]);
  expect(await ensureCustomer(context, email)).toEqual({ ok: true, customerId: "cus_other" });
  expect(sent).toEqual(["GetCommand"]);
});
