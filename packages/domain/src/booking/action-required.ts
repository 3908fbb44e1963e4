import type { Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { type Due, type DueStatus, isAtRest } from "./due.ts";
import { nextChargeAt } from "./next-payment.ts";

/** `action_required` if a try of the due has failed and no retry is scheduled; else `scheduled`. */
const statusAtRest = (booking: Booking, due: Due, now: Instant): DueStatus =>
  due.tries !== undefined && nextChargeAt(booking, due, now) === null ? "action_required" : "scheduled";

/** The booking's dues. Each due at rest gets the status that its tries and the saved method imply. */
export const withActions = (booking: Booking, now: Instant): Due[] =>
  booking.dues.map((due) => (isAtRest(due) ? { ...due, status: statusAtRest(booking, due, now) } : due));
