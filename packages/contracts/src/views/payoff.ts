import type { Payoff } from "@clearing/domain/booking";
import { sumOf } from "@clearing/domain/ledger";
import type * as z from "zod/mini";
import type { payoffResponse } from "../payoff.ts";

/** A payoff in the API's schema. */
export type PayoffView = z.input<ReturnType<typeof payoffResponse>>;

/** The payoff of a booking today. If unearned interest exceeds what is owed, the amount is 0. */
export function payoffView({ on, amount, dues, unearned }: Payoff, currency: string): PayoffView {
  const sum = (part: "principal" | "interest" | "fee" | "tax") =>
    dues.reduce((total, { parts }) => total + parts[part], 0);
  return {
    ...{ on, currency, amount: Math.max(0, amount) },
    ...{ principal: sum("principal"), tax: sum("tax"), interest: sum("interest"), fees: sum("fee") },
    unearnedInterest: unearned.reduce((total, one) => total + one.amount, 0),
    dues: dues.map(({ dueId, parts }) => ({ id: dueId, amount: sumOf(parts) })),
  };
}
