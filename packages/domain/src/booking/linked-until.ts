import { type CalendarDate, dateIn, endOfDay, type Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import type { NextPayment } from "./next-payment.ts";
import type { DueDate } from "./when-due.ts";

/**
 * Until when the payment link of a mail must be valid at least: the end of the last day that the mail names, which is
 * that of the due, of its next charge or of the cancellation. A client may keep the mail until that day.
 */
export function linkedUntil(
  { terms: { timeZone } }: Booking,
  { date, next }: { date: Pick<DueDate, "on">; next: NextPayment },
  cancelsOn: CalendarDate | null = null,
): Instant {
  const charged = "at" in next ? [dateIn(timeZone, next.at)] : [];
  const canceled = "cancelsOn" in next ? [next.cancelsOn] : [];
  const named = [date.on, ...charged, ...canceled, ...(cancelsOn === null ? [] : [cancelsOn])];
  return endOfDay(named.toSorted().at(-1) ?? date.on, timeZone);
}
