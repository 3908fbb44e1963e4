import { afterEach, expect, test } from "vitest";
import { openDatabase } from "./data-folder.ts";
import type { DynamoDb } from "./dynamodb-process.ts";
import type { Invocation } from "./sandbox.ts";
import { createStreams } from "./streams.ts";
import type { TableSpec } from "./topology.ts";

type Batch = { Records: { eventName: string; eventSourceARN: string; dynamodb: { SequenceNumber: string } }[] };
const streamArn = "arn:aws:dynamodb:us-east-1:000000000000:table/outbox/stream/local";
const numbers = (batch: Batch) => batch.Records.map((record) => Number(record.dynamodb.SequenceNumber));
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** One shard whose iterator is the number of records read; records are numbered from 1. */
function storeOf(records: string[]): DynamoDb {
  const answers: Record<string, (input: { ShardIterator?: string; SequenceNumber?: string }) => unknown> = {
    DescribeTable: () => ({ Table: { LatestStreamArn: "arn" } }),
    DescribeStream: () => ({ StreamDescription: { Shards: [{ ShardId: "shard" }] } }),
    GetShardIterator: ({ SequenceNumber = "0" }) => ({ ShardIterator: SequenceNumber }),
    GetRecords: ({ ShardIterator }) => ({
      Records: records.slice(Number(ShardIterator)).map((eventName, index) => ({
        eventName,
        dynamodb: { SequenceNumber: String(Number(ShardIterator) + index + 1) },
      })),
      NextShardIterator: String(records.length),
    }),
  };
  return {
    call: async (target: string, input: object) => answers[target.split(".")[1] ?? ""]?.(input),
  } as unknown as DynamoDb;
}

function setUp(
  handle: (batch: Batch) => Invocation,
  mapping = {},
  db = openDatabase(":memory:"),
  records = ["INSERT", "REMOVE", "INSERT", "INSERT"],
) {
  const batches: number[][] = [];
  const failures: string[] = [];
  const streams = createStreams({
    db,
    dynamo: storeOf(records),
    tables: [{ name: "outbox", streamArn } as TableSpec],
    now: () => 0,
    mappings: [
      {
        id: "M",
        functionId: "F",
        sourceArn: streamArn,
        batchSize: 10,
        maxConcurrency: 1,
        filters: [{ eventName: ["INSERT"] }],
        partialFailures: true,
        maxRetries: 2,
        maxAgeMs: -1,
        bisect: false,
        onFailureArn: "dead",
        ...mapping,
      },
    ],
    invoke: async (_, event) => {
      batches.push(numbers(event as Batch));
      return handle(event as Batch);
    },
    onFailure: (_, body) => failures.push(body),
  });
  stops.push(() => streams.stop());
  const drain = async () => {
    streams.wakeAll();
    await expect
      .poll(
        () => {
          streams.hurry();
          return streams.busy();
        },
        { interval: 1 },
      )
      .toBe(false);
  };
  return { batches, failures, drain, db, streams };
}
const done: Invocation = { ok: true, payload: "null" };
const broken: Invocation = { ok: false, errorType: "Error", errorMessage: "broken" };
const failing = (batch: Batch, bad: number): Invocation =>
  numbers(batch).includes(bad)
    ? { ok: true, payload: JSON.stringify({ batchItemFailures: [{ itemIdentifier: String(bad) }] }) }
    : done;

test("records pass the filter in order, once, also across a restart", async () => {
  const first = setUp(() => done);
  await first.drain();
  expect(first.batches).toEqual([[1, 3, 4]]);
  const second = setUp(() => done, {}, first.db, ["INSERT", "REMOVE", "INSERT", "INSERT", "INSERT"]);
  await second.drain();
  expect(second.batches).toEqual([[5]]);
});

test("all records from the first failed one are delivered again", async () => {
  let failed = false;
  const { batches, drain } = setUp((batch) => {
    const result = failed ? done : failing(batch, 3);
    failed = true;
    return result;
  });
  await drain();
  expect(batches).toEqual([
    [1, 3, 4],
    [3, 4],
  ]);
});

test("a record that fails too often goes to the failure destination, and the shard continues", async () => {
  const { batches, failures, drain } = setUp((batch) => (numbers(batch).includes(3) ? broken : done), { batchSize: 1 });
  await drain();
  expect(batches).toEqual([[1], [3], [3], [3], [4]]);
  expect(JSON.parse(failures[0] ?? "")).toMatchObject({
    DDBStreamBatchInfo: { startSequenceNumber: "3", batchSize: 1, streamArn },
  });
});

test("a failed batch is bisected if the mapping says so, so that one bad record is given up alone", async () => {
  const { failures, drain } = setUp((batch) => (numbers(batch).includes(3) ? broken : done), { bisect: true });
  await drain();
  expect(failures.map((body) => JSON.parse(body).DDBStreamBatchInfo.startSequenceNumber)).toEqual(["3"]);
});

test("the stream is read at once after a write, and not otherwise", async () => {
  const { batches, streams } = setUp(() => done);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(batches).toEqual([]);
  streams.wrote("other");
  expect(streams.busy()).toBe(false);
  streams.wrote("outbox");
  await expect.poll(() => batches, { interval: 1 }).toEqual([[1, 3, 4]]);
});
