import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, UpdateCommand, type UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import type { Context, SQSEvent } from "aws-lambda";
import { beforeEach, expect, test, vi } from "vitest";
import type { Deps } from "./deps.ts";
import { fakeDeps } from "./testing/fake-deps.ts";
import { type WorkByKind, workerHandler } from "./worker-handler.ts";

const past = "2026-12-31T23:00:00Z";
const later = "2027-01-01T06:00:00Z";

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  return () => vi.restoreAllMocks();
});

const isTurn = ({ Key }: UpdateCommandInput) => String(Key?.pk).startsWith("TRY#");

/** A worker with one item at which workers had `turns` turns before; its work does as the test says. */
function world(item: object | undefined, act: () => Promise<{ ok: true } | { ok: false; reason: string }>, turns = 0) {
  const { deps, table, log } = fakeDeps();
  table.on(GetCommand).callsFake(() => ({ Item: item }));
  table
    .on(UpdateCommand)
    .callsFake((input: UpdateCommandInput) => (isTurn(input) ? { Attributes: { tries: turns + 1 } } : {}));
  const worked: string[] = [];
  const work = (kind: string) => (key: { pk: string }) => {
    worked.push(`${kind} ${key.pk}`);
    return act();
  };
  const works: WorkByKind<"deadline-worker", Deps> = {
    BOOKING: work("booking"),
    CLEARANCE: work("clearance"),
    COHORT: work("cohort"),
  };
  const handle = workerHandler(async () => deps, "deadline-worker", works);
  const receive = (body: unknown) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return handle({ Records: [{ messageId: "message-1", body: text }] } as SQSEvent, {} as Context);
  };
  const updates = () => table.commandCalls(UpdateCommand).map(({ args }) => args[0].input);
  const postponed = () =>
    updates()
      .filter((input) => !isTurn(input))
      .map(({ ExpressionAttributeValues }) => ExpressionAttributeValues?.[":later"]);
  const failures = () => log.filter((line) => JSON.parse(line).SweepFailures === 1).length;
  return { receive, worked, postponed, failures, table, log };
}

const key = { kind: "BOOKING", pk: "BKG#bkg_1", sk: "BOOKING" };
const due = { dueAt: past, version: 3 };
const none = { batchItemFailures: [] };
const back = { batchItemFailures: [{ itemIdentifier: "message-1" }] };
const succeeds = async () => ({ ok: true }) as const;

test.each(["BOOKING", "CLEARANCE", "COHORT"])("does the work of its kind: %s", async (kind) => {
  const { receive, worked } = world(due, succeeds);

  expect(await receive({ ...key, kind })).toEqual(none);

  expect(worked).toEqual([`${kind.toLowerCase()} BKG#bkg_1`]);
});

test("works under the id of its message", async () => {
  const { deps, table } = fakeDeps();
  table.on(GetCommand).callsFake(() => ({ Item: due }));
  table.on(UpdateCommand).callsFake(() => ({ Attributes: { tries: 1 } }));
  const ids: string[] = [];
  const work = async (_: unknown, { store }: Deps) => {
    ids.push(store.correlationId);
    return { ok: true } as const;
  };
  const handle = workerHandler(async () => deps, "deadline-worker", { BOOKING: work, CLEARANCE: work, COHORT: work });

  await handle({ Records: [{ messageId: "message-7", body: JSON.stringify(key) }] } as SQSEvent, {} as Context);

  expect(ids).toEqual(["message-7"]);
});

test.each([
  ["that does not exist any more", undefined],
  ["that has no deadline any more", { version: 3 }],
  ["whose deadline has moved", { dueAt: later, version: 3 }],
])("does nothing for an item %s, at one read", async (_, item) => {
  const { receive, worked, table, postponed } = world(item, succeeds);

  expect(await receive(key)).toEqual(none);

  expect(worked).toEqual([]);
  expect(postponed()).toEqual([]);
  expect(table.calls()).toHaveLength(1);
});

test.each<[string, () => ReturnType<typeof succeeds>, number]>([
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

test("retries a key at which one worker died", async () => {
  const { receive, worked } = world(due, succeeds, 1);

  expect(await receive(key)).toEqual(none);

  expect(worked).toHaveLength(1);
});

test("postpones a key at which two workers died, longer each time, and counts it", async () => {
  const { receive, worked, postponed, failures } = world({ ...due, vain: 1 }, succeeds, 2);

  expect(await receive(key)).toEqual(none);

  expect(worked).toEqual([]);
  expect(postponed()).toEqual(["2027-01-01T00:02:00Z"]);
  expect(failures()).toBe(1);
});

test("skips a key on which another worker has its turn", async () => {
  const { receive, worked, postponed, failures, table } = world(due, succeeds);
  table.on(UpdateCommand).rejects(new ConditionalCheckFailedException({ message: "no", $metadata: {} }));

  expect(await receive(key)).toEqual(none);

  expect([worked, postponed(), failures()]).toEqual([[], [], 0]);
});

test.each([
  ["read", GetCommand],
  ["written", UpdateCommand],
])(
  "lets go of a key when the tables cannot be %s, which is counted: the next sweep hands it out",
  async (_, command) => {
    const { receive, table, worked, failures } = world(due, succeeds);
    table.on(command as typeof GetCommand).rejects(new Error("away"));

    expect(await receive(key)).toEqual(none);

    expect(worked).toEqual([]);
    expect(failures()).toBe(1);
  },
);

test.each([
  ["of another worker", { ...key, kind: "REFUND" }],
  ["of an unknown kind", { ...key, kind: "constructor" }],
  ["without a key", { kind: "BOOKING" }],
  ["that is invalid JSON", "{"],
  ["that is null", null],
])("returns a key %s to the queue, as a dead letter in the end", async (_, body) => {
  const { receive, worked } = world(due, succeeds);

  expect(await receive(body)).toEqual(back);
  expect(worked).toEqual([]);
});

test("leaves its keys to the next sweep while Stripe is not configured", async () => {
  const { deps } = fakeDeps();
  const never = async () => {
    throw new Error("the handler must not be called");
  };
  const works = { ATTEMPT: never, REFUND: never, PAGES: never };
  const handle = workerHandler(async () => ({ notConfigured: "stripe", log: deps.log }), "payment-worker", works);

  expect(await handle({ Records: [{ messageId: "message-1", body: "{}" }] } as SQSEvent, {} as Context)).toEqual(none);
});
