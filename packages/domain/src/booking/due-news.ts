import type { Instant } from "../time/index.ts";
import { type Booking, mayOwe } from "./booking.ts";
import { type Due, unpaid } from "./due.ts";
import { type NextPayment, nextPayment } from "./next-payment.ts";
import { isNoticed } from "./notice-plan.ts";

/** A due as an event tells of it. */
type Told = { dueId?: unknown; dueOn?: unknown };

/** The due that an event tells of, as long as it is owed on the date that it had then; else null. */
export function owedAsTold(booking: Booking, { dueId, dueOn }: Told): Due | null {
  const due = booking.dues.find(({ id }) => id === dueId);
  return due !== undefined && due.dueOn === dueOn && unpaid(due) > 0 && mayOwe(booking) ? due : null;
}

/** What there is to tell of a due that is owed. */
export type DueNews = { due: Due; amount: number; next: NextPayment };

/**
 * What a notice has to tell, if what its event says is still so: the due is unpaid, on the date that it had then, and
 * nothing is under way for it. Null otherwise: another mail tells what has become of it.
 */
export function dueNews(booking: Booking, told: Told, now: Instant): DueNews | null {
  const due = booking.dues.find(({ id }) => id === told.dueId);
  if (due === undefined || !isNoticed(booking, due, now)) return null;
  if (told.dueOn !== undefined && told.dueOn !== due.dueOn) return null;
  return { due, amount: unpaid(due), next: nextPayment(booking, due, now) };
}
