import { beginTries, cardTriesUsedUp, isCardTry, mayBeMade, type OffSessionAttempt } from "@clearing/domain/booking";
import { hasCome, plusHours } from "@clearing/domain/time";
import type { GatewayFailure } from "@clearing/payments";
import { type AttemptFile, attemptPut } from "@clearing/store/attempt";
import { bookingWrites } from "@clearing/store/booking";
import { reserveCardTry } from "@clearing/store/card-tries";
import { readForSettlement } from "./apply-settlement.ts";
import { type AttemptRef, attemptMetadata, replayableHours, type Services } from "./services.ts";
import { applyOutcome, type Settled, settle } from "./settle.ts";
import { endFailed, endIntent, intentNotKnown, outcomeOffSession } from "./standing.ts";
import { changeBooking, type Step } from "./sweep.ts";

/**
 * Starts to collect the dues whose date has come from the saved method. Each attempt is written with its booking before
 * Stripe is called, and its worker's deadline is at once.
 */
export const beginToCollect =
  (ids: Services["ids"]): Step =>
  (store, bookingId, occasion, seen) =>
    changeBooking(
      store,
      { bookingId, seen },
      occasion,
      (booking, now) => beginTries(booking, () => ids.next("att"), now),
      async (before, begun) => [
        ...begun.attempts.map((attempt) => attemptPut(store, { ...attempt, correlationId: store.correlationId })),
        ...bookingWrites(store, before, begun, occasion),
      ],
    );

/**
 * Charges the saved method once, under the attempt's idempotency key, and applies the outcome. A charge that was made
 * before is replayed while Stripe surely remembers the key, and looked up afterwards, so nothing is charged twice.
 * Makes no charge if the client has withdrawn the permission, the booking has ended, or the card has failed too often.
 */
export async function makeTry(
  services: Services,
  { attempt, booking }: { attempt: OffSessionAttempt; booking: AttemptFile["booking"] },
  action: string,
): Promise<Settled> {
  const ref = { bookingId: booking.id, attemptId: attempt.id };
  if (hasCome(plusHours(attempt.createdAt, replayableHours), services.clock.now()))
    return settle(services, ref, action);
  if (!mayBeMade(booking, attempt)) return withdraw(services, attempt, notToBeMade, action);
  const room = isCardTry(attempt) ? await reserveCardTry(services.store, attempt, services.clock.now()) : "reserved";
  if (room === "used_up") return withdraw(services, attempt, usedUp, action);
  if (room === "busy") return busy;
  const [made, read] = await Promise.all([
    charge(services, attempt),
    // Reads the state of the settlement in parallel; if that fails, it is read afterwards.
    readForSettlement(services.store, ref, booking).catch(() => undefined),
  ]);
  if (!made.ok) return notMade(services, attempt, made, action);
  const outcome = outcomeOffSession(made.value);
  if (outcome.kind !== "failed") return applyOutcome(services, ref, outcome, action, read);
  const ended = await endFailed(services, outcome);
  return ended.ok ? applyOutcome(services, ref, ended.value, action) : ended;
}

/** Charges the saved method, with the attempt's id as the idempotency key. */
const charge = (services: Services, attempt: OffSessionAttempt) =>
  services.gateway.createPaymentIntent(
    {
      customerId: attempt.customerId,
      currency: attempt.currency,
      amount: attempt.amount,
      label: attempt.description,
      paymentMethodId: attempt.paymentMethodId,
      methodType: attempt.methodType,
      mandateId: attempt.mandateId,
      metadata: attemptMetadata(services, attempt),
    },
    attempt.id,
  );

const notToBeMade = { kind: "withdrawn", code: "not_to_be_made" } as const;
const usedUp = { kind: "refused", code: cardTriesUsedUp } as const;
/** Other tries of the card are under way and can use up the limit of failures: wait for their outcome. */
const busy = {
  ok: false,
  kind: "unavailable",
  code: "card_busy",
  message: "another charge of this card is in progress",
} as const;

/** Refuses an attempt that may no longer be charged, unless it was charged before; then it is settled. */
async function withdraw(
  services: Services,
  attempt: OffSessionAttempt,
  outcome: typeof notToBeMade | typeof usedUp,
  action: string,
): Promise<Settled> {
  const ref = { bookingId: attempt.bookingId, attemptId: attempt.id };
  const settled = await settle(services, ref, action);
  if (settled.ok || !("kind" in settled) || settled.code !== intentNotKnown) return settled;
  return applyOutcome(services, ref, outcome, action);
}

/**
 * Stripe has not charged the method. If the key was used with other parameters, or Stripe failed under it, the key
 * creates no intent any more, so the outcome is looked up. A refusal is final, and the due is collected in another way.
 */
function notMade(
  services: Services,
  attempt: OffSessionAttempt,
  failure: GatewayFailure,
  action: string,
): Promise<Settled> | Settled {
  const ref = { bookingId: attempt.bookingId, attemptId: attempt.id };
  switch (failure.kind) {
    case "idempotency_mismatch":
    case "saved_failure":
      return settle(services, ref, action);
    case "declined":
    case "invalid":
      return refuse(services, ref, failure, action);
    case "unavailable":
    case "unknown":
    case "idempotency_in_flight":
      return failure;
  }
}

/** Applies Stripe's refusal. If it left an intent open, the intent is cancelled before the due is free (I5). */
async function refuse(
  services: Services,
  ref: AttemptRef,
  { code, paymentIntentId }: GatewayFailure,
  action: string,
): Promise<Settled> {
  const ended = paymentIntentId === undefined ? null : await endIntent(services, paymentIntentId);
  if (ended?.ok === false) return ended;
  return applyOutcome(services, ref, ended?.value ?? { kind: "refused", code }, action);
}
