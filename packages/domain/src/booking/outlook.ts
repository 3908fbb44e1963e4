import type { EventName } from "../event/index.ts";
import { type CalendarDate, dateIn, type Instant, plusMinutes } from "../time/index.ts";
import { marginMinutes } from "./attempt.ts";
import { agreementSigned, type Booking, depositSettled, isLive, mayOwe } from "./booking.ts";
import { lastSessionAt } from "./checkout.ts";
import { type Due, unpaid } from "./due.ts";
import { awaitsAnswer, isToSignAgain } from "./participation.ts";
import { whenDue } from "./when-due.ts";

/**
 * Until when a hold can be paid, on its open page or by signing and opening one; null after that, or if a payment is
 * under way. A page that has extended the hold expires before it.
 */
export function payableUntil(booking: Booking, now: Instant): Instant | null {
  const kept = keptUntil(booking, now);
  if (kept === null || isPaying(booking)) return null;
  const isOpen = booking.dues.some(({ kind, openAttemptId }) => kind === "deposit" && openAttemptId !== null);
  const until = isOpen && booking.holdExtended ? plusMinutes(kept, -marginMinutes) : lastSessionAt(booking);
  return until !== null && until >= now ? until : null;
}

const isPaying = ({ dues }: Booking): boolean => dues.some(({ status }) => status === "processing");

/** Until when a hold keeps its place; null after that, and if the booking is not held. */
export const keptUntil = ({ status, holdExpiresAt }: Booking, now: Instant): Instant | null =>
  status === "held" && holdExpiresAt !== null && holdExpiresAt > now ? holdExpiresAt : null;

/** An attempt as an event names it. `until` is the deadline to verify its bank account. */
type Named = { dueId?: unknown; attemptId?: unknown; until?: unknown };

/** Whether an attempt is processing its due, on a booking that has not ended early. */
export function isCollected(booking: Booking, { dueId, attemptId }: Named): boolean {
  const due = booking.dues.find(({ id }) => id === dueId);
  return due?.status === "processing" && due.openAttemptId === attemptId && mayOwe(booking);
}

/** Whether the bank account of the attempt that an event names can still be verified. */
export const canBeVerified = (booking: Booking, named: Named, now: Instant): boolean =>
  isCollected(booking, named) && !(typeof named.until === "string" && named.until <= now);

/**
 * What can be paid after a failed payment: the deposit (`hold`), the due (`due`), or nothing, because the hold ends too
 * soon for another page (`short_hold`), the place is gone (`no_place`) or interest that was paid in advance has settled
 * everything (`settled`).
 */
export type PaymentOutlook =
  | { kind: "hold"; until: Instant }
  | { kind: "short_hold"; until: Instant }
  | { kind: "due" }
  | { kind: "no_place" }
  | { kind: "settled" };

/** Null if another payment has paid the due, or one is under way. */
export function paymentOutlook(booking: Booking, dueId: unknown, now: Instant): PaymentOutlook | null {
  switch (booking.status) {
    case "held": {
      const until = payableUntil(booking, now);
      if (until !== null) return { kind: "hold", until };
      const kept = keptUntil(booking, now);
      if (kept !== null) return isPaying(booking) ? null : { kind: "short_hold", until: kept };
      // The hold has expired, whether or not the sweep has recorded it.
      return booking.holdExpiresAt !== null && booking.holdExpiresAt <= now ? { kind: "no_place" } : null;
    }
    case "expired":
      return { kind: "no_place" };
    case "awaiting_clearance":
    case "confirmed":
    case "completed":
      return outlookOfDue(booking, dueId);
    case "cancelled":
    case "declined":
      return null;
  }
}

function outlookOfDue({ dues }: Booking, dueId: unknown): PaymentOutlook | null {
  const due = dues.find(({ id }) => id === dueId);
  if (due === undefined) return null;
  if (canBePaid(due)) return { kind: "due" };
  return due.paidOffOn !== undefined && dues.every((one) => unpaid(one) === 0) ? { kind: "settled" } : null;
}

/** What is left to pay after a payment: nothing, or the due with the earliest date, `on`. */
export type Remainder = { kind: "nothing" } | { kind: "due"; due: Due; on: CalendarDate };

/**
 * Null before the deposit is paid, and if an open due is late, under way or without a date: other mails report those.
 */
export function remainderOf(booking: Booking, now: Instant): Remainder | null {
  if (!mayOwe(booking) || !depositSettled(booking)) return null;
  const today = dateIn(booking.terms.timeZone, now);
  const open = booking.dues.filter((due) => unpaid(due) > 0);
  const dated = open.flatMap((due) => {
    const date = whenDue(booking, due, today);
    return due.status !== "scheduled" || date === null || date.isPast ? [] : [{ due, on: date.on }];
  });
  if (dated.length < open.length) return null;
  const [next] = dated.toSorted((one, other) => one.on.localeCompare(other.on));
  return next === undefined ? { kind: "nothing" } : { kind: "due", ...next };
}

const canBePaid = (due: Due): boolean => unpaid(due) > 0 && due.status !== "processing";

export const isHeld = ({ status }: Booking): boolean => status === "held";

const awaitsClearance = ({ status }: Booking): boolean => status === "awaiting_clearance";

/** Until when a booking that is not confirmed can still be; null after that, and if it is confirmed or has ended. */
export const confirmableUntil = (booking: Booking, now: Instant): Instant | null =>
  (isHeld(booking) || awaitsClearance(booking)) && booking.clearanceDueAt > now ? booking.clearanceDueAt : null;

/** Whether a missing clearance can still be completed in time. */
export const canBeCleared = (booking: Booking, now: Instant): boolean =>
  awaitsClearance(booking) && booking.clearanceDueAt > now;

/**
 * Until when an invitation can be answered; null before the payer has signed, after an answer, and after the deadline.
 */
export const invitedUntil = (booking: Booking, now: Instant): Instant | null =>
  awaitsAnswer(booking) && agreementSigned(booking) && booking.clearanceDueAt > now ? booking.clearanceDueAt : null;

/**
 * Until when the payer can sign the corrected agreement; null if it is signed, or too late. `pays`: the deposit is to be
 * paid by then too.
 */
export function signAgainUntil(booking: Booking, now: Instant): { until: Instant; pays: boolean } | null {
  if (!isToSignAgain(booking)) return null;
  const payBy = payableUntil(booking, now);
  if (payBy !== null) return { until: payBy, pays: true };
  const until = isHeld(booking) && !isPaying(booking) ? null : confirmableUntil(booking, now);
  return until === null ? null : { until, pays: false };
}

/** Whether the participant has accepted and the booking is live. */
export const takesPartStill = (booking: Booking): boolean => booking.participation === "accepted" && isLive(booking);

/** Whether the participant is expected: the booking is confirmed and no admission is recorded. */
export const isExpected = ({ status, admission }: Booking): boolean => status === "confirmed" && admission === null;

/** Whether the hold ended unpaid and was not revived. */
export const hasExpired = ({ status }: Booking): boolean => status === "expired";

const reportsOfPayment: readonly EventName[] = [
  "PaymentProcessing",
  "PaymentActionRequired",
  "PaymentFailed",
  "PaymentSettled",
];

/** Whether the hold expired while the bank was still processing the deposit. */
export const expiredAtBank = (booking: Booking): boolean =>
  hasExpired(booking) &&
  booking.timeline.findLast(({ event }) => reportsOfPayment.includes(event))?.event === "PaymentProcessing";
