import { addBusinessDays } from "../time/business-days.ts";
import { dateIn, type Instant } from "../time/index.ts";
import type { PaymentMethod } from "./attempt.ts";
import type { Booking } from "./booking.ts";

/** A bank debit takes days to settle: no deposit by it when the cohort starts within this many business days. */
const debitBusinessDays = 10;

/** ACH debits are in US dollars. */
const debitCurrency = "usd";

/**
 * What a checkout may be paid with. A method that is asked for is offered alone where it may be had; a bank debit that
 * may not be had leaves cards.
 */
export function methodsFor(
  { currency, terms }: Booking,
  { purpose, method }: { purpose: "deposit" | "due"; method?: PaymentMethod | undefined },
  now: Instant,
): PaymentMethod[] {
  const settlesInTime =
    purpose === "due" || addBusinessDays(dateIn(terms.timeZone, now), debitBusinessDays) < terms.startsOn;
  if (method === "card" || currency !== debitCurrency || !settlesInTime) return ["card"];
  return method === "us_bank_account" ? ["us_bank_account"] : ["card", "us_bank_account"];
}
