import { addDays, type CalendarDate, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { chargeableMethod } from "./chargeable-method.ts";
import type { Due } from "./due.ts";

/** A debit that is not as its permission lists it is told of so many days ahead (12 CFR 1005.10(d)). */
export const debitNoticeDays = 10;

type Debited = Pick<Booking, "autopay" | "savedMethod">;

/** Whether dues are collected by debits of a bank account. */
export const isDebited = (booking: Debited): boolean => chargeableMethod(booking)?.type === "us_bank_account";

/** Whether its bank has declined the account since: the days that a due waited for its notice count all the same. */
const wasDebited = ({ autopay, savedMethod }: Debited): boolean =>
  autopay && savedMethod?.type === "us_bank_account" && savedMethod.unusable === "declined";

/** On which date the notice of a varied debit goes: ten days before its date, or at once where that is over. */
export const debitNoticeOn = ({ dueOn, varied }: Due): CalendarDate | null =>
  varied === undefined ? null : later(varied.noticeOn, addDays(dueOn, -debitNoticeDays));

/**
 * The first date on which a due may be debited from a bank account, where its date or amount is not as the permission
 * lists it: the tenth day after the notice of that. Null where nothing holds it back.
 */
export function debitNotBefore(booking: Debited, due: Due): CalendarDate | null {
  const noticeOn = debitNoticeOn(due);
  if (noticeOn === null || !(isDebited(booking) || wasDebited(booking))) return null;
  return addDays(due.varied?.noticedOn ?? noticeOn, debitNoticeDays);
}

/** Whether the notice of a varied debit has still to go. */
export const awaitsDebitNotice = (booking: Debited, due: Due): boolean =>
  due.varied?.noticedOn === null && isDebited(booking);
