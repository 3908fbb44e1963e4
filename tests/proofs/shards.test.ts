import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { ScanCommand, type ScanCommandOutput } from "@aws-sdk/lib-dynamodb";
import { writeProgram } from "@clearing/commands/program";
import type { Attempt, Booking, Refund } from "@clearing/domain/booking";
import { journalEntry } from "@clearing/domain/ledger";
import { plusMinutes } from "@clearing/domain/time";
import { attemptPut } from "@clearing/store/attempt";
import { closingNoteWrites } from "@clearing/store/closing-note";
import { commit } from "@clearing/store/commit";
import { reachedDeadlines } from "@clearing/store/deadlines";
import { entriesBetween, ledgerBegins, postOnce } from "@clearing/store/journal";
import { keys } from "@clearing/store/keys";
import { refundPut } from "@clearing/store/refund";
import { markStripeEvent, resendStripeEvent, storeStripeEvent } from "@clearing/store/stripe-event";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now = "2027-03-01T17:00:00Z";
const ofEach = 40;
const placesOfCohort = 10;
const occasion = { actor, action: "sample", now };
let running: TestStore;

/** Several items of each kind that an index lists, with deadlines on the same day in a shuffled order. */
beforeAll(async () => {
  running = await startTestStore();
  const { store } = running;
  const programs = [sampleProgram(), sampleProgram(), sampleProgram(), sampleProgram()];
  for (const program of programs) await writeProgram(store, null, program, [], occasion, null);
  const published = (index: number) => programs[index % programs.length] ?? sampleProgram();
  const cohorts = await Promise.all(
    Array.from({ length: ofEach }, (_, index) => openCohort(store, published(index), { places: 1, now })),
  );
  for (let index = 0; index < ofEach; index += placesOfCohort) {
    cohorts.unshift(await openCohort(store, published(0), { places: placesOfCohort, now }));
  }
  await inTurns(async (index) => {
    await writeProgram(store, null, sampleProgram(), [], occasion, null);
    const cohort = cohorts[Math.floor(index / placesOfCohort)];
    if (cohort === undefined) throw new Error("the cohort does not exist");
    const offer = await sampleQuote(store, published(0), cohort, now);
    const booking = await heldBooking(store, offer, `person-${index}@example.com`, plusMinutes(now, (index * 7) % 60));
    await children(booking, index);
    const event = { type: "charge.updated", objectId: "ch_1", objectType: "charge", created: now };
    for (const eventId of [`evt_${index}a`, `evt_${index}b`]) await storeStripeEvent(store, { ...event, eventId }, now);
    await resendStripeEvent(store, keys.stripeEvent(`evt_${index}a`), plusMinutes(now, 15));
    await markStripeEvent(store, { ...event, eventId: `evt_${index}b` }, "not_handled", now);
    const accounts = { debit: "suspense", credit: "stripe_balance" } as const;
    await postOnce(
      store,
      journalEntry(`fee:${index}`, [{ ...accounts, amount: 100 }], { effectiveOn: "2027-03-01", currency: "usd" }),
    );
  });
});
afterAll(() => running.stop());

/** The children of a booking, each with a deadline. */
async function children(booking: Booking, index: number): Promise<void> {
  const { store } = running;
  const dueAt = plusMinutes(now, (index * 11) % 60);
  const attempt = { id: ids.next("att"), version: 1, bookingId: booking.id, status: "open", dueAt } as Attempt;
  const refund = { id: ids.next("ref"), version: 1, bookingId: booking.id, dueAt } as Refund;
  const dues = booking.dues.map((due) => ({ ...due, openAttemptId: attempt.id }));
  const pages = closingNoteWrites(store, { ...booking, dues }, now);
  await commit(store, [attemptPut(store, attempt), refundPut(store, refund), ...pages]);
}

async function inTurns(act: (index: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < ofEach; from += 10) {
    await Promise.all(Array.from({ length: 10 }, (_, index) => act(from + index)));
  }
}

type Item = Record<string, unknown>;

