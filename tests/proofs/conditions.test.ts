import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { lapseHold } from "@clearing/commands/sweep";
import type { Booking, Charge } from "@clearing/domain/booking";
import { type Cohort, newPlace } from "@clearing/domain/cohort";
import { type Instant, plusMinutes } from "@clearing/domain/time";
import { acceptancePut, agreementPut, signaturePut } from "@clearing/store/agreement";
import { accessPut, outboxPut } from "@clearing/store/append-only";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { chargeFollows, chargePut, chargeRefunded, restoreCharge } from "@clearing/store/charge";
import { clearanceUnchanged } from "@clearing/store/clearance";
import { clinicalPut } from "@clearing/store/clinical-record";
import { movePlace, placePut, removePlace, tellPlace } from "@clearing/store/cohort-places";
import { commit, type Guarded } from "@clearing/store/commit";
import { answerWrites } from "@clearing/store/idempotency";
import { letGoWrites, lockWrites } from "@clearing/store/locks";
import { byBooking } from "@clearing/store/place";
import { checkTaken, claimPlace, moveClaim, releasePlace, takeFreePlace, takePlace } from "@clearing/store/place-claim";
import { useQuote } from "@clearing/store/quote";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
const earlier = plusMinutes(now, -5);
const later = plusMinutes(now, 5);

let running: TestStore;
let cohort: Cohort;
let booking: Booking;
beforeAll(async () => {
  running = await startTestStore();
  const program = sampleProgram();
  cohort = await openCohort(running.store, program, { places: 3, now });
  booking = await heldBooking(running.store, await sampleQuote(running.store, program, cohort, now), "one@e.org", now);
});
afterAll(() => running.stop());

type Item = Record<string, unknown>;

/** Where a write goes. */
function target({ write: { Put, Update, Delete, ConditionCheck } }: Guarded<string>) {
  if (Put !== undefined) return { TableName: Put.TableName, Key: { pk: Put.Item?.pk, sk: Put.Item?.sk } };
  const one = Update ?? Delete ?? ConditionCheck;
  if (one === undefined) throw new Error("a write without a key");
  return { TableName: one.TableName, Key: one.Key ?? {} };
}

/** Puts an item where a write goes, or makes sure that none is there; then tries the write alone. */
async function tried(guarded: Guarded<string>, stored: Item | null): Promise<"written" | "refused"> {
  const { TableName, Key } = target(guarded);
  const { client } = running.store;
  if (stored !== null) await client.send(new PutCommand({ TableName, Item: { ...stored, ...Key } }));
  try {
    return (await commit(running.store, [guarded])).ok ? "written" : "refused";
  } catch (error) {
    if (error instanceof Error && error.name === "TransactionCanceledException") return "refused";
    throw error;
  }
}

type Case = { what: string; write: () => Guarded<string>; holds: (Item | null)[]; refuses: (Item | null)[] };

const of = () => ({ ...booking, placeId: ids.next("plc") });
const [ours, theirs] = ["bkg_ours", "bkg_theirs"];
const us = () => ({ ...of(), id: ours });
const claim = (by: string, until: Instant) => ({ claimedBy: byBooking(by), claimedUntil: until });
/** A free place that is for sale, of the dates that were quoted. */
const free = { onSale: true, salesEndAt: later, queued: false, datesVersion: 1 };
const buying: Pick<Case, "holds" | "refuses"> = {
  holds: [free, { ...free, ...claim(theirs, earlier) }, { ...free, ...claim(theirs, now) }],
  refuses: [
    null,
    { ...free, takenBy: theirs },
    { ...free, ...claim(theirs, later) },
    { ...free, onSale: false },
    { ...free, salesEndAt: now },
    { ...free, queued: true },
    { ...free, datesVersion: 2 },
  ],
};
const ownClaim: Pick<Case, "holds" | "refuses"> = {
  holds: [claim(ours, later), claim(ours, earlier)],
  refuses: [null, {}, claim(theirs, later), { ...claim(ours, later), takenBy: theirs }],
};
const freeNow: Pick<Case, "holds" | "refuses"> = {
  holds: [{}, claim(theirs, earlier)],
  refuses: [null, { takenBy: theirs }, claim(theirs, later)],
};
const once: Pick<Case, "holds" | "refuses"> = { holds: [null], refuses: [{}] };
const place = () => newPlace(cohort, { id: ids.next("plc"), type: booking.placeType });
const charge = (amounts: Partial<Charge> = {}): Charge => ({
  id: ids.next("ch"),
  bookingId: ours,
  dueId: null,
  attemptId: null,
  paymentIntentId: "pi_1",
  paidWith: { paymentMethodId: null, fingerprint: null, mandateId: null, networkTransactionId: null },
  balanceTransactionId: null,
  amount: 500,
  refundable: 500,
  applied: 500,
  currency: "USD",
  createdAt: now,
  ...amounts,
});
const evidence = { signature: "A", sourceIp: "", userAgent: "", signedBy: "s", signedAt: now };
const terms = { version: 1, hash: "h", html: "", head: "", blocks: [], tail: "" };
const document = { ...terms, terms: {} } as unknown as Parameters<typeof agreementPut>[2];
const signing = { ...evidence, autopay: false };
const answer = { scope: "s", fingerprint: "f", status: 200, body: null, expiresAt: 3_000_000 };
const evaluation = { kind: "medical", outcome: "cleared", validUntil: null, note: null, by: "d", at: now } as const;

