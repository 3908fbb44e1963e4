import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { lapseHold } from "@clearing/commands/sweep";
import type { Booking, Charge } from "@clearing/domain/booking";
import { type Cohort, newPlace } from "@clearing/domain/cohort";
import { type Instant, plusMinutes } from "@clearing/domain/time";
import { acceptancePut, agreementPut, signaturePut } from "@clearing/store/agreement";
import { accessPut, outboxPut } from "@clearing/store/append-only";
import { bookingWrites } from "@clearing/store/booking";
import { chargeBooked, chargeFollows, chargePut, chargeRefunded, restoreCharge } from "@clearing/store/charge";
import { clinicalPut } from "@clearing/store/clinical-record";
import { movePlace, placePut, removePlace, tellPlace } from "@clearing/store/cohort-places";
import { commit, type Guarded } from "@clearing/store/commit";
import { answerWrites } from "@clearing/store/idempotency";
import { letGoWrites, locksTakenForOwn, lockWrites } from "@clearing/store/locks";
import { byBooking } from "@clearing/store/place";
import { checkTaken, claimPlace, moveClaim, releasePlace, takeFreePlace, takePlace } from "@clearing/store/place-claim";
import { useQuote } from "@clearing/store/quote";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";
import { type Case, type Item, judgedOn, target, triedOn } from "../harness/tried.ts";

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

const tried = (guarded: Guarded<string>, stored: Item | null) => triedOn(running.store, guarded, stored);
const judged = (one: Case) => judgedOn(running.store, one);

