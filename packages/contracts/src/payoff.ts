import * as z from "zod/mini";
import { amount, calendarDate, currency, id } from "./fields.ts";

/**
 * The payoff on a date: `amount` = `principal` + `tax` + `interest` + `fees` - `unearnedInterest`, which was paid
 * ahead. `dues` lists each covered due with the amount that the payoff pays on it.
 */
export const payoffResponse = () =>
  z.object({
    on: calendarDate(),
    currency: currency(),
    amount: amount(),
    principal: amount(),
    tax: amount(),
    interest: amount(),
    fees: amount(),
    unearnedInterest: amount(),
    dues: z.array(z.object({ id: id("due"), amount: amount() })),
  });
