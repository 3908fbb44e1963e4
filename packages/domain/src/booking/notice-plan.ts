import { noticeDaysOf } from "../program/index.ts";
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
import { type Due, type Notice, unpaid } from "./due.ts";
import { isPursued, isUnderWay, isVariedDebitPlanned } from "./next-try.ts";
import { afterCountedDays } from "./pause.ts";
import { isListed } from "./varied-debit.ts";
import { lateFrom, whenDue } from "./when-due.ts";

/** A notice and when to send it. */
type Planned = Pick<Notice, "kind" | "days"> & { at: Instant };

/** Whether notices of a due are sent now: never for the deposit, and not while a payment is under way. */
const isNoticed = (booking: Booking, due: Due, now: Instant): boolean =>
  due.kind !== "deposit" && isPursued(booking, due) && !isUnderWay(booking, due, now);

/** The date on which a due got its present date and could be paid. */
function datedOn(booking: Booking, { datedOn: moved, startsBy, dueOn }: Due): CalendarDate {
  const payable = booking.depositSettledOn ?? dateIn(booking.terms.timeZone, booking.createdAt);
  return later(payable, moved ?? (startsBy === "confirmation" ? addDays(dueOn, -1) : payable));
}

/**
 * The date from which the notices of a due count. Those of a late due keep their days, although its debit changes
 * afterwards. They wait for a changed debit that is the first try, such as after a pause: the client relies on it.
 */
const noticesFrom = (booking: Booking, due: Due): CalendarDate =>
  due.tries === undefined && isVariedDebitPlanned(booking, due) ? countsFrom(booking, due) : lateFrom(booking, due);

/**
 * The notices of a due for its present date, in order. Notices whose day had passed when the due got its date are left
 * out. If none before the date is left, or the due gets its date at the confirmation, one is sent at once.
 */
function plannedNotices(booking: Booking, due: Due): Planned[] {
  const { collection, timeZone } = booking.terms;
  const at = (date: CalendarDate) => later(collectionAt(date, timeZone), due.goesOnAt ?? "");
  const counts = noticesFrom(booking, due);
  const dated = datedOn(booking, due);
  const byConfirmation = due.startsBy === "confirmation" && due.datedOn === undefined;
  const before = collection.noticeDaysBefore
    .map((days) => ({ days, date: addDays(counts, -days) }))
    .filter(({ date }) => date >= dated && !byConfirmation)
    .map(({ days, date }): Planned => ({ kind: "upcoming", days, at: at(date) }));
  const atOnce: Planned = { kind: "upcoming", days: daysBetween(dated, counts), at: startOfDay(dated, timeZone) };
  const days = noticeDaysOf(booking.terms);
  const after = days.map((day, index): Planned => {
    const kind = index === days.length - 1 ? "final" : "past_due";
    return { kind, days: day, at: at(afterCountedDays(booking, counts, day)) };
  });
  const isNoneLeft = before.length === 0 && (byConfirmation || collection.noticeDaysBefore.length > 0);
  return [...(isNoneLeft ? [atOnce] : before), ...after];
}

/** When the final notice of a due is planned for its present date. */
export function finalNoticeOn(booking: Booking, due: Due): CalendarDate | null {
  const final = plannedNotices(booking, due).find(({ kind }) => kind === "final");
  return final === undefined ? null : dateIn(booking.terms.timeZone, final.at);
}

/** Whether the program has a reminder sent before the date of this due. */
export const isReminded = (booking: Booking, due: Due): boolean =>
  plannedNotices(booking, due).some(({ kind }) => kind === "upcoming");

/**
 * Whether a reminder with a link comes before the date of each payment that is left. Late charges do not count: the mail
 * that adds one has its link.
 */
export const isRemindedOfAll = (booking: Booking): boolean =>
  booking.dues.every((due) => !isListed(due) || unpaid(due) <= 0 || isReminded(booking, due));

/** The notices sent for the due's present date, in order. */
const sentOf = ({ notices = [], dueOn }: Due): Notice[] => notices.filter((notice) => notice.dueOn === dueOn);

/** The notices after the last one sent. Notices before the date are dropped once the due is late. */
function unsentNotices(booking: Booking, due: Due, now: Instant): Planned[] {
  const planned = plannedNotices(booking, due);
  const last = sentOf(due).at(-1);
  const from = last === undefined ? 0 : 1 + planned.findIndex((one) => isSame(last, one));
  const isLate = whenDue(booking, due, dateIn(booking.terms.timeZone, now))?.isPast === true;
  return planned.slice(from).filter(({ kind }) => kind !== "upcoming" || !isLate);
}

/** An earlier release stored past-due notices of day 0, which counts as 1. */
const isSame = (sent: Notice, { kind, days }: Planned): boolean =>
  sent.kind === kind && (sent.days === days || (kind !== "upcoming" && days === Math.max(1, sent.days)));

/** The notice of a due to send now, the latest one if the sweep was late; null if there is none. */
export const noticeNow = (booking: Booking, due: Due, now: Instant): Planned | null =>
  isNoticed(booking, due, now)
    ? (unsentNotices(booking, due, now).findLast(({ at }) => hasCome(at, now)) ?? null)
    : null;

/** When to send the next notice of a due; null if none is left or a payment is under way. */
export const noticeDeadline = (booking: Booking, due: Due, now: Instant): Instant | null =>
  isNoticed(booking, due, now) ? (unsentNotices(booking, due, now)[0]?.at ?? null) : null;

/** When the final notice was sent for the due's present date; null if it was not. */
export const finallyNoticedOn = (due: Due): CalendarDate | null =>
  sentOf(due).find(({ kind }) => kind === "final")?.on ?? null;
