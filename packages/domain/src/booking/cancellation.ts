import { keptAtCancellation, refundOwed, unpaidReversed } from "../ledger/index.ts";
import { percentOf } from "../money/index.ts";
import { addDays, type CalendarDate, dateIn, daysBetween, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent, type Ending, netPaid } from "./booking.ts";
import { nextVersion } from "./deadline.ts";
import { cancelDue } from "./due.ts";
import { mayDecline, participationChanged } from "./participation.ts";
import { type Refund, type RefundReason, refundRequested, requestRefund } from "./refund.ts";
import { type BookingFact, transition } from "./transitions.ts";

type EndingRule = Pick<Ending, "refundPercent" | "administrationFee">;

/**
 * What an ending gives back of `netPaid`, and what it keeps: netPaid x percent, half up to the currency's step, less the
 * fee; never below zero, and never more than was paid.
 */
export function refundAtEnding({ refundPercent, administrationFee }: EndingRule, paid: number, currency: string) {
  const share = Math.min(paid, percentOf(paid, refundPercent, currency));
  const refund = Math.max(0, share - administrationFee);
  return { refund, kept: paid - refund };
}

/** The policy's tier on a date; from the first day on nothing is refunded. Calendar days in the cohort's zone. */
export function policyOn({ terms }: Booking, today: CalendarDate): EndingRule {
  const daysLeft = daysBetween(today, terms.startsOn);
  const tier = daysLeft > 0 ? terms.tiers.find(({ daysBefore }) => daysBefore <= daysLeft) : undefined;
  return { refundPercent: tier?.refundPercent ?? 0, administrationFee: terms.administrationFee };
}

const inFull: EndingRule = { refundPercent: 100, administrationFee: 0 };

const factOf: Record<Ending["by"], BookingFact> = {
  client: "cancelled_by_client",
  participant: "cancelled_by_client",
  operator: "cancelled_by_operator",
  clearance_deadline: "deadline_missed",
  not_cleared: "decline_due",
  no_show: "no_show",
  turned_away: "turned_away",
};

const refundReasonOf: Record<Ending["by"], RefundReason> = {
  client: "cancellation",
  participant: "cancellation",
  operator: "cancellation",
  clearance_deadline: "clearance_deadline",
  not_cleared: "not_cleared",
  no_show: "cancellation",
  turned_away: "turned_away",
};

/**
 * Who ends a booking decides what it gives back: the client by the policy, anybody else everything. Until a participant
 * whom somebody else booked for has accepted, everything goes back; from then on their word is the client's.
 */
function endingRule(booking: Booking, by: Ending["by"], today: CalendarDate): EndingRule {
  switch (by) {
    case "client":
    case "participant":
      return booking.participation === "invited" ? inFull : policyOn(booking, today);
    case "no_show":
      return policyOn(booking, booking.terms.startsOn);
    case "operator":
    case "clearance_deadline":
    case "not_cleared":
    case "turned_away":
      return inFull;
  }
}

export type EndingDecision =
  | ({ ok: true; refund: Refund | null } & BookingChange)
  | { ok: false; reason: "invalid_transition" };

/**
 * Ends a booking early: unpaid dues are cancelled, what was billed and never paid is reversed, what was paid is kept
 * and owed back by the rule of who ends it. What is owed is one amount, spread over charges afterwards, so that an ending
 * is as small whatever was paid in how many parts. Releasing the place belongs to the same transaction. After an
 * admission only the admission itself may end it.
 */
export function endBooking(
  before: Booking,
  by: Ending["by"],
  request: { refundId: string; requestedBy: string; reason?: string | undefined },
  now: Instant,
): EndingDecision {
  const { refundId, requestedBy, reason = null } = request;
  const status = transition(before.status, factOf[by]);
  const admitted = before.admission !== null && by !== "no_show" && by !== "turned_away";
  const declines = by === "participant";
  if (status === null || admitted || (declines && !mayDecline(before, now)))
    return { ok: false, reason: "invalid_transition" };

  const { timeZone } = before.terms;
  const on = dateIn(timeZone, now);
  const at = { effectiveOn: on, currency: before.currency, bookingId: before.id };
  const rule = endingRule(before, by, on);
  const paid = netPaid(before);
  const split = refundAtEnding(rule, paid, before.currency);
  const refund =
    split.refund === 0
      ? null
      : requestRefund({
          id: refundId,
          booking: before,
          reason: refundReasonOf[by],
          requestedBy,
          now,
          currency: before.currency,
          amount: split.refund,
        });
  const billedUnpaid = before.dues.reduce((sum, due) => sum + due.billed - due.paid, 0);
  const change = nextVersion(
    before,
    now,
    {
      status,
      ...(declines ? { participation: "declined" } : {}),
      holdExpiresAt: null,
      dues: before.dues.map(cancelDue),
      refunded: before.refunded + split.refund,
      ending: { by, at: now, on, ...rule, netPaid: paid, kept: split.kept, refundId: refund?.id ?? null, reason },
    },
    (booking) => ({
      events: [
        ...(declines ? [participationChanged(booking)] : []),
        bookingEvent(booking, status === "declined" ? "BookingDeclined" : "BookingCancelled", {
          by,
          refund: split.refund,
          kept: split.kept,
          currency: booking.currency,
        }),
        ...(refund === null ? [] : [refundRequested(booking, refund)]),
      ],
      journal: [
        ...unpaidReversed({ bookingId: booking.id, amount: billedUnpaid }, at),
        ...keptAtCancellation({ bookingId: booking.id, occasion: "ending", amount: split.kept }, at),
        ...(refund === null ? [] : refundOwed({ refundId: refund.id, amount: refund.amount }, at)),
      ],
    }),
  );
  return { ok: true, refund, ...change };
}

export type CancellationPreview = {
  on: CalendarDate;
  refundPercent: number;
  administrationFee: number;
  netPaid: number;
  refund: number;
  kept: number;
};

function previewOn(booking: Booking, rule: EndingRule, on: CalendarDate): CancellationPreview {
  const paid = netPaid(booking);
  return { on, ...rule, netPaid: paid, ...refundAtEnding(rule, paid, booking.currency) };
}

/** A booking may be cancelled while it is live and nobody's arrival is recorded. */
export const mayCancel = ({ status, admission }: Booking): boolean =>
  admission === null && transition(status, "cancelled_by_client") !== null;

/**
 * What a cancellation by this person gives back today, and, where the policy decides, on the first day of the next tier;
 * `next` is null from the first day on.
 */
export function cancellationPreview(
  booking: Booking,
  by: "client" | "operator",
  today: CalendarDate,
): { today: CancellationPreview; next: CancellationPreview | null } {
  const { startsOn, tiers } = booking.terms;
  const daysLeft = daysBetween(today, startsOn);
  const rule = endingRule(booking, by, today);
  if (rule === inFull) return { today: previewOn(booking, rule, today), next: null };
  const onDay = (on: CalendarDate) => previewOn(booking, policyOn(booking, on), on);
  if (daysLeft <= 0) return { today: onDay(today), next: null };
  const current = tiers.find(({ daysBefore }) => daysBefore <= daysLeft);
  const nextStart = addDays(startsOn, -Math.max(0, (current?.daysBefore ?? 0) - 1));
  return { today: onDay(today), next: onDay(nextStart) };
}
