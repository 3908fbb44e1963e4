import { dateIn, type Instant } from "../time/index.ts";
import type { Booking, SavedMethod } from "./booking.ts";
import { type Due, unpaid } from "./due.ts";
import { chargeableMethod, nextTryAt } from "./next-try.ts";
import { isNoticed } from "./notice-plan.ts";

/** How the rest of a due is paid next: by its link, or with the saved method at an instant; `expires`: not with that card. */
export type NextPayment =
  | { kind: "link" }
  | { kind: "collected"; at: Instant; method: Pick<SavedMethod, "type" | "last4">; expires: boolean };

/** What there is to tell of a due that is owed. */
export type DueNews = { due: Due; amount: number; next: NextPayment };

/**
 * What a notice has to tell, if what its event says is still so: the due is unpaid, on the date that it had then, and
 * nothing is under way for it. Null otherwise: another mail tells what has become of it.
 */
export function dueNews(booking: Booking, told: { dueId?: unknown; dueOn?: unknown }, now: Instant): DueNews | null {
  const due = booking.dues.find(({ id }) => id === told.dueId);
  if (due === undefined || !isNoticed(booking, due)) return null;
  if (told.dueOn !== undefined && told.dueOn !== due.dueOn) return null;
  return { due, amount: unpaid(due), next: nextPaymentOf(booking, due, now) };
}

function nextPaymentOf(booking: Booking, due: Due, now: Instant): NextPayment {
  const method = chargeableMethod(booking);
  const at = nextTryAt(booking, due, now);
  if (method === null || at === null) return { kind: "link" };
  const { type, last4, expiresOn } = method;
  const expires = expiresOn !== null && expiresOn < dateIn(booking.terms.timeZone, at);
  return { kind: "collected", at, method: { type, last4 }, expires };
}
