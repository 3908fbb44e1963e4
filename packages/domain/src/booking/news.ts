import type { Instant } from "../time/index.ts";
import { type Booking, mayOwe } from "./booking.ts";
import { canBeCleared, invitedUntil, takesPartStill } from "./outlook.ts";
import { type Refund, refundStatus } from "./refund.ts";
import { balance } from "./standing.ts";

/** Whether nothing has been paid on the booking. */
export const isUnpaid = ({ paid }: Booking): boolean => paid === 0;

/** Whether the participant has not answered the invitation. */
export const isInvited = ({ participation }: Booking): boolean => participation === "invited";

/** Whether the participant takes part: accepted the invitation, or booked for themselves. */
export const isAccepted = ({ participation }: Booking): boolean => participation === "accepted";

/** Whether a participant who does not take part had accepted before. */
export const hasWithdrawn = ({ participation, acceptance }: Booking): boolean =>
  participation === "declined" && acceptance !== null;

/**
 * The current participation, if it still equals `told` (an event's value) and a mail should report it; else null. A
 * mail reports an invitation while it can be answered, an acceptance while the booking is live, and a refusal always.
 */
export function invitationNews(booking: Booking, told: unknown, now: Instant): Booking["participation"] | null {
  const { participation } = booking;
  if (told !== participation) return null;
  switch (participation) {
    case "invited":
      return invitedUntil(booking, now) === null ? null : participation;
    case "accepted":
      return takesPartStill(booking) ? participation : null;
    case "declined":
      return participation;
  }
}

/**
 * The state of automatic collection, if it still equals `told`, an event's value; else null. Null on a booking that
 * ended early. `owes`: something is left to pay. `isUnderWay`: a debit is at the bank already.
 */
export function autopayNews(
  booking: Booking,
  told: unknown,
): { isOn: boolean; owes: boolean; isUnderWay: boolean } | null {
  if (told !== booking.autopay || !mayOwe(booking)) return null;
  const isUnderWay = booking.dues.some(({ status }) => status === "processing");
  return { isOn: booking.autopay, owes: balance(booking) > 0, isUnderWay };
}

/** Whether a clearance event reports a lapse, the only clearance change that is mailed. */
export const isLapse = (told: unknown): boolean => told === "lapsed";

/**
 * Whether a clearance event reports a lapse that the participant can still act on: the booking was never confirmed, and
 * can still be cleared.
 */
export const isToBeRenewed = (booking: Booking, told: unknown, now: Instant): boolean =>
  isLapse(told) && booking.confirmedAt === null && canBeCleared(booking, now);

/**
 * How far a refund is: on its way, sent, or owed after it failed. A refund that could not be read counts as on its way.
 */
export function refundNews(refund: Refund | null): "under_way" | "sent" | "owed" {
  switch (refund === null ? "approved" : refundStatus(refund)) {
    case "approved":
    case "pending":
      return "under_way";
    case "succeeded":
      return "sent";
    case "failed":
    case "refused":
      return "owed";
  }
}

/**
 * Whether a refund part of this amount has succeeded and was not returned by the bank. A refund that could not be read
 * counts as arrived.
 */
export const hasArrived = (refund: Refund | null, amount: unknown): boolean =>
  refund === null || refund.parts.some((part) => part.status === "succeeded" && part.amount === amount);

/** How an ending's mail words the refund, from the event's amounts in minor units. */
export function endingNews({
  refund,
  kept,
}: {
  refund: number;
  kept: number;
}): "in_full" | "in_part" | "nothing" | "none_due" {
  if (refund > 0) return kept === 0 ? "in_full" : "in_part";
  return kept === 0 ? "nothing" : "none_due";
}
