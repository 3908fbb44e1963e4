import { addDays, type CalendarDate, daysBetween } from "../time/index.ts";
import { type Booking, netPaid } from "./booking.ts";
import { type EndingRule, endingRule, inFull, policyOn, refundAtEnding } from "./ending-rule.ts";
import { transition } from "./transitions.ts";

export type CancellationPreview = {
  on: CalendarDate;
  refundPercent: number;
  administrationFee: number;
  netPaid: number;
  refund: number;
  kept: number;
};

function previewOn(booking: Booking, rule: EndingRule, on: CalendarDate): CancellationPreview {
  const paid = netPaid(booking);
  return { on, ...rule, netPaid: paid, ...refundAtEnding(rule, paid, booking.currency) };
}

/** A live booking may be cancelled until an admission is recorded. */
export const mayCancel = ({ status, admission }: Booking): boolean =>
  admission === null && transition(status, "cancelled_by_client") !== null;

/**
 * What a cancellation refunds and keeps today and, if the policy decides, on the first day of the next tier. `next` is
 * null from the cohort's first day on, and if the policy does not decide.
 */
export function cancellationPreview(
  booking: Booking,
  by: "client" | "operator",
  today: CalendarDate,
): { today: CancellationPreview; next: CancellationPreview | null } {
  const { startsOn, tiers } = booking.terms;
  const daysLeft = daysBetween(today, startsOn);
  const rule = endingRule(booking, by, today);
  if (rule === inFull) return { today: previewOn(booking, rule, today), next: null };
  const onDay = (on: CalendarDate) => previewOn(booking, policyOn(booking, on), on);
  if (daysLeft <= 0) return { today: onDay(today), next: null };
  const current = tiers.find(({ daysBefore }) => daysBefore <= daysLeft);
  const nextStart = addDays(startsOn, -Math.max(0, (current?.daysBefore ?? 0) - 1));
  return { today: onDay(today), next: onDay(nextStart) };
}
