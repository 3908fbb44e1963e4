import type { Booking } from "@clearing/domain/booking";
import { confirm, type Ending, endBooking, progress, unconfirm } from "@clearing/domain/booking";
import {
  bookingWrites,
  chargeRefunded,
  holdsLock,
  lockRelease,
  type Occasion,
  readCharges,
  readFile,
  refundPut,
} from "./booking.ts";
import { commit, type Guarded, untilFresh } from "./commit.ts";
import { type IdempotencyRecord, idempotencyPut } from "./idempotency.ts";
import { keys } from "./keys.ts";
import { checkTaken, isOurs, readPlace, releasePlace } from "./place.ts";
import type { Store } from "./store.ts";

export type ProgressResult = { ok: true; booking: Booking } | { ok: false; reason: "not_found" | "conflict" };

/**
 * Does what a booking's facts now ask for: confirms it, takes a confirmation back, declines it after its hours, or
 * nothing. Called whenever one of the facts arrives, and by the sweep; calling it once more changes nothing.
 */
export function progressBooking(
  store: Store,
  { bookingId, refundId }: { bookingId: string; refundId: string },
  occasion: Occasion,
): Promise<ProgressResult> {
  return untilFresh<ProgressResult>(store, async () => {
    const file = await readFile(store, bookingId);
    if (file === null) return { ok: false, reason: "not_found" };
    const { booking, clearance } = file;
    switch (progress(booking, clearance, occasion.now)) {
      case "none":
        return { ok: true, booking };
      case "confirm":
        return confirmBooking(store, booking, occasion);
      case "unconfirm":
        return unconfirmBooking(store, booking, occasion);
      case "decline": {
        const ended = await endOnce(store, booking, "not_cleared", refundId, occasion);
        if (ended.ok) return ended;
        return { ok: false, reason: ended.reason === "conflict" ? "conflict" : "stale" };
      }
    }
  });
}

/**
 * Confirms in one transaction that DynamoDB itself refuses unless every fact of I2 holds in it: the deposit settled,
 * the agreement's current version signed, both evaluations cleared through the cohort's last day, and the place ours.
 */
async function confirmBooking(store: Store, booking: Booking, occasion: Occasion) {
  const change = confirm(booking, occasion.now);
  const result = await commit(store, confirmationWrites(store, booking, change, occasion));
  if (result.ok) return { ok: true, booking: change.booking } as const;
  return { ok: false, reason: result.reason === "conflict" ? "conflict" : "stale" } as const;
}

/** The writes of a confirmation, each condition of I2 in plain sight. */
export function confirmationWrites(
  store: Store,
  booking: Booking,
  change: ReturnType<typeof confirm>,
  occasion: Occasion,
): Guarded<"stale" | "already_posted">[] {
  const { endsOn } = booking.terms;
  const deposit = booking.dues.findIndex((due) => due.kind === "deposit");
  return [
    ...bookingWrites(store, booking, change, occasion, {
      condition:
        `#status = :awaiting AND dues[${deposit}].#status = :paid` + // I2: the deposit is settled
        " AND agreement.signedVersion = agreement.#version", // I2: the agreement is signed
      names: { "#status": "status" },
      values: { ":awaiting": "awaiting_clearance", ":paid": "paid" },
    }),
    {
      write: {
        ConditionCheck: {
          TableName: store.tables.core,
          Key: keys.clearance(booking.id),
          ConditionExpression:
            "medical.outcome = :cleared AND psychiatric.outcome = :cleared" + // I2: both evaluations clear
            " AND medical.validUntil >= :lastDay AND psychiatric.validUntil >= :lastDay", // I2: to the last day
          ExpressionAttributeValues: { ":cleared": "cleared", ":lastDay": endsOn },
        },
      },
      refusal: "stale",
    },
    checkTaken(store, { ...booking }, endsOn), // I2: the place is ours
  ];
}

async function unconfirmBooking(store: Store, booking: Booking, occasion: Occasion) {
  const change = unconfirm(booking, occasion.now);
  const result = await commit(store, bookingWrites(store, booking, change, occasion));
  if (result.ok) return { ok: true, booking: change.booking } as const;
  return { ok: false, reason: result.reason === "conflict" ? "conflict" : "stale" } as const;
}

export type EndResult =
  | { ok: true; booking: Booking }
  | { ok: false; reason: "not_found" | "invalid_transition" | "conflict" | "replayed" };

/**
 * Ends a booking early: its place and locks are let go, each only while it still names this booking, and what is owed
 * back is taken from its charges, in one transaction. `answer` makes the record of a request that asked for it.
 */
export function endEarly(
  store: Store,
  { bookingId, by, refundId }: { bookingId: string; by: Ending["by"]; refundId: string },
  occasion: Occasion,
  answer?: (booking: Booking) => IdempotencyRecord | null,
): Promise<EndResult> {
  return untilFresh<EndResult>(store, async () => {
    const file = await readFile(store, bookingId);
    if (file === null) return { ok: false, reason: "not_found" };
    return endOnce(store, file.booking, by, refundId, occasion, answer);
  });
}

async function endOnce(
  store: Store,
  before: Booking,
  by: Ending["by"],
  refundId: string,
  occasion: Occasion,
  answer?: (booking: Booking) => IdempotencyRecord | null,
) {
  const charges = await readCharges(store, before.id);
  const decision = endBooking(before, by, { refundId, requestedBy: occasion.actor.sub, charges }, occasion.now);
  if (!decision.ok) return { ok: false, reason: "invalid_transition" } as const;
  const record = answer?.(decision.booking) ?? null;
  const result = await commit(store, [
    ...(record === null ? [] : [idempotencyPut(store.tables.core, record)]),
    ...bookingWrites(store, before, decision, occasion),
    ...(await releaseWrites(store, before)),
    ...(decision.refund === null ? [] : [refundPut(store, decision.refund)]),
    ...(decision.refund?.parts ?? []).map((part) => chargeRefunded(store, before.id, part.chargeId, part.amount)),
  ]);
  if (result.ok) return { ok: true, booking: decision.booking } as const;
  if (result.reason === "conflict" || result.reason === "replayed")
    return { ok: false, reason: result.reason } as const;
  return { ok: false, reason: "stale" } as const;
}

/**
 * Lets a booking's place and locks go. What may already be another booking's is looked at first and left alone; the
 * conditions catch what changes in between.
 */
export async function releaseWrites(store: Store, booking: Booking): Promise<Guarded<"stale">[]> {
  const participant = keys.participantLock(booking.cohortId, booking.participant.email);
  const debit = keys.debitLock(booking.owner.sub);
  const [place, participantIsOurs, debitIsOurs] = await Promise.all([
    readPlace(store, { cohortId: booking.cohortId, type: booking.placeType, id: booking.placeId }),
    holdsLock(store, participant, booking.id),
    holdsLock(store, debit, booking.id),
  ]);
  return [
    ...(isOurs(place, booking.id) ? [releasePlace(store, booking)] : []),
    ...(participantIsOurs ? [lockRelease(store, participant, booking.id)] : []),
    ...(debitIsOurs ? [lockRelease(store, debit, booking.id)] : []),
  ];
}
