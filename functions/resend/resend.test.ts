import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { BatchWriteCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { fakeDeps, fixedNow } from "@clearing/runtime/testing/fake-deps";
import { mockClient } from "aws-sdk-client-mock";
import { expect, test } from "vitest";
import { resend } from "./resend.ts";

const waiting = (number: number, createdAt = "2026-12-31T17:00:00Z") => ({
  pk: `evt_${number}`,
  sk: "OUTBOX",
  source: "clearing",
  detailType: "BookingHeld",
  detail: JSON.stringify({ id: `evt_${number}` }),
  createdAt,
});

/** An outbox with `pages`, and a bus that accepts the ids for which `takes` is true, and never those in `malformed`. */
function world(pages: object[][], takes: (id: string) => boolean = () => true, malformed: string[] = []) {
  const { deps, table, log } = fakeDeps();
  table.on(ScanCommand).callsFake(({ ExclusiveStartKey }: { ExclusiveStartKey?: { pk: number } }) => {
    const page = ExclusiveStartKey?.pk ?? 0;
    return { Items: pages[page] ?? [], ...(page + 1 < pages.length && { LastEvaluatedKey: { pk: page + 1 } }) };
  });
  const bus = new EventBridgeClient({ region: "us-east-1" });
  const calls: string[][] = [];
  mockClient(bus as never)
    .on(PutEventsCommand as never)
    .callsFake(({ Entries }: { Entries: { Detail: string }[] }) => {
      const ids = Entries.map(({ Detail }) => JSON.parse(Detail).id as string);
      calls.push(ids);
      const answer = (id: string) => {
        if (malformed.includes(id)) return { ErrorCode: "MalformedDetail" };
        return takes(id) ? { EventId: `bus-${id}` } : { ErrorCode: "InternalFailure" };
      };
      return { Entries: ids.map(answer) };
    });
  const deleted = () =>
    table
      .commandCalls(BatchWriteCommand)
      .flatMap(({ args }) => args[0].input.RequestItems?.outbox ?? [])
      .map(({ DeleteRequest }) => DeleteRequest?.Key?.pk);
  const age = () => log.map((line) => JSON.parse(line).OutboxAge).find((value) => value !== undefined);
  return { run: () => resend(deps, bus), table, log, calls, deleted, age };
}

test("sends items that the stream gave up hours ago, and deletes them", async () => {
  const { run, calls, deleted } = world([[waiting(1)], [waiting(2)]]);

  await run();

  expect(calls).toEqual([["evt_1", "evt_2"]]);
  expect(deleted()).toEqual(["evt_1", "evt_2"]);
});

test("deletes an item that appears on two scan pages, naming it once", async () => {
  const { run, deleted } = world([[waiting(1), waiting(2)], [waiting(1)]]);

  await run();

  expect(deleted()).toEqual(["evt_1", "evt_2"]);
});

test("leaves new items to the stream", async () => {
  const { run, table } = world([[]]);

  await run();

  const [scan] = table.commandCalls(ScanCommand);
  expect(scan?.args[0].input).toMatchObject({
    FilterExpression: "NOT createdAt BETWEEN :before AND :ahead",
    ExpressionAttributeValues: { ":before": "2026-12-31T23:58:00Z", ":ahead": "2027-01-01T00:02:00Z" },
  });
});

test("keeps items that the bus does not accept", async () => {
  const { run, deleted } = world([[waiting(1), waiting(2)]], (id) => id !== "evt_1");

  await run();

  expect(deleted()).toEqual(["evt_2"]);
});

test("measures the age of the oldest item, or zero", async () => {
  const late = world([[waiting(1, "2026-12-31T23:50:00Z"), waiting(2, "2026-12-31T23:00:00Z")]]);
  const none = world([[]]);

  await Promise.all([late.run(), none.run()]);

  expect(fixedNow).toBe("2027-01-01T00:00:00Z");
  expect([late.age(), none.age()]).toEqual([60 * 60 * 1000, 0]);
});

test("is bounded: some hundred messages in one run, and few calls while the bus is down", async () => {
  const many = Array.from({ length: 700 }, (_, index) => waiting(index));
  const [well, away] = [world([many, many]), world([many], () => false)];

  await Promise.all([well.run(), away.run()]);

  expect(well.deleted()).toHaveLength(500);
  expect(well.table.commandCalls(ScanCommand)).toHaveLength(1);
  expect(new Set(away.calls.flat()).size).toBe(30);
});

test("reports unsendable items and counts them separately, so that they hide no waiting item", async () => {
  const broken = Array.from({ length: 600 }, (_, index) => ({
    pk: `broken_${index}`,
    createdAt: "2026-12-01T00:00:00Z",
  }));
  const { run, calls, deleted, log, age } = world([broken, [waiting(2, "2026-12-31T23:50:00Z")]]);

  await run();

  expect(calls).toEqual([["evt_2"]]);
  expect(deleted()).toEqual(["evt_2"]);
  expect(age()).toBe(10 * 60 * 1000);
  expect(log.map((line) => JSON.parse(line).OutboxUnsendable)).toContain(600);
  expect(log.join()).toContain("broken_599");
});

test("counts permanently refused items separately", async () => {
  const { run, deleted, log, age } = world([[waiting(1, "2026-12-01T00:00:00Z"), waiting(2)]], undefined, ["evt_1"]);

  await run();

  expect(deleted()).toEqual(["evt_2"]);
  expect(age()).toBe(7 * 3_600_000);
  expect(log.map((line) => JSON.parse(line).OutboxUnsendable)).toContain(1);
});
