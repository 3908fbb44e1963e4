import {
  type Attempt,
  type Booking,
  decideSettlement,
  isCardTry,
  isUnderWay,
  mayRevive,
  mayReviveOn,
  type PaymentOutcome,
  type PlaceMove,
  returnInFull,
  revive,
  type Settlement,
  type SettlementState,
} from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import type { ActionContext } from "@clearing/store/action-context";
import { journalWrites } from "@clearing/store/append-only";
import { attemptPut } from "@clearing/store/attempt";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { countFailedTry, releaseCardTry } from "@clearing/store/card-tries";
import { chargeBooked, chargePut } from "@clearing/store/charge";
import { commit, type Guarded, staleUnless, untilFresh } from "@clearing/store/commit";
import { fromDeadlineItem } from "@clearing/store/items";
import { keys } from "@clearing/store/keys";
import { type HeldLocks, heldLocks, type LockRefusal, lockKeys, lockWrites } from "@clearing/store/locks";
import { freePlaces, isOurs, placeKey, toPlace } from "@clearing/store/place";
import { moveClaim, takeFreePlace, takePlace } from "@clearing/store/place-claim";
import { refundPut } from "@clearing/store/refund";
import { releaseWrites } from "@clearing/store/release";
import type { Store } from "@clearing/store/store";
import { readTogether } from "@clearing/store/together";

export type SettleResult = { ok: true; attempt: Attempt } | { ok: false; reason: "not_found" | "conflict" };

type Payment = Extract<PaymentOutcome, { kind: "succeeded" }>;

type State = SettlementState & { held: HeldLocks };
export type SettlementRead =
  | { ok: true; state: Omit<State, "refundId"> }
  | { ok: false; reason: "not_found" | "stale" };
type Writes = Guarded<"stale" | "place_gone" | LockRefusal>[];

/**
 * Applies Stripe's outcome of one attempt to its booking. Webhook, return page, catch-up and sweep all end here; a
 * repeated call changes nothing. Late money is refunded in full unless a place of the same dates, a free lock and an
 * unchanged agreement let it revive the booking.
 */
export function settleAttempt(
  store: Store,
  { bookingId, attemptId, refundId }: { bookingId: string; attemptId: string; refundId: string },
  outcome: PaymentOutcome,
  occasion: ActionContext,
  read?: SettlementRead,
): Promise<SettleResult> {
  let first = read;
  return untilFresh<SettleResult>(store, async () => {
    const found = first ?? (await readForSettlement(store, { bookingId, attemptId }));
    first = undefined;
    if (!found.ok) return found;
    const { attempt } = found.state;
    const state: State = { ...found.state, refundId };
    const decision = decideSettlement(state, outcome, occasion.now);
    switch (decision.kind) {
      case "unchanged":
        return { ok: true, attempt };
      case "settle": {
        await countForCard(store, attempt, decision.settlement.attempt);
        const result = await write(store, state, decision.settlement, occasion);
        if (result.ok) return result;
        if (result.reason !== "already_booked") return { ok: false, reason: result.reason };
        // The claim had lapsed, and the participant has made another booking in the meantime.
        if (outcome.kind !== "succeeded") return { ok: true, attempt };
        return giveBack(store, state, outcome, occasion);
      }
      case "late":
        return late(store, state, decision.payment, occasion);
    }
  });
}

/**
 * Reads all that a settlement decides on, as of one instant. `seen` is the booking from an earlier read; it tells the
 * place and the locks to read. Refuses `stale` if the booking has changed since, `not_found` if the booking or the
 * attempt is missing.
 */
export async function readForSettlement(
  store: Store,
  { bookingId, attemptId }: { bookingId: string; attemptId: string },
  seen?: Booking,
): Promise<SettlementRead> {
  const known = seen ?? (await readBooking(store, bookingId));
  if (known === null) return { ok: false, reason: "not_found" };
  const locks = lockKeys(known);
  const found = await readTogether<string>(store, {
    booking: keys.booking(bookingId),
    attempt: keys.attempt(bookingId, attemptId),
    place: placeKey(known),
    ...Object.fromEntries(locks.map((key, index) => [`lock ${index}`, key])),
  });
  if (!found.booking || !found.attempt) return { ok: false, reason: "not_found" };
  const booking = fromDeadlineItem<Booking>(found.booking);
  if (booking.version !== known.version) return { ok: false, reason: "stale" };
  const state = {
    booking,
    attempt: fromDeadlineItem<Attempt>(found.attempt),
    placeIsOurs: isOurs(found.place ? toPlace(found.place) : null, bookingId),
    held: heldLocks(
      booking,
      locks.map((_, index) => found[`lock ${index}`] ?? null),
    ),
  };
  return { ok: true, state };
}

