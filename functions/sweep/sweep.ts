import { system } from "@clearing/operations/context";
import type { Deps } from "@clearing/runtime/deps";
import { type Occasion, readClearance, readFile } from "@clearing/store/booking";
import { sweepCohort } from "@clearing/store/cohort";
import { progressBooking } from "@clearing/store/progress";
import { billDues, completeBooking, dueItems, lapseHold, settleClearanceDeadline } from "@clearing/store/sweep";

type Result = { ok: true } | { ok: false; reason: string };

/**
 * Works off what is due, earliest first: lapsed holds, dues, clearance deadlines, completions, declines, cohorts that
 * are over or whose places still have to follow. One item that fails does not keep the others; what is left is due
 * again next minute.
 */
export async function sweep(deps: Deps): Promise<void> {
  const now = deps.clock.now();
  const kinds = [
    ["BOOKING", sweepBooking],
    ["CLEARANCE", sweepClearance],
    ["COHORT", (d: Deps, id: string) => sweepCohort(d.store, id, occasionOf(d, "sweep:completion"))],
  ] as const;
  for (const [kind, act] of kinds) {
    for await (const { pk } of dueItems(deps.store, kind, now)) {
      const id = pk.slice(pk.indexOf("#") + 1);
      try {
        const result: Result = await act(deps, id);
        if (!result.ok) deps.log.warn("sweep left an item for later", { id, reason: result.reason });
      } catch (error) {
        deps.log.error("sweep failed on an item", error, { id });
        deps.log.metric("SweepFailures", 1, "Count");
      }
    }
  }
}

const occasionOf = ({ clock }: Deps, action: string): Occasion => ({ actor: system, action, now: clock.now() });

async function sweepBooking(deps: Deps, bookingId: string): Promise<Result> {
  const { store, ids } = deps;
  const file = await readFile(store, bookingId);
  if (file === null) return { ok: false, reason: "not_found" };
  switch (file.booking.status) {
    case "held":
      return lapseHold(store, bookingId, occasionOf(deps, "sweep:hold"));
    case "awaiting_clearance": {
      const request = { bookingId, refundId: ids.next("ref") };
      const moved = await progressBooking(store, request, occasionOf(deps, "sweep:deadline"));
      return moved.ok ? billDues(store, bookingId, occasionOf(deps, "sweep:dues")) : moved;
    }
    case "confirmed": {
      const billed = await billDues(store, bookingId, occasionOf(deps, "sweep:dues"));
      return billed.ok ? completeBooking(store, bookingId, occasionOf(deps, "sweep:completion")) : billed;
    }
    case "completed":
    case "expired":
    case "declined":
    case "cancelled":
      return { ok: true };
  }
}

/** A clearance has lapsed, or the hours of a `not_cleared` have passed: the booking follows, then the clearance rests. */
async function sweepClearance(deps: Deps, bookingId: string): Promise<Result> {
  const { store, ids } = deps;
  const clearance = await readClearance(store, bookingId);
  if (clearance === null || clearance.dueAt === null || clearance.dueAt > deps.clock.now()) return { ok: true };
  const occasion = occasionOf(deps, "sweep:clearance");
  const result = await progressBooking(store, { bookingId, refundId: ids.next("ref") }, occasion);
  if (!result.ok) return result;
  await settleClearanceDeadline(store, bookingId, clearance);
  return { ok: true };
}
