import type { Cohort } from "@clearing/domain/cohort";
import type { Guarded } from "./commit.ts";
import { keys } from "./keys.ts";
import type { Store } from "./store.ts";

/**
 * Which cohorts of a program are open stands on an item beside it, written with each cohort's status: so a program is
 * retired, or a cohort of it opened, by DynamoDB's own conditions, and no index is asked that lags.
 */
export function openWrites(store: Store, before: Cohort, after: Cohort): Guarded<"not_published">[] {
  const opens = before.status !== "open" && after.status === "open";
  const leaves = before.status === "open" && after.status !== "open";
  if (opens) return [checkPublished(store, after.programId), listWrite(store, "ADD", after)];
  return leaves ? [listWrite(store, "DELETE", after)] : [];
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

const checkPublished = (store: Store, programId: string): Guarded<"not_published"> => ({
  write: {
    ConditionCheck: {
      TableName: store.tables.core,
      Key: keys.program(programId),
      ConditionExpression: "#status = :published",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":published": "published" },
    },
  },
  refusal: "not_published",
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
