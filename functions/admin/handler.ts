import { httpHandler } from "@clearing/runtime/api";
import { depsFor } from "@clearing/runtime/deps";
import { auditBindings } from "./audit.ts";
import { cohortBindings } from "./cohorts.ts";
import { draftBindings } from "./drafts.ts";
import { programBindings } from "./programs.ts";
import { termsBindings } from "./terms.ts";

/** Routes of programs, cohorts, capacity, rosters and the audit log. */
export const bindings = [...programBindings, ...cohortBindings, ...termsBindings, ...draftBindings, ...auditBindings];

export const handler = httpHandler(depsFor({}), bindings);
