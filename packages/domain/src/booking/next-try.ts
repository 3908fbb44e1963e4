import { lastBankDebitOn } from "../plan/bank-debit-window.ts";
import { type CalendarDate, dateIn, hasCome, type Instant, later } from "../time/index.ts";
import { type Booking, hasOpenPayoff, mayOwe, type SavedMethod } from "./booking.ts";
import { chargeableMethod, freshSince } from "./chargeable-method.ts";
import { collectionAt, countsFrom, nextCollection } from "./collection-time.ts";
import { type Due, needsClient, type Tries, unpaid, waitsForConfirmation } from "./due.ts";
import { heldBackUntil } from "./held-back-debit.ts";
import { afterCountedDays, isPaused, resumedOn } from "./pause.ts";
import { debitNotBefore, isCollectable, isDebited, isListed } from "./varied-debit.ts";

/** Nacha allows two retries of a returned debit. */
const mostDebitRetries = 2;

/**
 * When a due is tried next with the saved method, ignoring a payment under way; null if it is paid by link. The first
 * try is on its date; retries follow on the program's days after the first failure. After the last of them, or a hard
 * decline, a method saved or updated since gets one try. A due that requires authentication is not tried again. Bank
 * accounts are not debited in the days before the start; debits resume on the first day. A debit that differs from the
 * permission's list waits until the tenth day after its notice.
 */
export const nextTryAt = (booking: Booking, due: Due, now: Instant): Instant | null =>
  nextTry(booking, due, now)?.at ?? null;

/** `debitFree`: the bank debit waits for the first day, so the due is paid by link until then. */
export type NextTry = { at: Instant; method: SavedMethod; debitFree: boolean };

/** The next try of a due and its method; null if the due is paid by link. */
export function nextTry(booking: Booking, due: Due, now: Instant): NextTry | null {
  const method = methodFor(booking, due);
  if (method === null) return null;
  const zone = booking.terms.timeZone;
  const day = dayOfTry(booking, due, method);
  if (day === null) return null;
  // Staff may have deferred the due or paused collection after a try failed.
  const dates = [countsFrom(booking, due), resumedOn(booking), debitNotBefore(booking, due)];
  const dated = dates.filter((date) => date !== null).reduce(later);
  // A method saved during a day is charged at the next collection time.
  const first = [collectionAt(dated, zone), nextCollection(freshSince(method), zone), due.goesOnAt ?? day].reduce(
    later,
    day,
  );
  const outside = method.type === "card" ? first : outsideWindow(booking, later(first, now), first);
  const heldBack = heldBackUntil(booking, due);
  const at = heldBack === null ? outside : later(outside, collectionAt(heldBack, zone));
  return { at, method, debitFree: outside !== first };
}

/**
 * Why a due is left to its client although automatic collection is on. `authentication`: the client must be present, so
 * no method is tried. `method_declined`: the saved method is tried for no due. `no_method`: no method is saved that can
 * be charged. `not_retried`: the saved method is not tried again for this due.
 */
export type LeftToClient =
  | { why: "authentication" | "no_method" }
  | { why: "method_declined" | "not_retried"; method: SavedMethod };

/** Null if a try follows, or if the due is left to its client for another reason. */
export function leftToClient(booking: Booking, due: Due): LeftToClient | null {
  const { autopay, savedMethod } = booking;
  if (!autopay || !isListed(due) || !isAskedFor(booking, due)) return null;
  if (needsClient(due)) return { why: "authentication" };
  if (savedMethod?.unusable === "declined") return { why: "method_declined", method: savedMethod };
  const method = chargeableMethod(booking);
  if (method === null) return { why: "no_method" };
  return dayOfTry(booking, due, method) === null ? { why: "not_retried", method } : null;
}

/** Whether a debit that differs from the permission's list is still planned for a due. */
export const isVariedDebitPlanned = (booking: Booking, due: Due): boolean =>
  due.varied !== undefined && isDebited(booking) && leftToClient(booking, due) === null;

/** The method from which a due is collected; null if it is paid by link. */
const methodFor = (booking: Booking, due: Due): SavedMethod | null =>
  isCollectable(due) && isPursued(booking, due) ? chargeableMethod(booking) : null;

/** Whether a due is owed and has its date, and collection is not paused. */
export function isAskedFor(booking: Booking, due: Due): boolean {
  const owes = booking.status !== "held" && mayOwe(booking) && unpaid(due) > 0;
  return owes && !isPaused(booking) && !waitsForConfirmation(booking, due);
}

/** Whether a due is being collected: it is asked for, and no payoff is open. */
export const isPursued = (booking: Booking, due: Due): boolean => isAskedFor(booking, due) && !hasOpenPayoff(booking);

/** Whether a payment or a page is open for a due, or its next try is due. */
export const isUnderWay = (booking: Booking, due: Due, now: Instant): boolean =>
  due.openAttemptId !== null || isOnItsWay(booking, due, now);

/**
 * Whether the bank is processing a due, or its next try is due. A mail reports the outcome of either, unlike that of a
 * page.
 */
export function isOnItsWay(booking: Booking, due: Due, now: Instant): boolean {
  if (due.status === "processing") return true;
  const at = nextTryAt(booking, due, now);
  return at !== null && hasCome(at, now);
}

/**
 * When a due is tried: on its date, on its next retry day, or once with a method saved or updated since. Null if no try
 * is left.
 */
function dayOfTry(booking: Booking, due: Due, method: SavedMethod): Instant | null {
  const { timeZone } = booking.terms;
  const { tries } = due;
  if (tries === undefined) return collectionAt(countsFrom(booking, due), timeZone);
  const next = tries.stopped === null ? nextRetryOn(booking, tries, method) : null;
  if (next !== null) return collectionAt(next, timeZone);
  return isFresh(method, tries) ? nextCollection(later(freshSince(method), tries.lastFailedAt), timeZone) : null;
}

/** Whether the method differs from that of the last try, or was saved or updated after that try began. */
const isFresh = (method: SavedMethod, { methodId, lastFailedAt, begunAt = lastFailedAt }: Tries): boolean =>
  method.id !== methodId || freshSince(method) > begunAt;

/**
 * The first of the program's retry days after the last failure; a returned bank debit (R01, R09) has at most two.
 * Paused days do not count.
 */
function nextRetryOn(booking: Booking, tries: Tries, { type }: SavedMethod): CalendarDate | null {
  const { terms } = booking;
  const { retryDays } = terms.collection;
  const days = type === "card" ? retryDays : retryDays.slice(0, mostDebitRetries);
  const last = dateIn(terms.timeZone, tries.lastFailedAt);
  return days.map((day) => afterCountedDays(booking, tries.firstFailedOn, day)).find((date) => date > last) ?? null;
}

/** Moves a debit in the days before the start to the first day. */
function outsideWindow({ terms, currency }: Booking, made: Instant, at: Instant): Instant {
  const { startsOn, timeZone } = terms;
  const on = dateIn(timeZone, made);
  const last = lastBankDebitOn(startsOn, currency);
  return last !== null && on > last && on < startsOn ? collectionAt(startsOn, timeZone) : at;
}
