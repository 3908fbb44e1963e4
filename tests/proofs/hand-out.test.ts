import { QueryCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { plusMinutes } from "@clearing/domain/time";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deadlineWorks } from "../../functions/deadline-worker/deadline-worker.ts";
import { handOut } from "../../functions/sweep/hand-out.ts";
import { dueWorker } from "../../packages/runtime/src/due-worker.ts";
import { fakeDeps } from "../../packages/runtime/src/testing/fake-deps.ts";
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
type Entry = { MessageBody: string; MessageDeduplicationId: string };

const depsAt = (at: string, store: Store = running.store) => fakeDeps({ store, ids, clock: { now: () => at } }).deps;

/** A FIFO queue of SQS's, as far as a sweep can tell: what it took once it does not take again. */
function fifoQueue() {
  const bodies = new Map<string, string>();
  let sent = 0;
  const send = async ({ input }: { input: { Entries?: Entry[] } }) => {
    for (const { MessageBody, MessageDeduplicationId } of input.Entries ?? []) {
      sent++;
      if (!bodies.has(MessageDeduplicationId)) bodies.set(MessageDeduplicationId, MessageBody);
    }
    return input.Entries === undefined ? { Attributes: { ApproximateNumberOfMessages: "0" } } : {};
  };
  return { sqs: { send } as unknown as Sqs, bodies, sent: () => sent };
}

/** Gives one key to a worker, as often received before as said. */
function work(body: string, receives = 1) {
  const attributes = { ApproximateReceiveCount: String(receives) };
  const handle = dueWorker(async () => depsAt(lapsed), "deadline-worker", deadlineWorks);
  return handle({ Records: [{ messageId: "message-1", body, attributes }] } as never, {} as never);
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

/** How often the outbox says that each of these holds lapsed. */
async function lapses(bookings: readonly string[]): Promise<number[]> {
  const { client, tables } = running.store;
  const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.outbox, ConsistentRead: true }));
  const expired = Items.filter(({ detailType }) => detailType === "HoldExpired").map(({ detail }) => String(detail));
  return bookings.map((id) => expired.filter((detail) => detail.includes(id)).length);
}

describe("keys of what is due", () => {
  test("are in the queue once after two sweeps at once, and each hold lapses once though its key comes twice", async () => {
    const held = await holds(12);
    const { sqs, bodies, sent } = fifoQueue();
    await Promise.all([handOut(depsAt(lapsed), sqs), handOut(depsAt(lapsed), sqs)]);
    const ours = [...bodies.values()].filter((body) => held.some((id) => body.includes(id)));
    expect(ours).toHaveLength(held.length);
    expect(sent()).toBe(2 * bodies.size);

    const all = await Promise.all([...bodies.values(), ...bodies.values()].map((body) => work(body)));
    expect(all.flatMap(({ batchItemFailures }) => batchItemFailures)).toEqual([]);
    expect(await lapses(held)).toEqual(held.map(() => 1));
    const after = fifoQueue();
    await handOut(depsAt(lapsed), after.sqs);
    expect([...after.bodies.values()].filter((body) => held.some((id) => body.includes(id)))).toEqual([]);
  });

  test("come back after their worker died: before its write they have another turn, behind it nothing more happens", async () => {
    const [before = "", behind = ""] = await holds(2);
    const { sqs, bodies } = fifoQueue();
    await handOut(depsAt(lapsed), sqs);
    const keyOf = (id: string) => [...bodies.values()].find((body) => body.includes(id)) ?? "";
    await work(keyOf(behind));

    await work(keyOf(before), 2);
    await work(keyOf(behind), 2);

    expect(await lapses([before, behind])).toEqual([0, 1]);
    const next = fifoQueue();
    await handOut(depsAt(plusMinutes(lapsed, 1)), next.sqs);
    expect([...next.bodies.values()].filter((body) => [before, behind].some((id) => body.includes(id)))).toEqual([
      keyOf(before),
    ]);
  });

  test("cost reads for what is due, however many bookings there are", async () => {
    /** Queries, and keys that they found, of one sweep. */
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
      await handOut(depsAt(at, counting), fifoQueue().sqs);
      return reads;
    }
    const soon = plusMinutes(now, 29);
    const few = await readsAt(soon);
    await holds(40, plusMinutes(now, 5));
    expect(await readsAt(soon)).toEqual(few);
    expect((await readsAt(plusMinutes(now, 36))).keys).toBeGreaterThanOrEqual(few.keys + 40);
  });
});
