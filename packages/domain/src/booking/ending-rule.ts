import { percentOf } from "../money/index.ts";
import { type CalendarDate, daysBetween } from "../time/index.ts";
import type { Booking, Ending } from "./booking.ts";

/** `refundPercent` of what was paid is refunded, less `administrationFee` (minor units). */
export type EndingRule = Pick<Ending, "refundPercent" | "administrationFee">;

/**
 * Splits `paid` into refund and kept amount, in minor units. The refund is `paid` x percent, rounded half up to the
 * currency's step, less the administration fee; at least 0 and at most `paid`.
 */
export function refundAtEnding({ refundPercent, administrationFee }: EndingRule, paid: number, currency: string) {
  const share = Math.min(paid, percentOf(paid, refundPercent, currency));
  const refund = Math.max(0, share - administrationFee);
  return { refund, kept: paid - refund };
}

/**
 * The cancellation policy's tier on a date, by calendar days in the cohort's time zone. Nothing is refunded from the
 * first day on.
 */
export function policyOn({ terms }: Booking, today: CalendarDate): EndingRule {
  const daysLeft = daysBetween(today, terms.startsOn);
  const tier = daysLeft > 0 ? terms.tiers.find(({ daysBefore }) => daysBefore <= daysLeft) : undefined;
  return { refundPercent: tier?.refundPercent ?? 0, administrationFee: terms.administrationFee };
}

export const inFull: EndingRule = { refundPercent: 100, administrationFee: 0 };

/**
 * The refund rule of an ending, by the party that ends the booking. The cancellation policy applies if the client or a
 * participant who does not pay cancels, and at non-payment; while the participant is `invited`, these refund in full. A
 * no-show is refunded by the policy as of the first day. Every other ending refunds in full.
 */
export function endingRule(booking: Booking, by: Ending["by"], today: CalendarDate): EndingRule {
  switch (by) {
    case "client":
    case "participant":
    case "non_payment":
      return booking.participation === "invited" ? inFull : policyOn(booking, today);
    case "no_show":
      return policyOn(booking, booking.terms.startsOn);
    case "operator":
    case "clearance_deadline":
    case "not_cleared":
    case "turned_away":
      return inFull;
  }
}
