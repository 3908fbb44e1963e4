import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { BatchGetCommand, BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { fakeDeps } from "@clearing/runtime/testing/fake-deps";
import type { DynamoDBRecord } from "aws-lambda";
import { mockClient } from "aws-sdk-client-mock";
import { describe, expect, test } from "vitest";
import { relayTo } from "./relay.ts";

/** The stream's record of one new outbox item. */
function added(
  number: number,
  detail = JSON.stringify({ id: `evt_${number}` }),
  createdAt = "2027-01-01T00:00:00Z",
): DynamoDBRecord {
  return {
    eventName: "INSERT",
    dynamodb: {
      SequenceNumber: String(number),
      NewImage: {
        pk: { S: `evt_${number}` },
        sk: { S: "OUTBOX" },
        source: { S: "clearing" },
        detailType: { S: "BookingHeld" },
        detail: { S: detail },
        createdAt: { S: createdAt },
      },
    },
  };
}

/** A bus that answers its nth call with the nth answer (the last one repeats), and an outbox that deletes. */
function world(...answers: ((ids: string[]) => unknown)[]) {
  const { deps, table, log } = fakeDeps();
  const bus = new EventBridgeClient({ region: "us-east-1" });
  const mock = mockClient(bus as never);
  const calls: string[][] = [];
  mock.on(PutEventsCommand as never).callsFake(({ Entries }: { Entries: { Detail: string }[] }) => {
    const ids = Entries.map(({ Detail }) => JSON.parse(Detail).id as string);
    calls.push(ids);
    const answer = answers[Math.min(calls.length, answers.length) - 1] ?? allTaken;
    const answered = answer(ids);
    if (answered instanceof Error) throw answered;
    return answered;
  });
  const deleted = () =>
    table
      .commandCalls(BatchWriteCommand)
      .flatMap(({ args }) => args[0].input.RequestItems?.outbox ?? [])
      .map(({ DeleteRequest }) => DeleteRequest?.Key?.pk);
  // The outbox holds the items that were deleted neither here nor elsewhere.
  const elsewhere = new Set<string>();
  table.on(BatchGetCommand).callsFake(({ RequestItems }) => {
    const keys: { pk: string }[] = RequestItems.outbox.Keys;
    refuseTwice(keys.map(({ pk }) => pk));
    return { Responses: { outbox: keys.filter(({ pk }) => !elsewhere.has(pk) && !deleted().includes(pk)) } };
  });
  table.on(BatchWriteCommand).callsFake(({ RequestItems }) => {
    refuseTwice(RequestItems.outbox.map((request: DeleteRequest) => request.DeleteRequest.Key.pk));
    return {};
  });
  /** The counted messages, by metric. */
  const metrics = () =>
    Object.fromEntries(
      log
        .map((line) => JSON.parse(line))
        .filter(({ _aws }) => _aws !== undefined)
        .map((line) => [line._aws.CloudWatchMetrics[0].Metrics[0].Name, line])
        .map(([name, line]) => [name, line[name]]),
    );
  const sendElsewhere = (pk: string) => elsewhere.add(pk);
  const relay = relayTo(bus);
  return {
    run: (...records: DynamoDBRecord[]) => relay(records, deps),
    /** Another instance of the function. */
    another: () => {
      const instance = relayTo(bus);
      return (...records: DynamoDBRecord[]) => instance(records, deps);
    },
    sendElsewhere,
    calls,
    deleted,
    table,
    metrics,
    log,
  };
}

type DeleteRequest = { DeleteRequest: { Key: { pk: string } } };

/** DynamoDB rejects a batch that names an item twice. */
function refuseTwice(pks: string[]): void {
  if (new Set(pks).size === pks.length) return;
  throw Object.assign(new Error("Provided list of item keys contains duplicates"), { name: "ValidationException" });
}

const allTaken = (ids: string[]) => ({ FailedEntryCount: 0, Entries: ids.map((id) => ({ EventId: `bus-${id}` })) });
const without = (failing: string[]) => (ids: string[]) => ({
  FailedEntryCount: failing.length,
  Entries: ids.map((id) => (failing.includes(id) ? { ErrorCode: "ThrottlingException" } : { EventId: `bus-${id}` })),
});

describe("the relay", () => {
  test("sends what was added to the outbox and deletes it", async () => {
    const { run, calls, deleted } = world();

    expect(await run(added(1), added(2))).toEqual([]);

    expect(calls).toEqual([["evt_1", "evt_2"]]);
    expect(deleted()).toEqual(["evt_1", "evt_2"]);
  });

  test("ignores its own deletions", async () => {
    const { run, calls } = world();

    expect(await run({ ...added(1), eventName: "REMOVE" })).toEqual([]);
    expect(calls).toEqual([]);
  });

  test("sends an item that was added twice once, in its latest version, and delays no other", async () => {
    const { run, calls, deleted } = world();
    const again = { ...added(3, JSON.stringify({ id: "evt_1 as it was last" })) };
    const image = { ...again.dynamodb?.NewImage, pk: { S: "evt_1" } };

    expect(await run(added(1), added(2), { ...again, dynamodb: { SequenceNumber: "3", NewImage: image } })).toEqual([]);

    expect(calls).toEqual([["evt_1 as it was last", "evt_2"]]);
    expect(deleted()).toEqual(["evt_1", "evt_2"]);
  });

  test("retries all records of an item that was added twice and not accepted", async () => {
    const { run } = world(without(["evt_1"]));

    expect(await run(added(1), { ...added(1), dynamodb: { ...added(1).dynamodb, SequenceNumber: "7" } })).toEqual([
      "1",
      "7",
    ]);
  });

  test("sends at most ten at a time", async () => {
    const { run, calls } = world();

    await run(...Array.from({ length: 23 }, (_, index) => added(index + 1)));

    expect(calls.map(({ length }) => length)).toEqual([10, 10, 3]);
  });

  test("sends at most 256 KB at a time", async () => {
    const { run, calls } = world();
    const large = (id: number) => JSON.stringify({ id: `evt_${id}`, text: "x".repeat(150 * 1024) });

    await run(added(1, large(1)), added(2, large(2)), added(3));

    expect(calls).toEqual([["evt_1"], ["evt_2", "evt_3"]]);
  });

  test("resends only the entry that the bus did not accept", async () => {
    const { run, calls, deleted } = world(without(["evt_2"]), allTaken);

    expect(await run(added(1), added(2), added(3))).toEqual([]);

    expect(calls).toEqual([["evt_1", "evt_2", "evt_3"], ["evt_2"]]);
    expect(deleted().sort()).toEqual(["evt_1", "evt_2", "evt_3"]);
  });

  test("keeps and retries an entry that the bus never accepts", async () => {
    const { run, deleted, metrics } = world(without(["evt_2"]));

    expect(await run(added(1), added(2), added(3))).toEqual(["2"]);
    expect(deleted()).toEqual(["evt_1", "evt_3"]);
    expect(metrics()).toEqual({ OutboxUnsent: 1 });
  });

  test("sends nothing twice while the stream retries one entry that the bus does not accept", async () => {
    const { run, calls } = world(without(["evt_1"]));
    let records = [added(1), added(2), added(3)];

    for (let number = 4; number <= 8; number++) {
      expect(await run(...records)).toEqual(["1"]);
      // As Lambda retries: everything from the first failure on, and newer records.
      records = [...records, added(number)];
    }

    for (const id of ["evt_2", "evt_3", "evt_4", "evt_7"]) {
      expect(calls.flat().filter((one) => one === id)).toEqual([id]);
    }
  });

  test("continues if another instance has sent the failed entry", async () => {
    const { run, calls, sendElsewhere } = world(without(["evt_1"]));
    await run(added(1), added(2));
    sendElsewhere("evt_1");
    calls.length = 0;

    expect(await run(added(1), added(2), added(3))).toEqual([]);

    expect(calls).toEqual([["evt_3"]]);
  });

  test("reads the outbox at its first call, and then not while everything is sent", async () => {
    const { run, table } = world();
    const looks = () => table.commandCalls(BatchGetCommand).length;

    await run(added(1));
    expect(looks()).toBe(1);
    await run(added(2));
    await run(added(3), added(4));
    expect(looks()).toBe(1);
  });

  test("reads the outbox after a failure, until a call succeeds", async () => {
    const { run, table } = world(allTaken, ...Array(4).fill(without(["evt_2"])), allTaken);
    const looks = () => table.commandCalls(BatchGetCommand).length;
    await run(added(1));

    expect(await run(added(2))).toEqual(["2"]);
    expect(looks()).toBe(1);
    expect(await run(added(2))).toEqual([]);
    expect(looks()).toBe(2);
    await run(added(3));
    expect(looks()).toBe(2);
  });

  test("reads the outbox after a call that threw", async () => {
    const { run, table } = world();
    const looks = () => table.commandCalls(BatchGetCommand).length;
    await run(added(1));
    table.on(BatchGetCommand).rejects(new Error("throttled"));
    await expect(run(added(2, undefined, "2026-12-31T23:00:00Z"))).rejects.toThrow("throttled");
    expect(looks()).toBe(2);

    table.on(BatchGetCommand).resolves({});
    await run(added(3));
    expect(looks()).toBe(3);
  });

  test("does not resend an old item that another instance has sent", async () => {
    const { run, calls, sendElsewhere } = world();
    await run(added(1));
    sendElsewhere("evt_2");

    await run(added(2, undefined, "2026-12-31T23:59:00Z"), added(3));

    expect(calls.flat()).toEqual(["evt_1", "evt_3"]);
  });

  test("does not resend an item that another instance sent five seconds ago", async () => {
    const { run, another, calls } = world(allTaken, without(["evt_2"]));
    const other = another();
    await other(added(1));
    const earlier = "2026-12-31T23:59:55Z";
    const [sent, failed] = [added(3, undefined, earlier), added(2, undefined, earlier)];
    expect(await run(failed, sent)).toEqual(["2"]);

    expect(await other(failed, sent)).toEqual(["2"]);

    expect(calls.flat().filter((id) => id === "evt_3")).toEqual(["evt_3"]);
  });

  test("keeps everything if the bus does not answer, although it may have accepted it", async () => {
    const { run, deleted } = world(() => Object.assign(new Error("timed out"), { name: "TimeoutError" }));

    expect(await run(added(1), added(2))).toEqual(["1", "2"]);
    expect(deleted()).toEqual([]);
  });

  test("still sends the next ten when a call failed", async () => {
    const down = () => Object.assign(new Error("slow down"), { name: "ThrottlingException" });
    const { run, deleted } = world(down, allTaken);

    const unsent = await run(...Array.from({ length: 11 }, (_, index) => added(index + 1)));

    expect(unsent).toHaveLength(10);
    expect(deleted()).toEqual(["evt_11"]);
  });

  test("retries unprocessed deletions", async () => {
    const { run, table, deleted } = world();
    const leftOver = { UnprocessedItems: { outbox: [{ DeleteRequest: { Key: { pk: "evt_2", sk: "OUTBOX" } } }] } };
    table.on(BatchWriteCommand).resolvesOnce(leftOver).resolves({});

    expect(await run(added(1), added(2))).toEqual([]);
    expect(deleted()).toEqual(["evt_1", "evt_2", "evt_2"]);
  });

  test("retries entries that were sent but not deleted: better twice than stuck in the outbox", async () => {
    const { run, table } = world();
    table.on(BatchWriteCommand).rejects(new Error("throttled"));

    expect(await run(added(1))).toEqual(["1"]);
  });

  test.each([
    ["without a detail", { detail: undefined }],
    ["whose detail is invalid JSON", { detail: { S: "{" } }],
    ["whose detail is not an object", { detail: { S: "[1]" } }],
    ["whose createdAt is not an instant", { createdAt: { S: "yesterday" } }],
    ["whose source is a number", { source: { N: "1" } }],
    ["larger than the limit of the bus", { detail: { S: JSON.stringify({ text: "x".repeat(256 * 1024) }) } }],
  ])("reports an item %s, without a deletion, a wait or a retry", async (_, changes) => {
    const { run, calls, deleted, metrics, log } = world();
    const record = added(1);
    const image = Object.entries({ ...record.dynamodb?.NewImage, ...changes }).filter(
      ([, value]) => value !== undefined,
    );
    const broken = {
      ...record,
      dynamodb: { SequenceNumber: "1", NewImage: Object.fromEntries(image) },
    } as DynamoDBRecord;

    expect(await run(broken, added(2))).toEqual([]);

    expect(calls).toEqual([["evt_2"]]);
    expect(deleted()).toEqual(["evt_2"]);
    expect(metrics()).toEqual({ OutboxUnsendable: 1 });
    expect(log.join()).toContain("evt_1");
  });

  test("reports a permanently refused entry, and does not retry it", async () => {
    const { run, calls, deleted, metrics } = world((ids) => ({
      Entries: ids.map((id) => (id === "evt_2" ? { ErrorCode: "MalformedDetail" } : { EventId: `bus-${id}` })),
    }));

    expect(await run(added(1), added(2))).toEqual([]);

    expect(calls).toEqual([["evt_1", "evt_2"]]);
    expect(deleted()).toEqual(["evt_1"]);
    expect(metrics()).toEqual({ OutboxUnsendable: 1 });
  });

  test("finds the entry for which the bus refuses a call, and sends the others", async () => {
    const refusing = (ids: string[]) =>
      ids.includes("evt_2") ? Object.assign(new Error("no"), { name: "ValidationException" }) : allTaken(ids);
    const { run, deleted, metrics } = world(refusing);

    expect(await run(added(1), added(2), added(3))).toEqual([]);

    expect(deleted()).toEqual(["evt_1", "evt_3"]);
    expect(metrics()).toEqual({ OutboxUnsendable: 1 });
  });
});