const of = () => ({ ...booking, placeId: ids.next("plc") });
const [ours, theirs] = ["bkg_ours", "bkg_theirs"];
const us = () => ({ ...of(), id: ours });
const claim = (by: string, until: Instant) => ({ claimedBy: byBooking(by), claimedUntil: until });
/** A free place for sale, with the dates that were quoted. */
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
  { what: "an extension of a claim (I1)", write: () => moveClaim(running.store, us(), later), ...ownClaim },
  { what: "the claim that is made final (I1)", write: () => takePlace(running.store, us()), ...ownClaim },
  {
    what: "the release of a place",
    write: () => releasePlace(running.store, us()),
    holds: [{ takenBy: ours }, claim(ours, later), claim(ours, earlier)],
    refuses: [null, {}, { takenBy: theirs }, claim(theirs, later), { ...claim(ours, later), takenBy: theirs }],
  },
  {
    what: "the check that the booking has its place until the last day (I2)",
    write: () => checkTaken(running.store, us(), "2027-04-20"),
    holds: [{ takenBy: ours, endsOn: "2027-04-20" }],
    refuses: [null, { takenBy: theirs, endsOn: "2027-04-20" }, { takenBy: ours, endsOn: "2027-04-21" }],
  },
  { what: "the removal of a place (I1)", write: () => removePlace(running.store, place(), now), ...freeNow },
  { what: "new dates of a place (I1)", write: () => movePlace(running.store, place(), cohort, now), ...freeNow },
  { what: "a new place", write: () => placePut(running.store, place()), ...once },
  {
    what: "the cohort data that is copied onto a place",
    write: () => tellPlace(running.store, place()),
    holds: [{}],
    refuses: [null],
  },
  { what: "a charge", write: () => chargePut(running.store, charge()), ...once },
  {
    what: "a refund's share of a charge (I6)",
    write: () => chargeRefunded(running.store, fresh(), "ch", 300),
    holds: [{ refundable: 300, applied: 300 }],
    refuses: [null, { refundable: 299, applied: 300 }, { refundable: 300, applied: 299 }],
  },
  {
    what: "a failed refund's amount that returns to a charge (I6)",
    write: () => restoreCharge(running.store, fresh(), "ch", 300),
    holds: [{ refundable: 0 }],
    refuses: [null],
  },
  {
    what: "a charge's balance transaction",
    write: () => chargeBooked(running.store, fresh(), { chargeId: "ch", balanceTransactionId: "txn" }),
    holds: [{}],
    refuses: [null],
  },
  {
    what: "a refund by hand, on unchanged amounts (I6)",
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
  { what: "a signature", write: () => signaturePut(running.store, { ...booking, id: fresh() }, signing), ...once },
  {
    what: "the terms that a participant accepted",
    write: () => acceptancePut(running.store, fresh(), { ...terms, signed: evidence }),
    ...once,
  },
  {
    what: "the answer to a request (I10)",
    write: () => {
      const [write] = answerWrites(running.store.tables.core, { ...answer, scope: ids.next("scope") });
      if (write === undefined) throw new Error("the answer needs no write");
      return write;
    },
    holds: [null, { expiresAt: answer.expiresAt - 30 * 86_400 }],
    refuses: [{ expiresAt: answer.expiresAt - 30 * 86_400 + 1 }],
  },
  {
    what: "a clinician's evaluation (I8)",
    write: () => {
      const bookingId = fresh();
      return clinicalPut(running.store, bookingId, { evaluation: { id: "evl", bookingId, ...evaluation } });
    },
    ...once,
  },
  {
    what: "an access record (I9)",
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

describe("a write is made if its condition holds, and refused otherwise", () => {
  test.each(cases)("$what", judged);
});

const read = async (guarded: Guarded<string>) =>
  (await running.store.client.send(new GetCommand({ ...target(guarded), ConsistentRead: true }))).Item;

test("a booking is written only over the version and audit record that were read (I9)", () => {
  const read: Booking = { ...booking, version: 4, auditHash: "hash-4" };
  const next = { booking: { ...read, version: 5 }, events: [], journal: [] };
  const [put] = bookingWrites(running.store, read, next, { actor, action: "sample", now });
  return judged({
    what: "the next version",
    write: () => put as Guarded<string>,
    holds: [{ version: 4, auditHash: "hash-4" }],
    refuses: [null, { version: 5, auditHash: "hash-4" }, { version: 4, auditHash: "hash-3" }],
  });
});

describe("the release of a hold", () => {
  const holdAnother = async () => {
    const program = sampleProgram();
    const open = await openCohort(running.store, program, { places: 1, now });
    const offer = await sampleQuote(running.store, program, open, now);
    return heldBooking(running.store, offer, `${ids.next("mail")}@e.org`, now);
  };

  test("frees its place and every lock", async () => {
    const before = await holdAnother();
    const writes = await letGoWrites(running.store, before);
    expect(writes).toHaveLength(2);
    const at = plusMinutes(before.holdExpiresAt ?? now, 1);
    await lapseHold(running.store, before.id, { actor, action: "lapse", now: at });
    const [seat, lock] = await Promise.all(writes.map(read));
    expect(seat).not.toHaveProperty("claimedBy");
    expect(lock).toBeUndefined();
  });

  test("leaves what another booking took since the read", async () => {
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

test("a lock is taken if it is free, ours or lapsed, and never from another booking", async () => {
  const [lock] = await lockWrites(running.store, us(), "hold", { until: later, now });
  if (lock === undefined) throw new Error("the booking takes no lock");
  const found = [
    { bookingId: ours, until: later },
    { bookingId: theirs, until: now },
  ];
  for (const stored of found) expect(await tried(lock, stored)).toBe("written");
  expect(await tried(lock, { bookingId: theirs, until: plusMinutes(now, 1) })).toBe("refused");
});

test("a lock that follows the claim is moved only while it is ours, and not taken again after its release", async () => {
  const buyer = { ...us(), holdSlot: 1 };
  const taken = locksTakenForOwn(buyer);
  const slot = (await lockWrites(running.store, buyer, "card_session", { until: later, now }, taken)).at(-1);
  if (slot === undefined) throw new Error("no lock follows the claim");
  expect(await tried(slot, null)).toBe("refused");
  expect(await tried(slot, { bookingId: theirs, until: earlier })).toBe("refused");
  expect(await tried(slot, { bookingId: ours, until: earlier })).toBe("written");
  expect(await read(slot)).toMatchObject({ bookingId: ours, until: later });
});
