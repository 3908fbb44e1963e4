import type { CancellationTier } from "../program/index.ts";
import { addDays, type CalendarDate } from "../time/index.ts";

/** The last date (inclusive) on which a cancellation by the client is refunded by this percentage. */
export type PolicyDate = { until: CalendarDate; refundPercent: number };

/** The dates of the policy's tiers before the first day; omits tiers that have passed or never apply. */
export function policyDates(tiers: CancellationTier[], startsOn: CalendarDate, today: CalendarDate): PolicyDate[] {
  return tiers
    .map(({ daysBefore, refundPercent }) => ({
      // Nothing is refunded from the first day on: the last tier ends the day before.
      until: addDays(startsOn, -Math.max(1, daysBefore)),
      refundPercent,
    }))
    .filter(({ until }, index, all) => until >= today && until !== all[index - 1]?.until);
}

/** A tier that refunds something. `from` is the day after the tier before it; null for the first tier. */
export type RefundPeriod = PolicyDate & { from: CalendarDate | null };

/**
 * The tiers of a policy that refund something, and the first date on which nothing is refunded: the day after the last
 * of them. `nothingFrom` is null if no tier refunds anything.
 */
export function refundPeriods(policy: readonly PolicyDate[]) {
  const dayAfter = (tier: PolicyDate | undefined) => (tier === undefined ? null : addDays(tier.until, 1));
  const refunding = policy
    .filter(({ refundPercent }) => refundPercent > 0)
    .map((tier, index, all): RefundPeriod => ({ ...tier, from: index === 0 ? null : dayAfter(all[index - 1]) }));
  return { refunding, nothingFrom: dayAfter(refunding.at(-1)) };
}
