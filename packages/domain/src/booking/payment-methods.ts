import { lastBankDebitOn } from "../plan/bank-debit-window.ts";
import { dateIn, type Instant } from "../time/index.ts";
import type { PaymentMethod } from "./attempt.ts";
import type { Booking } from "./booking.ts";

/** The methods of a page: the requested one alone, or cards, and bank debits if the currency has them. */
function offered(method: PaymentMethod | undefined, hasDebits: boolean): PaymentMethod[] {
  if (method === "card" || !hasDebits) return ["card"];
  return method === "us_bank_account" ? ["us_bank_account"] : ["card", "us_bank_account"];
}

/**
 * The methods that a checkout offers. A requested method is offered alone if it is available; without bank debits,
 * cards are offered. Bank debits are not offered in the ten business days before the start, since a failure would be
 * learned of too late. For dues they are offered again from the start on.
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

/** The methods that a page may save. A bank account saved just before the start is debited from the start on. */
export const methodsToSave = ({ currency, terms }: Booking, method: PaymentMethod | undefined): PaymentMethod[] =>
  offered(method, lastBankDebitOn(terms.startsOn, currency) !== null);
