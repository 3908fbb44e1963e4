import { type CalendarDate, dateIn, type Instant, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { collectionAt } from "./collection-time.ts";
import type { Due, Task } from "./due.ts";
import { isPursued, isUnderWay } from "./next-try.ts";
import { cancelsOn } from "./non-payment.ts";
import { finallyNoticedOn } from "./notice-plan.ts";
import { afterCountedDays } from "./pause.ts";
import { delinquentOn } from "./standing.ts";

/** A task, and the date on which staff are told of it. */
type Planned = { reason: Task["reason"]; date: CalendarDate };

/**
 * What staff are told of a due: that it is unpaid on the day after its last notice, and that it makes its booking
 * delinquent. As long as the booking is to be cancelled for it staff are told nothing: that is what comes next.
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

/** The tasks of a due that staff were not told of, for the date that it has, while nothing is under way for it. */
export function openTasks(booking: Booking, due: Due, now: Instant): Planned[] {
  if (!isPursued(booking, due) || isUnderWay(booking, due, now)) return [];
  const told = due.tasks?.filter(({ dueOn }) => dueOn === due.dueOn) ?? [];
  return plannedTasks(booking, due, dateIn(booking.terms.timeZone, now)).filter(
    ({ reason }) => !told.some((task) => task.reason === reason),
  );
}

/** When staff are told next of a due; null where there is nothing to tell. */
export function taskDeadline(booking: Booking, due: Due, now: Instant): Instant | null {
  const [next] = openTasks(booking, due, now)
    .map(({ date }) => collectionAt(date, booking.terms.timeZone))
    .sort();
  return next ?? null;
}