const fresh = () => ids.next("bkg");
const cases: Case[] = [
  { what: "a claim of a place (I1)", write: () => claimPlace(running.store, us(), later, now), ...buying },
  { what: "late money that takes a place (I1)", write: () => takeFreePlace(running.store, us(), now), ...buying },
  { what: "a move of our claim (I1)", write: () => moveClaim(running.store, us(), later), ...ownClaim },
  { what: "a place that becomes ours for good (I1)", write: () => takePlace(running.store, us()), ...ownClaim },
  {
    what: "the release of a place",
    write: () => releasePlace(running.store, us()),
    holds: [{ takenBy: ours }, claim(ours, later), claim(ours, earlier)],
    refuses: [null, {}, { takenBy: theirs }, claim(theirs, later), { ...claim(ours, later), takenBy: theirs }],
  },
  {
    what: "the check that a place is ours until the last day (I2)",
    write: () => checkTaken(running.store, us(), "2027-04-20"),
    holds: [{ takenBy: ours, endsOn: "2027-04-20" }],
    refuses: [null, { takenBy: theirs, endsOn: "2027-04-20" }, { takenBy: ours, endsOn: "2027-04-21" }],
  },
  { what: "the removal of a place (I1)", write: () => removePlace(running.store, place(), now), ...freeNow },
  { what: "new dates of a place (I1)", write: () => movePlace(running.store, place(), cohort, now), ...freeNow },
  { what: "a new place", write: () => placePut(running.store, place()), ...once },
  { what: "what a place is told", write: () => tellPlace(running.store, place()), holds: [{}], refuses: [null] },
  { what: "a charge", write: () => chargePut(running.store, charge()), ...once },
  {
    what: "a refund's share of a charge (I6)",
    write: () => chargeRefunded(running.store, fresh(), "ch", 300),
    holds: [{ refundable: 300, applied: 300 }],
    refuses: [null, { refundable: 299, applied: 300 }, { refundable: 300, applied: 299 }],
  },
  {
    what: "what a failed refund gives back to a charge (I6)",
    write: () => restoreCharge(running.store, fresh(), "ch", 300),
    holds: [{ refundable: 0 }],
    refuses: [null],
  },
  {
    what: "a refund by hand, on the amounts that were read (I6)",
    write: () => chargeFollows(running.store, charge(), charge({ refundable: 0, applied: 0 })),
    holds: [{ refundable: 500, applied: 500 }],
    refuses: [null, { refundable: 499, applied: 500 }, { refundable: 500, applied: 499 }],
  },
  {
    what: "the use of a quote",
    write: () => useQuote(running.store, ids.next("quo"), ours, now),
    holds: [{ validUntil: later }],
    refuses: [null, { validUntil: now }, { validUntil: later, usedBy: theirs }],
  },
  { what: "a document", write: () => agreementPut(running.store, { ...booking, id: fresh() }, document), ...once },
  {
    what: "a signature",
    write: () => signaturePut(running.store, { ...booking, id: fresh() }, signing),
    get holds() {
      return [{ hash: booking.agreement.hash }];
    },
    get refuses() {
      const { hash } = booking.agreement;
      return [null, { hash: "another" }, { hash, signed: signing }];
    },
  },
  {
    what: "what a participant accepted",
    write: () => acceptancePut(running.store, fresh(), { ...terms, signed: evidence }),
    ...once,
  },
  {
    what: "the answer to a request (I10)",
    write: () => {
      const [write] = answerWrites(running.store.tables.core, { ...answer, scope: ids.next("scope") });
      if (write === undefined) throw new Error("no write");
      return write;
    },
    holds: [null, { expiresAt: answer.expiresAt - 30 * 86_400 }],
    refuses: [{ expiresAt: answer.expiresAt - 30 * 86_400 + 1 }],
  },
  {
    what: "a clinician's finding (I8)",
    write: () => {
      const bookingId = fresh();
      return clinicalPut(running.store, bookingId, { evaluation: { id: "evl", bookingId, ...evaluation } });
    },
    ...once,
  },
  {
    what: "a record of a read (I9)",
    write: () => accessPut(running.store, fresh(), { at: now, actor: "a", role: "finance", action: "read" }),
    ...once,
  },
  {
    what: "a message to the bus (I7)",
    write: () =>
      outboxPut(
        running.store,
        { name: "PlacesAdded", subject: { type: "cohort", id: "c", version: 1 }, data: {} } as never,
        now,
      ),
    ...once,
  },
];

