import { type Booking, isToCancel } from "@clearing/domain/booking";
import type { ActionContext } from "@clearing/store/action-context";
import { readBooking } from "@clearing/store/booking";
import { readClearance } from "@clearing/store/clearance";
import { sweepCohort } from "./cohort.ts";
import { beginToCollect } from "./collect.ts";
import { endEarly } from "./end-early.ts";
import { progressBooking } from "./progress.ts";
import { removeBooking } from "./removal.ts";
import { type Services, system } from "./services.ts";
import {
  billDues,
  chargeLateDues,
  completeBooking,
  lapseHold,
  notifyOfDebits,
  notifyOfDues,
  openTasks,
  remind,
  restClearance,
  type Step,
  type StepResult,
  tellLapse,
} from "./sweep.ts";

type Parts = Pick<Services, "store" | "ids" | "clock">;
type Result = { ok: true } | { ok: false; reason: string };

const occasionOf = ({ clock }: Parts, action: string): ActionContext => ({ actor: system, action, now: clock.now() });

/**
 * Works on a booking whose deadline was reached, by status: lapses the hold, bills dues, confirms, declines or cancels,
 * completes, or removes it.
 */
export async function workOnBooking(parts: Parts, bookingId: string): Promise<Result> {
  const { store, ids } = parts;
  const booking = await readBooking(store, bookingId);
  // Removed in the meantime: the index lags.
  if (booking === null) return { ok: true };
  switch (booking.status) {
    case "held":
      return lapseHold(store, bookingId, occasionOf(parts, "sweep:hold"));
    case "awaiting_clearance": {
      const request = { bookingId, refundId: ids.next("ref") };
      const moved = await progressBooking(store, request, occasionOf(parts, "sweep:deadline"));
      if (!moved.ok) return moved;
      const reminded = await remind(store, bookingId, occasionOf(parts, "sweep:reminder"));
      return reminded.ok ? workOnDues(parts, reminded.booking) : reminded;
    }
    case "confirmed": {
      const worked = await workOnDues(parts, booking);
      if (!worked.ok) return worked;
      return completeBooking(store, bookingId, occasionOf(parts, "sweep:completion"), worked.booking);
    }
    case "expired":
    case "cancelled":
      return removeBooking(store, bookingId, occasionOf(parts, "remove"));
    case "completed":
      return workOnDues(parts, booking);
    case "declined":
      return { ok: true };
  }
}

/**
 * The work on a booking's dues, in order: bill, announce debits, collect, send notices, add late charges, open tasks,
 * and finally cancel for non-payment. Payments under way are waited for. Each step continues with the booking that the
 * step before has written; a concurrent writer also writes the next deadline.
 */
async function workOnDues(parts: Parts, seen: Booking): Promise<StepResult> {
  const { store, ids } = parts;
  const steps: [action: string, step: Step][] = [
    ["sweep:debit_notices", notifyOfDebits],
    ["sweep:collection", beginToCollect(ids)],
    ["sweep:notices", notifyOfDues],
    ["sweep:late_charge", chargeLateDues(ids)],
    ["sweep:tasks", openTasks],
    ["sweep:non_payment", cancelUnpaid(ids)],
  ];
  let done = await billDues(store, seen.id, occasionOf(parts, "sweep:dues"), seen);
  for (const [action, step] of steps) {
    if (!done.ok) return done;
    done = await step(store, seen.id, occasionOf(parts, action), done.booking);
  }
  return done;
}

const cancelUnpaid =
  (ids: Services["ids"]): Step =>
  async (store, bookingId, occasion, seen) =>
    seen === undefined || isToCancel(seen, occasion.now)
      ? endEarly(store, { bookingId, by: "non_payment", refundId: ids.next("ref"), isToEnd: isToCancel }, occasion)
      : { ok: true, booking: seen };

/**
 * Works on a clearance whose deadline was reached: announces its lapse, updates the booking (also after the hours of
 * `not_cleared`), and sets the clearance's next deadline.
 */
export async function workOnClearance(parts: Parts, bookingId: string): Promise<Result> {
  const { store, ids, clock } = parts;
  const clearance = await readClearance(store, bookingId);
  if (clearance === null || clearance.dueAt === null || clearance.dueAt > clock.now()) return { ok: true };
  const told = await tellLapse(store, bookingId, occasionOf(parts, "sweep:lapse"));
  if (!told.ok) return told;
  const occasion = occasionOf(parts, "sweep:clearance");
  const moved = await progressBooking(store, { bookingId, refundId: ids.next("ref") }, occasion);
  return moved.ok ? restClearance(store, bookingId, occasion.now) : moved;
}

/** Completes a cohort that is over, or updates its places. */
export const workOnCohort = (parts: Parts, cohortId: string): Promise<Result> =>
  sweepCohort(parts.store, cohortId, occasionOf(parts, "sweep:completion"));
