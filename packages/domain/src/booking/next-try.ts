import { lastBankDebitOn } from "../plan/bank-debit-window.ts";
import { type CalendarDate, dateIn, hasCome, type Instant, later } from "../time/index.ts";
import { type Booking, hasOpenPayoff, mayOwe, type SavedMethod } from "./booking.ts";
import { chargeableMethod, freshSince } from "./chargeable-method.ts";
import { collectionAt, countsFrom, nextCollection } from "./collection-time.ts";
import { type Due, type Tries, unpaid, waitsForConfirmation } from "./due.ts";
import { afterCountedDays, isPaused, resumedOn } from "./pause.ts";
import { debitNotBefore } from "./varied-debit.ts";

/** Nacha lets a debit that came back be presented twice again. */
const mostDebitRetries = 2;

/**
 * When a due is tried next with the saved method, whatever is under way for it; null where it is paid by link. The first
 * try goes on its date, the next ones on the program's days after the first failure. Once those are over, or after a hard
 * decline, a method that was saved or updated since has one try. A due that asks its client to authenticate is tried no
 * more. In the days before the start no bank account is debited; from the first day on it is again. A debit that is not as the
 * permission lists it waits for the tenth day after the notice of that.
 */
export const nextTryAt = (booking: Booking, due: Due, now: Instant): Instant | null =>
  nextTry(booking, due, now)?.at ?? null;

/** `debitFree`: it is a bank debit that waits for the first day, so that the due is paid by link until then. */
export type NextTry = { at: Instant; method: SavedMethod; debitFree: boolean };

/** The next try of a due, and with which method; null where it is paid by link. */
export function nextTry(booking: Booking, due: Due, now: Instant): NextTry | null {
  const method = chargeableMethod(booking);
  const byLink = due.kind === "deposit" || due.kind === "late_charge";
  if (method === null || byLink || !isPursued(booking, due)) return null;
  const zone = booking.terms.timeZone;
  const day = dayOfTry(booking, due, method);
  if (day === null) return null;
  // Staff may have put the due off, or paused, after a try of it had failed.
  const dates = [countsFrom(booking, due), resumedOn(booking), debitNotBefore(booking, due)];
  const dated = dates.filter((date) => date !== null).reduce(later);
  // Who saves a method in the course of a day is charged at the next time of collection.
  const first = [collectionAt(dated, zone), nextCollection(freshSince(method), zone), due.goesOnAt ?? day].reduce(
    later,
    day,
  );
  const at = method.type === "card" ? first : outsideWindow(booking, later(first, now), first);
  return { at, method, debitFree: at !== first };
}

/**
 * Whether anything is asked for of a due by itself: it is owed, on a date that it has, and its collection is neither
 * paused nor part of a payoff.
 */
export function isPursued(booking: Booking, due: Due): boolean {
  const owes = booking.status !== "held" && mayOwe(booking) && unpaid(due) > 0;
  return owes && !isPaused(booking) && !hasOpenPayoff(booking) && !waitsForConfirmation(booking, due);
}

/** Whether the outcome of something is waited for: a payment that is under way, or a try whose time has come. */
export function isUnderWay(booking: Booking, due: Due, now: Instant): boolean {
  if (due.openAttemptId !== null || due.status === "processing") return true;
  const at = nextTryAt(booking, due, now);
  return at !== null && hasCome(at, now);
}

function dayOfTry(booking: Booking, due: Due, method: SavedMethod): Instant | null {
  const { timeZone } = booking.terms;
  const { tries } = due;
  if (tries === undefined) return collectionAt(countsFrom(booking, due), timeZone);
  if (tries.stopped === "authentication") return null;
  const next = tries.stopped === null ? nextRetryOn(booking, tries, method) : null;
  if (next !== null) return collectionAt(next, timeZone);
  return isFresh(method, tries) ? nextCollection(later(freshSince(method), tries.lastFailedAt), timeZone) : null;
}

/** Whether a method is another one than that of the last try, or was saved or updated since that was begun. */
const isFresh = (method: SavedMethod, { methodId, lastFailedAt, begunAt = lastFailedAt }: Tries): boolean =>
  method.id !== methodId || freshSince(method) > begunAt;

/** The first of the program's days that is after the last failure; those that were paused do not count. */
function nextRetryOn(booking: Booking, tries: Tries, { type }: SavedMethod): CalendarDate | null {
  const { terms } = booking;
  const { retryDays } = terms.collection;
  const days = type === "card" ? retryDays : retryDays.slice(0, mostDebitRetries);
  const last = dateIn(terms.timeZone, tries.lastFailedAt);
  return days.map((day) => afterCountedDays(booking, tries.firstFailedOn, day)).find((date) => date > last) ?? null;
}

/** Moves a debit that would be made in the days before the start to the first day. */
function outsideWindow({ terms, currency }: Booking, made: Instant, at: Instant): Instant {
  const { startsOn, timeZone } = terms;
  const on = dateIn(timeZone, made);
  const last = lastBankDebitOn(startsOn, currency);
  return last !== null && on > last && on < startsOn ? collectionAt(startsOn, timeZone) : at;
}
