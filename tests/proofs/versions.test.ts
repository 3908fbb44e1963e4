import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { chain } from "@clearing/domain/audit";
import type { Attempt, Booking, Refund } from "@clearing/domain/booking";
import type { Cohort } from "@clearing/domain/cohort";
import type { JournalEntry } from "@clearing/domain/ledger";
import { personKey } from "@clearing/domain/person";
import { afterEvaluation } from "@clearing/domain/screening";
import type { Instant } from "@clearing/domain/time";
import { auditPut, journalWrites } from "@clearing/store/append-only";
import { attemptPut } from "@clearing/store/attempt";
import { bookingUnchanged, bookingWrites, readBooking } from "@clearing/store/booking";
import { checkCleared, clearancePut, clearanceUnchanged, clearanceWrites } from "@clearing/store/clearance";
import { cohortRests, cohortUnchanged, cohortWrites } from "@clearing/store/cohort";
import { commit, type Guarded } from "@clearing/store/commit";
import { confirmationWrites } from "@clearing/store/confirmation";
import { keys } from "@clearing/store/keys";
import { programWrites } from "@clearing/store/program";
import { refundPut } from "@clearing/store/refund";
import { bookingRests, readRemovals, removalWrites } from "@clearing/store/removed";
import { unpaidEndingWrites } from "@clearing/store/unpaid-endings";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";
import { type Case, type Item, judgedOn } from "../harness/tried.ts";

const now: Instant = "2027-03-01T17:00:00Z";
const participant = "one@e.org";

let running: TestStore;
let cohort: Cohort;
let booking: Booking;
beforeAll(async () => {
  running = await startTestStore();
  const program = sampleProgram();
  cohort = await openCohort(running.store, program, { places: 1, now });
  booking = await heldBooking(running.store, await sampleQuote(running.store, program, cohort, now), participant, now);
});
afterAll(() => running.stop());

const judged = (one: Case) => judgedOn(running.store, one);
const fresh = () => ids.next("bkg");
const once: Pick<Case, "holds" | "refuses"> = { holds: [null], refuses: [{}] };

const clears = (changes: Item = {}) => ({ outcome: "cleared", validUntil: "2027-04-20", by: "a", ...changes });
const bothClear = { medical: clears(), psychiatric: clears({ by: "b" }), oneClinicianMaySignBoth: false };
const last = () => ({ ...booking, id: fresh(), terms: { ...booking.terms, endsOn: "2027-04-20" } });
/** The hash of the record of its third version. */
const auditHash = "hash-3";
const awaiting = {
  version: 3,
  auditHash,
  status: "awaiting_clearance",
  dues: [{ kind: "deposit", status: "paid" }],
  agreement: { version: 2, signedVersion: 2 },
  participation: "accepted",
};

/** The conditions of a confirmation on the booking and its clearance (I2). */
const confirming: Case[] = [
  {
    what: "the clearance (I2)",
    write: () => checkCleared(running.store, last()),
    holds: [
      bothClear,
      { ...bothClear, medical: clears({ by: "b" }), oneClinicianMaySignBoth: true },
      { ...bothClear, medical: clears({ validUntil: "2027-04-21" }) },
    ],
    refuses: [
      null,
      { ...bothClear, medical: clears({ outcome: "not_cleared" }) },
      { ...bothClear, psychiatric: clears({ by: "b", outcome: "not_cleared" }) },
      { ...bothClear, medical: clears({ validUntil: "2027-04-19" }) },
      { ...bothClear, psychiatric: clears({ by: "b", validUntil: "2027-04-19" }) },
      { ...bothClear, medical: clears({ by: "b" }) },
      { ...bothClear, medical: clears({ by: personKey(participant) }) },
      { ...bothClear, psychiatric: clears({ by: personKey(participant) }) },
    ],
  },
  {
    what: "the booking (I2)",
    write: () => first(confirmationWrites(running.store, us3(), change(us3()), occasion)),
    holds: [awaiting],
    refuses: [
      null,
      { ...awaiting, version: 4 },
      { ...awaiting, status: "cancelled" },
      { ...awaiting, dues: [{ kind: "deposit", status: "scheduled" }] },
      { ...awaiting, agreement: { version: 2, signedVersion: 1 } },
      { ...awaiting, participation: "invited" },
    ],
  },
];

const version = (of: number) => ({ holds: [{ version: of }], refuses: [null, { version: of + 1 }] });
const occasion = { actor, action: "sample", now };
const attempt = (of: number) =>
  ({ id: ids.next("att"), bookingId: "bkg", version: of, dueAt: null }) as unknown as Attempt;
const refund = (of: number) =>
  ({ id: ids.next("ref"), bookingId: "bkg", version: of, dueAt: null }) as unknown as Refund;
const clearance = (of: number) => {
  const evaluation = {
    id: "evl",
    kind: "medical",
    outcome: "cleared",
    validUntil: "2027-05-01",
    by: "d",
    at: now,
  } as const;
  return { ...afterEvaluation(null, fresh(), evaluation, false), version: of };
};
const first = <Refusal extends string>([write]: Guarded<Refusal>[]): Guarded<Refusal> => {
  if (write === undefined) throw new Error("the change needs no write");
  return write;
};
const change = (of: Booking) => ({ booking: { ...of, version: of.version + 1 }, events: [], journal: [] });
const entry: JournalEntry = { reference: "", effectiveOn: "2027-03-01", currency: "usd", postings: [] };
const link = { at: now, actor, action: "sample", before: null, after: null };

