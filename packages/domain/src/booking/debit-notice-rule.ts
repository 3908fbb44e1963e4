import type { Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { collectionAt } from "./collection-time.ts";
import type { Due } from "./due.ts";
import { isPursued } from "./next-try.ts";
import { awaitsDebitNotice, debitNoticeOn } from "./varied-debit.ts";

/** When to send the notice of a varied debit; null if none is required. */
export function debitNoticeDeadline(booking: Booking, due: Due): Instant | null {
  const on = awaitsDebitNotice(booking, due) && isPursued(booking, due) ? debitNoticeOn(due) : null;
  return on === null || due.openAttemptId !== null ? null : collectionAt(on, booking.terms.timeZone);
}