describe("a write is refused where its condition does not hold, and made where it does", () => {
  test.each(cases)("$what", async ({ write, holds, refuses }) => {
    for (const stored of holds) expect([stored, await tried(write(), stored)]).toEqual([stored, "written"]);
    for (const stored of refuses) expect([stored, await tried(write(), stored)]).toEqual([stored, "refused"]);
  });
});

const read = async (guarded: Guarded<string>) =>
  (await running.store.client.send(new GetCommand({ ...target(guarded), ConsistentRead: true }))).Item;

describe("the release of a hold", () => {
  const holdAnother = async () => {
    const program = sampleProgram();
    const open = await openCohort(running.store, program, { places: 1, now });
    const offer = await sampleQuote(running.store, program, open, now);
    return heldBooking(running.store, offer, `${ids.next("mail")}@e.org`, now);
  };

  test("lets its place and every lock go", async () => {
    const before = await holdAnother();
    const writes = await letGoWrites(running.store, before);
    expect(writes).toHaveLength(2);
    const at = plusMinutes(before.holdExpiresAt ?? now, 1);
    await lapseHold(running.store, before.id, { actor, action: "lapse", now: at });
    const [seat, lock] = await Promise.all(writes.map(read));
    expect(seat).not.toHaveProperty("claimedBy");
    expect(lock).toBeUndefined();
  });

  test("leaves what another booking took since it was looked at", async () => {
    const before = await holdAnother();
    for (const write of await letGoWrites(running.store, before)) {
      const { TableName, Key } = target(write);
      const taken = { ...Key, takenBy: theirs, bookingId: theirs };
      await running.store.client.send(new PutCommand({ TableName, Item: taken }));
      expect(await commit(running.store, [write])).toEqual({ ok: false, reason: "stale" });
      expect(await read(write)).toEqual(taken);
    }
  });
});

test("a lock is taken where it is free, ours or lapsed, and never another booking's", async () => {
  const [lock] = await lockWrites(running.store, us(), "hold", { until: later, now });
  if (lock === undefined) throw new Error("no lock");
  const found = [
    { bookingId: ours, until: later },
    { bookingId: theirs, until: now },
  ];
  for (const stored of found) expect(await tried(lock, stored)).toBe("written");
  expect(await tried(lock, { bookingId: theirs, until: plusMinutes(now, 1) })).toBe("refused");
});

describe("a version that was read", () => {
  test("of a booking is the one that is followed, and a first one is new", async () => {
    const stored = await readBooking(running.store, booking.id);
    if (stored === null) throw new Error("no booking");
    const change = { booking: { ...stored, version: stored.version + 1 }, events: [], journal: [] };
    const occasion = { actor, action: "sample", now };
    for (const before of [
      null,
      { ...stored, version: stored.version - 1 },
      { ...stored, version: stored.version + 1 },
    ]) {
      const [put] = bookingWrites(running.store, before, change, occasion);
      if (put === undefined) throw new Error("no write");
      expect(await commit(running.store, [put])).toEqual({ ok: false, reason: "stale" });
    }
  });

  test("of a clearance, or that there is none", async () => {
    const none = clearanceUnchanged(running.store, fresh(), null);
    expect(await tried(none, null)).toBe("written");
    expect(await tried(none, { version: 1 })).toBe("refused");
  });
});
