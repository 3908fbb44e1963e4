import {
  addDays,
  type CalendarDate,
  dateIn,
  daysBetween,
  hasCome,
  type Instant,
  later,
  startOfDay,
} from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { collectionAt, countsFrom } from "./collection-time.ts";
import type { Due, Notice } from "./due.ts";
import { isPursued, isUnderWay } from "./next-try.ts";
import { afterCountedDays } from "./pause.ts";

/** Where a program cancels nothing for want of payment, these are the days of its notices. */
const usualNoticeDays = [3, 7];

/** A notice and when it goes. */
type Planned = Pick<Notice, "kind" | "days"> & { at: Instant };

/** The days after a due's date on which past-due notices go, the last of them the final one. */
function noticeDaysOf({ terms }: Booking): readonly number[] {
  const days = terms.nonPayment?.noticeDays ?? usualNoticeDays;
  return days.length === 0 ? usualNoticeDays : days;
}

/** Whether notices of a due go now: not of the deposit, and what is under way is waited for. */
export const isNoticed = (booking: Booking, due: Due, now: Instant): boolean =>
  due.kind !== "deposit" && isPursued(booking, due) && !isUnderWay(booking, due, now);

/** The date on which a due got the date that it has and could be paid. */
function datedOn(booking: Booking, { datedOn: moved, startsBy, dueOn }: Due): CalendarDate {
  const payable = booking.depositSettledOn ?? dateIn(booking.terms.timeZone, booking.createdAt);
  return later(payable, moved ?? (startsBy === "confirmation" ? addDays(dueOn, -1) : payable));
}

/**
 * The notices of a due for the date that it has, in their order. Those before the date whose day was over when the due got
 * it are left out; where none is left one goes at once, and so does the one of a due that gets its date by the confirmation.
 */
function plannedNotices(booking: Booking, due: Due): Planned[] {
  const { collection, timeZone } = booking.terms;
  const at = (date: CalendarDate) => later(collectionAt(date, timeZone), due.goesOnAt ?? "");
  const counts = countsFrom(booking, due);
  const dated = datedOn(booking, due);
  const byConfirmation = due.startsBy === "confirmation" && due.datedOn === undefined;
  const before = collection.noticeDaysBefore
    .map((days) => ({ days, date: addDays(counts, -days) }))
    .filter(({ date }) => date >= dated && !byConfirmation)
    .map(({ days, date }): Planned => ({ kind: "upcoming", days, at: at(date) }));
  const atOnce: Planned = { kind: "upcoming", days: daysBetween(dated, counts), at: startOfDay(dated, timeZone) };
  const days = noticeDaysOf(booking);
  const after = days.map((day, index): Planned => {
    const kind = index === days.length - 1 ? "final" : "past_due";
    return { kind, days: day, at: at(afterCountedDays(booking, counts, day)) };
  });
  const isNoneLeft = before.length === 0 && (byConfirmation || collection.noticeDaysBefore.length > 0);
  return [...(isNoneLeft ? [atOnce] : before), ...after];
}

/** Which notices have gone of the date that a due has, in their order. */
const sentOf = ({ notices = [], dueOn }: Due): Notice[] => notices.filter((notice) => notice.dueOn === dueOn);

/** What is still to come after the latest that has gone. One before the date is over once that has passed. */
function unsentNotices(booking: Booking, due: Due, now: Instant): Planned[] {
  const planned = plannedNotices(booking, due);
  const last = sentOf(due).at(-1);
  const from = last === undefined ? 0 : 1 + planned.findIndex(({ kind, days }) => isSame(last, { kind, days }));
  const isOver = dateIn(booking.terms.timeZone, now) > countsFrom(booking, due);
  return planned.slice(from).filter(({ kind }) => kind !== "upcoming" || !isOver);
}

const isSame = (one: Planned | Notice, { kind, days }: Pick<Notice, "kind" | "days">): boolean =>
  one.kind === kind && one.days === days;

/** The notice of a due whose time has come, the latest where a sweep was late; null where there is none. */
export const noticeNow = (booking: Booking, due: Due, now: Instant): Planned | null =>
  isNoticed(booking, due, now)
    ? (unsentNotices(booking, due, now).findLast(({ at }) => hasCome(at, now)) ?? null)
    : null;

/** When the next notice of a due goes; null where none is left, or something is under way for it. */
export const noticeDeadline = (booking: Booking, due: Due, now: Instant): Instant | null =>
  isNoticed(booking, due, now) ? (unsentNotices(booking, due, now)[0]?.at ?? null) : null;

/** The date on which the last notice of a due went, for the date that it has; null while it has not gone. */
export const finallyNoticedOn = (due: Due): CalendarDate | null =>
  sentOf(due).find(({ kind }) => kind === "final")?.on ?? null;
