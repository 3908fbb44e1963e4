import {
  type Booking,
  type BookingChange,
  confirm,
  type Ending,
  endBooking,
  nextStep,
  unconfirm,
} from "@clearing/domain/booking";
import { Failure } from "@clearing/domain/failure";
import type { ActionContext } from "@clearing/store/action-context";
import { bookingWrites } from "@clearing/store/booking";
import { readFile } from "@clearing/store/booking-file";
import { clearanceUnchanged } from "@clearing/store/clearance";
import { commit, type Guarded, untilFresh } from "@clearing/store/commit";
import { confirmationWrites } from "@clearing/store/confirmation";
import type { Store } from "@clearing/store/store";
import { endingWrites } from "./end-early.ts";

/** `steps`: the steps that were done, in order; empty if the facts ask for none. */
export type ProgressResult =
  | { ok: true; booking: Booking; steps: Exclude<NextStep, "none">[] }
  | { ok: false; reason: "not_found" | "conflict" };

/**
 * Advances a booking until its facts ask for no further step: confirms or unconfirms it, declines it after its hours,
 * or cancels it after its clearance deadline. Called whenever one of the facts arrives, and by the sweep; a repeated
 * call changes nothing.
 */
export async function progressBooking(
  store: Store,
  request: { bookingId: string; refundId: string },
  occasion: ActionContext,
): Promise<ProgressResult> {
  const steps: Exclude<NextStep, "none">[] = [];
  for (;;) {
    const step = await untilFresh<Step>(store, () => progressOnce(store, request, occasion));
    if (!step.ok) return step;
    if (step.did !== "none") steps.push(step.did);
    if (!step.goesOn) return { ok: true, booking: step.booking, steps };
  }
}

/** `goesOn`: the booking after this step asks for another step. */
type NextStep = ReturnType<typeof nextStep>;
type Step =
  | { ok: true; booking: Booking; did: NextStep; goesOn: boolean }
  | { ok: false; reason: "not_found" | "conflict" };

/**
 * Does one step. A step that unconfirms or ends a booking commits only if its clearance has not changed since the read.
 */
async function progressOnce(
  store: Store,
  { bookingId, refundId }: { bookingId: string; refundId: string },
  occasion: ActionContext,
): Promise<Step | { ok: false; reason: "stale" }> {
  const file = await readFile(store, bookingId);
  if (file === null) return { ok: false, reason: "not_found" };
  const { booking, clearance } = file;
  const unchanged = clearanceUnchanged(store, bookingId, clearance);
  const did = nextStep(booking, clearance, occasion.now);
  switch (did) {
    case "none":
      return { ok: true, booking, did, goesOn: false };
    case "confirm": {
      const change = confirm(booking, occasion.now);
      return moved(change, confirmationWrites(store, booking, change, occasion));
    }
    case "unconfirm": {
      const change = unconfirm(booking, occasion.now);
      return moved(change, [...bookingWrites(store, booking, change, occasion), unchanged]);
    }
    case "decline":
      return ended("not_cleared");
    case "miss_deadline":
      return ended("clearance_deadline");
  }

  async function ended(by: Ending["by"]) {
    const decision = endBooking(booking, by, { refundId, requestedBy: occasion.actor.sub }, occasion.now);
    if (!decision.ok)
      throw new Failure("ending of the next step was refused", { bookingId, kind: by, reason: decision.reason });
    return moved(decision, [...(await endingWrites(store, booking, decision, by, occasion)), unchanged]);
  }

  function moved({ booking: after }: BookingChange, writes: Guarded<"stale">[]) {
    const goesOn = nextStep(after, clearance, occasion.now) !== "none";
    return commit(store, writes, { ok: true, booking: after, did, goesOn } as const);
  }
}
