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
  /** By its date, or by the confirmation, which sets its date. */
  startsBy: "date" | "confirmation";
  amount: number;
  parts: Parts;
};

type ScheduleInput = {
  /** The cash price in minor units, its tax included. */
  total: number;
  /** How much of the total is tax. */
  tax: number;
  deposit: number;
  currency: string;
  /** The quote's date in the cohort's zone: dues by the month count from it. */
  quotedOn: CalendarDate;
  startsOn: CalendarDate;
  /** The calendar date of the clearance deadline. */
  clearanceDeadlineOn: CalendarDate;
};

/** What is paid after the deposit: so much of the price, tax included, and the interest that comes with it. */
type Payment = Pick<ScheduledDue, "kind" | "dueOn" | "startsBy"> & { price: number; interest: number };

/**
 * The dues of a plan, by the months that it names; with the deposit, due at once, they add up to the total and its
 * interest (I3). The balance of `full` is due the day after the confirmation, so its date shows the clearance deadline
 * until then; a balance date that is past becomes the quote's date. Each due carries tax in the ratio of the tax to the
 * total, rounded over what is due up to it, so that the shares add up.
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

/** The due of a month. Each date counts from the quote's: a short month on the way moves no later one. */
const installment = (quotedOn: CalendarDate, month: number) =>
  ({ kind: "installment", dueOn: addMonths(quotedOn, month), startsBy: "date" }) as const;
