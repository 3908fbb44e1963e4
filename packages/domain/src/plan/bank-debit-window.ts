import { addBusinessDays } from "../time/business-days.ts";
import { addDays, type CalendarDate } from "../time/index.ts";

/** ACH debits are in US dollars only. */
const debitCurrency = "usd";

/** A bank debit takes days to settle and may be returned: none is made in this many business days before the start. */
const debitBusinessDays = 10;

/** The last date before the first day on which a bank debit is allowed; null in a currency without bank debits. */
export const lastBankDebitOn = (startsOn: CalendarDate, currency: string): CalendarDate | null =>
  currency === debitCurrency ? addDays(addBusinessDays(startsOn, -debitBusinessDays), -1) : null;
