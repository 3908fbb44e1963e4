import { isToCancel } from "@clearing/domain/booking";
import { readFile } from "@clearing/store/booking-file";
import { readClearance } from "@clearing/store/clearance";
import type { Occasion } from "@clearing/store/occasion";
import { sweepCohort } from "./cohort.ts";
import { beginToCollect } from "./collect.ts";
import { type Context, system } from "./context.ts";
import { endEarly } from "./end-early.ts";
import { progressBooking } from "./progress.ts";
import { removeBooking } from "./removal.ts";
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
  tellLapse,
} from "./sweep.ts";

type Parts = Pick<Context, "store" | "ids" | "clock">;
type Result = { ok: true } | { ok: false; reason: string };

const occasionOf = ({ clock }: Parts, action: string): Occasion => ({ actor: system, action, now: clock.now() });

/** A booking's deadline has come: its hold lapses, its dues are billed, it is declined, completed or removed. */
export async function workOnBooking(parts: Parts, bookingId: string): Promise<Result> {
  const { store, ids } = parts;
  const file = await readFile(store, bookingId);
  // Removed meanwhile: the index lags.
  if (file === null) return { ok: true };
  switch (file.booking.status) {
    case "held":
      return lapseHold(store, bookingId, occasionOf(parts, "sweep:hold"));
    case "awaiting_clearance": {
      const request = { bookingId, refundId: ids.next("ref") };
      const moved = await progressBooking(store, request, occasionOf(parts, "sweep:deadline"));
      if (!moved.ok) return moved;
      const reminded = await remind(store, bookingId, occasionOf(parts, "sweep:reminder"));
      return reminded.ok ? workOnDues(parts, bookingId) : reminded;
    }
    case "confirmed": {
      const billed = await workOnDues(parts, bookingId);
      return billed.ok ? completeBooking(store, bookingId, occasionOf(parts, "sweep:completion")) : billed;
    }
    case "expired":
    case "cancelled":
      return removeBooking(store, bookingId, occasionOf(parts, "remove"));
    case "completed":
      return workOnDues(parts, bookingId);
    case "declined":
      return { ok: true };
  }
}

/**
 * What is asked for of a booking's dues, in its order: they are billed and collected, their client is written to, charged
 * for being late, and in the end the booking is cancelled. What is under way is waited for.
 */
async function workOnDues(parts: Parts, bookingId: string): Promise<Result> {
  const { store, ids } = parts;
  const steps: ((occasion: (action: string) => Occasion) => Promise<Result>)[] = [
    (at) => billDues(store, bookingId, at("sweep:dues")),
    (at) => notifyOfDebits(store, bookingId, at("sweep:debit_notices")),
    (at) => beginToCollect(parts, bookingId, at("sweep:collection")),
    (at) => notifyOfDues(store, bookingId, at("sweep:notices")),
    (at) => chargeLateDues(parts, bookingId, at("sweep:late_charge")),
    (at) => openTasks(store, bookingId, at("sweep:tasks")),
    (at) =>
      endEarly(
        store,
        { bookingId, by: "non_payment", refundId: ids.next("ref"), isToEnd: isToCancel },
        at("sweep:non_payment"),
      ),
  ];
  for (const step of steps) {
    const done = await step((action) => occasionOf(parts, action));
    if (!done.ok) return done;
  }
  return { ok: true };
}

/** A clearance has changed, lapsed, or its `not_cleared` has run its hours: the booking follows, then the clearance rests. */
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

/** A cohort is over, or its places still have to follow it. */
export const workOnCohort = (parts: Parts, cohortId: string): Promise<Result> =>
  sweepCohort(parts.store, cohortId, occasionOf(parts, "sweep:completion"));
