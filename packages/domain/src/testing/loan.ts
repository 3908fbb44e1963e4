import { type Booking, type Due, fallDue } from "../booking/index.ts";
import { type Account, trialBalance } from "../ledger/index.ts";
import { type CalendarDate, instantAt } from "../time/index.ts";
import { Life } from "./life.ts";
import { cohort, held, program } from "./retreat.ts";

export const zone = "America/Denver";
export const quotedOn = "2027-01-04";
export const noon = (date: CalendarDate) => instantAt(date, "12:00", zone);

/** A confirmed booking with a loan of this many months at 9.99 %, from 4 January 2027 on. */
export function financed(months = 12, more: object = {}): Life {
  const plans = [{ kind: "financed", months, annualRate: "9.9900" } as const];
  const on = { program: program({ plans, ...more }), cohort: cohort({ startsOn: "2027-12-06", endsOn: "2027-12-12" }) };
  return new Life(held("financed", on)).sign().pay("deposit").confirm();
}
export const due = ({ booking }: Life, number: number): Due => booking.dues[number] as Due;
export const sumOfAmounts = ({ dues }: Booking) => dues.reduce((sum, { amount }) => sum + amount, 0);
export const balanceOf = (life: Life, account: Account) =>
  trialBalance(life.journal, "usd").accounts.find((one) => one.account === account)?.balance ?? 0;

/** The life on a date, with every due that has fallen due billed. */
export function at(life: Life, date: CalendarDate): Life {
  life.at(noon(date));
  while (fallDue(life.booking, life.now) !== null) life.fallDue();
  return life;
}

/** Pays off the booking on a date. */
export function payOff(life: Life, date: CalendarDate): Life {
  at(life, date);
  const attempt = life.checkout("payoff");
  if (attempt === null) throw new Error("the booking cannot be paid off");
  life.settle(attempt.id, life.paymentOf(attempt.id));
  return life;
}
