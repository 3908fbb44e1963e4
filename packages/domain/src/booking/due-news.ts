import { addDays, dateIn, type Instant } from "../time/index.ts";
import { type Booking, mayOwe } from "./booking.ts";
import { type Due, unpaid } from "./due.ts";
import { type NextPayment, nextPayment } from "./next-payment.ts";
import { isAskedFor, isOnItsWay } from "./next-try.ts";

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
export type NextCharge = { amount: number; next: Extract<NextPayment, { kind: "collected" }> };

/** The next automatic charges of a booking: all those of the first day that has any, except those that have begun. */
export function nextCharges(booking: Booking, now: Instant): NextCharge[] {
  const charges = booking.dues.flatMap((due): NextCharge[] => {
    const news = dueNews(booking, { dueId: due.id }, now);
    return news?.next.kind === "collected" ? [{ amount: news.amount, next: news.next }] : [];
  });
  const days = charges.map(({ next }) => dateIn(booking.terms.timeZone, next.at));
  const [first] = days.toSorted();
  return charges.filter((_, index) => days[index] === first);
}
