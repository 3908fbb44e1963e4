import { afterEach, expect, test } from "vitest";
import { failuresOf } from "./batch-result.ts";
import { createClock } from "./clock.ts";
import { openDatabase } from "./data-folder.ts";
import { createQueues } from "./queues.ts";
import type { Invocation } from "./sandbox.ts";

type Batch = { Records: { messageId: string; body: string; attributes: { ApproximateReceiveCount: string } }[] };
const queue = (name: string, over = {}) => ({
  name,
  arn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
  url: `https://sqs.us-east-1.amazonaws.com/000000000000/${name}`,
  visibilityMs: 60_000,
  delayMs: 0,
  redrive: undefined,
  ...over,
});
const work = queue("work", { redrive: { arn: queue("dead").arn, maxReceives: 2 } });
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const standingStill = () => 1_800_000_000_000;

/** Queues whose one consumer behaves as `handle` says; time stands still unless the test moves it or passes a clock. */
function setUp(
  handle: (batch: Batch) => Promise<Invocation>,
  specs = [work, queue("dead")],
  mapping = {},
  time = standingStill,
) {
  const db = openDatabase(":memory:");
  const clock = createClock(db, time);
  const batches: Batch[] = [];
  const queues = createQueues({
    db,
    queues: specs,
    clock,
    mappings: [
      {
        id: "M",
        functionId: "F",
        sourceArn: work.arn,
        batchSize: 10,
        maxConcurrency: 2,
        filters: [],
        partialFailures: true,
        maxRetries: -1,
        maxAgeMs: -1,
        bisect: false,
        onFailureArn: undefined,
        ...mapping,
      },
    ],
    invoke: (_, event) => {
      batches.push(event as Batch);
      return handle(event as Batch);
    },
  });
  stops.push(() => queues.stop());
  const send = (...bodies: string[]) => {
    for (const body of bodies) queues.insert(work.arn, body);
    queues.wake();
  };
  const quiet = () => expect.poll(() => queues.busy(), { interval: 1 }).toBe(false);
  return { queues, clock, batches, send, quiet };
}
const done: Invocation = { ok: true, payload: "null" };
const broken: Invocation = { ok: false, errorType: "Error", errorMessage: "broken" };

test("a successful batch is deleted", async () => {
  const { send, quiet, batches, queues } = setUp(async () => done);
  send("a", "b");
  await quiet();
  queues.hurry();
  await quiet();
  expect(batches.map((batch) => batch.Records.map(({ body }) => body).sort())).toEqual([["a", "b"]]);
});

test("a message that arrives after all are done is also delivered", async () => {
  const { send, quiet, batches } = setUp(async () => done);
  send("a");
  await quiet();
  send("b");
  await quiet();
  expect(batches.map((batch) => batch.Records.map(({ body }) => body))).toEqual([["a"], ["b"]]);
});

test("a delayed message is delivered when real time has passed", async () => {
  const { send, batches } = setUp(async () => done, [queue("work", { delayMs: 20 })], {}, Date.now);
  send("a");
  await expect.poll(() => batches.length, { interval: 5 }).toBe(1);
});

test("a message whose time-out passed while the process was busy is delivered at the next work on any queue", async () => {
  let time = standingStill();
  const { send, quiet, batches, queues } = setUp(
    async () => broken,
    undefined,
    {},
    () => time,
  );
  send("a");
  await quiet();

  // The timer for that instant has not fired yet.
  time += work.visibilityMs;
  queues.wake();

  await expect.poll(() => batches.length, { interval: 1 }).toBe(2);
});

test("only the messages that a batch reports as failed are retried", async () => {
  const fail = (batch: Batch) =>
    batch.Records.filter(({ body }) => body === "b").map(({ messageId }) => ({ itemIdentifier: messageId }));
  let first = true;
  const { send, quiet, batches, queues } = setUp(async (batch) => {
    const payload = JSON.stringify({ batchItemFailures: first ? fail(batch) : [] });
    first = false;
    return { ok: true, payload };
  });
  send("a", "b");
  await quiet();
  queues.hurry();
  await quiet();
  expect(batches[1]?.Records).toMatchObject([{ body: "b", attributes: { ApproximateReceiveCount: "2" } }]);
});

