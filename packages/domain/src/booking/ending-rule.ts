import { percentOf } from "../money/index.ts";
import { type CalendarDate, daysBetween } from "../time/index.ts";
import type { Booking, Ending } from "./booking.ts";

export type EndingRule = Pick<Ending, "refundPercent" | "administrationFee">;

/**
 * What an ending gives back of `netPaid`, and what it keeps: netPaid x percent, half up to the currency's step, less the
 * fee; never below zero, and never more than was paid.
 */
export function refundAtEnding({ refundPercent, administrationFee }: EndingRule, paid: number, currency: string) {
  const share = Math.min(paid, percentOf(paid, refundPercent, currency));
  const refund = Math.max(0, share - administrationFee);
  return { refund, kept: paid - refund };
}

/** The policy's tier on a date; from the first day on nothing is refunded. Calendar days in the cohort's zone. */
export function policyOn({ terms }: Booking, today: CalendarDate): EndingRule {
  const daysLeft = daysBetween(today, terms.startsOn);
  const tier = daysLeft > 0 ? terms.tiers.find(({ daysBefore }) => daysBefore <= daysLeft) : undefined;
  return { refundPercent: tier?.refundPercent ?? 0, administrationFee: terms.administrationFee };
}

export const inFull: EndingRule = { refundPercent: 100, administrationFee: 0 };

/**
 * Who ends a booking decides what it gives back: the client by the policy, and so does a client who does not pay; anybody
 * else everything. Until a participant
 * whom somebody else booked for has accepted, everything goes back; from then on their word is the client's.
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
