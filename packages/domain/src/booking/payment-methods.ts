import { lastBankDebitOn } from "../plan/bank-debit-window.ts";
import { dateIn, type Instant } from "../time/index.ts";
import type { PaymentMethod } from "./attempt.ts";
import type { Booking } from "./booking.ts";

/**
 * What a checkout may be paid with. A method that is asked for is offered alone where it may be had; a bank debit that
 * may not be had leaves cards.
 */
export function methodsFor(
  { currency, terms }: Booking,
  { purpose, method }: { purpose: "deposit" | "due" | "payoff"; method?: PaymentMethod | undefined },
  now: Instant,
): PaymentMethod[] {
  const lastDebit = lastBankDebitOn(terms.startsOn, currency);
  if (method === "card" || lastDebit === null) return ["card"];
  if (purpose === "deposit" && dateIn(terms.timeZone, now) > lastDebit) return ["card"];
  return method === "us_bank_account" ? ["us_bank_account"] : ["card", "us_bank_account"];
}
