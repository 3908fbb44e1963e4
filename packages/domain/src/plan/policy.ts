import type { CancellationTier } from "../program/index.ts";
import { addDays, type CalendarDate } from "../time/index.ts";

/** Until which date, inclusive, a cancellation by the client is refunded by how many percent. */
export type PolicyDate = { until: CalendarDate; refundPercent: number };

/** The policy's tiers as dates before a first day; tiers that are past already, or never apply, are left out. */
export function policyDates(tiers: CancellationTier[], startsOn: CalendarDate, today: CalendarDate): PolicyDate[] {
  return tiers
    .map(({ daysBefore, refundPercent }) => ({
      // From the first day on nothing is refunded: the last tier ends the day before.
      until: addDays(startsOn, -Math.max(1, daysBefore)),
      refundPercent,
    }))
    .filter(({ until }, index, all) => until >= today && until !== all[index - 1]?.until);
}
