import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { failuresOf } from "./batch-result.ts";
import type { DynamoDb } from "./dynamodb-process.ts";
import { compilePattern } from "./event-pattern.ts";
import { region } from "./resource.ts";
import type { Invocation } from "./sandbox.ts";
import type { MappingSpec, TableSpec } from "./topology.ts";

/** DynamoDB streams, and the mappings that feed functions from them. */
export type Streams = {
  /** Reads the table's stream at once after a write. There is no polling. */
  wrote(tableName: string): void;
  wakeAll(): void;
  busy(): boolean;
  /** Ends the pause before a retry. */
  hurry(): void;
  stop(): void;
};

type Record = { eventID: string; eventName: string; dynamodb: { SequenceNumber: string } };
type Options = {
  db: DatabaseSync;
  dynamo: DynamoDb;
  tables: readonly TableSpec[];
  mappings: readonly MappingSpec[];
  now: () => number;
  invoke: (functionId: string, event: unknown) => Promise<Invocation>;
  /** Receives the records that a mapping gives up. */
  onFailure: (destinationArn: string, body: string) => void;
};

const longestPauseMs = 10_000;

export function createStreams(options: Options): Streams {
  const readers = options.mappings.flatMap((mapping) => {
    const table = options.tables.find(({ streamArn }) => streamArn === mapping.sourceArn);
    return table ? [{ table: table.name, reader: createReader(mapping, table, options) }] : [];
  });
  return {
    wrote: (tableName) => {
      for (const { table, reader } of readers) if (table === tableName) reader.wake();
    },
    wakeAll: () => {
      for (const { reader } of readers) reader.wake();
    },
    busy: () => readers.some(({ reader }) => reader.busy()),
    hurry: () => {
      for (const { reader } of readers) reader.hurry();
    },
    stop: () => {
      for (const { reader } of readers) reader.stop();
    },
  };
}

