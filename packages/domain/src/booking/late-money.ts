import type { Place } from "../cohort/index.ts";
import type { Instant } from "../time/index.ts";
import { agreementSigned, type Booking } from "./booking.ts";

/**
 * Whether a late payment may revive an expired booking: its agreement is signed and its clearance deadline, which ends
 * the sale, has not passed.
 */
export const mayRevive = (booking: Booking, now: Instant): boolean =>
  agreementSigned(booking) && booking.terms.clearanceDeadline > now;

/** A booking is revived only on a place with the dates that its agreement names. */
export const mayReviveOn = ({ terms }: Booking, { datesVersion }: Pick<Place, "datesVersion">): boolean =>
  datesVersion === terms.datesVersion;
