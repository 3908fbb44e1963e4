import { describe, expect, test } from "vitest";
import { programTerms, termsDifferences } from "../program/index.ts";
import { cohort, program, today } from "../testing/retreat.ts";
import { plusSeconds } from "../time/index.ts";
import { takeTerms, termsProblem } from "./index.ts";

const screening = (clearanceDeadlineDaysBefore: number) => ({ ...program().screening, clearanceDeadlineDaysBefore });
const dearer = program({
  version: 2,
  placeTypes: [
    { type: "private", price: 1_950_000 },
    { type: "shared", price: 1_500_000 },
  ],
});

describe("the terms that a cohort takes", () => {
  test("are its program's, with the version that they were copied from", () => {
    const taxes = [{ id: "state", label: "State tax", rate: "6.8750", appliesTo: ["place" as const] }];
    const { deposit, plans, cancellation, holdMinutes, addOns, publicLabel, days } = program();

    expect(takeTerms(cohort({ terms: null }), program({ version: 5, taxes })).terms).toMatchObject({
      version: 5,
      ...{ deposit, taxes, plans, cancellation, holdMinutes, addOns, publicLabel, days },
    });
  });

  test("have no words about the treatment: those stay with the program", () => {
    expect(JSON.stringify(takeTerms(cohort(), program()).terms)).not.toMatch(/ketamine|KAP|EMDR/i);
  });

  test("have the program's prices, except for the cohort's own price", () => {
    const places = [
      { type: "private", price: 1_700_000, ownPrice: true, capacity: 6 },
      { type: "shared", price: 1_450_000, ownPrice: false, capacity: 4 },
    ];
    const taken = takeTerms(cohort({ places }), dearer);

    expect(taken.places.map(({ price }) => price)).toEqual([1_700_000, 1_500_000]);
    expect(taken.terms?.placeTypes).toEqual([
      { type: "private", price: 1_700_000 },
      { type: "shared", price: 1_500_000 },
    ]);
  });

  test("keep the price of a place type that the program has dropped", () => {
    const dropped = program({ placeTypes: [{ type: "private", price: 1_950_000 }] });

    expect(takeTerms(cohort(), dropped).places.map(({ price }) => price)).toEqual([1_950_000, 1_450_000]);
  });

  test("set their clearance deadline, and keep the dates and their version", () => {
    const taken = takeTerms(cohort({ datesVersion: 2 }), program({ screening: screening(7) }));

    expect(taken).toMatchObject({
      clearanceDeadlineOn: "2027-03-01",
      salesEndAt: "2027-03-02T07:00:00Z",
      startsOn: "2027-03-08",
      datesVersion: 2,
    });
  });

  test.each([
    ["there is no problem", program(), null],
    [
      "a price of the cohort is not above the deposit",
      program({ deposit: { kind: "amount", amount: 1_700_000 } }),
      /private/,
    ],
    ["the clearance deadline has passed", program({ screening: screening(63) }), null],
    ["the clearance deadline passed yesterday", program({ screening: screening(64) }), /deadline/],
  ])("are sold on where %s", (_what, from, problem) => {
    const places = [{ type: "private", price: 1_700_000, ownPrice: true, capacity: 6 }];
    const found = termsProblem(takeTerms(cohort({ places }), from), today);

    if (problem === null) expect(found).toBeNull();
    else expect(found).toMatch(problem);
  });
});

test("terms sell nothing after their clearance deadline", () => {
  const { salesEndAt } = cohort();

  expect(termsProblem(cohort(), plusSeconds(salesEndAt, -1))).toBeNull();
  expect(termsProblem(cohort(), salesEndAt)).toMatch(/deadline/);
  expect(termsProblem(cohort({ terms: null }), today)).toBeNull();
});

describe("a difference between two terms", () => {
  test("is named by its path, with null for a value that one side lacks", () => {
    const now = program({
      version: 2,
      deposit: { kind: "amount", amount: 300_000 },
      plans: [{ kind: "full" }, { kind: "deposit_and_balance", balanceDueDaysBefore: 45 }],
      lateCharge: { amount: 2_500, graceDays: 10 },
      addOns: [...program().addOns, { id: "massage", label: "Massage", price: 9_000, stock: 5 }],
    });

    expect(termsDifferences(programTerms(program()), programTerms(now))).toEqual([
      { path: "deposit.amount", from: 250_000, to: 300_000 },
      { path: "plans.1.balanceDueDaysBefore", from: 30, to: 45 },
      { path: "plans.2", from: { kind: "installments", months: 6 }, to: null },
      { path: "lateCharge", from: null, to: { amount: 2_500, graceDays: 10 } },
      { path: "addOns.1", from: null, to: { id: "massage", label: "Massage", price: 9_000, stock: 5 } },
    ]);
  });

  test("does not exist between equal terms", () => {
    expect(termsDifferences(programTerms(program()), programTerms(program()))).toEqual([]);
  });
});
