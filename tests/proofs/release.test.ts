import { endEarly } from "@clearing/commands/end-early";
import { lapseHold } from "@clearing/commands/sweep";
import { type Booking, defaultHoldLimits, lapse } from "@clearing/domain/booking";
import type { Cohort } from "@clearing/domain/cohort";
import type { Program } from "@clearing/domain/program";
import { type Instant, plusMinutes } from "@clearing/domain/time";
import { readBooking } from "@clearing/store/booking";
import { commit } from "@clearing/store/commit";
import { keys } from "@clearing/store/keys";
import { lockWrites } from "@clearing/store/locks";
import { freePlaces, placeKey } from "@clearing/store/place";
import { readItems } from "@clearing/store/read";
import { releaseWrites } from "@clearing/store/release";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { payingLate, payLate } from "../harness/late-money.ts";
import { actor, asStored, holdSample, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

const occasionAt = (at: Instant) => ({ actor, action: "sample", now: at });

type Sale = { program: Program; cohort: Cohort };

async function sale(places: number): Promise<Sale> {
  const program = sampleProgram();
  return { program, cohort: await openCohort(running.store, program, { places, now }) };
}

/** `uncounted` holds as an admin does, with a choice among the free places. */
async function hold(
  { program, cohort }: Sale,
  owner: Booking["owner"],
  at: Instant,
  uncounted?: { random: () => number },
): Promise<Booking> {
  const store: Store = { ...running.store, ...uncounted };
  const offer = await sampleQuote(store, program, cohort, at);
  const account = uncounted ? null : { sub: owner.sub, limits: defaultHoldLimits };
  const held = await holdSample(store, offer, owner.email, at, owner, account);
  if (!held.ok) throw new Error(`the place was not held: ${held.reason}`);
  return asStored(store, held.booking);
}

const somebody = () => {
  const sub = ids.next("sub");
  return { sub, email: `${sub}@example.com` };
};

/** A hold with a page for cards and bank debits, so that it has every lock that a hold can have. */
async function paying(of: Sale) {
  const held = await hold(of, somebody(), now);
  const { attempt, lapsedAt } = await payingLate(running.store, held, now);
  const until = plusMinutes(lapsedAt, -1);
  await commit(running.store, await lockWrites(running.store, held, "debit_session", { until, now }));
  const booking = await readBooking(running.store, held.id);
  if (booking === null) throw new Error("the booking does not exist");
  return { booking, attempt, lapsedAt };
}

type Paying = Awaited<ReturnType<typeof paying>>;

const slotOf = ({ owner, holdSlot }: Booking) => keys.holdSlot(owner.sub, holdSlot ?? 0);
const locksOf = (booking: Booking) => [
  keys.participantLock(booking.cohortId, booking.participant.email),
  keys.debitLock(booking.owner.email),
  slotOf(booking),
];

/** The bookings that a booking's locks name. */
const lockedBy = async (booking: Booking) =>
  (await readItems(running.store, locksOf(booking))).map(({ bookingId }) => bookingId);

/** The claimant of a booking's place; null if the place is free. */
const claimOf = async (booking: Booking) =>
  (await readItems(running.store, [placeKey(booking)])).map(({ claimedBy = null }) => claimedBy);

const endingsOf = async ({ owner, cohortId }: Booking) =>
  (await readItems(running.store, [keys.unpaidEndings(owner.sub, cohortId)])).map(({ instants }) => instants);

const notesOf = async ({ id }: Booking) => (await readItems(running.store, [keys.closingNote(id)])).length;

const statusOf = async ({ id }: Booking) => (await readBooking(running.store, id))?.status;

const cancel = ({ booking, lapsedAt }: Paying) =>
  endEarly(running.store, { bookingId: booking.id, by: "client", refundId: ids.next("ref") }, occasionAt(lapsedAt));
const lapses = ({ booking, lapsedAt }: Paying) => lapseHold(running.store, booking.id, occasionAt(lapsedAt));
const money = ({ attempt, lapsedAt }: Paying) => payLate(running.store, attempt, lapsedAt);

/**
 * Each release, the pages still open after it (late money has settled its own), and when the hold counts as ended
 * unpaid. A hold with late money was paid.
 */
const releases = [
  ["the client cancels", cancel, "cancelled", 1, ({ lapsedAt }: Paying) => [[lapsedAt]]],
  ["the hold lapses", lapses, "expired", 1, ({ booking }: Paying) => [[booking.holdExpiresAt]]],
  ["money comes too late", money, "expired", 0, () => []],
] as const;

describe("a release frees everything that names its booking", () => {
  test.each(releases.slice(0, 2))("when %s", async (_when, release, status, notes, endings) => {
    const held = await paying(await sale(1));
    const { booking } = held;
    expect(await lockedBy(booking)).toEqual([booking.id, booking.id, booking.id]);

    expect(await release(held)).toMatchObject({ ok: true });

    expect(await statusOf(booking)).toBe(status);
    expect(await claimOf(booking)).toEqual([null]);
    expect(await lockedBy(booking)).toEqual([]);
    expect(await endingsOf(booking)).toEqual(endings(held));
    expect(await notesOf(booking)).toBe(notes);
  });
});

describe("a release leaves what belongs to another booking by then", () => {
  test.each(releases)("the participant's lock, after they booked another place, when %s", async (...of) => {
    const [, release, status, notes, endings] = of;
    const sold = await sale(2);
    const held = await paying(sold);
    const { booking, lapsedAt } = held;
    const { places } = await freePlaces(running.store, booking.cohortId, booking.placeType, lapsedAt);
    const other = places.findIndex(({ id }) => id !== booking.placeId);
    const random = () => (other + 0.5) / places.length;
    const again = await hold(sold, booking.owner, lapsedAt, { random });
    expect(again.placeId).not.toBe(booking.placeId);

    await release(held);

    expect(await statusOf(booking)).toBe(status);
    expect(await claimOf(booking)).toEqual([null]);
    expect(await claimOf(again)).not.toEqual([null]);
    expect(await lockedBy(booking)).toEqual([again.id]);
    expect(await endingsOf(booking)).toEqual(endings(held));
    expect(await notesOf(booking)).toBe(notes);
  });

  test.each(releases)("the place, after it was sold again, when %s", async (_when, release, status, notes, endings) => {
    const sold = await sale(1);
    const held = await paying(sold);
    const { booking, lapsedAt } = held;
    const buyer = await hold(sold, somebody(), lapsedAt);
    const claimed = await claimOf(buyer);

    await release(held);

    expect(await statusOf(booking)).toBe(status);
    expect(claimed).not.toEqual([null]);
    expect(await claimOf(buyer)).toEqual(claimed);
    expect(await lockedBy(booking)).toEqual([]);
    expect(await endingsOf(booking)).toEqual(endings(held));
    expect(await notesOf(booking)).toBe(notes);
  });
});

describe("a release is refused if another booking was faster after its decision", () => {
  async function decided(of: Sale) {
    const held = await paying(of);
    const change = lapse(held.booking, held.lapsedAt);
    if (change === null) throw new Error("the hold has not lapsed");
    const occasion = occasionAt(held.lapsedAt);
    return { ...held, writes: await releaseWrites(running.store, held.booking, change, { end: "lapse" }, occasion) };
  }

  test("to claim the place", async () => {
    const sold = await sale(1);
    const { writes, booking, lapsedAt } = await decided(sold);
    const buyer = await hold(sold, somebody(), lapsedAt);
    const claimed = await claimOf(buyer);

    expect(await commit(running.store, writes)).toEqual({ ok: false, reason: "stale" });

    expect(await claimOf(booking)).toEqual(claimed);
    expect(await statusOf(booking)).toBe("held");
  });

  test.each([0, 1, 2])("to take its lock %i", async (lock) => {
    const { writes, booking } = await decided(await sale(1));
    const Key = locksOf(booking)[lock];
    await commit(running.store, [
      { write: { Put: { TableName: running.store.tables.core, Item: { ...Key, bookingId: "bkg_other" } } } },
    ]);

    expect(await commit(running.store, writes)).toEqual({ ok: false, reason: "stale" });

    expect(await lockedBy(booking)).toContain("bkg_other");
    expect(await statusOf(booking)).toBe("held");
  });
});
