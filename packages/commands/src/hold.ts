import type { AgreementDocument } from "@clearing/domain/agreement";
import type { Booking, BookingChange } from "@clearing/domain/booking";
import { hasCome, type Instant, plusSeconds } from "@clearing/domain/time";
import type { ActionContext } from "@clearing/store/action-context";
import { agreementPut } from "@clearing/store/agreement";
import { bookingWrites } from "@clearing/store/booking";
import { commitUntil } from "@clearing/store/commit";
import { readSlots } from "@clearing/store/hold-slots";
import { answerWrites, type IdempotencyRecord } from "@clearing/store/idempotency";
import { lockWrites } from "@clearing/store/locks";
import { freePlaces } from "@clearing/store/place";
import { claimPlace } from "@clearing/store/place-claim";
import { useQuote } from "@clearing/store/quote";
import type { Store } from "@clearing/store/store";
import { type HoldingAccount, type NoRoom, roomForHold } from "./hold-slots.ts";
import { system } from "./services.ts";
import { lapseHold } from "./sweep.ts";

type HoldRefusal = "sold_out" | "not_on_sale" | "already_booked" | "quote_used" | "quote_expired" | "conflict";

export type HoldRefused = { ok: false; reason: HoldRefusal } | ({ ok: false; reason: "limit_exceeded" } & NoRoom);

type HeldBooking = { ok: true; booking: Booking } | HoldRefused | { ok: false; reason: "replayed" };

/**
 * No round and no further try of a commit starts after this. A read or a try that has started can still take seconds:
 * the booking function has fifteen, and its client's gateway thirty.
 */
const patienceSeconds = 5;

type HoldOf = {
  cohortId: string;
  placeType: string;
  quoteId: string;
  datesVersion: number;
  agreement: AgreementDocument;
  account: HoldingAccount | null;
  /** Called with a lapsed hold that lost its slot to this one and could not be ended. */
  notEnded: NotEnded;
};

export type NotEnded = (bookingId: string, error: unknown) => void;

/**
 * Holds one free place: the place's claim, the booking, its locks, the quote's use, the agreement to sign, the audit
 * record, the events and the idempotency record, in one transaction. If another buyer claims the place first, or
 * another request takes the slot, it tries another under the same booking id. Refuses `conflict` if no round of the
 * first five seconds succeeds. `account` is null if the hold is not counted. `hold` makes the booking for the place and
 * slot of a round.
 */
export async function holdPlace(
  store: Store,
  request: HoldOf,
  hold: (placeId: string, slot: number | null) => { change: BookingChange; idempotency: IdempotencyRecord | null },
  occasion: ActionContext,
): Promise<HeldBooking> {
  const { now } = occasion;
  const until = plusSeconds(store.clock.now(), patienceSeconds);
  while (!hasCome(until, store.clock.now())) {
    const { account } = request;
    const [{ places, forSale }, slots] = await Promise.all([
      freePlaces(store, request.cohortId, request.placeType, now),
      account && readSlots(store, account, request.cohortId),
    ]);
    const place = places[Math.floor(store.random() * places.length)];
    if (place === undefined) return { ok: false, reason: forSale ? "sold_out" : "not_on_sale" };
    // The cohort's dates or zone have changed: the quote's schedule and policy are for the old ones.
    if (place.datesVersion !== request.datesVersion) return { ok: false, reason: "quote_expired" };
    const room =
      account === null || slots === null
        ? { slot: null, overtaken: null }
        : await roomForHold(store, account, request.cohortId, slots, now);
    if ("limit" in room) return { ok: false, reason: "limit_exceeded", ...room };
    const { change, idempotency } = hold(place.id, room.slot);
    const { booking } = change;
    const heldUntil = booking.holdExpiresAt;
    if (heldUntil === null) throw new Error(`${booking.id} is held, but has no holdExpiresAt`);
    const writes = [
      ...answerWrites(store.tables.core, idempotency),
      claimPlace(store, booking, heldUntil, now),
      useQuote(store, request.quoteId, booking.id, now),
      ...(await lockWrites(store, booking, "hold", { until: heldUntil, now })),
      ...bookingWrites(store, null, change, occasion),
      agreementPut(store, booking, request.agreement),
    ];
    const result = await commitUntil(store, writes, until);
    if (result.ok) {
      if (room.overtaken !== null) await endOvertaken(store, room.overtaken, now, request.notEnded);
      return { ok: true, booking };
    }
    switch (result.reason) {
      case "place_gone":
      case "slot_busy":
      case "conflict":
        continue;
      case "stale":
      case "debit_busy":
        throw new Error(`${booking.id} is new, but its write was refused: ${result.reason}`);
      default:
        return { ok: false, reason: result.reason };
    }
  }
  return { ok: false, reason: "conflict" };
}

/**
 * Ends the lapsed hold that lost its slot, because from now on only its ending counts it. A refused hold ends nothing.
 * The new hold stands even if this fails: the sweep ends every booking whose deadline was reached.
 */
async function endOvertaken(store: Store, bookingId: string, now: Instant, notEnded: NotEnded): Promise<void> {
  try {
    await lapseHold(store, bookingId, { actor: system, action: "lapse", now });
  } catch (error) {
    notEnded(bookingId, error);
  }
}
