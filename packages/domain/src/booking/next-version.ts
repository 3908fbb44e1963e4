import type { DomainEvent } from "../event/index.ts";
import type { Account, JournalEntry } from "../ledger/index.ts";
import { remindersBefore } from "../screening/attention.ts";
import type { Instant } from "../time/index.ts";
import { withActions } from "./action-required.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { nextDeadline } from "./deadline.ts";
import { dueEventData } from "./due.ts";
import { type BookingFact, type BookingStatus, transition } from "./transitions.ts";
import { withVariedDebits } from "./vary-debits.ts";

function creditedTo(account: Account, journal: JournalEntry[]): number {
  const postings = journal.flatMap((entry) => entry.postings.filter((posting) => posting.account === account));
  return postings.reduce((sum, { debit, credit }) => sum + credit - debit, 0);
}

/** The balances that a booking keeps of the ledger, after some entries of it. */
function balancesAfter(booking: Booking, journal: JournalEntry[]) {
  const tax = creditedTo("tax_payable", journal);
  const interest = creditedTo("interest_income", journal);
  return {
    deferred: booking.deferred + creditedTo("deferred_revenue", journal),
    ...(tax === 0 ? {} : { taxPayable: (booking.taxPayable ?? 0) + tax }),
    ...(interest === 0 ? {} : { interestIncome: (booking.interestIncome ?? 0) + interest }),
  };
}

/** Each due that has become past due, whatever made it so. */
function pastDueEvents(before: Booking, after: Booking): DomainEvent[] {
  const already = new Set(before.dues.filter(({ status }) => status === "past_due").map(({ id }) => id));
  return after.dues
    .filter(({ id, status }) => status === "past_due" && !already.has(id))
    .map((due) => bookingEvent(after, "DuePastDue", dueEventData(due, after)));
}

/** Whatever makes a booking await its clearance sets the reminders; those whose time is past are not sent late. */
function withReminders(before: Booking, after: Booking, now: Instant): Booking {
  if (after.status !== "awaiting_clearance" || before.status === after.status) return after;
  return { ...after, clearanceReminders: remindersBefore(after.clearanceDueAt, after.terms.timeZone, now) };
}

/**
 * What a decision says of the next version. A change of status is told as the facts that happened, in their order; the
 * transition table knows what the booking becomes.
 */
export type NextVersion = { facts?: readonly BookingFact[]; status?: never } & Partial<
  Omit<Booking, "id" | "version" | "status" | "deferred" | "taxPayable" | "interestIncome" | "timeline" | "dueAt">
>;

/** The status after the facts. Throws where one does not apply, since its decision should have refused it. */
function statusAfter({ id, status }: Booking, facts: readonly BookingFact[]): BookingStatus {
  return facts.reduce<BookingStatus>((reached, fact) => {
    const next = transition(reached, fact);
    if (next === null) throw new Error(`${id}: ${fact} does not apply to a booking that is ${reached}`);
    return next;
  }, status);
}

/**
 * Closes a decision: the next version and its status, dues that are past due, its events' names on the timeline, its next
 * deadline.
 */
export function nextVersion(
  before: Booking,
  now: Instant,
  { facts = [], ...changes }: NextVersion,
  report: (booking: Booking) => Omit<BookingChange, "booking">,
): BookingChange {
  const status = statusAfter(before, facts);
  const reached = withReminders(before, { ...before, ...changes, status, version: before.version + 1 }, now);
  const listed = { ...reached, dues: withVariedDebits(before, reached, now) };
  const changed = { ...listed, dues: withActions(listed, now) };
  const { events: reported, journal } = report(changed);
  const events = [...reported, ...pastDueEvents(before, changed)];
  const booking: Booking = {
    ...changed,
    ...balancesAfter(changed, journal),
    timeline: [...changed.timeline, ...events.map(({ name }) => ({ at: now, event: name }))],
  };
  return { booking: { ...booking, dueAt: nextDeadline(booking, now) }, events, journal };
}
