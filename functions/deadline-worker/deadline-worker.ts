import { workOnBooking, workOnClearance, workOnCohort } from "@clearing/commands/deadlines";
import type { Deps } from "@clearing/runtime/deps";
import type { WorkByKind } from "@clearing/runtime/worker-handler";
import type { Key } from "@clearing/store/read";

const idIn = ({ pk }: Key): string => pk.slice(pk.indexOf("#") + 1);

/** The work on bookings, clearances and cohorts whose deadline was reached. */
export const deadlineWorks: WorkByKind<"deadline-worker", Deps> = {
  BOOKING: (key, deps) => workOnBooking(deps, idIn(key)),
  CLEARANCE: (key, deps) => workOnClearance(deps, idIn(key)),
  COHORT: (key, deps) => workOnCohort(deps, idIn(key)),
};
