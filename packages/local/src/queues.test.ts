import { afterEach, expect, test } from "vitest";
import { createClock } from "./clock.ts";
import { openDatabase } from "./data-folder.ts";
import { createQueues, failuresOf } from "./queues.ts";
import type { Invocation } from "./sandbox.ts";

type Batch = { Records: { messageId: string; body: string; attributes: { ApproximateReceiveCount: string } }[] };
const queue = (name: string, over = {}) => ({
  name,
  arn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
  url: `https://sqs.us-east-1.amazonaws.com/000000000000/${name}`,
  fifo: false,
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

/** Queues whose one consumer does as `handle` says; time stands still unless it is moved, or is given. */
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

test("a batch that succeeds is gone", async () => {
  const { send, quiet, batches, queues } = setUp(async () => done);
  send("a", "b");
  await quiet();
  queues.hurry();
  await quiet();
  expect(batches.map((batch) => batch.Records.map(({ body }) => body).sort())).toEqual([["a", "b"]]);
});

test("a message that comes when all are done is handed out as well", async () => {
  const { send, quiet, batches } = setUp(async () => done);
  send("a");
  await quiet();
  send("b");
  await quiet();
  expect(batches.map((batch) => batch.Records.map(({ body }) => body))).toEqual([["a"], ["b"]]);
});

test("a delayed message is handed out when time has passed by itself", async () => {
  const { send, batches } = setUp(async () => done, [queue("work", { delayMs: 20 })], {}, Date.now);
  send("a");
  await expect.poll(() => batches.length, { interval: 5 }).toBe(1);
});

test("only the messages that a batch names as failed come again", async () => {
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

test("hurrying ends three time-outs, and then names the time that the message waits for", async () => {
  const { send, quiet, queues, batches, clock } = setUp(async () => broken, [queue("work")]);
  send("a");
  for (let round = 0; round < 6; round++) {
    await quiet();
    queues.hurry();
  }
  expect(batches).toHaveLength(4);
  expect(queues.hurry()).toBe(clock.now() + 60_000);
});

test("a delayed message waits for its time, hurry or not", async () => {
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

test("no more batches are handled at once than the mapping allows", async () => {
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

test("a message that the mapping's filter refuses is dropped unseen", async () => {
  const filters = [{ body: { kind: ["wanted"] } }];
  const { send, quiet, batches, queues } = setUp(async () => done, undefined, { filters });
  send('{"kind":"other"}', '{"kind":"wanted"}');
  await quiet();
  expect(batches.flatMap((batch) => batch.Records.map(({ body }) => body))).toEqual(['{"kind":"wanted"}']);
  expect(queues.deadLetters()).toBe(0);
});

/** A FIFO queue with one message in a call, whose bodies are `<group><number>`. */
function setUpFifo(handle: (body: string) => Promise<Invocation>) {
  const fifo = { ...work, fifo: true };
  const world = setUp((batch) => handle(batch.Records[0]?.body ?? ""), [fifo, queue("dead")], { batchSize: 1 });
  const send = (...bodies: string[]) => {
    for (const body of bodies) {
      world.queues.insert(fifo.arn, body, { groupId: body[0] ?? "", deduplicationId: body });
    }
    world.queues.wake();
  };
  const received = () => world.batches.flatMap(({ Records }) => Records.map(({ body }) => body));
  return { ...world, send, received };
}

test("a FIFO queue takes a message once in five minutes, handled or not", async () => {
  const { send, quiet, received, clock } = setUpFifo(async () => done);
  send("a1", "a1");
  await quiet();
  clock.moveTo(clock.now() + 4 * 60_000);
  send("a1");
  await quiet();
  expect(received()).toEqual(["a1"]);
  clock.moveTo(clock.now() + 60_000);
  send("a1");
  await quiet();
  expect(received()).toEqual(["a1", "a1"]);
});

test("a FIFO queue hands out a group in order, one at a time, while other groups go on", async () => {
  const running = new Set<string>();
  const together: string[][] = [];
  const { send, quiet, received } = setUpFifo(async (body) => {
    running.add(body);
    together.push([...running].sort());
    await new Promise((resolve) => setTimeout(resolve, 5));
    running.delete(body);
    return done;
  });
  send("a1", "a2", "a3", "b1", "b2", "b3");
  await quiet();
  expect(received().filter((body) => body.startsWith("a"))).toEqual(["a1", "a2", "a3"]);
  expect(received().filter((body) => body.startsWith("b"))).toEqual(["b1", "b2", "b3"]);
  expect(together.filter((bodies) => new Set(bodies.map(([group]) => group)).size < bodies.length)).toEqual([]);
  expect(together.some(({ length }) => length === 2)).toBe(true);
});

test("in a FIFO queue a failed message holds up its own group alone, until its time-out passes", async () => {
  let broke = false;
  const { send, quiet, received, queues, clock } = setUpFifo(async (body) => {
    const fails = body === "a1" && !broke;
    broke ||= fails;
    return fails ? broken : done;
  });
  send("a1", "a2", "b1");
  await quiet();
  expect(received().toSorted()).toEqual(["a1", "b1"]);
  expect(queues.waiting(work.arn)).toBe(1);
  clock.moveTo(clock.now() + 60_000);
  await quiet();
  expect(received().slice(2)).toEqual(["a1", "a2"]);
  expect(queues.waiting(work.arn)).toBe(0);
});

test.each([
  ["an error", broken, true, ["1", "2"]],
  ["no answer", { ok: true, payload: undefined } as const, true, []],
  ["null", done, true, []],
  ["one named", { ok: true, payload: '{"batchItemFailures":[{"itemIdentifier":"2"}]}' } as const, true, ["2"]],
  [
    "one that was not in the batch",
    { ok: true, payload: '{"batchItemFailures":[{"itemIdentifier":"9"}]}' } as const,
    true,
    ["1", "2"],
  ],
  [
    "one named without partial failures",
    { ok: true, payload: '{"batchItemFailures":[{"itemIdentifier":"2"}]}' } as const,
    false,
    [],
  ],
])("after %s the right messages are retried", (_, result, partial, failed) => {
  expect([...failuresOf(result, ["1", "2"], partial)]).toEqual(failed);
});
