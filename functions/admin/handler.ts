import { httpHandler } from "@clearing/runtime/api";
import { depsFor } from "@clearing/runtime/deps";
import { auditBindings } from "./audit.ts";
import { cohortBindings } from "./cohorts.ts";
import { draftBindings } from "./drafts.ts";
import { programBindings } from "./programs.ts";
import { termsBindings } from "./terms.ts";

/** Programs, cohorts, capacity, rosters, the audit log. */
export const handler = httpHandler(depsFor({}), [
  ...programBindings,
  ...cohortBindings,
  ...termsBindings,
  ...draftBindings,
  ...auditBindings,
]);
