import type { DomainEvent } from "../event/index.ts";
import type { Account, JournalEntry } from "../ledger/index.ts";
import { remindersBefore } from "../screening/attention.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { withActions } from "./action-required.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { nextDeadline } from "./deadline.ts";
import { dueEventData } from "./due.ts";
import { chargedAtNextCollection } from "./late-charge-rule.ts";
import { withToldDates } from "./told-date.ts";
import { type BookingFact, type BookingStatus, transition } from "./transitions.ts";
import { withVariedDebits } from "./vary-debits.ts";
import { withLateDates } from "./when-due.ts";

function creditedTo(account: Account, journal: JournalEntry[]): number {
  const postings = journal.flatMap((entry) => entry.postings.filter((posting) => posting.account === account));
  return postings.reduce((sum, { debit, credit }) => sum + credit - debit, 0);
}

/** The ledger balances that a booking keeps, after these journal entries. */
export function balancesAfter(booking: Booking, journal: JournalEntry[]) {
  const tax = creditedTo("tax_payable", journal);
  const interest = creditedTo("interest_income", journal);
  const fee = creditedTo("fee_income", journal);
  return {
    deferred: booking.deferred + creditedTo("deferred_revenue", journal),
    ...(tax === 0 ? {} : { taxPayable: (booking.taxPayable ?? 0) + tax }),
    ...(interest === 0 ? {} : { interestIncome: (booking.interestIncome ?? 0) + interest }),
    ...(fee === 0 ? {} : { feeIncome: (booking.feeIncome ?? 0) + fee }),
  };
}

/** An event for each due that has become past due, whatever caused it. */
function pastDueEvents(before: Booking, after: Booking): DomainEvent[] {
  const already = new Set(before.dues.filter(({ status }) => status === "past_due").map(({ id }) => id));
  return after.dues
    .filter(({ id, status }) => status === "past_due" && !already.has(id))
    .map((due) => bookingEvent(after, "DuePastDue", dueEventData(due, after)));
}

/**
 * Sets the reminders when a booking starts to await its clearance. Reminders whose time has passed are not sent late.
 */
function withReminders(before: Booking, after: Booking, now: Instant): Booking {
  if (after.status !== "awaiting_clearance" || before.status === after.status) return after;
  return { ...after, clearanceReminders: remindersBefore(after.clearanceDueAt, after.terms.timeZone, now) };
}

/**
 * The changes of a decision. A status change is given as facts in the order in which they happened; the transition
 * table yields the status.
 */
export type NextVersion = { facts?: readonly BookingFact[]; status?: never } & Partial<
  Omit<
    Booking,
    "id" | "version" | "status" | "deferred" | "taxPayable" | "interestIncome" | "feeIncome" | "timeline" | "dueAt"
  >
>;

/** The status after the facts. Throws if one does not apply; the decision must refuse it first. */
function statusAfter({ id, status }: Booking, facts: readonly BookingFact[]): BookingStatus {
  return facts.reduce<BookingStatus>((reached, fact) => {
    const next = transition(reached, fact);
    if (next === null) throw new Error(`${id}: ${fact} does not apply to a booking that is ${reached}`);
    return next;
  }, status);
}

/**
 * Completes a decision: next version and status, varied debits, due statuses, past-due events, timeline, balances, next
 * deadline.
 */
export function nextVersion(
  before: Booking,
  now: Instant,
  { facts = [], ...changes }: NextVersion,
  report: (booking: Booking) => Omit<BookingChange, "booking">,
): BookingChange {
  const status = statusAfter(before, facts);
  const dues = withLateDates(before, changes.dues ?? before.dues, dateIn(before.terms.timeZone, now));
  const reached = withReminders(before, { ...before, ...changes, dues, status, version: before.version + 1 }, now);
  const listed = { ...reached, dues: withVariedDebits(before, reached, now) };
  const told = { ...listed, dues: withToldDates(before, listed) };
  const going = { ...told, dues: chargedAtNextCollection(before, told, now) };
  const changed = { ...going, dues: withActions(going, now) };
  const { events: reported, journal } = report(changed);
  const events = [...reported, ...pastDueEvents(before, changed)];
  const booking: Booking = {
    ...changed,
    ...balancesAfter(changed, journal),
    timeline: [...changed.timeline, ...events.map(({ name }) => ({ at: now, event: name }))],
  };
  return { booking: { ...booking, dueAt: nextDeadline(booking, now) }, events, journal };
}
