import type { DomainEvent } from "../event/index.ts";
import type { JournalEntry } from "../ledger/index.ts";
import { remindersBefore } from "../screening/attention.ts";
import { addDays, type Instant, startOfDay } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { type Due, unpaid } from "./due.ts";
import { removalAt } from "./removal.ts";

/** The balance of `full` and nothing else waits for the confirmation before it falls due. */
export const waitsForConfirmation = (booking: Booking, due: Due): boolean =>
  booking.terms.planKind === "full" && due.kind === "balance" && booking.confirmedAt === null;

/** The instant at which a due asks for attention: billed on its date, past due the day after; null when settled. */
export function dueDeadline(booking: Booking, due: Due): Instant | null {
  if (unpaid(due) === 0 || waitsForConfirmation(booking, due)) return null;
  const zone = booking.terms.timeZone;
  if (due.billed < due.amount) return startOfDay(due.dueOn, zone);
  return due.status === "scheduled" ? startOfDay(addDays(due.dueOn, 1), zone) : null;
}

/** 00:00 of the day after the last, in the cohort's zone: when an admitted booking is completed. */
export const completesAt = ({ terms }: Booking): Instant => startOfDay(addDays(terms.endsOn, 1), terms.timeZone);

function deadlines(booking: Booking): (Instant | null)[] {
  switch (booking.status) {
    case "held":
      return [booking.holdExpiresAt];
    case "awaiting_clearance":
      return [
        booking.clearanceDueAt,
        ...booking.clearanceReminders,
        ...booking.dues.map((due) => dueDeadline(booking, due)),
      ];
    case "confirmed":
      return [
        booking.admission?.outcome === "admitted" ? completesAt(booking) : null,
        ...booking.dues.map((due) => dueDeadline(booking, due)),
      ];
    case "expired":
    case "cancelled":
      return [removalAt(booking)];
    case "completed":
    case "declined":
      return [];
  }
}

/** The least of a booking's deadlines, or null. */
export function nextDeadline(booking: Booking): Instant | null {
  const [first] = deadlines(booking)
    .filter((deadline) => deadline !== null)
    .sort();
  return first ?? null;
}

function deferredBy(journal: JournalEntry[]): number {
  const postings = journal.flatMap((entry) => entry.postings.filter(({ account }) => account === "deferred_revenue"));
  return postings.reduce((sum, { debit, credit }) => sum + credit - debit, 0);
}

/** Each due that has become past due, whatever made it so. */
function pastDueEvents(before: Booking, after: Booking): DomainEvent[] {
  const already = new Set(before.dues.filter(({ status }) => status === "past_due").map(({ id }) => id));
  return after.dues
    .filter(({ id, status }) => status === "past_due" && !already.has(id))
    .map((due) => bookingEvent(after, "DuePastDue", aboutDue(due, after)));
}

/** What an event says of a due: `amount` is what is unpaid of it. */
export const aboutDue = (due: Due, { currency }: Booking) => ({
  dueId: due.id,
  dueOn: due.dueOn,
  amount: unpaid(due),
  currency,
});

/** Whatever makes a booking await its clearance sets the reminders; those whose time is past are not sent late. */
function withReminders(before: Booking, after: Booking, now: Instant): Booking {
  if (after.status !== "awaiting_clearance" || before.status === after.status) return after;
  return { ...after, clearanceReminders: remindersBefore(after.clearanceDueAt, after.terms.timeZone, now) };
}

/** Closes a decision: the next version, dues that are past due, its events' names on the timeline, its next deadline. */
export function nextVersion(
  before: Booking,
  now: Instant,
  changes: Partial<Booking>,
  report: (booking: Booking) => Omit<BookingChange, "booking">,
): BookingChange {
  const changed = withReminders(before, { ...before, ...changes, version: before.version + 1 }, now);
  const { events: reported, journal } = report(changed);
  const events = [...reported, ...pastDueEvents(before, changed)];
  const booking: Booking = {
    ...changed,
    deferred: changed.deferred + deferredBy(journal),
    timeline: [...changed.timeline, ...events.map(({ name }) => ({ at: now, event: name }))],
  };
  return { booking: { ...booking, dueAt: nextDeadline(booking) }, events, journal };
}
