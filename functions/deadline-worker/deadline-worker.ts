import { workOnBooking, workOnClearance, workOnCohort } from "@clearing/commands/deadlines";
import type { Deps } from "@clearing/runtime/deps";
import type { WorkByKind } from "@clearing/runtime/worker-handler";
import type { Key } from "@clearing/store/read";

const idIn = ({ pk }: Key): string => pk.slice(pk.indexOf("#") + 1);

/** Does what is due of bookings, clearances and cohorts. */
export const deadlineWorks: WorkByKind<"deadline-worker", Deps> = {
  BOOKING: (key, deps) => workOnBooking(deps, idIn(key)),
  CLEARANCE: (key, deps) => workOnClearance(deps, idIn(key)),
  COHORT: (key, deps) => workOnCohort(deps, idIn(key)),
};