function createReader(mapping: MappingSpec, table: TableSpec, { db, dynamo, now, invoke, onFailure }: Options) {
  const accepts = mapping.filters.map(compilePattern);
  const read = db.prepare("SELECT sequence FROM checkpoint WHERE mapping = ? AND shard = ?");
  const write = db.prepare(
    "INSERT INTO checkpoint VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET sequence = excluded.sequence",
  );
  const call = <T>(operation: string, input: unknown) => dynamo.call<T>(`DynamoDBStreams_20120810.${operation}`, input);
  const iterators = new Map<string, string>();
  let running = false;
  let again = false;
  let stopped = false;
  let pausing: AbortController | undefined;

  function wake(): void {
    again = true;
    if (running || stopped) return;
    running = true;
    void run().finally(() => {
      running = false;
      if (again) wake();
    });
  }

  async function run(): Promise<void> {
    for (let failures = 0; again && !stopped; ) {
      again = false;
      try {
        for (const shard of await shards()) while ((await readShard(shard)) && !stopped);
        failures = 0;
      } catch {
        // The store is temporarily unavailable, or an iterator has expired.
        iterators.clear();
        again = true;
        await pause(++failures);
      }
    }
  }

  let arn: string | undefined;
  async function shards(): Promise<string[]> {
    arn ??= (
      await dynamo.call<{ Table: { LatestStreamArn: string } }>("DynamoDB_20120810.DescribeTable", {
        TableName: table.name,
      })
    ).Table.LatestStreamArn;
    if (iterators.size > 0) return [...iterators.keys()];
    const { StreamDescription } = await call<{ StreamDescription: { Shards: { ShardId: string }[] } }>(
      "DescribeStream",
      { StreamArn: arn },
    );
    for (const { ShardId } of StreamDescription.Shards) {
      const after = read.get(mapping.id, ShardId)?.sequence as string | undefined;
      const from =
        after === undefined
          ? { ShardIteratorType: "TRIM_HORIZON" }
          : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: after };
      const { ShardIterator } = await call<{ ShardIterator: string }>("GetShardIterator", {
        StreamArn: arn,
        ShardId,
        ...from,
      });
      iterators.set(ShardId, ShardIterator);
    }
    return [...iterators.keys()];
  }

  /** Reads the next page of one shard; true if there may be more. */
  async function readShard(shard: string): Promise<boolean> {
    const page = await call<{ Records: Record[]; NextShardIterator?: string }>("GetRecords", {
      ShardIterator: iterators.get(shard),
      Limit: 1000,
    });
    const wanted = page.Records.filter((record) => accepts.length === 0 || accepts.some((matches) => matches(record)));
    for (let start = 0; start < wanted.length && !stopped; start += mapping.batchSize) {
      await deliver(shard, wanted.slice(start, start + mapping.batchSize));
    }
    const last = page.Records.at(-1);
    if (stopped) return false;
    if (last) write.run(mapping.id, shard, last.dynamodb.SequenceNumber);
    if (page.NextShardIterator) iterators.set(shard, page.NextShardIterator);
    else iterators.delete(shard);
    return page.Records.length > 0 && page.NextShardIterator !== undefined;
  }

  /** Delivers a batch until it succeeds or is given up; later records of the shard wait for it. */
  async function deliver(shard: string, batch: Record[]): Promise<void> {
    let rest = batch;
    // The store stamps its records with real time, so their age is counted from their first read.
    const expiry = mapping.maxAgeMs < 0 ? Number.POSITIVE_INFINITY : now() + mapping.maxAgeMs;
    for (let attempt = 0; rest.length > 0 && !stopped; attempt++) {
      const Records = rest.map((record) => ({ ...record, awsRegion: region, eventSourceARN: mapping.sourceArn }));
      const result = await invoke(mapping.functionId, { Records });
      if (stopped) return;
      const ids = rest.map((record) => record.dynamodb.SequenceNumber);
      const failed = failuresOf(result, ids, mapping.partialFailures);
      // All records from the first failed one are delivered again.
      const first = ids.findIndex((id) => failed.has(id));
      const done = first === -1 ? rest.length : first;
      if (done > 0) write.run(mapping.id, shard, ids[done - 1] ?? "");
      rest = rest.slice(done);
      if (rest.length === 0) return;
      if (done > 0) attempt = 0;
      if ((mapping.maxRetries >= 0 && attempt >= mapping.maxRetries) || now() > expiry) return giveUp(shard, rest);
      if (mapping.bisect && rest.length > 1) {
        const middle = Math.ceil(rest.length / 2);
        await deliver(shard, rest.slice(0, middle));
        return deliver(shard, rest.slice(middle));
      }
      await pause(attempt + 1);
    }
  }

  function giveUp(shard: string, batch: Record[]): void {
    const [first, last] = [batch[0]?.dynamodb.SequenceNumber, batch.at(-1)?.dynamodb.SequenceNumber];
    if (mapping.onFailureArn) {
      const DDBStreamBatchInfo = {
        shardId: shard,
        startSequenceNumber: first,
        endSequenceNumber: last,
        batchSize: batch.length,
        streamArn: mapping.sourceArn,
      };
      onFailure(
        mapping.onFailureArn,
        JSON.stringify({ version: "1.0", requestContext: { condition: "RetryAttemptsExhausted" }, DDBStreamBatchInfo }),
      );
    }
    write.run(mapping.id, shard, last ?? "");
  }

  /** `hurry` ends a pause early, as if its time had passed. */
  async function pause(attempt: number): Promise<void> {
    pausing = new AbortController();
    const options = { signal: pausing.signal, ref: false };
    await sleep(Math.min(50 * 2 ** attempt, longestPauseMs), undefined, options).catch(() => {});
  }

  return {
    wake,
    busy: () => running || again,
    hurry: () => pausing?.abort(),
    stop: () => {
      stopped = true;
      pausing?.abort();
    },
  };
}
