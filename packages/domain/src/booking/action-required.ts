import type { Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { type Due, type DueStatus, isAtRest } from "./due.ts";
import { nextTryAt } from "./next-try.ts";

/** Whether its client has to act: a try has failed, and no other one comes by itself. */
const statusAtRest = (booking: Booking, due: Due, now: Instant): DueStatus =>
  due.tries !== undefined && nextTryAt(booking, due, now) === null ? "action_required" : "scheduled";

/** The dues of a booking, each that is at rest as its tries and the saved method have it. */
export const withActions = (booking: Booking, now: Instant): Due[] =>
  booking.dues.map((due) => (isAtRest(due) ? { ...due, status: statusAtRest(booking, due, now) } : due));
