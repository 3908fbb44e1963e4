import { type FactContext, type JournalEntry, revenueEarned } from "../ledger/index.ts";
import { type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import { type AdmissionOutcome, type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { aboutDue, completesAt, dueDeadline, nextVersion } from "./deadline.ts";
import { billDue, type Due, duesAtOnce, replaceDue, resting } from "./due.ts";

/** Staff may record an admission on a confirmed booking from the first day on, in the cohort's zone, once. */
export function mayAdmit(booking: Booking, today: CalendarDate): boolean {
  return booking.status === "confirmed" && booking.admission === null && today >= booking.terms.startsOn;
}

/** The participant has arrived. `no_show` and `turned_away` end the booking instead. */
export function admit(before: Booking, by: string, now: Instant): BookingChange {
  const admission = { outcome: "admitted" as AdmissionOutcome, at: now, by };
  return nextVersion(before, now, { admission }, (booking) => ({
    events: [bookingEvent(booking, "ParticipantAdmitted", { outcome: "admitted" })],
    journal: [],
  }));
}

/**
 * Completes an admitted booking once its last day is over: only then is revenue earned. Null while it is not due, or
 * while a due that has fallen due is not billed: what is billed after the completion would never be earned.
 */
export function complete(before: Booking, now: Instant): BookingChange | null {
  if (before.status !== "confirmed" || before.admission?.outcome !== "admitted" || completesAt(before) > now) {
    return null;
  }
  if (fallDue(before, now) !== null) return null;
  const at: FactContext = {
    effectiveOn: dateIn(before.terms.timeZone, now),
    currency: before.currency,
    bookingId: before.id,
  };
  return nextVersion(before, now, { status: "completed" }, (booking) => ({
    events: [bookingEvent(booking, "BookingCompleted")],
    journal: revenueEarned({ bookingId: before.id, amount: before.deferred }, at),
  }));
}

/**
 * Bills the dues that have fallen due, and marks those past due the day after; at most so many at once, the earliest
 * first, since each adds to the transaction. Null when there is nothing to do.
 */
export function fallDue(before: Booking, now: Instant): BookingChange | null {
  if (before.status !== "awaiting_clearance" && before.status !== "confirmed") return null;
  const today = dateIn(before.terms.timeZone, now);
  const on = (effectiveOn: CalendarDate): FactContext => ({
    effectiveOn,
    currency: before.currency,
    bookingId: before.id,
  });
  const journal: JournalEntry[] = [];
  const billed: Due[] = [];
  let dues = before.dues;
  let changed = false;
  const deadlines = before.dues.map((due) => ({ due, deadline: dueDeadline(before, due) }));
  const fallen = deadlines.flatMap(({ due, deadline }) =>
    deadline === null || deadline > now ? [] : [{ due, deadline }],
  );
  for (const { due } of fallen.toSorted((a, b) => a.deadline.localeCompare(b.deadline)).slice(0, duesAtOnce)) {
    let next = due;
    if (next.billed < next.amount) {
      const bill = billDue(next, on(next.dueOn));
      next = bill.due;
      journal.push(...bill.journal);
      billed.push(next);
    }
    if (next.status === "scheduled" && today > next.dueOn) {
      next = { ...resting(next, today), openAttemptId: due.openAttemptId };
    }
    dues = replaceDue(dues, next);
    changed ||= next !== due;
  }
  if (!changed) return null;
  return nextVersion(before, now, { dues }, (booking) => ({
    events: billed.map((due) => bookingEvent(booking, "DueBilled", aboutDue(due, booking))),
    journal,
  }));
}
