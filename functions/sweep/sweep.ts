import { sweepCohort } from "@clearing/commands/cohort";
import { system } from "@clearing/commands/context";
import { progressBooking } from "@clearing/commands/progress";
import { removeBooking } from "@clearing/commands/removal";
import { billDues, completeBooking, lapseHold, remind, restClearance, tellLapse } from "@clearing/commands/sweep";
import type { Deps } from "@clearing/runtime/deps";
import { type DueWork, workOff } from "@clearing/runtime/due-work";
import { readFile } from "@clearing/store/booking-file";
import { readClearance } from "@clearing/store/clearance";
import type { Occasion } from "@clearing/store/occasion";
import type { Key } from "@clearing/store/read";

type Result = Awaited<ReturnType<DueWork["act"]>>;

/**
 * Works off what is due: lapsed holds, dues, clearance deadlines, completions, declines, cohorts that are over or whose
 * places still have to follow.
 */
export function sweep(deps: Deps): Promise<void> {
  const about = ({ pk }: Key) => pk.slice(pk.indexOf("#") + 1);
  return workOff(deps, [
    { kind: "BOOKING", act: (key) => sweepBooking(deps, about(key)) },
    { kind: "CLEARANCE", act: (key) => sweepClearance(deps, about(key)) },
    { kind: "COHORT", act: (key) => sweepCohort(deps.store, about(key), occasionOf(deps, "sweep:completion")) },
  ]);
}

const occasionOf = ({ clock }: Deps, action: string): Occasion => ({ actor: system, action, now: clock.now() });

async function sweepBooking(deps: Deps, bookingId: string): Promise<Result> {
  const { store, ids } = deps;
  const file = await readFile(store, bookingId);
  // Removed meanwhile: the index lags.
  if (file === null) return { ok: true };
  switch (file.booking.status) {
    case "held":
      return lapseHold(store, bookingId, occasionOf(deps, "sweep:hold"));
    case "awaiting_clearance": {
      const request = { bookingId, refundId: ids.next("ref") };
      const moved = await progressBooking(store, request, occasionOf(deps, "sweep:deadline"));
      if (!moved.ok) return moved;
      const reminded = await remind(store, bookingId, occasionOf(deps, "sweep:reminder"));
      return reminded.ok ? billDues(store, bookingId, occasionOf(deps, "sweep:dues")) : reminded;
    }
    case "confirmed": {
      const billed = await billDues(store, bookingId, occasionOf(deps, "sweep:dues"));
      return billed.ok ? completeBooking(store, bookingId, occasionOf(deps, "sweep:completion")) : billed;
    }
    case "expired":
    case "cancelled":
      return removeBooking(store, bookingId, occasionOf(deps, "remove"));
    case "completed":
      return billDues(store, bookingId, occasionOf(deps, "sweep:dues"));
    case "declined":
      return { ok: true };
  }
}

/** A clearance has changed, lapsed, or its `not_cleared` has run its hours: the booking follows, then the clearance rests. */
async function sweepClearance(deps: Deps, bookingId: string): Promise<Result> {
  const { store, ids } = deps;
  const clearance = await readClearance(store, bookingId);
  if (clearance === null || clearance.dueAt === null || clearance.dueAt > deps.clock.now()) return { ok: true };
  const told = await tellLapse(store, bookingId, occasionOf(deps, "sweep:lapse"));
  if (!told.ok) return told;
  const occasion = occasionOf(deps, "sweep:clearance");
  const moved = await progressBooking(store, { bookingId, refundId: ids.next("ref") }, occasion);
  return moved.ok ? restClearance(store, bookingId, occasion.now) : moved;
}
