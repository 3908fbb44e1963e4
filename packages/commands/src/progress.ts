import { type Booking, confirm, progress, unconfirm } from "@clearing/domain/booking";
import { bookingWrites, type Occasion, readFile } from "@clearing/store/booking";
import { clearanceUnchanged } from "@clearing/store/clearance";
import { type CommitResult, commit, untilFresh } from "@clearing/store/commit";
import { confirmationWrites } from "@clearing/store/confirmation";
import type { Store } from "@clearing/store/store";
import { type Ended, endOnce } from "./end-early.ts";

export type ProgressResult = { ok: true; booking: Booking } | { ok: false; reason: "not_found" | "conflict" };

/**
 * Does what a booking's facts now ask for, until they ask for nothing: confirms it, takes a confirmation back, declines
 * it after its hours, cancels it after its clearance deadline. Called whenever one of the facts arrives, and by the
 * sweep; calling it once more changes nothing.
 */
export async function progressBooking(
  store: Store,
  request: { bookingId: string; refundId: string },
  occasion: Occasion,
): Promise<ProgressResult> {
  for (;;) {
    const step = await untilFresh<Step>(store, () => progressOnce(store, request, occasion));
    if (!step.ok) return step;
    if (!step.moved) return { ok: true, booking: step.booking };
  }
}

type Step = { ok: true; booking: Booking; moved: boolean } | { ok: false; reason: "not_found" | "conflict" };

/** One step. What takes something away does so only on the clearance that was read: a newer one is looked at first. */
async function progressOnce(
  store: Store,
  { bookingId, refundId }: { bookingId: string; refundId: string },
  occasion: Occasion,
): Promise<Step | { ok: false; reason: "stale" }> {
  const file = await readFile(store, bookingId);
  if (file === null) return { ok: false, reason: "not_found" };
  const { booking, clearance } = file;
  const unchanged = clearanceUnchanged(store, bookingId, clearance);
  switch (progress(booking, clearance, occasion.now)) {
    case "none":
      return { ok: true, booking, moved: false };
    case "confirm": {
      const change = confirm(booking, occasion.now);
      return moved(change.booking, await commit(store, confirmationWrites(store, booking, change, occasion)));
    }
    case "unconfirm": {
      const change = unconfirm(booking, occasion.now);
      const writes = [...bookingWrites(store, booking, change, occasion), unchanged];
      return moved(change.booking, await commit(store, writes));
    }
    case "decline":
      return ended(await endOnce(store, booking, { by: "not_cleared", refundId }, occasion, [unchanged]));
    case "miss_deadline":
      return ended(await endOnce(store, booking, { by: "clearance_deadline", refundId }, occasion, [unchanged]));
  }
}

function moved(booking: Booking, result: CommitResult<string>): Step | { ok: false; reason: "stale" } {
  if (result.ok) return { ok: true, booking, moved: true };
  return { ok: false, reason: result.reason === "conflict" ? "conflict" : "stale" };
}

const ended = (result: Ended): Step | { ok: false; reason: "stale" } =>
  result.ok
    ? moved(result.booking, result)
    : { ok: false, reason: result.reason === "conflict" ? "conflict" : "stale" };