/** Each write that follows a version, and each first write. */
const versions: Case[] = [
  {
    what: "a booking",
    write: () => first(bookingWrites(running.store, us3(), change(us3()), occasion)),
    holds: [{ version: 3, auditHash }],
    refuses: [null, { version: 4, auditHash }, { version: 3, auditHash: "another" }],
  },
  { what: "a first booking", write: () => first(bookingWrites(running.store, null, change(us3()), occasion)), ...once },
  { what: "the check of a booking", write: () => bookingUnchanged(running.store, us3()), ...version(3) },
  { what: "a booking that is due no more", write: () => bookingRests(running.store, us3()), ...version(3) },
  {
    what: "the removal of a booking",
    write: () => first(removalWrites(running.store, us3(), occasion)),
    ...version(3),
  },
  {
    what: "the head of a removed booking",
    write: () => headOf(removalWrites(running.store, us3(), occasion)),
    ...once,
  },
  { what: "an attempt", write: () => attemptPut(running.store, attempt(4)), ...version(3) },
  { what: "a first attempt", write: () => attemptPut(running.store, attempt(1)), ...once },
  { what: "a refund", write: () => refundPut(running.store, refund(4)), ...version(3) },
  { what: "a first refund", write: () => refundPut(running.store, refund(1)), ...once },
  { what: "a clearance", write: () => clearancePut(running.store, clearance(3), clearance(4)), ...version(3) },
  { what: "a first clearance", write: () => clearancePut(running.store, null, clearance(1)), ...once },
  {
    what: "the check of a clearance",
    write: () => clearanceUnchanged(running.store, fresh(), clearance(3)),
    ...version(3),
  },
  {
    what: "the check that there is no clearance",
    write: () => clearanceUnchanged(running.store, fresh(), null),
    holds: [null],
    refuses: [{ version: 1 }],
  },
  {
    what: "a cohort",
    write: () => first(cohortWrites(running.store, cohort3(), cohort3(), [], occasion)),
    ...version(3),
  },
  { what: "a first cohort", write: () => first(cohortWrites(running.store, null, cohort3(), [], occasion)), ...once },
  { what: "the check of a cohort", write: () => cohortUnchanged(running.store, cohort3()), ...version(3) },
  { what: "a cohort that is due no more", write: () => cohortRests(running.store, cohort3()), ...version(3) },
  {
    what: "a program",
    write: () => first(programWrites(running.store, program3(), program3(), [], occasion)),
    ...version(3),
  },
  {
    what: "a first program",
    write: () => first(programWrites(running.store, null, program3(), [], occasion)),
    ...once,
  },
  {
    what: "an entry (I4)",
    write: () => first(journalWrites(running.store, [{ ...entry, reference: fresh() }])),
    ...once,
  },
  {
    what: "a link of an audit chain (I9)",
    write: () =>
      auditPut(running.store, chain("", { ...link, subject: { type: "booking", id: fresh() }, sequence: 1 })),
    ...once,
  },
];
const us3 = () => ({ ...booking, id: fresh(), version: 3, auditHash });
const cohort3 = () => ({ ...cohort, id: ids.next("coh"), version: 3 });
const program3 = () => sampleProgram({ version: 3 });
const headOf = (writes: Guarded<string>[]) => first(writes.filter(({ write }) => write.Put?.Item?.sk === "REMOVED"));

describe("a confirmation checks", () => {
  test.each(confirming)("$what", judged);
});

describe("a version has one successor, and a first version must be new:", () => {
  test.each(versions)("$what", judged);
});

test("an attempt is removed only as it was read", async () => {
  const bookingId = fresh();
  const id = ids.next("att");
  const put = (version: number) => {
    const Item = { ...keys.attempt(bookingId, id), id, version };
    return running.store.client.send(new PutCommand({ TableName: running.store.tables.core, Item }));
  };
  await put(3);
  const { removals } = await readRemovals(running.store, bookingId);
  await put(4);

  expect(await commit(running.store, removals.flat())).toEqual({ ok: false, reason: "stale" });
});

test("a clearance is written only if its booking is unchanged since the read", async () => {
  const stored = await readBooking(running.store, booking.id);
  if (stored === null) throw new Error("the booking does not exist");
  const older = { ...stored, version: stored.version - 1 };
  const after = { ...clearance(1), bookingId: stored.id };

  const written = await commit(running.store, clearanceWrites(running.store, older, null, after, occasion));

  expect(written).toEqual({ ok: false, reason: "stale" });
});

test("of two holds of one account that end unpaid at once, the second counts the first", async () => {
  const { id: sub } = us3();
  const held = { ...booking, holdSlot: 1, owner: { ...booking.owner, sub } };
  const once = first(await unpaidEndingWrites(running.store, held, "lapse", now));
  const atOnce = first(await unpaidEndingWrites(running.store, held, "lapse", now));
  expect(await commit(running.store, [once])).toEqual({ ok: true });

  expect(await commit(running.store, [atOnce])).toEqual({ ok: false, reason: "stale" });
});
