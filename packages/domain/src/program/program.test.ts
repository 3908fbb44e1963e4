import { describe, expect, test } from "vitest";
import { program } from "../testing/retreat.ts";
import {
  type DepositRule,
  defaultPublicLabel,
  depositOn,
  isDraftProgram,
  isPublished,
  mayBecome,
  mayChangeCurrency,
  type Program,
  programProblems,
  settlementProblem,
} from "./index.ts";

const paths = (changes: Partial<Program>) => programProblems(program(changes)).map(({ path }) => path);
const tiers = (...list: [daysBefore: number, refundPercent: number][]) => ({
  cancellation: {
    administrationFee: 0,
    tiers: list.map(([daysBefore, refundPercent]) => ({ daysBefore, refundPercent })),
  },
});

const prices = (deposit: DepositRule, price: number): Partial<Program> => ({
  deposit,
  placeTypes: [{ type: "private", price }],
});

describe("a program", () => {
  test("in the contract's example is valid", () => {
    expect(programProblems(program())).toEqual([]);
  });

  test("may refund the same in two tiers, plan its last day and sell several add-ons", () => {
    const addOns = ["airport", "massage"].map((id) => ({ id, label: id, price: 9_000, stock: 1 }));

    expect(paths({ ...tiers([60, 50], [30, 50], [0, 0]), itinerary: [{ day: 7, blocks: [] }], addOns })).toEqual([]);
  });

  const flaws: [string, Partial<Program>, string[]][] = [
    ["tiers out of order", tiers([30, 100], [60, 50], [0, 0]), ["cancellation.tiers.1.daysBefore"]],
    ["a tier twice", tiers([30, 100], [30, 50], [0, 0]), ["cancellation.tiers.1.daysBefore"]],
    ["a later tier that refunds more", tiers([60, 50], [30, 100], [0, 0]), ["cancellation.tiers.1.refundPercent"]],
    ["tiers that do not reach 0", tiers([60, 100], [30, 50]), ["cancellation.tiers"]],
    ["no tier at all", tiers(), ["cancellation.tiers"]],
    ["a deposit as high as the cheapest place", { deposit: { kind: "amount", amount: 1_450_000 } }, ["deposit"]],
    ["a deposit above every price", { deposit: { kind: "amount", amount: 2_000_000 } }, ["deposit", "deposit"]],
    ["a deposit of the whole price", { deposit: { kind: "percent", percent: 100 } }, ["deposit", "deposit"]],
    ["a deposit that Stripe cannot charge", { deposit: { kind: "amount", amount: 49 } }, ["deposit.amount"]],
    [
      "a price that Stripe cannot charge",
      prices({ kind: "percent", percent: 20 }, 100_000_000),
      ["placeTypes.0.price"],
    ],
    ["a rest that Stripe cannot charge", { deposit: { kind: "amount", amount: 1_449_951 } }, ["deposit"]],
    ["a percentage too small to charge", prices({ kind: "percent", percent: 1 }, 4_949), ["deposit"]],
    ["a percentage that leaves too little", prices({ kind: "percent", percent: 99 }, 4_949), ["deposit"]],
    ["a plan twice", { plans: [{ kind: "full" }, { kind: "full" }] }, ["plans"]],
    ["a place type twice", { placeTypes: [1, 2].map(() => ({ type: "private", price: 1_850_000 })) }, ["placeTypes"]],
    ["an add-on twice", { addOns: [1, 2].map(() => ({ id: "a", label: "A", price: 1, stock: 1 })) }, ["addOns"]],
    [
      "a tax twice",
      { taxes: [1, 2].map(() => ({ id: "a", label: "A", rate: "1.0000", appliesTo: ["place" as const] })) },
      ["taxes"],
    ],
    ["a day beyond its length", { itinerary: [{ day: 8, blocks: [] }] }, ["itinerary.0.day"]],
  ];
  test.each(flaws)("with %s is refused by its field", (_, changes, expected) => {
    expect(paths(changes)).toEqual(expected);
  });

  test("with a plan twice is told the code of the plan", () => {
    const twice = program({ plans: [{ kind: "full" }, { kind: "full" }] });

    expect(programProblems(twice)).toMatchObject([{ message: "Must not list the plan `full` twice" }]);
  });

  test.each([
    [{ kind: "amount", amount: 50 }, 100],
    [{ kind: "percent", percent: 1 }, 4_950],
    [{ kind: "percent", percent: 99 }, 4_951],
  ] as const)("may require Stripe's smallest charges: %o of %i", (deposit, price) => {
    expect(paths(prices(deposit, price))).toEqual([]);
  });

  /** A program with this value for every amount, and a price of twice that. */
  const amountsOf = (currency: string, each: number): Partial<Program> => ({
    currency,
    placeTypes: [{ type: "private", price: 2 * each }],
    deposit: { kind: "amount", amount: each },
    lateCharge: { amount: each, graceDays: 10 },
    cancellation: { administrationFee: each, tiers: program().cancellation.tiers },
    addOns: [{ id: "airport", label: "Airport transfer", price: each, stock: 1 }],
  });
  const everyAmount = [
    "placeTypes.0.price",
    "deposit.amount",
    "lateCharge.amount",
    "cancellation.administrationFee",
    "addOns.0.price",
  ];

  test.each([
    ["bhd", 1_000_000],
    ["isk", 1_000_000],
    ["ugx", 1_000_000],
    ["huf", 1_000_050],
    ["twd", 1_000_001],
    ["jpy", 1_000_001],
  ])("in %s has amounts in multiples of its step, such as %i", (currency, each) => {
    expect(paths(amountsOf(currency, each))).toEqual([]);
  });

  test.each([
    ["bhd", 1_000_001],
    ["kwd", 1_000_002],
    ["isk", 1_000_010],
    ["ugx", 1_000_030],
  ])("in %s is refused for every amount that is not a multiple of its step, such as %i", (currency, each) => {
    expect(paths(amountsOf(currency, each))).toEqual(everyAmount);
  });

  test.each([
    ["usd", 50],
    ["gbp", 30],
    ["huf", 17_500],
    ["mxn", 1_000],
    ["isk", 5_000],
    ["bhd", 500],
  ])("in %s collects no amount below the smallest charge of %i", (currency, smallest) => {
    const { step = 1 } = { bhd: { step: 10 }, isk: { step: 100 } }[currency] ?? {};

    expect(paths(amountsOf(currency, smallest))).toEqual([]);
    expect(
      paths({ ...amountsOf(currency, smallest - step), placeTypes: [{ type: "private", price: 1_000_000 }] }),
    ).toEqual(["deposit.amount", "lateCharge.amount"]);
  });

  test("has no late charge, or one that can be charged", () => {
    expect(paths({ lateCharge: { amount: 0, graceDays: 10 } })).toEqual([]);
    expect(paths({ lateCharge: { amount: 49, graceDays: 10 } })).toEqual(["lateCharge.amount"]);
  });

  test("can change its currency only as a draft", () => {
    const statuses = ["draft", "published", "retired"] as const;

    expect(statuses.filter((status) => mayChangeCurrency(program({ status })))).toEqual(["draft"]);
  });

  test("is public while it is published; before, only admins see it", () => {
    const statuses = ["draft", "published", "retired"] as const;

    expect(statuses.filter((status) => isPublished(program({ status })))).toEqual(["published"]);
    expect(statuses.filter((status) => isDraftProgram(program({ status })))).toEqual(["draft"]);
  });

  test("needs a currency that the account settles; the refusal names those", () => {
    const euros = program({ currency: "eur" });

    expect(settlementProblem(euros, ["usd", "eur"])).toBeNull();
    expect(settlementProblem(euros, ["usd", "jpy"])).toMatchObject({
      path: "currency",
      message: expect.stringContaining("usd, jpy"),
    });
    expect(settlementProblem(program({ currency: "eur", status: "retired" }), ["usd"])).toBeNull();
  });

  test("rounds a percent deposit half up", () => {
    expect(depositOn({ kind: "percent", percent: 15 }, 1_450_003, "usd")).toBe(217_500);
    expect(depositOn({ kind: "percent", percent: 50 }, 1_450_003, "usd")).toBe(725_002);
    expect(depositOn({ kind: "amount", amount: 5 }, 1_450_003, "usd")).toBe(5);
    expect(depositOn({ kind: "percent", percent: 15 }, 1_450_030, "bhd")).toBe(217_500);
    expect(depositOn({ kind: "percent", percent: 15 }, 1_450_100, "isk")).toBe(217_500);
  });

  test("without a label is named by its length, never by its treatment", () => {
    expect([7, 14, 21].map(defaultPublicLabel)).toEqual([
      "Seven-day program",
      "Fourteen-day program",
      "21-day program",
    ]);
  });

  test("goes from draft to published to retired, and never back", () => {
    const statuses = ["draft", "published", "retired"] as const;
    const moves = statuses.flatMap((from) => statuses.filter((to) => mayBecome(from, to)).map((to) => `${from}>${to}`));

    expect(moves).toEqual([
      "draft>draft",
      "draft>published",
      "published>published",
      "published>retired",
      "retired>retired",
    ]);
  });
});
