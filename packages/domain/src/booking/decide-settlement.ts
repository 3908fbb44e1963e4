import type { Instant } from "../time/index.ts";
import { isUnderWay, pollOpenAt, verifiedBy } from "./attempt.ts";
import { abandoned, processing, verifying } from "./bank-debit.ts";
import { unpaid } from "./due.ts";
import { failed } from "./failed-payment.ts";
import { lateFee } from "./late-fee.ts";
import type { PaymentOutcome, Succeeded } from "./payment-outcome.ts";
import type { RefundReason } from "./refund.ts";
import { returnInFull } from "./return-in-full.ts";
import { settleAfterEnding } from "./settle-after-ending.ts";
import { takeDeposit } from "./settle-deposit.ts";
import { payOneDue } from "./settle-due.ts";
import { costOf, payoffOf } from "./settle-payoff.ts";
import { dueOf, lookAgain, type SettlementDecision, type SettlementState } from "./settlement.ts";

/**
 * Applies Stripe's report on an attempt. Moves forward only: a final attempt changes only for a fee booked late, or for
 * a payment that arrived after all, which is never dropped. The webhook, the return page, the catch-up and the sweep
 * all use this decision.
 */
export function decideSettlement(state: SettlementState, outcome: PaymentOutcome, now: Instant): SettlementDecision {
  const { attempt } = state;
  // Stripe keeps showing the intent of a returned debit as succeeded.
  if (attempt.status === "succeeded" || attempt.status === "returned") {
    return attempt.feePosted ? { kind: "unchanged" } : lateFee(state, outcome, now);
  }
  if (!isUnderWay(attempt) && outcome.kind !== "succeeded") return { kind: "unchanged" };
  if (attempt.status === "abandoned" && outcome.kind === "succeeded") {
    return { kind: "settle", settlement: returnInFull(state, outcome, "abandoned_payment", now) };
  }
  switch (outcome.kind) {
    case "open":
      return attempt.via === "checkout" && attempt.status === "open"
        ? lookAgain(attempt, pollOpenAt(attempt, now), now)
        : { kind: "unchanged" };
    case "processing":
      return processing(state, outcome.paymentIntentId, now);
    case "verifying":
      return verifying(state, outcome.paymentIntentId, now);
    case "abandoned":
      // The account was verified in the meantime: wait for it like any other debit.
      return verifiedBy(attempt) === null ? { kind: "unchanged" } : abandoned(state, now);
    case "cancelled":
      // The intent was cancelled during verification, by us before a crash or by hand. The attempt is abandoned either
      // way.
      return verifiedBy(attempt) === null ? failed(state, "failed", outcome.code, now) : abandoned(state, now);
    case "failed":
      return failed(state, "failed", outcome.code, now);
    case "expired":
      return failed(state, "expired", null, now);
    case "never_made":
      // Another call has recorded its session in the meantime.
      if (attempt.status !== "requested") return { kind: "unchanged" };
      return failed(state, "refused", outcome.code, now);
    case "withdrawn":
      return failed(state, "refused", outcome.code, now, { wasOpen: true });
    case "refused":
      return failed(state, "refused", outcome.code, now, { isRefusal: true });
    case "succeeded":
      return succeeded(state, outcome, now);
  }
}

/** Whether a payment can pay what its attempt collects: part of its unpaid due, or its whole payoff. */
function mayPay({ booking, attempt }: SettlementState, payment: Succeeded): boolean {
  const payoff = payoffOf(booking, attempt);
  if (payoff !== null) return costOf(payoff) > 0 && payment.amount >= costOf(payoff);
  return attempt.purpose !== "payoff" && unpaid(dueOf(booking, attempt)) > 0;
}

/**
 * The same after the booking was cancelled. The due is cancelled too, so a payment can pay what was never paid or
 * waived.
 */
function mayPayAfterEnding({ booking, attempt }: SettlementState, payment: Succeeded): boolean {
  const payoff = payoffOf(booking, attempt);
  const due = dueOf(booking, attempt);
  if (payoff === null)
    return attempt.purpose !== "payoff" && due.amount - due.paid - (due.waived ?? 0) >= payment.amount;
  // The ending has returned unearned interest, so a payoff that relied on it can no longer be applied.
  return payoff.unearned.length === 0 && payment.amount === costOf(payoff);
}

/**
 * Applies a payment by the booking's status: it settles the deposit or a due, is late money, or is refunded in full.
 */
function succeeded(state: SettlementState, payment: Succeeded, now: Instant): SettlementDecision {
  const { booking, attempt, placeIsOurs } = state;
  const isOurs = payment.currency === booking.currency;
  const fits = isOurs && mayPay(state, payment);
  switch (booking.status) {
    case "held":
      if (attempt.purpose !== "deposit" || !fits || unpaid(dueOf(booking, attempt)) < payment.amount) break;
      if (!placeIsOurs) return { kind: "late", payment };
      return { kind: "settle", settlement: takeDeposit(state, payment, now) };
    case "expired":
      if (payment.currency !== booking.currency) break;
      return { kind: "late", payment };
    case "awaiting_clearance":
    case "confirmed":
    case "completed":
      if (!fits) break;
      return { kind: "settle", settlement: payOneDue(state, payment, now) };
    case "cancelled":
      // No attempt begins on an ended booking, so this one began before, whatever the clocks of two requests say.
      if (!isOurs || !mayPayAfterEnding(state, payment)) break;
      return { kind: "settle", settlement: settleAfterEnding(state, payment, now) };
    case "declined":
      break;
  }
  return { kind: "settle", settlement: returnInFull(state, payment, returnReason(state, payment), now) };
}

/** Why a payment that pays nothing is refunded. What staff have waived was not paid by another payment. */
function returnReason({ booking, attempt }: SettlementState, { currency }: Succeeded): RefundReason {
  if (booking.status === "declined") return "not_cleared";
  if (currency !== booking.currency) return "wrong_currency";
  if ((dueOf(booking, attempt).waived ?? 0) > 0) return "overpayment";
  // A payoff that no longer fits its booking pays nothing twice.
  const isPayoffTooLate = attempt.purpose === "payoff" && booking.status === "cancelled";
  return isPayoffTooLate ? "after_cancellation" : "duplicate_payment";
}