/**
 * Updates the card's count with the result of a try before the result is committed: after a crash in between, the count
 * is updated again. A try that is still under way keeps its place in the count.
 */
async function countForCard(store: Store, before: Attempt, after: Attempt): Promise<void> {
  if (!isCardTry(after) || before.status === after.status || isUnderWay(after)) return;
  await (after.status === "failed" ? countFailedTry(store, after) : releaseCardTry(store, after));
}

async function write(store: Store, state: State, settlement: Settlement, occasion: ActionContext) {
  const { attempt, place } = settlement;
  const writes: Writes = [
    ...settlementWrites(store, state, settlement, occasion),
    ...(place === undefined ? [] : await placeWrites(store, state, place, occasion.now)),
  ];
  const result = await commit(store, writes, { ok: true, attempt });
  return result.ok ? result : staleUnless(result.reason, "already_booked");
}

function settlementWrites(
  store: Store,
  state: SettlementState,
  settlement: Settlement,
  occasion: ActionContext,
): Writes {
  const { booking, events = [], journal } = settlement;
  return [
    ...moneyWrites(store, settlement),
    ...(booking === undefined
      ? journalWrites(store, journal)
      : bookingWrites(store, state.booking, { booking, events, journal }, occasion)),
  ];
}

const moneyWrites = (store: Store, { attempt, charge, booked, refund }: Settlement): Guarded<"stale">[] => [
  attemptPut(store, attempt),
  ...(charge === undefined ? [] : [chargePut(store, charge)]),
  ...(booked === undefined ? [] : [chargeBooked(store, attempt.bookingId, booked)]),
  ...(refund === undefined ? [] : [refundPut(store, refund)]),
];

async function placeWrites(store: Store, { booking, held }: State, place: PlaceMove, now: Instant): Promise<Writes> {
  if (place.kind === "take") {
    return [takePlace(store, booking), ...(await lockWrites(store, booking, "take", { until: "forever", now }, held))];
  }
  const move = place.cause === "debit" ? "wait" : "shrink";
  const { until } = place;
  return [moveClaim(store, booking, until), ...(await lockWrites(store, booking, move, { until, now }, held))];
}

/** Late money: it came after the place was released. Takes a free place of the same dates, or refunds. */
async function late(store: Store, state: State, payment: Payment, occasion: ActionContext) {
  const { booking } = state;
  const { now } = occasion;
  const { places } = mayRevive(booking, now)
    ? await freePlaces(store, booking.cohortId, booking.placeType, now)
    : { places: [] };
  for (const { id } of places.filter((place) => mayReviveOn(booking, place))) {
    const settlement = revive(state, id, payment, now);
    const writes: Writes = [
      takeFreePlace(store, { ...booking, placeId: id }, now),
      ...(await lockWrites(store, booking, "take", { until: "forever", now }, state.held)),
      ...settlementWrites(store, state, settlement, occasion),
    ];
    const result = await commit(store, writes, { ok: true, attempt: settlement.attempt });
    if (result.ok) return result;
    if (result.reason === "place_gone") continue;
    if (result.reason === "already_booked") break;
    return staleUnless(result.reason);
  }
  return giveBack(store, state, payment, occasion);
}

/** Refunds late money in full. If the hold had lapsed unnoticed, the same transaction releases its place and locks. */
async function giveBack(store: Store, state: SettlementState, payment: Payment, occasion: ActionContext) {
  const { booking } = state;
  const settlement = returnInFull({ ...state, placeIsOurs: false }, payment, "late_payment", occasion.now);
  const released = { end: "late_payment", settledAttemptId: state.attempt.id } as const;
  const writes: Guarded<"stale">[] = [
    ...moneyWrites(store, settlement),
    ...(booking.status === "held"
      ? await releaseWrites(store, booking, settlement, released, occasion)
      : bookingWrites(store, booking, settlement, occasion)),
  ];
  return commit(store, writes, { ok: true, attempt: settlement.attempt });
}
