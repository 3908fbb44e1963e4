import type { JournalEntry } from "../ledger/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, billingContext, bookingEvent, mayOwe } from "./booking.ts";
import { dueDeadline } from "./deadline.ts";
import { billDue, type Due, dueEventData, duesAtOnce, isAtRest, isBilled, replaceDue } from "./due.ts";
import { nextVersion } from "./next-version.ts";
import { resting } from "./resting.ts";

/**
 * Bills each due on its date, and marks it past due the day after. Takes the earliest `duesAtOnce` dues at a time,
 * since each adds to the transaction. Null if there is nothing to do.
 */
export function fallDue(before: Booking, now: Instant): BookingChange | null {
  if (before.status === "held" || !mayOwe(before)) return null;
  const today = dateIn(before.terms.timeZone, now);
  const journal: JournalEntry[] = [];
  const billed: Due[] = [];
  let dues = before.dues;
  const deadlines = before.dues.map((due) => ({ due, deadline: dueDeadline(before, due) }));
  const fallen = deadlines.flatMap(({ due, deadline }) =>
    deadline === null || deadline > now ? [] : [{ due, deadline }],
  );
  if (fallen.length === 0) return null;
  for (const { due } of fallen.toSorted((a, b) => a.deadline.localeCompare(b.deadline)).slice(0, duesAtOnce)) {
    let next = due;
    if (!isBilled(next)) {
      const bill = billDue(next, billingContext(before, next.dueOn));
      next = bill.due;
      journal.push(...bill.journal);
      billed.push(next);
    }
    if (isAtRest(next)) next = resting(before, next, today);
    dues = replaceDue(dues, next);
  }
  return nextVersion(before, now, { dues }, (booking) => ({
    events: billed.map((due) => bookingEvent(booking, "DueBilled", dueEventData(due, booking))),
    journal,
  }));
}
