import type { Place } from "../cohort/index.ts";
import type { Instant } from "../time/index.ts";
import { agreementSigned, type Booking } from "./booking.ts";

/** Late money may bring a booking back while its agreement is signed and its cohort is still sold, as far as it knows. */
export const mayRevive = (booking: Booking, now: Instant): boolean =>
  agreementSigned(booking) && booking.terms.clearanceDeadline > now;

/** Its agreement is of certain dates: a booking comes back on no place of a cohort that was given others since. */
export const mayReviveOn = ({ terms }: Booking, { datesVersion }: Pick<Place, "datesVersion">): boolean =>
  datesVersion === terms.datesVersion;
