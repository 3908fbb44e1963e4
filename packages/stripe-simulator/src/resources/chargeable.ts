import { invalidRequest } from "../http/stripe-error.ts";
import { chargeLimits, isCurrency, money, stepOf } from "../money.ts";

/**
 * Refuses amounts that are not a multiple of the currency's step or are outside its limits. Source:
 * docs.stripe.com/currencies.
 */
export function mustBeChargeable(amount: number, given: string, param = "amount"): void {
  const currency = given.toLowerCase();
  if (!isCurrency(currency)) throw invalidRequest(`Invalid currency: ${currency}.`, { param: "currency" });
  const refuse = (limit: string, least: number, code: string) =>
    invalidRequest(`Amount must be ${limit} ${money(least, currency)}`, { code, param });
  const { smallest, largest } = chargeLimits(currency);
  if (amount < smallest) throw refuse("at least", smallest, "amount_too_small");
  if (amount > largest) throw refuse("no more than", largest, "amount_too_large");
  const step = stepOf(currency);
  if (amount % step !== 0) {
    const message = `Invalid integer: ${amount}. Amounts in ${currency} must be evenly divisible by ${step}.`;
    throw invalidRequest(message, { code: "parameter_invalid_integer", param });
  }
}
