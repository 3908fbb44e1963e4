import { type Parts, plus } from "../ledger/index.ts";
import type { PlanComparison } from "./comparison.ts";
import type { ScheduledDue } from "./schedule.ts";

/**
 * Why a plan with these dues makes no booking, though its figures stand; null when it may. An ending gives back what was
 * paid from the price alone: a due with interest or tax waits until each part goes back from where it was posted.
 */
export function notBookable(schedule: ScheduledDue[]): string | null {
  const { interest, tax } = schedule.map(({ parts }) => parts).reduce<Parts>(plus, noParts);
  if (interest > 0) return "A plan with a finance charge cannot be booked online yet";
  return tax > 0 ? "A price with tax cannot be booked online yet" : null;
}

const noParts: Parts = { principal: 0, interest: 0, fee: 0, tax: 0 };

/** The plan beside the others, unavailable where it makes no booking. */
export function asBookable(plan: PlanComparison): PlanComparison {
  const reason = plan.available ? notBookable(plan.schedule) : null;
  return reason === null ? plan : { kind: plan.kind, available: false, reason };
}
