import { type CalendarDate, dateIn, type Instant, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { collectionAt } from "./collection-time.ts";
import type { Due, Task } from "./due.ts";
import { isPursued, isUnderWay } from "./next-try.ts";
import { cancelsOn } from "./non-payment.ts";
import { finallyNoticedOn } from "./notice-plan.ts";
import { afterCountedDays } from "./pause.ts";
import { delinquentOn } from "./standing.ts";

/** A task and the date on which staff are told. */
type Planned = { reason: Task["reason"]; date: CalendarDate };

/**
 * The tasks of a due: it is unpaid on the day after its final notice, and it makes its booking delinquent. While the
 * booking is about to be cancelled for non-payment, the tasks wait until the cohort's first day.
 */
function plannedTasks(booking: Booking, due: Due, today: CalendarDate): Planned[] {
  const { startsOn } = booking.terms;
  const noticedOn = finallyNoticedOn(due);
  const isToCancel = cancelsOn(booking, due, noticedOn ?? today) !== null;
  const task = (reason: Task["reason"], date: CalendarDate | null): Planned[] =>
    date === null ? [] : [{ reason, date: isToCancel ? later(date, startsOn) : date }];
  return [
    ...task("not_paid", noticedOn === null ? null : afterCountedDays(booking, noticedOn, 1)),
    ...task("delinquent", delinquentOn(booking, due)),
  ];
}

/** The due's tasks that staff were not told of for its present date; none while a payment is under way. */
export function openTasks(booking: Booking, due: Due, now: Instant): Planned[] {
  if (!isPursued(booking, due) || isUnderWay(booking, due, now)) return [];
  const told = due.tasks?.filter(({ dueOn }) => dueOn === due.dueOn) ?? [];
  return plannedTasks(booking, due, dateIn(booking.terms.timeZone, now)).filter(
    ({ reason }) => !told.some((task) => task.reason === reason),
  );
}

/** When to tell staff of a due next; null if there is nothing to tell. */
export function taskDeadline(booking: Booking, due: Due, now: Instant): Instant | null {
  const [next] = openTasks(booking, due, now)
    .map(({ date }) => collectionAt(date, booking.terms.timeZone))
    .sort();
  return next ?? null;
}
