import type { Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { collectionAt } from "./collection-time.ts";
import type { Due } from "./due.ts";
import { awaitsHeldBackNotice, heldBackNoticeOn } from "./held-back-debit.ts";
import { nextChargeAt } from "./next-payment.ts";
import { isPursued } from "./next-try.ts";
import { willCancelOn } from "./non-payment.ts";
import { awaitsDebitNotice, debitNoticeOn } from "./varied-debit.ts";

/**
 * When to send the notice of a varied or held-back debit; null if none is required. Neither is announced while the
 * booking is cancelled for non-payment before it, and a varied one only while a debit is planned.
 */
export function debitNoticeDeadline(booking: Booking, due: Due, now: Instant): Instant | null {
  if (due.openAttemptId !== null || !isPursued(booking, due)) return null;
  const dates = [
    awaitsDebitNotice(booking, due) && nextChargeAt(booking, due, now) !== null ? debitNoticeOn(due) : null,
    awaitsHeldBackNotice(booking, due) && willCancelOn(booking, due, now) === null ? heldBackNoticeOn(booking) : null,
  ].filter((date) => date !== null);
  const [first] = dates.toSorted();
  return first === undefined ? null : collectionAt(first, booking.terms.timeZone);
}
