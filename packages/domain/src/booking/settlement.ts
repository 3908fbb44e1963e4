import type { DomainEvent } from "../event/index.ts";
import { addBusinessDays } from "../time/business-days.ts";
import { dateIn, earlier, endOfDay, type Instant, plusDays, plusHours, plusMinutes } from "../time/index.ts";
import { type Attempt, isFinal, marginMinutes, pollOpenAt } from "./attempt.ts";
import { type Booking, bookingEvent } from "./booking.ts";
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
/** So long a due waits for its payer's bank account to be verified. */
const verifyBusinessDays = 5;
/** Why an attempt was abandoned: `failureCode`, and the reason that its event gives. */
const notVerified = "bank_account_not_verified";
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
  if (attempt.status === "abandoned" && outcome.kind === "succeeded") {
    return { kind: "settle", settlement: returnInFull(state, outcome, "abandoned_payment", now) };
  }
  switch (outcome.kind) {
    case "open":
      return attempt.status === "open" ? lookAgain(attempt, pollOpenAt(attempt, now), now) : { kind: "unchanged" };
    case "processing":
      return processing(state, outcome.paymentIntentId, now);
    case "verifying":
      return verifying(state, outcome.paymentIntentId, now);
    case "abandoned":
      // Verified meanwhile: it is waited for as any debit.
      return attempt.verifyUntil === null ? { kind: "unchanged" } : abandoned(state, now);
    case "cancelled":
      // Cancelled while it waited to be verified, by us before a crash or by hand: it is given up all the same.
      return attempt.verifyUntil === null ? failed(state, "failed", outcome.code, now) : abandoned(state, now);
    case "failed":
      return failed(state, "failed", outcome.code, now);
    case "expired":
      return failed(state, "expired", null, now);
    case "never_made":
      // Another call has heard of its session meanwhile.
      if (attempt.status !== "requested") return { kind: "unchanged" };
      return failed(state, "refused", outcome.code, now);
    case "withdrawn":
      return failed(state, "refused", outcome.code, now, true);
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
  const { attempt } = state;
  const dueAt = plusHours(now, processingPollHours);
  if (attempt.status === "processing" && attempt.verifyUntil === null) return lookAgain(attempt, dueAt, now);
  const next: Attempt = {
    ...attempt,
    version: attempt.version + 1,
    status: "processing",
    verifyUntil: null,
    paymentIntentId,
    dueAt,
  };
  const events = (after: Booking) => [bookingEvent(after, "PaymentProcessing", about(attempt))];
  return underWay(state, next, { until: plusDays(now, debitClaimDays), events }, now);
}

/**
 * The page was completed, and the bank account is still to be verified: the place is claimed for ten days from then, a
 * due waits for five business days. A session is completed at its end at the latest, however late that is heard of.
 */
function verifying(state: SettlementState, paymentIntentId: string, now: Instant): SettlementDecision {
  const { attempt } = state;
  const { timeZone } = state.booking.terms;
  const soon = plusHours(now, processingPollHours);
  if (attempt.status === "processing") {
    return lookAgain(attempt, attempt.verifyUntil === null ? soon : earlier(soon, attempt.verifyUntil), now);
  }
  const completed = earlier(now, attempt.sessionExpiresAt);
  const until = plusDays(completed, debitClaimDays);
  const verifyUntil =
    attempt.purpose === "deposit"
      ? plusMinutes(until, -marginMinutes)
      : endOfDay(addBusinessDays(dateIn(timeZone, completed), verifyBusinessDays), timeZone);
  const next: Attempt = {
    ...attempt,
    version: attempt.version + 1,
    status: "processing",
    verifyUntil,
    paymentIntentId,
    dueAt: earlier(soon, verifyUntil),
  };
  const asked = { action: "verify_bank_account", until: verifyUntil };
  const events = (after: Booking) => [bookingEvent(after, "PaymentActionRequired", { ...about(attempt), ...asked })];
  return underWay(state, next, { until, events }, now);
}

