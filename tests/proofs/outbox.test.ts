import { PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resend } from "../../functions/resend/resend.ts";
import { fakeDeps } from "../../packages/runtime/src/testing/fake-deps.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now = "2027-03-01T17:00:00Z";
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

test("an unsendable outbox item is reported however it is malformed, stays in the table, and blocks nothing", async () => {
  const { store } = running;
  const item = (pk: string | undefined, createdAt: unknown, detail: unknown = "{}") => ({
    pk,
    sk: "OUTBOX",
    source: "clearing",
    detailType: "BookingHeld",
    detail,
    createdAt,
  });
  const [late, fresh, undated, counted, yesterday, broken] = Array.from({ length: 6 }, () => ids.next("evt"));
  const items = [
    item(late, "2027-03-01T16:30:00Z"),
    item(fresh, "2027-03-01T16:59:30Z"),
    item(undated, undefined),
    item(counted, 1_800_000_000),
    item(yesterday, "yesterday"),
    item(broken, "2027-03-01T10:00:00Z", "{"),
  ];
  for (const Item of items) await store.client.send(new PutCommand({ TableName: store.tables.outbox, Item }));
  const { deps, log } = fakeDeps({ store, clock: { now: () => now } });
  const bus = { send: async () => ({ Entries: [{ EventId: "1" }] }) };

  await resend(deps, bus as unknown as Parameters<typeof resend>[1]);

  const { Items = [] } = await store.client.send(new ScanCommand({ TableName: store.tables.outbox }));
  expect(Items.map(({ pk }) => pk).sort()).toEqual([broken, counted, fresh, undated, yesterday].sort());
  const lines = log.map((line) => JSON.parse(line));
  expect(lines.flatMap(({ outboxId }) => outboxId ?? []).sort()).toEqual([broken, counted, undated, yesterday].sort());
  expect(lines.map(({ OutboxAge }) => OutboxAge)).toContain(30 * 60_000);
});
