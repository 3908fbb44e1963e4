import { type Cohort, opens } from "@clearing/domain/cohort";
import type { Program } from "@clearing/domain/program";
import type { Guarded } from "./commit.ts";
import { keys } from "./keys.ts";
import type { Store } from "./store.ts";
import { isVersion } from "./version.ts";

/**
 * A cohort's change. An item beside the program holds the set of its open cohorts and is written with each cohort's
 * status. DynamoDB's conditions on it decide whether a program may be retired or a cohort opened; an index would lag.
 */
type CohortChange = { before: Cohort; after: Cohort; program: Program };

/**
 * The writes for a cohort that opens, takes new terms, or is no longer open. `program` is the version that was read: a
 * concurrent change of the program is in the terms completely or not at all (`stale`).
 */
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

/** Checks that the program still has the version that was read, and so its status and terms. */
const checkProgram = (store: Store, { id, version }: Program): Guarded<"stale"> => ({
  write: { ConditionCheck: { TableName: store.tables.core, Key: keys.program(id), ...isVersion(version) } },
  refusal: "stale",
});

/** Checks that no cohort of the program is open. DynamoDB removes a set attribute with its last member. */
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
