import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Context, SQSEvent } from "aws-lambda";
import { beforeEach, expect, it, vi } from "vitest";
import type { Deps } from "./deps.ts";
import { type DueWorks, dueWorker } from "./due-worker.ts";
import { fakeDeps } from "./testing/fake-deps.ts";

const PAST = "2026-12-31T23:00:00Z";
const LATER = "2027-01-01T06:00:00Z";

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  return () => vi.restoreAllMocks();
});

/** A worker of deadlines before one item, whose work does as the test says and is written down. */
function world(item: object | undefined, act: () => Promise<{ ok: true } | { ok: false; reason: string }>) {
  const { deps, table, log } = fakeDeps();
  table.on(GetCommand).callsFake(() => ({ Item: item }));
  const worked: string[] = [];
  const work = (kind: string) => (key: { pk: string }) => {
    worked.push(`${kind} ${key.pk}`);
    return act();
  };
  const works: DueWorks<"deadline-worker", Deps> = {
    BOOKING: work("booking"),
    CLEARANCE: work("clearance"),
    COHORT: work("cohort"),
  };
  const handle = dueWorker(async () => deps, "deadline-worker", works);
  const receive = (body: unknown, receives = 1) => {
    const record = { messageId: "message-1", attributes: { ApproximateReceiveCount: String(receives) } };
    return handle({ Records: [{ ...record, body: JSON.stringify(body) }] } as SQSEvent, {} as Context);
  };
  const postponed = () =>
    table.commandCalls(UpdateCommand).map(({ args }) => args[0].input.ExpressionAttributeValues?.[":later"]);
  const failures = () => log.filter((line) => JSON.parse(line).SweepFailures === 1).length;
  return { receive, worked, postponed, failures, table, log };
}

const key = { kind: "BOOKING", pk: "BKG#bkg_1", sk: "BOOKING" };
const due = { dueAt: PAST, version: 3 };
const none = { batchItemFailures: [] };
const back = { batchItemFailures: [{ itemIdentifier: "message-1" }] };
const succeeds = async () => ({ ok: true }) as const;

it.each(["BOOKING", "CLEARANCE", "COHORT"])("does the work of its kind: %s", async (kind) => {
  const { receive, worked } = world(due, succeeds);

  expect(await receive({ ...key, kind })).toEqual(none);

  expect(worked).toEqual([`${kind.toLowerCase()} BKG#bkg_1`]);
});

it.each([
  ["that is gone", undefined],
  ["that has no deadline any more", { version: 3 }],
  ["that is due later by now", { dueAt: LATER, version: 3 }],
])("does nothing for an item %s, at one read", async (_, item) => {
  const { receive, worked, table, postponed } = world(item, succeeds);

  expect(await receive(key)).toEqual(none);

  expect(worked).toEqual([]);
  expect(postponed()).toEqual([]);
  expect(table.calls()).toHaveLength(1);
});

it.each<[string, () => ReturnType<typeof succeeds>, number]>([
  ["fails", () => Promise.reject(new Error("broken")), 1],
  ["is refused", async () => ({ ok: false, reason: "unavailable" }) as never, 0],
  ["changes nothing", succeeds, 0],
])("postpones an item whose work %s, and the key leaves the queue", async (_, act, counted) => {
  const { receive, worked, postponed, failures } = world({ ...due, vain: 2 }, act);

  expect(await receive(key)).toEqual(none);

  expect(worked).toHaveLength(1);
  expect(postponed()).toEqual(["2027-01-01T00:04:00Z"]);
  expect(failures()).toBe(counted);
});

it("only postpones what comes back, since a worker died at it", async () => {
  const { receive, worked, postponed, failures } = world({ ...due, vain: 1 }, succeeds);

  expect(await receive(key, 2)).toEqual(none);

  expect(worked).toEqual([]);
  expect(postponed()).toEqual(["2027-01-01T00:02:00Z"]);
  expect(failures()).toBe(1);
});

it("leaves alone what comes back after its worker died behind its write", async () => {
  const { receive, worked, postponed, failures } = world({ dueAt: LATER, version: 4 }, succeeds);

  expect(await receive(key, 2)).toEqual(none);

  expect([worked, postponed(), failures()]).toEqual([[], [], 0]);
});

it("sends a message back when the tables cannot be reached", async () => {
  const { receive, table, worked } = world(due, succeeds);
  table.on(GetCommand).rejects(new Error("away"));

  expect(await receive(key)).toEqual(back);
  expect(worked).toEqual([]);
});

it.each([
  ["of another worker", { ...key, kind: "REFUND" }],
  ["of no kind", { ...key, kind: "constructor" }],
  ["that is none", { kind: "BOOKING" }],
])("sends back a key %s", async (_, body) => {
  const { receive, worked } = world(due, succeeds);

  expect(await receive(body)).toEqual(back);
  expect(worked).toEqual([]);
});

it("leaves its keys to the next sweep while Stripe is not configured", async () => {
  const { deps } = fakeDeps();
  const never = async () => {
    throw new Error("there is nothing to do it with");
  };
  const works = { ATTEMPT: never, REFUND: never, PAGES: never };
  const handle = dueWorker(async () => ({ notConfigured: "stripe", log: deps.log }), "payment-worker", works);

  expect(await handle({ Records: [{ messageId: "message-1", body: "{}" }] } as SQSEvent, {} as Context)).toEqual(none);
});
