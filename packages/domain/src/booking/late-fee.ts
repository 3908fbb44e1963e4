import { type Instant, plusMinutes } from "../time/index.ts";
import { factContext } from "./booking.ts";
import { feePollMinutes } from "./captured.ts";
import { bookedEntries, type PaymentOutcome, paidOn } from "./payment-outcome.ts";
import { lookAgain, type SettlementDecision, type SettlementState } from "./settlement.ts";

/**
 * Posts the fee of a settled attempt once Stripe has a balance transaction for it; until then schedules another check.
 */
export function lateFee(
  { booking, attempt }: SettlementState,
  outcome: PaymentOutcome,
  now: Instant,
): SettlementDecision {
  if (outcome.kind !== "succeeded") return { kind: "unchanged" };
  if (outcome.booked === null) return lookAgain(attempt, plusMinutes(now, feePollMinutes), now);
  const next = { ...attempt, version: attempt.version + 1, feePosted: true, dueAt: null };
  const at = factContext(booking, paidOn(booking, outcome), outcome);
  const { balanceTransactionId } = outcome.booked;
  const booked = { chargeId: outcome.chargeId, balanceTransactionId };
  return { kind: "settle", settlement: { attempt: next, journal: bookedEntries(outcome, at), booked } };
}
