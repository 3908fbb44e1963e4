import { GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { plusSeconds } from "@clearing/domain/time";
import { fakeDeps, fixedNow } from "@clearing/runtime/testing/fake-deps";
import type { DeadlineKind } from "@clearing/store/keys";
import { mockClient } from "aws-sdk-client-mock";
import { expect, test } from "vitest";
import { handOut } from "./hand-out.ts";

type Entry = { Id: string; MessageBody: string; MessageGroupId: string };
type Batch = { QueueUrl: string; Entries: Entry[] };

const past = "2026-12-31T23:00:00Z";

/**
 * An index with this many reached items of each kind in its first shard, the earliest `done` of which are done already,
 * and queues that answer as the test says.
 */
function world(
  reached: Partial<Record<DeadlineKind, number>>,
  {
    done = {} as Partial<Record<DeadlineKind, number>>,
    depth = {},
    seconds = 0,
    silent = "none",
    answer = (_: Batch): object => ({}),
  } = {},
) {
  let now = fixedNow;
  const { deps, table, log } = fakeDeps({ clock: { now: () => now } });
  table.on(QueryCommand).callsFake(({ TableName, ExpressionAttributeValues, Limit, ExclusiveStartKey }) => {
    const [kind, shard] = ExpressionAttributeValues[":shard"].split("#") as [DeadlineKind, string];
    expect(TableName).toBe(kind === "CLEARANCE" ? "clearance" : "core");
    const start = ExclusiveStartKey?.index ?? done[kind] ?? 0;
    const end = shard === "0" ? Math.min(reached[kind] ?? 0, start + Limit) : start;
    const Items = Array.from({ length: end - start }, (_, index) => {
      return { pk: `BKG#${kind}${start + index}`, sk: kind, dueAt: past };
    });
    return { Items, ...(end < (reached[kind] ?? 0) && shard === "0" && { LastEvaluatedKey: { index: end } }) };
  });
  const sqs = new SQSClient({ region: "us-east-1" });
  const queue = mockClient(sqs as never);
  queue.on(GetQueueAttributesCommand as never).callsFake(({ QueueUrl }: Pick<Batch, "QueueUrl">) => {
    if (QueueUrl.includes(silent)) throw new Error("no answer");
    return { Attributes: depth };
  });
  const batches: Batch[] = [];
  let calls = 0;
  let mostCalls = 0;
  queue.on(SendMessageBatchCommand as never).callsFake(async (batch: Batch) => {
    batches.push(batch);
    mostCalls = Math.max(mostCalls, ++calls);
    now = plusSeconds(now, seconds);
    await new Promise((resolve) => setImmediate(resolve));
    calls--;
    return answer(batch);
  });
  const entries = () => batches.flatMap(({ Entries }) => Entries);
  const ofKind = (kind: DeadlineKind) => entries().filter(({ MessageGroupId }) => MessageGroupId === kind).length;
  const asked = () => queue.commandCalls(GetQueueAttributesCommand as never).length;
  return { run: () => handOut(deps, sqs), batches, entries, ofKind, asked, log, calls: () => mostCalls };
}

test("sends each key to the queue of its worker, in calls of ten", async () => {
  const { run, batches } = world({ BOOKING: 11, CLEARANCE: 1, COHORT: 1, ATTEMPT: 1, REFUND: 1, PAGES: 1 });

  await run();

  const sent = (name: string) => batches.filter(({ QueueUrl }) => QueueUrl.includes(name));
  expect(sent("deadlines").map(({ Entries }) => Entries.length)).toEqual([10, 3]);
  expect(sent("payments").map(({ Entries }) => Entries.length)).toEqual([3]);
  const kinds = sent("payments").flatMap(({ Entries }) => Entries.map(({ MessageBody }) => JSON.parse(MessageBody)));
  expect(kinds).toEqual([
    { kind: "ATTEMPT", pk: "BKG#ATTEMPT0", sk: "ATTEMPT" },
    { kind: "REFUND", pk: "BKG#REFUND0", sk: "REFUND" },
    { kind: "PAGES", pk: "BKG#PAGES0", sk: "PAGES" },
  ]);
});

test.each([
  ["deadlines", "payments"],
  ["payments", "deadlines"],
])("sends the keys of one queue if the other, %s, does not answer, and then fails", async (silent, other) => {
  const { run, batches } = world({ BOOKING: 1, ATTEMPT: 30 }, { silent });

  await expect(run()).rejects.toThrow("no answer");

  expect(batches.flatMap(({ Entries }) => Entries)).toHaveLength(other === "payments" ? 30 : 1);
  expect(batches.every(({ QueueUrl }) => QueueUrl.includes(other))).toBe(true);
});

test("groups keys by kind for SQS's fair queues, and gives each call unique ids", async () => {
  const { run, entries } = world({ BOOKING: 1, CLEARANCE: 1 });

  await run();

  expect(entries()).toMatchObject([{ MessageGroupId: "BOOKING" }, { MessageGroupId: "CLEARANCE" }]);
  expect(entries().flatMap(Object.keys)).not.toContain("MessageDeduplicationId");
  expect(new Set(entries().map(({ Id }) => Id)).size).toBe(2);
});

test("takes the kinds in turn, so that none waits for all of another", async () => {
  const { run, entries } = world({ BOOKING: 50, COHORT: 1 });

  await run();

  expect(entries()[1]).toMatchObject({ MessageGroupId: "COHORT" });
});

test("hands 10,000 keys out at once, a bounded number of calls at a time", async () => {
  const { run, entries, calls } = world({ ATTEMPT: 10_000 });

  await run();

  expect(new Set(entries().map(({ MessageBody }) => MessageBody)).size).toBe(10_000);
  expect(calls()).toBeGreaterThan(1);
  expect(calls()).toBeLessThanOrEqual(10);
});

test("sends few keys twice while the workers need minutes for ten thousand", async () => {
  const [done, depth] = [{ ATTEMPT: 0 }, { ApproximateNumberOfMessages: "0" }];
  const { run, entries } = world({ ATTEMPT: 10_000 }, { done, depth });
  const workedAMinute = 1_500;
  let minutes = 0;
  for (let taken = 0; done.ATTEMPT < 10_000; minutes++) {
    await run();
    const worked = entries().slice(taken, taken + workedAMinute);
    taken += worked.length;
    const numbers = worked.map(({ MessageBody }) => Number(/ATTEMPT(\d+)/.exec(MessageBody)?.[1]));
    done.ATTEMPT = Math.max(done.ATTEMPT, ...numbers.map((number) => number + 1));
    depth.ApproximateNumberOfMessages = String(entries().length - taken);
  }

  expect(minutes).toBe(Math.ceil(10_000 / workedAMinute));
  expect(entries().length).toBeLessThan(10_500);
});

test("asks no queue when nothing is due, and each only once", async () => {
  const [idle, busy] = [world({}), world({ BOOKING: 30, REFUND: 2 })];

  await Promise.all([idle.run(), busy.run()]);

  expect(idle.asked()).toBe(0);
  expect(idle.batches).toEqual([]);
  expect(busy.asked()).toBe(2);
});

test("sends at most this many keys of a kind in one run", async () => {
  const { run, ofKind } = world({ BOOKING: 10_001, CLEARANCE: 3 });

  await run();

  expect([ofKind("BOOKING"), ofKind("CLEARANCE")]).toEqual([10_000, 3]);
});

const visible = "ApproximateNumberOfMessages";
const inFlight = "ApproximateNumberOfMessagesNotVisible";
const delayed = "ApproximateNumberOfMessagesDelayed";

test.each([
  ["wait", { [visible]: "1001" }],
  ["are in flight", { [inFlight]: "1001" }],
  ["are delayed", { [delayed]: "1001" }],
  ["wait, are in flight or are delayed", { [visible]: "401", [inFlight]: "500", [delayed]: "100" }],
])(
  "while more than a thousand messages of a queue %s, it is handed only the first keys of each kind",
  async (_, depth) => {
    const { run, ofKind } = world({ BOOKING: 60, CLEARANCE: 3, COHORT: 70 }, { depth });

    await run();

    expect([ofKind("BOOKING"), ofKind("CLEARANCE"), ofKind("COHORT")]).toEqual([50, 3, 50]);
  },
);

test("sends all reached keys to a queue of a thousand messages", async () => {
  const { run, ofKind } = world({ BOOKING: 60 }, { depth: { [visible]: "600", [inFlight]: "400" } });

  await run();

  expect(ofKind("BOOKING")).toBe(60);
});

test("ends when its time is over", async () => {
  const { run, entries } = world({ BOOKING: 10_000 }, { seconds: 10 });

  await run();

  expect(entries().length).toBeGreaterThan(0);
  expect(entries().length).toBeLessThan(500);
});

test.each<[string, () => object]>([
  ["does not take a key", () => ({ Failed: [{ Id: "0", Code: "InternalError" }] })],
  ["does not answer", () => Promise.reject(new Error("away"))],
])("counts it if a queue %s, and continues with the others", async (_, answer) => {
  let first = true;
  const { run, batches, log } = world(
    { BOOKING: 25 },
    {
      answer: () => {
        const failing = first;
        first = false;
        return failing ? answer() : {};
      },
    },
  );

  await run();

  expect(batches).toHaveLength(3);
  expect(log.map((line) => JSON.parse(line).SweepFailures).filter(Boolean)).toEqual([1]);
});
