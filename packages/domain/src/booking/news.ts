import type { Instant } from "../time/index.ts";
import { type Booking, mayOwe } from "./booking.ts";
import { canBeCleared, invitedUntil, takesPartStill } from "./outlook.ts";
import { type Refund, refundStatus } from "./refund.ts";
import { balance } from "./standing.ts";

/** Nothing was paid on it so far. */
export const isUnpaid = ({ paid }: Booking): boolean => paid === 0;

/** The participant has not answered the invitation. */
export const isInvited = ({ participation }: Booking): boolean => participation === "invited";

/** The participant takes part: they accepted, or booked for themselves. */
export const isAccepted = ({ participation }: Booking): boolean => participation === "accepted";

/**
 * What there is to tell of an invitation, if `told`, which an event says of it, is still how it stands: the invitation
 * while it can be answered, an acceptance while the booking is live, a refusal for good.
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
 * What there is to tell of automatic collection, if `told`, which an event says of it, is still how it stands; null on a
 * booking that has ended. `owes`: something is left to pay. `isUnderWay`: a debit is at the bank already.
 */
export function autopayNews(
  booking: Booking,
  told: unknown,
): { isOn: boolean; owes: boolean; isUnderWay: boolean } | null {
  if (told !== booking.autopay || !mayOwe(booking)) return null;
  const isUnderWay = booking.dues.some(({ status }) => status === "processing");
  return { isOn: booking.autopay, owes: balance(booking) > 0, isUnderWay };
}

/** What an event of a clearance has to say to anybody: that it has lapsed, and nothing else. */
export const isLapse = (told: unknown): boolean => told === "lapsed";

/** A clearance has lapsed, by what its event says, on a booking that was never confirmed and can still be cleared. */
export const isToBeRenewed = (booking: Booking, told: unknown, now: Instant): boolean =>
  isLapse(told) && booking.confirmedAt === null && canBeCleared(booking, now);

/** How far a refund is by now: on its way, sent, or owed since it could not be sent. One that is not read is on its way. */
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

/** The bank has not returned the part of a refund of this amount; of a refund that is not read that is believed. */
export const hasArrived = (refund: Refund | null, amount: unknown): boolean =>
  refund === null || refund.parts.some((part) => part.status === "succeeded" && part.amount === amount);

/** What an ending gives back, in minor units of what it says. */
export function endingNews({
  refund,
  kept,
}: {
  refund: number;
  kept: unknown;
}): "returned" | "nothing_paid" | "none_due" {
  if (refund > 0) return "returned";
  return kept === 0 ? "nothing_paid" : "none_due";
}
