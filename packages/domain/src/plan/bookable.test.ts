import { describe, expect, test } from "vitest";
import { takeTerms } from "../cohort/index.ts";
import { defaultCreditRules } from "../credit/index.ts";
import { cohort, program, quoted } from "../testing/retreat.ts";
import { asBookable, comparePlans, notBookable } from "./index.ts";

const on = takeTerms(
  cohort({ startsOn: "2027-12-06" }),
  program({
    plans: [
      { kind: "full" },
      { kind: "installments", months: 6 },
      { kind: "financed", months: 24, annualRate: "9.9900" },
    ],
    taxes: [{ id: "state", label: "State tax", rate: "6.8750", appliesTo: ["place"] }],
  }),
);

describe("a plan makes a booking", () => {
  test.each([
    ["full", undefined, null],
    ["installments", 6, null],
    ["financed", 2, /finance charge/],
  ] as const)("%s over %s months: %s", (kind, months, reason) => {
    const { schedule } = quoted(kind, { cohort: on, ...(months === undefined ? {} : { months }) });

    if (reason === null) expect(notBookable(schedule)).toBeNull();
    else expect(notBookable(schedule)).toMatch(reason);
  });

  test("or stands beside the others as unavailable, with the reason", () => {
    const plans = comparePlans(on, "private", defaultCreditRules, "2027-01-04T17:00:00Z").map(asBookable);

    expect(plans).toMatchObject([
      { kind: "full", available: true },
      { kind: "installments", available: true, apr: "0.000000" },
      { kind: "financed", available: false, reason: expect.stringContaining("finance charge") },
    ]);
  });
});