test("a failed message is invisible until its time-out passes on the stack's clock", async () => {
  const { send, quiet, batches, queues, clock } = setUp(async () => broken);
  send("a");
  await quiet();
  expect(batches).toHaveLength(1);
  expect(queues.nextVisible()).toBe(clock.now() + 60_000);
  clock.moveTo(clock.now() + 60_000);
  await quiet();
  expect(batches).toHaveLength(2);
});

test("a message that was received too often goes to the dead-letter queue", async () => {
  const { send, quiet, queues, batches } = setUp(async () => broken);
  send("a");
  for (let round = 0; round < 4; round++) {
    await quiet();
    queues.hurry();
  }
  await quiet();
  expect(batches).toHaveLength(2);
  expect(queues.deadLetters()).toBe(1);
});

test("hurry ends three time-outs, and then returns the next instant", async () => {
  const { send, quiet, queues, batches, clock } = setUp(async () => broken, [queue("work")]);
  send("a");
  for (let round = 0; round < 6; round++) {
    await quiet();
    queues.hurry();
  }
  expect(batches).toHaveLength(4);
  expect(queues.hurry()).toBe(clock.now() + 60_000);
});

test("a delayed message waits for its time, despite hurry", async () => {
  const delayed = { ...work, delayMs: 30_000 };
  const { send, quiet, queues, batches, clock } = setUp(async () => done, [delayed, queue("dead")]);
  send("a");
  queues.hurry();
  await quiet();
  expect(batches).toHaveLength(0);
  clock.moveTo(clock.now() + 30_000);
  await quiet();
  expect(batches).toHaveLength(1);
});

test("the mapping limits how many batches are handled at once", async () => {
  let running = 0;
  let most = 0;
  const { send, quiet, batches } = setUp(
    async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return done;
    },
    undefined,
    { batchSize: 1 },
  );
  send("a", "b", "c", "d", "e");
  await quiet();
  expect(batches).toHaveLength(5);
  expect(most).toBe(2);
});

test("a message that the mapping's filter rejects is deleted without a call", async () => {
  const filters = [{ body: { kind: ["wanted"] } }];
  const { send, quiet, batches, queues } = setUp(async () => done, undefined, { filters });
  send('{"kind":"other"}', '{"kind":"wanted"}');
  await quiet();
  expect(batches.flatMap((batch) => batch.Records.map(({ body }) => body))).toEqual(['{"kind":"wanted"}']);
  expect(queues.deadLetters()).toBe(0);
});

test("a message keeps its group, which delays no other", async () => {
  let most = 0;
  let running = 0;
  const handle = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
    return done;
  };
  const { queues, quiet, batches } = setUp(handle, undefined, { batchSize: 1 });
  for (const body of ["a", "b"]) queues.insert(work.arn, body, "BOOKING");
  queues.wake();
  await quiet();
  expect(batches.flatMap(({ Records }) => Records.map(({ attributes }) => attributes))).toMatchObject([
    { MessageGroupId: "BOOKING" },
    { MessageGroupId: "BOOKING" },
  ]);
  expect(most).toBe(2);
});

test("a queue counts visible, in-flight and delayed messages", async () => {
  const delayed = { ...work, delayMs: 30_000 };
  const { queues, send, quiet, clock } = setUp(async () => broken, [delayed, queue("dead")]);
  send("a", "b");
  expect(queues.counts(work.arn)).toEqual({ visible: 0, inFlight: 0, delayed: 2 });
  clock.moveTo(clock.now() + 30_000);
  expect(queues.counts(work.arn)).toEqual({ visible: 2, inFlight: 0, delayed: 0 });
  await quiet();
  expect(queues.counts(work.arn)).toEqual({ visible: 0, inFlight: 2, delayed: 0 });
});

test.each([
  ["an error", broken, true, ["1", "2"]],
  ["no answer", { ok: true, payload: undefined } as const, true, []],
  ["null", done, true, []],
  ["one reported item", { ok: true, payload: '{"batchItemFailures":[{"itemIdentifier":"2"}]}' } as const, true, ["2"]],
  [
    "a reported item that was not in the batch",
    { ok: true, payload: '{"batchItemFailures":[{"itemIdentifier":"9"}]}' } as const,
    true,
    ["1", "2"],
  ],
  [
    "a reported item without partial failures",
    { ok: true, payload: '{"batchItemFailures":[{"itemIdentifier":"2"}]}' } as const,
    false,
    [],
  ],
])("after %s the right messages are retried", (_, result, partial, failed) => {
  expect([...failuresOf(result, ["1", "2"], partial)]).toEqual(failed);
});
