import { type Booking, isForOneself } from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import type { Item } from "./items.ts";
import { forever, keys } from "./keys.ts";
import { isOurs, placeKey, toPlace } from "./place.ts";
import { releasePlace } from "./place-claim.ts";
import { type Key, readItem } from "./read.ts";
import type { Store } from "./store.ts";
import { readTogether } from "./together.ts";

/**
 * Why a booking's claim moves: a hold begins (`hold`), a session for the deposit opens (`card_session`, or
 * `debit_session` if it offers bank debits), a debit is awaited (`wait`) or has failed, or a session was never created
 * and its time is given back (`shrink`), the place is taken for good (`take`). Two moves leave the claim as it is: the
 * participant accepts (`accept`) or is corrected (`correct`).
 */
export type ClaimMove = "hold" | "card_session" | "debit_session" | "wait" | "shrink" | "take" | "accept" | "correct";

export type LockRefusal = "already_booked" | "debit_busy" | "slot_busy";

/**
 * A lock that a booking holds beside its place, and its change at each move of the claim. `claim` takes the lock or
 * moves its instant, and is refused while another booking holds it. `follow` moves and `release` deletes the lock, only
 * if this booking holds it.
 */
type Lock = {
  key: Key;
  refusal: LockRefusal;
  at: Partial<Record<ClaimMove, "claim" | "follow" | "release">>;
};

const withTheClaim = {
  hold: "claim",
  card_session: "claim",
  debit_session: "claim",
  wait: "claim",
  shrink: "claim",
  take: "claim",
} as const;

/**
 * All locks of a booking: one live booking per person and cohort (`already_booked`), one hold by bank debit per mailbox
 * (`debit_busy`), and the account's hold slot (`slot_busy`). A lock that is added here is taken, moved and released with
 * the rest.
 */
const locksOf = (booking: Booking): Lock[] => [
  ...(isForOneself(booking)
    ? []
    : [{ key: payerLock(booking), refusal: "already_booked", at: { ...withTheClaim, correct: "claim" } } as const]),
  ...(booking.participation === "invited"
    ? []
    : [
        { key: participantLock(booking), refusal: "already_booked", at: { ...withTheClaim, accept: "claim" } } as const,
      ]),
  {
    key: keys.debitLock(booking.owner.email),
    refusal: "debit_busy",
    at: { debit_session: "claim", wait: "follow", shrink: "follow", take: "release" },
  },
  ...(booking.holdSlot === null ? [] : [slotLock(booking.owner.sub, booking.holdSlot)]),
];

/** Counts a hold among its account's live unpaid holds until it is paid or a bank debit is under way. */
const slotLock = (payerSub: string, slot: number): Lock => ({
  key: keys.holdSlot(payerSub, slot),
  refusal: "slot_busy",
  at: {
    hold: "claim",
    card_session: "follow",
    debit_session: "follow",
    wait: "release",
    shrink: "follow",
    take: "release",
  },
});

type Parties = Pick<Booking, "cohortId" | "owner" | "participant">;

/** One live booking per participant's e-mail and cohort, from the acceptance on. */
const participantLock = ({ cohortId, participant }: Parties): Key => keys.participantLock(cohortId, participant.email);

/** One live booking per payer and invited participant in a cohort. */
const payerLock = ({ cohortId, owner, participant }: Parties): Key =>
  keys.payerLock(cohortId, owner.email, participant.email);

/** The keys of a booking's locks, for a read together with the other facts of a decision. */
export const lockKeys = (booking: Booking): Key[] => locksOf(booking).map(({ key }) => key);

/** The names of the locks that a booking holds, from their items in the order of `lockKeys`. */
export type HeldLocks = ReadonlySet<string>;
export const heldLocks = ({ id }: Booking, items: readonly (Item | null)[]): HeldLocks =>
  new Set(items.flatMap((item) => (item?.bookingId === id ? [`${item.pk} ${item.sk}`] : [])));

/** All of a booking's locks, assumed to be held without a read. A write to a lock that is not held is refused. */
export const locksTakenForOwn = (booking: Booking): HeldLocks =>
  new Set(locksOf(booking).map(({ key }) => lockName(key)));

const lockName = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/**
 * The writes to a booking's locks for one move of the claim: locks carry the instant of the place's claim. `held` is
 * what was read of the locks before; without it this reads them.
 */
export async function lockWrites(
  store: Store,
  booking: Booking,
  move: ClaimMove,
  { until, now }: { until: Instant | "forever"; now: Instant },
  held?: HeldLocks,
): Promise<Guarded<LockRefusal | "stale">[]> {
  const moved = locksOf(booking).filter(({ at }) => at[move] !== undefined);
  const known =
    held ??
    (await readHeld(
      store,
      booking,
      moved.filter(({ at }) => at[move] !== "claim"),
    ));
  return moved.flatMap((lock): Guarded<LockRefusal | "stale">[] => {
    if (lock.at[move] === "claim") return [lockClaim(store, booking, lock, until, now)];
    if (!known.has(lockName(lock.key))) return [];
    return [lock.at[move] === "follow" ? lockMove(store, booking, lock, until) : lockRelease(store, booking, lock)];
  });
}

