import type { Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { type Due, unpaid } from "./due.ts";
import { type NextPayment, nextPayment } from "./next-payment.ts";
import { isNoticed } from "./notice-plan.ts";

/** What there is to tell of a due that is owed. */
export type DueNews = { due: Due; amount: number; next: NextPayment };

/**
 * What a notice has to tell, if what its event says is still so: the due is unpaid, on the date that it had then, and
 * nothing is under way for it. Null otherwise: another mail tells what has become of it.
 */
export function dueNews(booking: Booking, told: { dueId?: unknown; dueOn?: unknown }, now: Instant): DueNews | null {
  const due = booking.dues.find(({ id }) => id === told.dueId);
  if (due === undefined || !isNoticed(booking, due, now)) return null;
  if (told.dueOn !== undefined && told.dueOn !== due.dueOn) return null;
  return { due, amount: unpaid(due), next: nextPayment(booking, due, now) };
}
