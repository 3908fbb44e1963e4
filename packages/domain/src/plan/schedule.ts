import { allPrincipal, type Parts } from "../ledger/index.ts";
import type { PlanOffer } from "../program/index.ts";
import { addDays, type CalendarDate, later } from "../time/index.ts";

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
  total: number;
  deposit: number;
  quotedOn: CalendarDate;
  startsOn: CalendarDate;
  /** The calendar date of the clearance deadline. */
  clearanceDeadlineOn: CalendarDate;
};

/**
 * The dues of a plan; with the deposit, due at once, they add up to the total (I3). The balance of `full` is due the
 * day after the confirmation, so its date shows the clearance deadline until then; a balance date that is past becomes
 * the quote's date.
 */
export function schedule(
  plan: Extract<PlanOffer, { kind: "full" | "deposit_and_balance" }>,
  input: ScheduleInput,
): ScheduledDue[] {
  const { total, deposit, quotedOn } = input;
  return [
    { sequence: 0, kind: "deposit", dueOn: quotedOn, startsBy: "date", ...priced(deposit) },
    { sequence: 1, kind: "balance", ...balanceStart(plan, input), ...priced(total - deposit) },
  ];
}

const priced = (amount: number) => ({ amount, parts: allPrincipal(amount) });

function balanceStart(
  plan: Extract<PlanOffer, { kind: "full" | "deposit_and_balance" }>,
  input: ScheduleInput,
): Pick<ScheduledDue, "dueOn" | "startsBy"> {
  if (plan.kind === "full") return { dueOn: input.clearanceDeadlineOn, startsBy: "confirmation" };
  return { dueOn: later(addDays(input.startsOn, -plan.balanceDueDaysBefore), input.quotedOn), startsBy: "date" };
}
