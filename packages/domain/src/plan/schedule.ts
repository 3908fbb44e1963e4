import type { Parts } from "../ledger/index.ts";
import { allocate } from "../money/index.ts";
import type { PlanOffer } from "../program/index.ts";
import { addDays, addMonths, type CalendarDate, later } from "../time/index.ts";
import { amortize } from "./amortization.ts";
import { taxIn } from "./tax.ts";

export type ScheduledDue = {
  sequence: number;
  kind: "deposit" | "installment" | "balance";
  dueOn: CalendarDate;
  /** Whether it is due on its date, or gets its date at the confirmation. */
  startsBy: "date" | "confirmation";
  amount: number;
  parts: Parts;
};

type ScheduleInput = {
  /** The cash price in minor units, tax included. */
  total: number;
  /** The tax in the total. */
  tax: number;
  deposit: number;
  currency: string;
  /** The quote's date in the cohort's time zone; monthly dues count from it. */
  quotedOn: CalendarDate;
  startsOn: CalendarDate;
  /** The calendar date of the clearance deadline. */
  clearanceDeadlineOn: CalendarDate;
};

/** A payment after the deposit: its share of the price (tax included) and its interest. */
type Payment = Pick<ScheduledDue, "kind" | "dueOn" | "startsBy"> & { price: number; interest: number };

/**
 * The dues of a plan with its months. With the deposit, which is due at once, they add up to the total plus the
 * interest (I3). The balance of `full` is due the day after the confirmation; until then its date is the clearance
 * deadline. A balance date in the past becomes the quote's date. Each due carries tax in proportion to the total's tax.
 * The rounding is cumulative, so that the shares add up.
 */
export function schedule(plan: PlanOffer, input: ScheduleInput): ScheduledDue[] {
  const { deposit, quotedOn } = input;
  const first: Payment = { kind: "deposit", dueOn: quotedOn, startsBy: "date", price: deposit, interest: 0 };
  let priced = 0;
  return [first, ...paymentsAfterDeposit(plan, input)].map(({ price, interest, ...due }, sequence) => {
    const tax = taxIn(priced + price, input) - taxIn(priced, input);
    priced += price;
    return { sequence, ...due, amount: price + interest, parts: { principal: price - tax, interest, fee: 0, tax } };
  });
}

function paymentsAfterDeposit(plan: PlanOffer, input: ScheduleInput): Payment[] {
  const { total, deposit, currency, quotedOn, startsOn, clearanceDeadlineOn } = input;
  const rest = total - deposit;
  switch (plan.kind) {
    case "full":
      return [{ kind: "balance", dueOn: clearanceDeadlineOn, startsBy: "confirmation", price: rest, interest: 0 }];
    case "deposit_and_balance": {
      const dueOn = later(addDays(startsOn, -plan.balanceDueDaysBefore), quotedOn);
      return [{ kind: "balance", dueOn, startsBy: "date", price: rest, interest: 0 }];
    }
    case "installments":
      return allocate(rest, plan.months, currency).map((price, index) => ({
        ...installment(quotedOn, index + 1),
        price,
        interest: 0,
      }));
    case "financed":
      return amortize(rest, plan, currency).map(({ principal, interest }, index) => ({
        ...installment(quotedOn, index + 1),
        price: principal,
        interest,
      }));
  }
}

/** The date of a month's due. It counts from the quote's date, so a short month does not shift later dates. */
export const installmentOn = (quotedOn: CalendarDate, month: number): CalendarDate => addMonths(quotedOn, month);

const installment = (quotedOn: CalendarDate, month: number) =>
  ({ kind: "installment", dueOn: installmentOn(quotedOn, month), startsBy: "date" }) as const;
