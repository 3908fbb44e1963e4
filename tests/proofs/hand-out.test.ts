import { QueryCommand, ScanCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { turnSeconds } from "@clearing/domain/deadline-work";
import { plusMinutes, plusSeconds } from "@clearing/domain/time";
import { beginTurn } from "@clearing/store/deadline-turn";
import { keys } from "@clearing/store/keys";
import { readItem } from "@clearing/store/read";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deadlineWorks } from "../../functions/deadline-worker/deadline-worker.ts";
import { handOut } from "../../functions/sweep/hand-out.ts";
import { fakeDeps } from "../../packages/runtime/src/testing/fake-deps.ts";
import { workerHandler } from "../../packages/runtime/src/worker-handler.ts";
import { heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now = "2027-03-01T17:00:00Z";
const lapsed = plusMinutes(now, 31);
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

type Sqs = Parameters<typeof handOut>[1];
type Entry = { MessageBody: string };

const depsAt = (at: string, store: Store = running.store) => fakeDeps({ store, ids, clock: { now: () => at } }).deps;

/** A queue that keeps the messages sent to it. */
function openQueue() {
  const bodies: string[] = [];
  const send = async ({ input }: { input: { Entries?: Entry[] } }) => {
    if (input.Entries === undefined) return { Attributes: { ApproximateNumberOfMessages: "0" } };
    bodies.push(...input.Entries.map(({ MessageBody }) => MessageBody));
    return {};
  };
  const of = (ids: readonly string[]) => bodies.filter((body) => ids.some((id) => body.includes(id)));
  return { sqs: { send } as unknown as Sqs, of };
}

/** Gives one key to a worker at an instant. */
function work(body: string, at = lapsed) {
  const handle = workerHandler(async () => depsAt(at), "deadline-worker", deadlineWorks);
  return handle({ Records: [{ messageId: "message-1", body }] } as never, {} as never);
}

async function holds(count: number, at = now): Promise<string[]> {
  const program = sampleProgram();
  const cohort = await openCohort(running.store, program, { places: count, now: at });
  const held: string[] = [];
  for (let index = 0; index < count; index++) {
    const offer = await sampleQuote(running.store, program, cohort, at);
    held.push((await heldBooking(running.store, offer, `${offer.id}@example.com`, at)).id);
  }
  return held;
}

/** How often the outbox reports that each of these holds lapsed. */
async function lapses(bookings: readonly string[]): Promise<number[]> {
  const { client, tables } = running.store;
  const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.outbox, ConsistentRead: true }));
  const expired = Items.filter(({ detailType }) => detailType === "HoldExpired").map(({ detail }) => String(detail));
  return bookings.map((id) => expired.filter((detail) => detail.includes(id)).length);
}

describe("keys from the sweep", () => {
  test("can arrive twice, from two concurrent sweeps, and each hold lapses once", async () => {
    const held = await holds(12);
    const { sqs, of } = openQueue();
    await Promise.all([handOut(depsAt(lapsed), sqs), handOut(depsAt(lapsed), sqs)]);
    expect(of(held)).toHaveLength(2 * held.length);

    const all = await Promise.all(of(held).map((body) => work(body)));
    expect(all.flatMap(({ batchItemFailures }) => batchItemFailures)).toEqual([]);
    expect(await lapses(held)).toEqual(held.map(() => 1));
    const after = openQueue();
    await handOut(depsAt(lapsed), after.sqs);
    expect(after.of(held)).toEqual([]);
  });

  test("are sent again if their worker died, and worked on after its turn must be over", async () => {
    const [id = ""] = await holds(1);
    const key = keys.booking(id);
    expect(await beginTurn(running.store, "BOOKING", key, lapsed)).toBe("work");
    const body = JSON.stringify({ kind: "BOOKING", ...key });

    await work(body);
    expect(await lapses([id])).toEqual([0]);
    const next = plusMinutes(lapsed, 1);
    const { sqs, of } = openQueue();
    await handOut(depsAt(next), sqs);
    expect(of([id])).toEqual([body]);
    await work(body, next);
    expect(await lapses([id])).toEqual([1]);
  });

  test("are postponed if two workers died at one deadline, longer each time, and block no other", async () => {
    const [poison = ""] = await holds(1);
    const key = keys.booking(poison);
    const body = JSON.stringify({ kind: "BOOKING", ...key });
    /** After how many minutes the item has its next turn, when two workers died at it and a third turn was too many. */
    const waits: number[] = [];
    let at = lapsed;
    for (let turn = 1; turn <= 4; turn++) {
      for (const died of [0, 1]) {
        expect(await beginTurn(running.store, "BOOKING", key, plusMinutes(at, died)), `${turn}`).toBe("work");
      }
      const third = plusMinutes(at, 2);
      await work(body, third);
      const { dueAt } = (await readItem(running.store, key, (item) => item)) ?? {};
      waits.push((Date.parse(String(dueAt)) - Date.parse(third)) / 60_000);
      at = String(dueAt);
    }

    expect(waits).toEqual([1, 2, 4, 8]);
    expect(await lapses([poison])).toEqual([0]);
    await work(body, at);
    expect(await lapses([poison])).toEqual([1]);
  });

  test("are worked on by one worker at a time", async () => {
    const [id = ""] = await holds(1);
    const begin = (at: string) => beginTurn(running.store, "BOOKING", keys.booking(id), at);

    const both = await Promise.all([begin(lapsed), begin(lapsed)]);

    expect(both.toSorted()).toEqual(["nothing", "work"]);
    expect(await begin(plusSeconds(lapsed, turnSeconds - 1))).toBe("nothing");
    expect(await begin(plusSeconds(lapsed, turnSeconds))).toBe("work");
  });

  test("count their turns from zero if the item has changed and has the same deadline", async () => {
    const [id = ""] = await holds(1);
    const key = keys.booking(id);
    const begin = (minutes: number) => beginTurn(running.store, "BOOKING", key, plusMinutes(lapsed, minutes));
    expect([await begin(0), await begin(1), await begin(2)]).toEqual(["work", "work", "too_many"]);

    await running.store.client.send(
      new UpdateCommand({
        TableName: running.store.tables.core,
        Key: key,
        UpdateExpression: "ADD #version :one",
        ExpressionAttributeNames: { "#version": "version" },
        ExpressionAttributeValues: { ":one": 1 },
      }),
    );

    expect(await begin(2)).toBe("work");
  });

  test("cost reads only for reached deadlines, however many bookings there are", async () => {
    /** The number of queries of one sweep, and of keys that they found. */
    async function readsAt(at: string): Promise<{ queries: number; keys: number }> {
      const { client } = running.store;
      const reads = { queries: 0, keys: 0 };
      const send = async (command: Parameters<typeof client.send>[0]) => {
        const answer = await client.send(command);
        if (command instanceof QueryCommand) {
          reads.queries++;
          reads.keys += "Items" in answer ? (answer.Items?.length ?? 0) : 0;
        }
        return answer;
      };
      const counting = { ...running.store, client: Object.assign(Object.create(client), { send }) };
      await handOut(depsAt(at, counting), openQueue().sqs);
      return reads;
    }
    const soon = plusMinutes(now, 29);
    const few = await readsAt(soon);
    await holds(40, plusMinutes(now, 5));
    expect(await readsAt(soon)).toEqual(few);
    expect((await readsAt(plusMinutes(now, 36))).keys).toBeGreaterThanOrEqual(few.keys + 40);
  });
});
