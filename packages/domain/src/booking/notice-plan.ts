import { addDays, type CalendarDate, dateIn, daysBetween, type Instant, later, startOfDay } from "../time/index.ts";
import { type Booking, mayOwe } from "./booking.ts";
import { collectionAt, countsFrom } from "./collection-time.ts";
import { type Due, type Notice, unpaid, waitsForConfirmation } from "./due.ts";
import { afterCountedDays, isPaused } from "./pause.ts";

/** Where a program cancels nothing for want of payment, these are the days of its notices. */
const usualNoticeDays = [3, 7];

/** A notice and when it goes. */
type Planned = Notice & { at: Instant };

/** The days after a due's date on which past-due notices go, the last of them the final one. */
function noticeDaysOf({ terms }: Booking): readonly number[] {
  const days = terms.nonPayment?.noticeDays ?? usualNoticeDays;
  return days.length === 0 ? usualNoticeDays : days;
}

/** Whether notices of a due go at all now: what is under way for it is waited for. */
export function isNoticed(booking: Booking, due: Due): boolean {
  const owes = booking.status !== "held" && mayOwe(booking) && unpaid(due) > 0 && due.kind !== "deposit";
  const isOpen = due.openAttemptId !== null || due.status === "processing";
  return owes && !isOpen && !isPaused(booking) && booking.payoff === undefined && !waitsForConfirmation(booking, due);
}

/** The date on which a due got the date that it has, and could be noticed. */
const datedOn = (booking: Booking, { datedOn: moved, startsBy }: Due): CalendarDate => {
  const { confirmedAt, createdAt, depositSettledOn, terms } = booking;
  const on = (instant: Instant) => dateIn(terms.timeZone, instant);
  const dated = startsBy === "confirmation" && confirmedAt !== null ? on(confirmedAt) : on(createdAt);
  return later(moved ?? dated, later(dated, depositSettledOn ?? dated));
};

/**
 * The notices of a due for the date that it has, in their order. Those before the date whose day was over when the due got
 * it are left out; where none is left one goes at once, and so does the one of a due that gets its date by the confirmation.
 */
function plannedNotices(booking: Booking, due: Due): Planned[] {
  const { terms } = booking;
  const { dueOn } = due;
  const at = (date: CalendarDate) => collectionAt(date, terms.timeZone);
  const dated = datedOn(booking, due);
  const { noticeDaysBefore } = terms.collection;
  const before = noticeDaysBefore
    .filter((days) => due.startsBy === "date" && addDays(dueOn, -days) >= dated)
    .map((days): Planned => ({ kind: "upcoming", days, dueOn, at: at(addDays(dueOn, -days)) }));
  const atOnce: Planned = {
    ...{ kind: "upcoming", days: Math.max(0, daysBetween(dated, dueOn)), dueOn },
    at: startOfDay(dated, terms.timeZone),
  };
  const counts = countsFrom(booking, due);
  const days = noticeDaysOf(booking);
  const after = days.map((day, index): Planned => {
    const kind = index === days.length - 1 ? "final" : "past_due";
    return { kind, days: day, dueOn, at: at(afterCountedDays(booking, counts, day)) };
  });
  return [...(before.length === 0 && noticeDaysBefore.length > 0 ? [atOnce] : before), ...after];
}

const isSame = (one: Notice, other: Notice): boolean =>
  one.kind === other.kind && one.days === other.days && one.dueOn === other.dueOn;

export const unsentNotices = (booking: Booking, due: Due): Planned[] =>
  plannedNotices(booking, due).filter((notice) => !(due.notices ?? []).some((sent) => isSame(sent, notice)));

/** When the next notice of a due goes; null where none is left, or something is under way for it. */
export function noticeDeadline(booking: Booking, due: Due): Instant | null {
  if (!isNoticed(booking, due)) return null;
  return unsentNotices(booking, due)[0]?.at ?? null;
}

/**
 * The day after the final notice of a due, for the date that it has; null while that has not gone. Days that were paused
 * do not count.
 */
export function afterFinalNotice(booking: Booking, due: Due): CalendarDate | null {
  const sent = (due.notices ?? []).some(({ kind, dueOn }) => kind === "final" && dueOn === due.dueOn);
  const [last = 0] = noticeDaysOf(booking).slice(-1);
  return sent ? addDays(afterCountedDays(booking, countsFrom(booking, due), last), 1) : null;
}
