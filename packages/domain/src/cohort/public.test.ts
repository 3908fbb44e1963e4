import { describe, expect, test } from "vitest";
import { cohort } from "../testing/retreat.ts";
import { cohortStatuses, isDraft, isPublic, publicStatuses } from "./index.ts";

describe("the cohorts that the public sees", () => {
  test("are all that have been opened; only admins see drafts", () => {
    const statuses = cohortStatuses.filter((status) => isPublic(cohort({ status })));

    expect(statuses).toEqual(["open", "closed", "cancelled", "completed"]);
    expect(cohortStatuses.filter((status) => isDraft(cohort({ status })))).toEqual(["draft"]);
    expect(isPublic(cohort({ status: "cancelled", terms: null }))).toBe(false);
  });

  test("can be filtered by status, but never include drafts", () => {
    expect(publicStatuses()).toEqual(["open", "closed", "cancelled", "completed"]);
    expect(publicStatuses("closed")).toEqual(["closed"]);
    expect(publicStatuses("draft")).toEqual([]);
  });
});
