import { addDays, type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import { type Booking, hasOpenPayoff, mayOwe } from "./booking.ts";
import { type Due, needsClient, unpaid } from "./due.ts";
import { type CardExpires, type NextPayment, nextChargeAt, nextPayment } from "./next-payment.ts";
import { isAskedFor, isOnItsWay } from "./next-try.ts";
import { isListed } from "./varied-debit.ts";
import { type DueDate, whenDue } from "./when-due.ts";

/** A due as an event names it. `kind` is that of its notice. */
type Told = { dueId?: unknown; dueOn?: unknown; kind?: unknown };

/** A due that staff have moved, as its event names it. Events of an earlier release have no `wasDueOn`. */
type Deferred = Told & { from?: unknown; wasDueOn?: unknown };

/**
 * The due that an event has moved to another date, when it was due and when it is due now. Null unless it is owed for
 * that date and not late, and if the same date counts as before, since it cannot be paid or debited earlier.
 */
export function deferralNews(
  booking: Booking,
  { dueId, dueOn, from, wasDueOn = from }: Deferred,
  now: Instant,
): { due: Due; wasDueOn: CalendarDate; on: CalendarDate } | null {
  const due = booking.dues.find(({ id }) => id === dueId);
  if (due === undefined || due.dueOn !== dueOn || unpaid(due) <= 0 || !mayOwe(booking)) return null;
  const date = whenDue(booking, due, todayOf(booking, now));
  if (date === null || date.isPast || typeof wasDueOn !== "string" || wasDueOn === date.on) return null;
  return { due, wasDueOn, on: date.on };
}

/** Whether the confirmation dates a due that staff have waived; until then, its event names a placeholder. */
export const isDatedByConfirmation = ({ dues }: Booking, { dueId }: Told): boolean =>
  dues.some(({ id, startsBy }) => id === dueId && startsBy === "confirmation");

/** The content of a mail about a due that is owed. `isTomorrow`: it is due tomorrow in the cohort's time zone. */
export type DueNews = { due: Due; date: DueDate; amount: number; next: NextPayment; isTomorrow: boolean };

/**
 * The content of a due's notice, if its event still holds: the due is unpaid, has the same date, and neither the bank
 * nor a try is collecting it. Null otherwise; another mail reports the outcome. An open page does not hold the notice
 * back: no mail reports that a page expired unpaid.
 */
export function dueNews(booking: Booking, told: Told, now: Instant): DueNews | null {
  const due = booking.dues.find(({ id }) => id === told.dueId);
  if (due === undefined || due.kind === "deposit") return null;
  const today = todayOf(booking, now);
  const date = whenDue(booking, due, today);
  if (date === null || !isAskedFor(booking, due) || isOnItsWay(booking, due, now)) return null;
  if (told.dueOn !== undefined && told.dueOn !== due.dueOn) return null;
  const isTomorrow = date.on === addDays(today, 1);
  return { due, date, amount: unpaid(due), next: nextPayment(booking, due, now), isTomorrow };
}

/** Like `dueNews`, only while the due is late. */
export function lateNews(booking: Booking, told: Told, now: Instant): DueNews | null {
  const news = dueNews(booking, told, now);
  return news?.date.isPast ? news : null;
}

/**
 * Like `dueNews`, only while the notice's words still apply: an `upcoming` one before the due is late, a `past_due` or
 * `final` one after that. The date can pass, or a later one count, before the notice is sent.
 */
export function noticeNews(booking: Booking, told: Told, now: Instant): DueNews | null {
  const news = dueNews(booking, told, now);
  switch (told.kind) {
    case "upcoming":
      return news?.date.isPast ? null : news;
    case "past_due":
    case "final":
      return lateNews(booking, told, now);
    default:
      return news;
  }
}

const todayOf = ({ terms }: Booking, now: Instant): CalendarDate => dateIn(terms.timeZone, now);

/** A due that is charged next. */
export type NextCharge = { amount: number; next: Extract<NextPayment, { kind: "collected" }> | CardExpires };

/** A due that its client is to pay although automatic collection is on. */
export type ByClient = Pick<DueNews, "date" | "amount" | "next">;

/** What is collected next of a booking whose dues are charged automatically. */
export type CollectionNews = { charges: NextCharge[]; byClient: ByClient[] };

/**
 * The next automatic charges of a booking, which are all those of the first day that has any, and the dues that its
 * client is to pay. A charge that has begun is left out, since another mail reports it. While a payoff is open, neither
 * is known. Null if no due is charged automatically.
 */
export function collectionNews(booking: Booking, now: Instant): CollectionNews | null {
  const { payoff: _, ...withoutPayoff } = booking;
  if (booking.dues.every((due) => nextChargeAt(withoutPayoff, due, now) === null)) return null;
  if (hasOpenPayoff(booking)) return { charges: [], byClient: [] };
  const all = booking.dues
    .filter(isListed)
    .map((due) => dueNews(booking, { dueId: due.id }, now))
    .filter((news) => news !== null);
  const charges = all.flatMap(({ amount, next }): NextCharge[] => (isCharge(next) ? [{ amount, next }] : []));
  const days = charges.map(({ next }) => dateIn(booking.terms.timeZone, next.at));
  const [first] = days.toSorted();
  return {
    charges: charges.filter((_, index) => days[index] === first),
    byClient: all.filter(({ next }) => !isCharge(next)).map(({ date, amount, next }) => ({ date, amount, next })),
  };
}

/** False while all charges have begun, or a payoff is open. */
export const namesPayments = ({ charges, byClient }: CollectionNews): boolean => charges.length + byClient.length > 0;

const isCharge = (next: NextPayment): next is NextCharge["next"] =>
  next.kind === "collected" || next.why === "card_expires";

/** The dates of the unpaid dues that no saved method pays, because the bank asked the client to confirm them. */
export const datesToConfirm = (booking: Booking, now: Instant): (DueDate | null)[] =>
  booking.dues
    .filter((due) => needsClient(due) && unpaid(due) > 0 && due.status !== "processing")
    .map((due) => whenDue(booking, due, todayOf(booking, now)));
