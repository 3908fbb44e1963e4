import { lastBankDebitOn } from "../plan/bank-debit-window.ts";
import { dateIn, type Instant } from "../time/index.ts";
import type { PaymentMethod } from "./attempt.ts";
import type { Booking } from "./booking.ts";

/** What a page is offered with by itself: a method that is asked for alone, and bank debits where the currency has them. */
function offered(method: PaymentMethod | undefined, hasDebits: boolean): PaymentMethod[] {
  if (method === "card" || !hasDebits) return ["card"];
  return method === "us_bank_account" ? ["us_bank_account"] : ["card", "us_bank_account"];
}

/**
 * What a checkout may be paid with. A method that is asked for is offered alone where it may be had; a bank debit that
 * may not be had leaves cards. In the ten business days before the start nothing is paid by debit, since one that fails
 * would be learned of too late; from the start on debits are taken again.
 */
export function methodsFor(
  { currency, terms }: Booking,
  { purpose, method }: { purpose: "deposit" | "due" | "payoff"; method?: PaymentMethod | undefined },
  now: Instant,
): PaymentMethod[] {
  const today = dateIn(terms.timeZone, now);
  const lastDebit = lastBankDebitOn(terms.startsOn, currency);
  const hasStarted = purpose !== "deposit" && today >= terms.startsOn;
  return offered(method, lastDebit !== null && (today <= lastDebit || hasStarted));
}

/** What a page may save: an account that is saved just before the start is debited from the start on. */
export const methodsToSave = ({ currency, terms }: Booking, method: PaymentMethod | undefined): PaymentMethod[] =>
  offered(method, lastBankDebitOn(terms.startsOn, currency) !== null);
