import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { chain } from "@clearing/domain/audit";
import { journalEntry } from "@clearing/domain/ledger";
import { auditPut, journalWrites, outboxPut } from "@clearing/store/append-only";
import { commit } from "@clearing/store/commit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestStore, type TestStore } from "../harness/store.ts";

let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

const at = { effectiveOn: "2027-03-01", currency: "usd", bookingId: "bkg_1" };
const entry = (amount: number) =>
  journalEntry("payment:ch_1", [{ debit: "stripe_balance", credit: "suspense", amount }], at);
const record = (action: string) =>
  chain("", {
    subject: { type: "booking", id: "bkg_1" },
    sequence: 1,
    actor: { sub: "sub_1", role: "admin" },
    action,
    before: null,
    after: null,
    at: "2027-03-01T12:00:00Z",
  });

test.each([
  [
    "ledger",
    { pk: "JE#payment:ch_1", sk: "ENTRY" },
    (round: number) => journalWrites(running.store, entry(round * 100)),
    "stale",
  ],
  [
    "audit",
    { pk: "booking#bkg_1", sk: "00000001" },
    (round: number) => [auditPut(running.store, record(`act_${round}`))],
    "stale",
  ],
] as const)(
  "DynamoDB refuses to replace what stands in the %s, which stays as it is",
  async (table, Key, writes, reason) => {
    const { store } = running;
    const standing = async () =>
      (await store.client.send(new GetCommand({ TableName: store.tables[table], Key, ConsistentRead: true }))).Item;
    expect(await commit<string>(store, [...writes(1)])).toEqual({ ok: true });
    const first = await standing();

    expect(await commit<string>(store, [...writes(2)])).toEqual({ ok: false, reason });

    expect(first).toBeDefined();
    expect(await standing()).toEqual(first);
  },
);

test("an outbox message never overwrites another: that would lose an event", async () => {
  const { store } = running;
  const sameId = { ...store, ids: { next: () => "evt_00000000000000000000000001" } };
  const told = (version: number) =>
    outboxPut(
      sameId,
      { name: "HoldExpired", subject: { type: "booking", id: "bkg_1", version }, data: {} },
      "2027-03-01T12:00:00Z",
    );
  await commit(store, [told(1)]);

  await expect(commit(store, [told(2)])).rejects.toThrow("ConditionalCheckFailed");
});
