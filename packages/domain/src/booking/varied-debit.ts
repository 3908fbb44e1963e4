import { addDays, type CalendarDate, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { chargeableMethod } from "./chargeable-method.ts";
import { type Due, needsClient, unpaid } from "./due.ts";

/** Days of notice before a debit that differs from the permission's list (12 CFR 1005.10(d)). */
export const debitNoticeDays = 10;

type Debited = Pick<Booking, "autopay" | "savedMethod">;

/** Whether a due is of the plan. The deposit and late charges are not collected automatically. */
export const isListed = ({ kind }: Due): boolean => kind !== "deposit" && kind !== "late_charge";

/** Whether a permission to collect lists the due: it is of the plan, and may still be collected automatically. */
export const isCollectable = (due: Due): boolean => isListed(due) && !needsClient(due);

/** Whether a due is left that may be collected automatically. */
export const owesCollectable = ({ dues }: Pick<Booking, "dues">): boolean =>
  dues.some((due) => isCollectable(due) && unpaid(due) > 0);

/** Whether dues are collected by bank debit. */
export const isDebited = (booking: Debited): boolean => chargeableMethod(booking)?.type === "us_bank_account";

/** When to send the notice of a varied debit: ten days before its date, or as soon as possible if that has passed. */
export const debitNoticeOn = ({ dueOn, varied }: Due): CalendarDate | null =>
  varied === undefined ? null : later(varied.noticeOn, addDays(dueOn, -debitNoticeDays));

/**
 * The first date on which a due whose date or amount differs from the permission's list may be debited: the tenth day
 * after its notice. Null if nothing holds the debit back.
 */
export function debitNotBefore(booking: Debited, due: Due): CalendarDate | null {
  const noticeOn = debitNoticeOn(due);
  if (noticeOn === null || !isDebited(booking)) return null;
  return addDays(due.varied?.noticedOn ?? noticeOn, debitNoticeDays);
}

/** Whether the notice of a varied debit is still to be sent. */
export const awaitsDebitNotice = (booking: Debited, due: Due): boolean =>
  due.varied?.noticedOn === null && isDebited(booking);
