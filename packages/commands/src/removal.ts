import { type Booking, decideRemoval, removalAt } from "@clearing/domain/booking";
import type { ActionContext } from "@clearing/store/action-context";
import { bookingUnchanged } from "@clearing/store/booking";
import { readFile } from "@clearing/store/booking-file";
import { commit, untilFresh } from "@clearing/store/commit";
import { bookingRests, type Removed, readRemovals, removalWrites } from "@clearing/store/removed";
import type { Store } from "@clearing/store/store";

type Result = { ok: true } | { ok: false; reason: "session_open" | "conflict" };

/** How many children one transaction removes; each has at most two return names. */
const childrenAtOnce = 20;

/**
 * Removes a hold that ended unpaid and whose removal date has come, with its agreements, attempts and quote. Its audit
 * chain stays, with a last record and a head that names no person. A hold that is kept for good loses its deadline.
 * Refuses `session_open` while the outcome of a session is unknown.
 */
export function removeBooking(store: Store, bookingId: string, occasion: ActionContext): Promise<Result> {
  return untilFresh<Result>(store, async () => {
    const file = await readFile(store, bookingId);
    const due = file && removalAt(file.booking);
    if (file === null || due === null || due > occasion.now) return { ok: true };
    const { booking, clearance } = file;
    const { attempts, moved, removals } = await readRemovals(store, bookingId);
    switch (decideRemoval({ attempts, moved, isEvaluated: clearance !== null })) {
      case "wait":
        return { ok: false, reason: "session_open" };
      case "keep":
        return commit(store, [bookingRests(store, booking)]);
      case "remove":
        return remove(store, booking, removals, occasion);
    }
  });
}

/**
 * Removes the children first, in slices, each on the condition that the booking is unchanged. The booking goes last, so
 * a crash is resumed.
 */
async function remove(store: Store, booking: Booking, children: Removed[][], occasion: ActionContext) {
  let left = children;
  for (; left.length > childrenAtOnce; left = left.slice(childrenAtOnce)) {
    const slice = left.slice(0, childrenAtOnce).flat();
    const result = await commit(store, [bookingUnchanged(store, booking), ...slice]);
    if (!result.ok) return result;
  }
  return commit(store, [...removalWrites(store, booking, occasion), ...left.flat()]);
}