/**
 * The writes that release a booking's place and locks. Skips those that already belong to another booking; conditions
 * catch changes after the read (`stale`).
 */
export async function letGoWrites(store: Store, booking: Booking): Promise<Guarded<"stale">[]> {
  const locks = locksOf(booking);
  const [place, ...found] = await readList(store, [placeKey(booking), ...locks.map(({ key }) => key)]);
  return [
    ...(isOurs(place ? toPlace(place) : null, booking.id) ? [releasePlace(store, booking)] : []),
    ...locks
      .filter((_, index) => found[index]?.bookingId === booking.id)
      .map((lock) => lockRelease(store, booking, lock)),
  ];
}

/**
 * The live booking that blocks a hold by this payer for this participant; null if there is none. For another person
 * only the payer's own bookings count; for oneself all bookings that one takes part in.
 */
export const bookingInTheWay = (store: Store, parties: Parties, now: Instant): Promise<string | null> =>
  readLock(store, isForOneself(parties) ? participantLock(parties) : payerLock(parties), now);

/** The live booking of a cohort in which a participant takes part. Tell it to the participant only. */
export const bookingTakenPartIn = (store: Store, parties: Parties, now: Instant): Promise<string | null> =>
  readLock(store, participantLock(parties), now);

const readLock = (store: Store, key: Key, now: Instant): Promise<string | null> =>
  readItem(store, key, ({ until, bookingId }) => (String(until) <= now ? null : String(bookingId)));

/**
 * Moves the payer's lock to the corrected participant, if the address has changed, and releases the old lock if the
 * booking holds it.
 */
export async function correctionWrites(
  store: Store,
  before: Booking,
  after: Booking,
  now: Instant,
): Promise<Guarded<LockRefusal | "stale">[]> {
  const claimed = await lockWrites(store, after, "correct", { until: after.holdExpiresAt ?? "forever", now });
  if (payerLock(before).pk === payerLock(after).pk) return claimed;
  const old = locksOf(before).filter(({ at }) => at.correct !== undefined);
  const held = await readHeld(store, before, old);
  const ours = old.filter(({ key }) => held.has(lockName(key)));
  return [...claimed, ...ours.map((lock) => lockRelease(store, before, lock))];
}

async function readHeld(store: Store, booking: Booking, locks: Lock[]): Promise<HeldLocks> {
  if (locks.length === 0) return new Set();
  const wanted = locks.map(({ key }) => key);
  return heldLocks(booking, await readList(store, wanted));
}

/** Items in the order of their keys, all as of one instant. */
async function readList(store: Store, wanted: Key[]): Promise<(Item | null)[]> {
  const found = await readTogether(store, Object.fromEntries(wanted.map((key, index) => [String(index), key])));
  return wanted.map((_, index) => found[String(index)] ?? null);
}

/** Takes a lock or moves the booking's own. Another booking can take over a lock once its instant has passed. */
function lockClaim(
  store: Store,
  { id }: Booking,
  { key, refusal }: Lock,
  until: Instant | "forever",
  now: Instant,
): Guarded<LockRefusal> {
  return {
    write: {
      Update: {
        TableName: store.tables.core,
        Key: key,
        UpdateExpression: "SET bookingId = :booking, #until = :until",
        ConditionExpression: "attribute_not_exists(pk) OR bookingId = :booking OR #until <= :now",
        ExpressionAttributeNames: { "#until": "until" },
        ExpressionAttributeValues: {
          ":booking": id,
          ":until": until === "forever" ? forever : until,
          ":now": now,
        },
      },
    },
    refusal,
  };
}

/** Moves the instant of a lock only if this booking holds it: a released lock is not taken again. */
function lockMove(store: Store, { id }: Booking, { key }: Lock, until: Instant | "forever"): Guarded<"stale"> {
  return {
    write: {
      Update: {
        TableName: store.tables.core,
        Key: key,
        UpdateExpression: "SET #until = :until",
        ConditionExpression: "bookingId = :booking",
        ExpressionAttributeNames: { "#until": "until" },
        ExpressionAttributeValues: { ":booking": id, ":until": until === "forever" ? forever : until },
      },
    },
    refusal: "stale",
  };
}

/** Deletes a lock, only if this booking holds it. */
function lockRelease(store: Store, { id }: Booking, { key }: Lock): Guarded<"stale"> {
  return {
    write: {
      Delete: {
        TableName: store.tables.core,
        Key: key,
        ConditionExpression: "bookingId = :booking",
        ExpressionAttributeValues: { ":booking": id },
      },
    },
    refusal: "stale",
  };
}
