import type { Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { collectionAt } from "./collection-time.ts";
import type { Due } from "./due.ts";
import { awaitsHeldBackNotice, heldBackNoticeOn } from "./held-back-debit.ts";
import { isPursued, isVariedDebitPlanned } from "./next-try.ts";
import { willCancelOn } from "./non-payment.ts";
import { awaitsDebitNotice, debitNoticeOn } from "./varied-debit.ts";

/**
 * When to send the notice of a varied or held-back debit; null if none is required. A varied debit is not announced while
 * no debit is planned, and a held-back one while the booking is cancelled for non-payment before it.
 */
export function debitNoticeDeadline(booking: Booking, due: Due, now: Instant): Instant | null {
  if (due.openAttemptId !== null || !isPursued(booking, due)) return null;
  const dates = [
    awaitsDebitNotice(booking, due) && isVariedDebitPlanned(booking, due) ? debitNoticeOn(due) : null,
    awaitsHeldBackNotice(booking, due) && willCancelOn(booking, due, now) === null ? heldBackNoticeOn(booking) : null,
  ].filter((date) => date !== null);
  const [first] = dates.toSorted();
  return first === undefined ? null : collectionAt(first, booking.terms.timeZone);
}
