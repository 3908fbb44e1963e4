import type { PlanComparison } from "./comparison.ts";
import { interestOf } from "./disclosure.ts";
import type { ScheduledDue } from "./schedule.ts";

/**
 * Why a plan with these dues makes no booking, though its figures stand; null when it may. Interest waits for the payoff,
 * which takes off what is not earned when the last due is paid early.
 */
export const notBookable = (schedule: ScheduledDue[]): string | null =>
  interestOf(schedule) > 0 ? "A plan with a finance charge cannot be booked online yet" : null;

/** The plan beside the others, unavailable where it makes no booking. */
export function asBookable(plan: PlanComparison): PlanComparison {
  const reason = plan.available ? notBookable(plan.schedule) : null;
  return reason === null ? plan : { kind: plan.kind, available: false, reason };
}
