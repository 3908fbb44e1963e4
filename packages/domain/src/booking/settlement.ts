import { dateIn, type Instant, plusDays, plusHours, plusMinutes } from "../time/index.ts";
import { type Attempt, isFinal, pollOpenAt } from "./attempt.ts";
import { bookingEvent } from "./booking.ts";
import { nextVersion } from "./deadline.ts";
import { replaceDue, unpaid } from "./due.ts";
import {
  about,
  bookedEntries,
  context,
  dueOf,
  feePollMinutes,
  freed,
  type PaymentOutcome,
  paidOn,
  payOneDue,
  returnInFull,
  type Settlement,
  type SettlementState,
  type Succeeded,
  settleAfterEnding,
  takeDeposit,
} from "./payment.ts";
import type { RefundReason } from "./refund.ts";

/** `late`: the money came after the place was let go; revive the booking on a free place, or return all of it. */
export type SettlementDecision =
  | { kind: "unchanged" }
  | { kind: "settle"; settlement: Settlement }
  | { kind: "late"; payment: Succeeded };

const debitClaimDays = 10;
const processingPollHours = 6;

/**
 * Applies what Stripe says of an attempt. Moves forward only: a final attempt changes no more, but for a fee that was
 * booked late, and for money that came after all, which is never dropped. The one decision behind webhook, return page,
 * reconciler and sweep.
 */
export function decideSettlement(state: SettlementState, outcome: PaymentOutcome, now: Instant): SettlementDecision {
  const { attempt } = state;
  if (attempt.status === "succeeded") return attempt.feePosted ? { kind: "unchanged" } : lateFee(state, outcome, now);
  if (isFinal(attempt) && outcome.kind !== "succeeded") return { kind: "unchanged" };
  switch (outcome.kind) {
    case "open":
      return attempt.status === "open" ? lookAgain(attempt, pollOpenAt(attempt, now), now) : { kind: "unchanged" };
    case "processing":
      return processing(state, outcome.paymentIntentId, now);
    case "failed":
      return failed(state, "failed", outcome.code, now);
    case "expired":
      return failed(state, "expired", null, now);
    case "refused":
      return failed(state, "refused", outcome.code, now);
    case "succeeded":
      return succeeded(state, outcome, now);
  }
}

/** Nothing has changed at Stripe: an attempt whose look was due has its next one later. */
function lookAgain(attempt: Attempt, dueAt: Instant, now: Instant): SettlementDecision {
  if (attempt.dueAt === null || attempt.dueAt > now) return { kind: "unchanged" };
  return { kind: "settle", settlement: { attempt: { ...attempt, version: attempt.version + 1, dueAt }, journal: [] } };
}

function lateFee({ booking, attempt }: SettlementState, outcome: PaymentOutcome, now: Instant): SettlementDecision {
  if (outcome.kind !== "succeeded") return { kind: "unchanged" };
  if (outcome.booked === null) return lookAgain(attempt, plusMinutes(now, feePollMinutes), now);
  const next = { ...attempt, version: attempt.version + 1, feePosted: true, dueAt: null };
  const at = { ...context(booking, paidOn(booking, outcome)), currency: outcome.currency };
  return { kind: "settle", settlement: { attempt: next, journal: bookedEntries(outcome, at) } };
}

function processing(state: SettlementState, paymentIntentId: string, now: Instant): SettlementDecision {
  const { booking, attempt } = state;
  const nextLook = plusHours(now, processingPollHours);
  if (attempt.status === "processing") return lookAgain(attempt, nextLook, now);
  const next: Attempt = {
    ...attempt,
    version: attempt.version + 1,
    status: "processing",
    paymentIntentId,
    dueAt: nextLook,
  };
  const due = dueOf(booking, attempt);
  const holding = booking.status === "held" && attempt.purpose === "deposit";
  const ended = booking.status !== "held" && due.openAttemptId !== attempt.id;
  if (ended || (holding && !state.placeIsOurs)) return { kind: "settle", settlement: { attempt: next, journal: [] } };

  const until = plusDays(now, debitClaimDays);
  const change = nextVersion(
    booking,
    now,
    {
      dues: replaceDue(booking.dues, { ...due, status: "processing" }),
      ...(holding ? { holdExpiresAt: until } : {}),
    },
    (after) => ({ events: [bookingEvent(after, "PaymentProcessing", about(attempt))], journal: [] }),
  );
  const place: Pick<Settlement, "place"> = holding ? { place: { kind: "claim", until } } : {};
  return { kind: "settle", settlement: { ...change, attempt: next, ...place } };
}

function failed(
  state: SettlementState,
  status: "failed" | "expired" | "refused",
  code: string | null,
  now: Instant,
): SettlementDecision {
  const { booking, attempt } = state;
  const next: Attempt = { ...attempt, version: attempt.version + 1, status, failureCode: code, dueAt: null };
  const due = dueOf(booking, attempt);
  if (due.openAttemptId !== attempt.id) return { kind: "settle", settlement: { attempt: next, journal: [] } };

  const today = dateIn(booking.terms.timeZone, now);
  const deposit = booking.status === "held" && attempt.purpose === "deposit" && state.placeIsOurs;
  // Only a debit fails for good, whether or not it was seen under way: it leaves the program's hold minutes and, once,
  // another session. A session that was never made takes back the extension that it brought.
  const debit = deposit && status === "failed";
  const neverMade = deposit && status === "refused" && attempt.heldUntil !== null;
  const until = neverMade ? attempt.heldUntil : debit ? plusMinutes(now, booking.terms.holdMinutes) : null;
  const change = nextVersion(
    booking,
    now,
    {
      dues: replaceDue(booking.dues, freed(booking, due, today)),
      ...(until === null ? {} : { holdExpiresAt: until }),
      ...(debit ? { debitFailed: true, holdExtended: booking.debitFailed } : {}),
      ...(neverMade ? { holdExtended: false } : {}),
    },
    (after) => ({
      events: status === "failed" ? [bookingEvent(after, "PaymentFailed", { ...about(attempt), reason: code })] : [],
      journal: [],
    }),
  );
  const place: Pick<Settlement, "place"> = until === null ? {} : { place: { kind: "claim", until } };
  return { kind: "settle", settlement: { ...change, attempt: next, ...place } };
}

function succeeded(state: SettlementState, payment: Succeeded, now: Instant): SettlementDecision {
  const { booking, attempt, placeIsOurs } = state;
  const due = dueOf(booking, attempt);
  const fits = payment.currency === booking.currency && unpaid(due) >= payment.amount;
  switch (booking.status) {
    case "held":
      if (attempt.purpose !== "deposit" || !fits) break;
      if (!placeIsOurs) return { kind: "late", payment };
      return { kind: "settle", settlement: takeDeposit(state, booking.placeId, payment, now) };
    case "expired":
      if (payment.currency !== booking.currency) break;
      return { kind: "late", payment };
    case "awaiting_clearance":
    case "confirmed":
    case "completed":
      if (!fits) break;
      return { kind: "settle", settlement: payOneDue(state, payment, now) };
    case "cancelled":
      // The due is cancelled by now: what it can still take is what was never paid of it.
      // No attempt begins on a booking that has ended, so each was started before, whatever the clocks of two requests say.
      if (payment.currency !== booking.currency || due.amount - due.paid < payment.amount) break;
      return { kind: "settle", settlement: settleAfterEnding(state, payment, now) };
    case "declined":
      break;
  }
  const reason: RefundReason = booking.status === "declined" ? "not_cleared" : "duplicate_payment";
  return { kind: "settle", settlement: returnInFull(state, payment, reason, now) };
}
