import { describe, expect, test } from "vitest";
import { cohort, place, program, today } from "../testing/retreat.ts";
import { type CohortPlan, grow, mostPlaces, placesPlanned, planCohort } from "./index.ts";

const plan = (places: CohortPlan["places"], changes: Partial<CohortPlan> = {}): CohortPlan => ({
  startsOn: "2027-03-08",
  endsOn: "2027-03-14",
  timeZone: "America/Denver",
  venue: "Barn",
  places,
  ...changes,
});
const planned = (asked: CohortPlan) => {
  const placeIds = Array.from({ length: placesPlanned(asked) }, (_, index) => `plc_${index}`);
  return planCohort(program(), asked, { id: "coh_1", placeIds }, today);
};

describe("a cohort's plan", () => {
  test("makes a draft with every place, at the program's price or its own", () => {
    const result = planned(
      plan([
        { type: "private", count: 2 },
        { type: "shared", count: 1, price: 900_000 },
      ]),
    );

    expect(result).toMatchObject({
      ok: true,
      cohort: {
        status: "draft",
        terms: null,
        clearanceDeadlineOn: "2027-02-22",
        places: [
          { type: "private", price: 1_850_000, ownPrice: false, capacity: 2 },
          { type: "shared", price: 900_000, ownPrice: true, capacity: 1 },
        ],
      },
      places: [
        { id: "plc_0", type: "private", onSale: false },
        { id: "plc_1", type: "private" },
        { id: "plc_2", type: "shared" },
      ],
    });
  });

  test("uses the program's price of each type", () => {
    const result = planned(plan([{ type: "shared", count: 1 }]));

    expect(result).toMatchObject({ cohort: { auditHash: "", places: [{ type: "shared", price: 1_450_000 }] } });
  });

  test.each([
    ["a type that the program lacks", [{ type: "tent", count: 1 }], "places.0.type"],
    [
      "a type twice",
      [
        { type: "private", count: 1 },
        { type: "private", count: 1 },
      ],
      "places.1.type",
    ],
    ["a price below the deposit", [{ type: "private", count: 1, price: 100 }], "places.0.price"],
    [
      "too many places",
      [
        { type: "private", count: mostPlaces },
        { type: "shared", count: 1 },
      ],
      "places",
    ],
  ])("with %s is refused", (_, places, path) => {
    expect(planned(plan(places))).toMatchObject({ ok: false, reason: "validation_failed", errors: [{ path }] });
  });

  test("may have the most places", () => {
    expect(planned(plan([{ type: "private", count: mostPlaces }]))).toMatchObject({ ok: true });
  });

  test("with a length other than the program's is refused", () => {
    const result = planned(plan([{ type: "private", count: 1 }], { endsOn: "2027-03-15" }));

    expect(result).toMatchObject({ errors: [{ path: "endsOn" }] });
  });

  test("needs an id for each place", () => {
    const asked = plan([{ type: "private", count: 2 }]);

    expect(() => planCohort(program(), asked, { id: "coh_1", placeIds: ["plc_1"] }, today)).toThrow(
      /^coh_1: [2-9]\d* places need as many ids, not 1$/,
    );
  });
});

describe("growing a cohort", () => {
  const found = { cohort: cohort(), places: [place()] };

  test("adds free places of the type, and counts them", () => {
    const before = found.cohort.places.find(({ type }) => type === "private")?.capacity ?? 0;
    const grown = grow(found, "private", ["plc_8", "plc_9"], today);

    expect(grown).toMatchObject({
      ok: true,
      cohort: { version: 2, places: expect.arrayContaining([expect.objectContaining({ capacity: before + 2 })]) },
      changed: [{ id: "plc_8", queued: false }, { id: "plc_9" }],
      event: { name: "PlacesAdded", data: { placeType: "private", count: 2 } },
    });
  });

  test("queues them if others of the type are queued", () => {
    const places = [place({ queued: true }), place({ type: "shared" })];

    expect(grow({ ...found, places }, "private", ["plc_9"], today)).toMatchObject({ changed: [{ queued: true }] });
    expect(grow({ ...found, places }, "shared", ["plc_9"], today)).toMatchObject({ changed: [{ queued: false }] });
  });

  test("is limited to the most places, needs a known type, and ends with the cohort", () => {
    const full = Array.from({ length: mostPlaces }, () => place());

    expect(grow({ ...found, places: full.slice(1) }, "private", ["plc_9"], today).ok).toBe(true);
    expect(grow({ ...found, places: full }, "private", ["plc_9"], today)).toMatchObject({
      errors: [{ path: "count" }],
    });
    expect(grow(found, "tent", ["plc_9"], today)).toMatchObject({ errors: [{ path: "type" }] });
    const over = { ...found, cohort: cohort({ status: "completed" }) };
    expect(grow(over, "private", ["plc_9"], today)).toEqual({
      ok: false,
      reason: "invalid_transition",
      detail: "This cohort is over or canceled.",
    });
  });
});