/** The due waits for the bank, and a deposit's place is claimed for as long as that may take. */
function underWay(
  state: SettlementState,
  next: Attempt,
  { until, events }: { until: Instant; events: (after: Booking) => DomainEvent[] },
  now: Instant,
): SettlementDecision {
  const { booking, attempt } = state;
  const due = dueOf(booking, attempt);
  const holding = booking.status === "held" && attempt.purpose === "deposit";
  const ended = booking.status !== "held" && due.openAttemptId !== attempt.id;
  if (ended || (holding && !state.placeIsOurs)) return { kind: "settle", settlement: { attempt: next, journal: [] } };

  const change = nextVersion(
    booking,
    now,
    {
      dues: replaceDue(booking.dues, { ...due, status: "processing" }),
      ...(holding ? { holdExpiresAt: until } : {}),
    },
    (after) => ({ events: events(after), journal: [] }),
  );
  const place: Pick<Settlement, "place"> = holding ? { place: { kind: "claim", until, cause: "debit" } } : {};
  return { kind: "settle", settlement: { ...change, attempt: next, ...place } };
}

/** Nobody verified the bank account in time: the due is free, and a hold that waited for it ends. */
function abandoned(state: SettlementState, now: Instant): SettlementDecision {
  const { booking, attempt } = state;
  const next: Attempt = {
    ...attempt,
    version: attempt.version + 1,
    status: "abandoned",
    verifyUntil: null,
    failureCode: notVerified,
    dueAt: null,
  };
  const due = dueOf(booking, attempt);
  if (due.openAttemptId !== attempt.id) return { kind: "settle", settlement: { attempt: next, journal: [] } };
  const holding = booking.status === "held" && attempt.purpose === "deposit" && state.placeIsOurs;
  const today = dateIn(booking.terms.timeZone, now);
  const change = nextVersion(
    booking,
    now,
    { dues: replaceDue(booking.dues, freed(booking, due, today)), ...(holding ? { holdExpiresAt: now } : {}) },
    (after) => ({
      events: [bookingEvent(after, "PaymentFailed", { ...about(attempt), reason: notVerified })],
      journal: [],
    }),
  );
  const place: Pick<Settlement, "place"> = holding ? { place: { kind: "claim", until: now, cause: "debit" } } : {};
  return { kind: "settle", settlement: { ...change, attempt: next, ...place } };
}

function failed(
  state: SettlementState,
  status: "failed" | "expired" | "refused",
  code: string | null,
  now: Instant,
  wasOpen = false,
): SettlementDecision {
  const { booking, attempt } = state;
  const next: Attempt = {
    ...attempt,
    version: attempt.version + 1,
    status,
    verifyUntil: null,
    failureCode: code,
    dueAt: null,
  };
  const due = dueOf(booking, attempt);
  if (due.openAttemptId !== attempt.id) return { kind: "settle", settlement: { attempt: next, journal: [] } };

  const today = dateIn(booking.terms.timeZone, now);
  const deposit = booking.status === "held" && attempt.purpose === "deposit" && state.placeIsOurs;
  // Only a debit fails for good, whether or not it was seen under way: it leaves the program's hold minutes and, once,
  // another session. A session that was never made takes back the extension that it brought. One that was withdrawn has
  // used some of that time: the hold stays as it is, and may be extended by the session that takes its place.
  const debit = deposit && status === "failed";
  const unused = deposit && status === "refused" && attempt.heldUntil !== null;
  const until = unused && !wasOpen ? attempt.heldUntil : debit ? plusMinutes(now, booking.terms.holdMinutes) : null;
  const change = nextVersion(
    booking,
    now,
    {
      dues: replaceDue(booking.dues, freed(booking, due, today)),
      ...(until === null ? {} : { holdExpiresAt: until }),
      ...(debit ? { debitFailed: true, holdExtended: booking.debitFailed } : {}),
      ...(unused ? { holdExtended: false } : {}),
    },
    (after) => ({
      events: status === "failed" ? [bookingEvent(after, "PaymentFailed", { ...about(attempt), reason: code })] : [],
      journal: [],
    }),
  );
  const place: Pick<Settlement, "place"> =
    until === null ? {} : { place: { kind: "claim", until, cause: debit ? "debit" : "page" } };
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
