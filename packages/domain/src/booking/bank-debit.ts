import type { DomainEvent } from "../event/index.ts";
import { addBusinessDays } from "../time/business-days.ts";
import { dateIn, earlier, endOfDay, type Instant, plusDays, plusMinutes } from "../time/index.ts";
import { type Attempt, awaitingNoVerification, marginMinutes, verifiedBy } from "./attempt.ts";
import { afterFact } from "./attempt-transitions.ts";
import { type Booking, bookingEvent } from "./booking.ts";
import { nextVersion } from "./next-version.ts";
import { refundRequested } from "./refund-request.ts";
import { settleAfterFailure } from "./settle-ahead.ts";
import {
  attemptEventData,
  duesOf,
  goOn,
  isCollecting,
  lookAgain,
  releaseDue,
  replaceDues,
  type Settlement,
  type SettlementDecision,
  type SettlementState,
  withoutPayoff,
} from "./settlement.ts";

const debitClaimDays = 10;

/** How long a due waits for its payer to verify the bank account. A deposit waits as long as its place is claimed. */
const verifyBusinessDays = 5;

/** Why an attempt was abandoned: its `failureCode`, and the `reason` of its event. */
const notVerified = "bank_account_not_verified";

/**
 * A debit takes business days. The webhook or the catch-up brings its outcome within minutes; this check finds what
 * both missed.
 */
const processingPollDays = 1;

/**
 * The bank debit is in processing: its dues wait for the bank, and a deposit's place is claimed for ten days from now.
 * Only the first such report moves the claim.
 */
export function processing(state: SettlementState, paymentIntentId: string, now: Instant): SettlementDecision {
  const { attempt } = state;
  const dueAt = plusDays(now, processingPollDays);
  if (attempt.status === "processing" && verifiedBy(attempt) === null) return lookAgain(attempt, dueAt, now);
  const next: Attempt = { ...awaitingNoVerification(afterFact(attempt, "under_way")), paymentIntentId, dueAt };
  const events = (after: Booking) => [bookingEvent(after, "PaymentProcessing", attemptEventData(attempt))];
  return underWay(state, next, { until: plusDays(now, debitClaimDays), events }, now);
}

/**
 * The client completed the page, but the bank account still awaits micro-deposit verification. A deposit's place stays
 * claimed for ten days from the completion; a due waits five business days. The completion counts as no later than the
 * session's expiry, even if we learn of it later.
 */
export function verifying(state: SettlementState, paymentIntentId: string, now: Instant): SettlementDecision {
  const { attempt } = state;
  // A saved account was verified when it was saved.
  if (attempt.via !== "checkout") return { kind: "unchanged" };
  const { timeZone } = state.booking.terms;
  const soon = plusDays(now, processingPollDays);
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
    ...afterFact(attempt, "under_way"),
    verifyUntil,
    paymentIntentId,
    dueAt: earlier(soon, verifyUntil),
  };
  const asked = { action: "verify_bank_account", until: verifyUntil };
  const events = (after: Booking) => [
    bookingEvent(after, "PaymentActionRequired", { ...attemptEventData(attempt), ...asked }),
  ];
  return underWay(state, next, { until, events }, now);
}

/** Marks the dues `processing`, and claims a deposit's place until `until`. */
function underWay(
  state: SettlementState,
  next: Attempt,
  { until, events }: { until: Instant; events: (after: Booking) => DomainEvent[] },
  now: Instant,
): SettlementDecision {
  const { booking, attempt } = state;
  const holding = booking.status === "held" && attempt.purpose === "deposit";
  const ended = booking.status !== "held" && !isCollecting(booking, attempt);
  if (ended || (holding && !state.placeIsOurs)) return { kind: "settle", settlement: { attempt: next, journal: [] } };

  const change = nextVersion(
    booking,
    now,
    {
      dues: replaceDues(
        booking.dues,
        duesOf(booking, attempt).map((one) => ({ ...one, status: "processing" })),
      ),
      ...(holding ? { holdExpiresAt: until } : {}),
    },
    (after) => ({ events: events(after), journal: [] }),
  );
  const place: Pick<Settlement, "place"> = holding ? { place: { kind: "claim", until, cause: "debit" } } : {};
  return { kind: "settle", settlement: { ...change, attempt: next, ...place } };
}

/** The payer did not verify the bank account in time: the due can be paid again, and a hold that waited for it ends. */
export function abandoned(state: SettlementState, now: Instant): SettlementDecision {
  const { booking, attempt } = state;
  const next: Attempt = {
    ...awaitingNoVerification(afterFact(attempt, "abandoned")),
    failureCode: notVerified,
    dueAt: null,
  };
  if (!isCollecting(booking, attempt)) return { kind: "settle", settlement: { attempt: next, journal: [] } };
  const holding = booking.status === "held" && attempt.purpose === "deposit" && state.placeIsOurs;
  const today = dateIn(booking.terms.timeZone, now);
  const free = duesOf(booking, attempt).map((one) => releaseDue(booking, one, now));
  const { changes, refund, journal } = settleAfterFailure(
    state,
    goOn(booking, attempt, replaceDues(booking.dues, free), now),
    now,
  );
  const change = nextVersion(
    booking,
    now,
    {
      ...changes,
      ...withoutPayoff(booking, attempt, today),
      ...(holding ? { holdExpiresAt: now } : {}),
    },
    (after) => ({
      events: [
        bookingEvent(after, "PaymentFailed", { ...attemptEventData(attempt), reason: notVerified }),
        ...(refund === null ? [] : [refundRequested(after, refund)]),
      ],
      journal,
    }),
  );
  const place: Pick<Settlement, "place"> = holding ? { place: { kind: "claim", until: now, cause: "debit" } } : {};
  return { kind: "settle", settlement: { ...change, attempt: next, ...place, ...(refund === null ? {} : { refund }) } };
}
