import { describe, expect, test } from "vitest";
import { cohort } from "../testing/retreat.ts";
import { cohortStatuses, isDraft, isPublic, publicStatuses } from "./index.ts";

describe("what the public sees of cohorts", () => {
  test("is every one that was opened; a draft is for admins alone", () => {
    const statuses = cohortStatuses.filter((status) => isPublic(cohort({ status })));

    expect(statuses).toEqual(["open", "closed", "cancelled", "completed"]);
    expect(cohortStatuses.filter((status) => isDraft(cohort({ status })))).toEqual(["draft"]);
    expect(isPublic(cohort({ status: "cancelled", terms: null }))).toBe(false);
  });

  test("is narrowed to a status that is asked for, and never to drafts", () => {
    expect(publicStatuses()).toEqual(["open", "closed", "cancelled", "completed"]);
    expect(publicStatuses("closed")).toEqual(["closed"]);
    expect(publicStatuses("draft")).toEqual([]);
  });
});
