import { type Cohort, opens } from "@clearing/domain/cohort";
import type { Program } from "@clearing/domain/program";
import type { Guarded } from "./commit.ts";
import { keys } from "./keys.ts";
import type { Store } from "./store.ts";
import { isVersion } from "./version.ts";

/**
 * Which cohorts of a program are open stands on an item beside it, written with each cohort's status: so a program is
 * retired, or a cohort of it opened, by DynamoDB's own conditions, and no index is asked that lags.
 */
type CohortChange = { before: Cohort; after: Cohort; program: Program };

/** `program` is the version that was read: a change of it in the same moment is in the terms whole, or not at all. */
export function openWrites(store: Store, { before, after, program }: CohortChange): Guarded<"stale">[] {
  const isOpened = opens(before, after);
  const takesTerms = after.terms?.version !== before.terms?.version;
  const leaves = before.status === "open" && after.status !== "open";
  return [
    ...(isOpened || takesTerms ? [checkProgram(store, program)] : []),
    ...(isOpened ? [listWrite(store, "ADD", after)] : []),
    ...(leaves ? [listWrite(store, "DELETE", after)] : []),
  ];
}

const listWrite = (store: Store, change: "ADD" | "DELETE", { id, programId }: Cohort): Guarded<never> => ({
  write: {
    Update: {
      TableName: store.tables.core,
      Key: keys.openCohorts(programId),
      UpdateExpression: `${change} cohorts :cohort`,
      ExpressionAttributeValues: { ":cohort": new Set([id]) },
    },
  },
});

/** The program is still the version that was read: so are its status and its terms. */
const checkProgram = (store: Store, { id, version }: Program): Guarded<"stale"> => ({
  write: { ConditionCheck: { TableName: store.tables.core, Key: keys.program(id), ...isVersion(version) } },
  refusal: "stale",
});

/** No cohort of the program is open; a set that has lost its last member is gone. */
export const checkNoneOpen = (store: Store, programId: string): Guarded<"cohort_open"> => ({
  write: {
    ConditionCheck: {
      TableName: store.tables.core,
      Key: keys.openCohorts(programId),
      ConditionExpression: "attribute_not_exists(cohorts)",
    },
  },
  refusal: "cohort_open",
});