async function* scanned(TableName: string, IndexName?: string): AsyncIterable<Item> {
  let start: Item | undefined;
  do {
    const query = { TableName, ...(IndexName === undefined ? {} : { IndexName }), ExclusiveStartKey: start };
    const page: ScanCommandOutput = await running.store.client.send(new ScanCommand(query));
    yield* page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

/** Every index of every table: its name and key attributes. */
async function indexes(): Promise<{ table: string; index: string; keys: string[] }[]> {
  const { client, tables } = running.store;
  const described = await Promise.all(
    Object.values(tables).map((TableName) => client.send(new DescribeTableCommand({ TableName }))),
  );
  return described.flatMap(({ Table }) =>
    (Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName = "", KeySchema = [] }) => ({
      table: Table?.TableName ?? "",
      index: IndexName,
      keys: KeySchema.map(({ AttributeName }) => AttributeName ?? ""),
    })),
  );
}

describe("a partition of an index", () => {
  test("never holds everything of a kind: a full one would throttle all writes to its table", async () => {
    const shared: Record<string, number> = {};
    for (const { table, index, keys } of await indexes()) {
      const [pk = ""] = keys;
      const kinds = new Map<string, Map<string, number>>();
      for await (const item of scanned(table, index)) {
        const partition = String(item[pk]);
        const kind = `${index} ${partition.replace(/#\d$/, "").replace(/(bkg|coh)_\w+|sub-\S+/, "<id>")}`;
        const sizes = kinds.get(kind) ?? new Map<string, number>();
        kinds.set(kind, sizes.set(partition, (sizes.get(partition) ?? 0) + 1));
      }
      for (const [kind, sizes] of kinds) {
        const all = [...sizes.values()].reduce((sum, size) => sum + size, 0);
        if (all >= ofEach) shared[kind] = Math.max(...sizes.values()) / all;
      }
    }

    expect(Object.keys(shared).toSorted()).toEqual(
      expect.arrayContaining([
        ...["ATTEMPT", "BOOKING", "COHORT", "PAGES", "REFUND", "STRIPE_EVENT"].map((kind) => `byDue ${kind}`),
        ...["BOOKINGS", "COHORTS", "PROGRAMS", "REFUNDS", "STRIPE_EVENTS#received"].map((name) => `byList ${name}`),
        ...["BOOKINGS#held", "COHORTS#open", "PROGRAMS#published"].map((name) => `byStatus ${name}`),
        "byList STRIPE_EVENTS#not_handled#charge.updated",
        "byQueue SCREENING",
        "byActor sample-client",
      ]),
    );
    expect(Object.entries(shared).filter(([, share]) => share >= 0.5)).toEqual([]);
    expect(Object.keys(shared).some((kind) => kind.startsWith("byMonth"))).toBe(true);
    expect(Object.keys(shared).some((kind) => kind.startsWith("byDay"))).toBe(true);
  });
});

describe("a read over many shards", () => {
  test("returns deadlines earliest first, over all of them", async () => {
    const due: string[] = [];
    const deadlines = new Map<string, string>();
    for await (const { pk, sk, dueAt } of scanned(running.store.tables.core))
      deadlines.set(`${pk} ${sk}`, String(dueAt));

    const until = plusMinutes(now, 30);
    for await (const { pk, sk } of reachedDeadlines(running.store, "ATTEMPT", until)) due.push(`${pk} ${sk}`);

    const instants = due.map((key) => deadlines.get(key));
    const all = [...deadlines].filter(([key, dueAt]) => key.includes(" ATT#") && dueAt <= until);
    expect(due.toSorted()).toEqual(all.map(([key]) => key).toSorted());
    expect(instants).toEqual(instants.toSorted());
    expect(all.length).toBeGreaterThan(15);
  });

  test("returns entries in the order of posting, over all of them", async () => {
    const entries = await Array.fromAsync(entriesBetween(running.store, ledgerBegins, running.store.clock.now()));

    const places = entries.map(({ postedAt, id }) => `${postedAt}#${id}`);
    expect(entries).toHaveLength(ofEach);
    expect(places).toEqual(places.toSorted());
  });
});
