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
 * Why a booking's claim moves: a hold begins, a page for its deposit opens (for cards alone, or for bank debits too), a
 * debit is waited for or has failed, a page that was never made gives its time back, the place is taken for good. Without
 * a move of the claim, the participant accepts, or is corrected.
 */
export type ClaimMove = "hold" | "card_page" | "debit_page" | "wait" | "shrink" | "take" | "accept" | "correct";

export type LockRefusal = "already_booked" | "debit_busy" | "slot_busy";

/**
 * A lock that a booking holds beside its place, and what becomes of it at each move of the claim: `claim` takes it or
 * moves its instant, refused while another booking holds it; `follow` moves it and `release` lets it go, only where it
 * is ours.
 */
type Lock = {
  key: Key;
  refusal: LockRefusal;
  at: Partial<Record<ClaimMove, "claim" | "follow" | "release">>;
};

const withTheClaim = {
  hold: "claim",
  card_page: "claim",
  debit_page: "claim",
  wait: "claim",
  shrink: "claim",
  take: "claim",
} as const;

/** All locks of a booking. What is added here is taken, moved and let go with the rest. */
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
    at: { debit_page: "claim", wait: "follow", shrink: "follow", take: "release" },
  },
  ...(booking.holdSlot === null ? [] : [slotLock(booking.owner.sub, booking.holdSlot)]),
];

/** Counts a hold among its account's live unpaid ones, until it is paid or a bank debit is on its way; then no more. */
const slotLock = (ownerSub: string, slot: number): Lock => ({
  key: keys.holdSlot(ownerSub, slot),
  refusal: "slot_busy",
  at: { hold: "claim", card_page: "follow", debit_page: "follow", wait: "release", shrink: "follow", take: "release" },
});

type Parties = Pick<Booking, "cohortId" | "owner" | "participant">;

/** One live booking per participant's e-mail and cohort, once the participant takes part. */
const participantLock = ({ cohortId, participant }: Parties): Key => keys.participantLock(cohortId, participant.email);

/** One live booking for each that a payer invites. */
const payerLock = ({ cohortId, owner, participant }: Parties): Key =>
  keys.payerLock(cohortId, owner.email, participant.email);

/** Where a booking's locks are, to be read together with what else a decision needs. */
export const lockKeys = (booking: Booking): Key[] => locksOf(booking).map(({ key }) => key);

/** Which of a booking's locks it holds, told from their items in the order of `lockKeys`. */
export type HeldLocks = ReadonlySet<string>;
export const heldLocks = ({ id }: Booking, items: readonly (Item | null)[]): HeldLocks =>
  new Set(items.flatMap((item) => (item?.bookingId === id ? [`${item.pk} ${item.sk}`] : [])));

/** All of a booking's locks, taken for held without a look: a write to one that is not is refused. */
export const locksTakenForOwn = (booking: Booking): HeldLocks =>
  new Set(locksOf(booking).map(({ key }) => lockName(key)));

const lockName = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/**
 * What a move of the claim writes to the booking's locks: they carry the instant of the place's claim. `held` is what was
 * read of them before; without it they are read.
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
 * Lets a booking's place and locks go. What may already be another booking's is looked at first and left alone; the
 * conditions catch what changes in between.
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
 * The live booking that a hold by this owner for this participant meets, null when there is none: of somebody else's
 * participant only what the payer has booked, of one's own all that one takes part in.
 */
export const bookingInTheWay = (store: Store, parties: Parties, now: Instant): Promise<string | null> =>
  readLock(store, isForOneself(parties) ? participantLock(parties) : payerLock(parties), now);

/** The live booking in a cohort that a participant takes part in, to be told to them alone. */
export const bookingTakenPartIn = (store: Store, parties: Parties, now: Instant): Promise<string | null> =>
  readLock(store, participantLock(parties), now);

const readLock = (store: Store, key: Key, now: Instant): Promise<string | null> =>
  readItem(store, key, ({ until, bookingId }) => (String(until) <= now ? null : String(bookingId)));

/** Moves the payer's lock to the corrected participant, if that is another address; the old one is let go while ours. */
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

/** Items as they all were at one instant, in the order of their keys. */
async function readList(store: Store, wanted: Key[]): Promise<(Item | null)[]> {
  const found = await readTogether(store, Object.fromEntries(wanted.map((key, index) => [String(index), key])));
  return wanted.map((_, index) => found[String(index)] ?? null);
}

/** Takes a lock, or moves the instant of our own: it is overtakable once its instant has passed. */
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

/** Moves the instant of a lock, only while it is ours: one that was let go is not taken again. */
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

/** Lets a lock go, only while it is ours. */
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
