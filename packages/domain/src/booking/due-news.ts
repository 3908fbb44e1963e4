import { addDays, dateIn, type Instant } from "../time/index.ts";
import { type Booking, hasOpenPayoff, mayOwe } from "./booking.ts";
import { type Due, needsClient, unpaid } from "./due.ts";
import { type CardExpires, type NextPayment, nextChargeAt, nextPayment } from "./next-payment.ts";
import { isAskedFor, isOnItsWay } from "./next-try.ts";
import { statusOn } from "./resting.ts";
import { isListed } from "./varied-debit.ts";

/** A due as an event names it. */
type Told = { dueId?: unknown; dueOn?: unknown };

/** The due that an event names, if it is still owed on the date that it had then; else null. */
export function owedAsTold(booking: Booking, { dueId, dueOn }: Told): Due | null {
  const due = booking.dues.find(({ id }) => id === dueId);
  return due !== undefined && due.dueOn === dueOn && unpaid(due) > 0 && mayOwe(booking) ? due : null;
}

/** The content of a mail about a due that is owed. `isTomorrow`: its date is tomorrow in the cohort's time zone. */
export type DueNews = { due: Due; amount: number; next: NextPayment; isTomorrow: boolean };

/**
 * The content of a due's notice, if its event still holds: the due is unpaid, has the same date, and neither the bank
 * nor a try is collecting it. Null otherwise; another mail reports the outcome. An open page does not hold the notice
 * back: no mail reports that a page expired unpaid.
 */
export function dueNews(booking: Booking, told: Told, now: Instant): DueNews | null {
  const due = booking.dues.find(({ id }) => id === told.dueId);
  if (due === undefined || due.kind === "deposit") return null;
  if (!isAskedFor(booking, due) || isOnItsWay(booking, due, now)) return null;
  if (told.dueOn !== undefined && told.dueOn !== due.dueOn) return null;
  const isTomorrow = due.dueOn === addDays(dateIn(booking.terms.timeZone, now), 1);
  return { due, amount: unpaid(due), next: nextPayment(booking, due, now), isTomorrow };
}

/** A due that is charged next. */
export type NextCharge = { amount: number; next: Extract<NextPayment, { kind: "collected" }> | CardExpires };

/** A due that its client is to pay although automatic collection is on. */
export type ByClient = { due: Due; amount: number; next: NextPayment; isPastDue: boolean };

/** What is collected next of a booking whose dues are charged automatically. */
export type CollectionNews = { charges: NextCharge[]; byClient: ByClient[] };

/**
 * The next automatic charges of a booking, which are all those of the first day that has any, and the dues that its
 * client is to pay. A charge that has begun is left out, since another mail reports it. While a payoff is open, neither is
 * known. Null if no due is charged automatically.
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
    byClient: all
      .filter(({ next }) => !isCharge(next))
      .map(({ due, amount, next }) => ({ due, amount, next, isPastDue: isPastDue(booking, due, now) })),
  };
}

/** False while all charges have begun, or a payoff is open. */
export const namesPayments = ({ charges, byClient }: CollectionNews): boolean => charges.length + byClient.length > 0;

const isCharge = (next: NextPayment): next is NextCharge["next"] =>
  next.kind === "collected" || next.why === "card_expires";

const isPastDue = (booking: Booking, due: Due, now: Instant): boolean =>
  statusOn(booking, due, dateIn(booking.terms.timeZone, now)) === "past_due";

/** The unpaid dues that no saved method pays, because the bank asked the client to confirm them. */
export const toConfirm = (booking: Booking, now: Instant): { due: Due; isPastDue: boolean }[] =>
  booking.dues
    .filter((due) => needsClient(due) && unpaid(due) > 0 && due.status !== "processing")
    .map((due) => ({ due, isPastDue: isPastDue(booking, due, now) }));
