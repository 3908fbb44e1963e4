import {
  type Attention,
  attentionTo,
  type Clearance,
  type ClearanceStatus,
  clearanceSummary,
  missing,
} from "../screening/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { type Booking, mayBeEvaluated } from "./booking.ts";
import { isStaffOn, type Person } from "./relation.ts";

/**
 * Why a clinician may not act on a booking's clearance; null if they may. `own_booking`: the clinician pays for it or
 * takes part in it, and is a client there. `not_accepted`: the participant has not accepted the invitation yet.
 */
export function evaluationRefusal(
  clinician: Person,
  booking: Booking,
): { ok: false; reason: "own_booking" | "not_accepted" | "invalid_transition" } | null {
  if (!isStaffOn(clinician, booking)) return { ok: false, reason: "own_booking" };
  if (mayBeEvaluated(booking)) return null;
  return { ok: false, reason: booking.participation === "invited" ? "not_accepted" : "invalid_transition" };
}

/** Filters of the screening queue; an undefined filter matches everything. */
export type QueueFilter = { status?: ClearanceStatus | undefined; attention?: Attention | undefined };

/**
 * Whether a clinician sees a booking in the queue: it can be evaluated now, and the clinician neither pays nor takes
 * part.
 */
export function isQueued(
  { booking, clearance }: { booking: Booking; clearance: Clearance | null },
  clinician: Person,
  { status, attention }: QueueFilter,
  now: Instant,
): boolean {
  if (!mayBeEvaluated(booking) || !isStaffOn(clinician, booking)) return false;
  const { timeZone, endsOn } = booking.terms;
  const asked = attentionTo(missing(clearance, endsOn), booking.clearanceDueAt, now);
  return (
    (status === undefined || clearanceSummary(clearance, dateIn(timeZone, now)).status === status) &&
    (attention === undefined || asked === attention)
  );
}
