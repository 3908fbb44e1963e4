import { addBusinessDays } from "../time/business-days.ts";
import { addDays, type CalendarDate } from "../time/index.ts";

/** ACH debits are in US dollars. */
const debitCurrency = "usd";

/** A bank debit takes days to settle, and may come back: none from so many business days before the start on. */
const debitBusinessDays = 10;

/** The last date before a first day on which a bank debit is taken; null in a currency that knows none. */
export const lastBankDebitOn = (startsOn: CalendarDate, currency: string): CalendarDate | null =>
  currency === debitCurrency ? addDays(addBusinessDays(startsOn, -debitBusinessDays), -1) : null;
