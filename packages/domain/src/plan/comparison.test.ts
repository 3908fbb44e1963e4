import { describe, expect, test } from "vitest";
import { takeTerms } from "../cohort/index.ts";
import { defaultCreditRules } from "../credit/index.ts";
import type { PlanOffer, Program } from "../program/index.ts";
import { cohort, program, quoted, today } from "../testing/retreat.ts";
import type { Instant } from "../time/index.ts";
import { comparePlans, type QuoteRequest, quote } from "./index.ts";

const allPlans: PlanOffer[] = [
  { kind: "full" },
  { kind: "deposit_and_balance", balanceDueDaysBefore: 30 },
  { kind: "installments", months: 6 },
  { kind: "financed", months: 24, annualRate: "9.9900" },
];

/** A cohort with all plans that starts this long after 4 January 2027. */
const onAllPlans = (startsOn = "2027-12-06", changes: Partial<Program> = {}) =>
  takeTerms(cohort({ startsOn }), program({ plans: allPlans, ...changes }));
const ask = (plan: QuoteRequest["plan"], { on = onAllPlans(), now = today } = {}) =>
  quote(
    on,
    {
      id: "quo_1",
      merchant: "Sample Operator",
      creditRules: defaultCreditRules,
      placeType: "private",
      plan,
      addOns: [],
    },
    now,
  );
const months = (plan: QuoteRequest["plan"], startsOn: string, now?: Instant) => {
  const offer = ask(plan, { on: onAllPlans(startsOn), ...(now === undefined ? {} : { now }) });
  return offer.ok && "months" in offer.quote.plan ? offer.quote.plan.months : offer;
};
const notAvailable = (detail: RegExp) => ({
  ok: false,
  reason: "plan_not_available",
  detail: expect.stringMatching(detail),
});

describe("the months of a plan", () => {
  test("are those that the client chose, with the plan's rate if it has one", () => {
    expect(ask({ kind: "installments", months: 4 })).toMatchObject({
      quote: { plan: { kind: "installments", months: 4 }, schedule: { length: 5 }, financeCharge: 0 },
    });
    expect(ask({ kind: "financed", months: 12 })).toMatchObject({
      quote: { plan: { kind: "financed", months: 12, annualRate: "9.9900" }, schedule: { length: 13 } },
    });
  });

  test("are the program's if none are chosen", () => {
    expect(months({ kind: "installments" }, "2027-12-06")).toBe(6);
    expect(months({ kind: "financed" }, "2027-12-06")).toBe(24);
  });

  test.each([
    ["the last is due on the first day", "2027-06-04", 5],
    ["the last would be due the day after it", "2027-06-03", 4],
    ["two installments fit", "2027-03-04", 2],
  ])("of installments end by the start: %s", (_, startsOn, most) => {
    expect(months({ kind: "installments" }, startsOn)).toBe(most);
    expect(months({ kind: "installments", months: most }, startsOn)).toBe(most);
    expect(months({ kind: "installments", months: most + 1 }, startsOn)).toEqual(
      notAvailable(new RegExp(`at most ${most} monthly payments`)),
    );
  });

  test("count from the date in the cohort's zone: it is still January in Denver", () => {
    const now = "2027-02-01T05:00:00Z";

    // From 31 January the second is due on 31 March, from 1 February on 1 April.
    expect(months({ kind: "installments" }, "2027-03-31", now)).toBe(2);
    expect(months({ kind: "installments" }, "2027-03-31", "2027-02-01T07:00:00Z")).toEqual(notAvailable(/too soon/));
  });

  test("are too few for installments if the second is due after the start, however few are chosen", () => {
    expect(months({ kind: "installments" }, "2027-03-03")).toEqual(notAvailable(/too soon/));
    expect(months({ kind: "installments", months: 2 }, "2027-03-03")).toEqual(notAvailable(/too soon/));
  });

  test("of a loan may run past the retreat", () => {
    expect(months({ kind: "financed", months: 24 }, "2027-03-03")).toBe(24);
  });

  test("are at most what the program offers", () => {
    expect(ask({ kind: "installments", months: 7 })).toEqual(notAvailable(/offers at most 6/));
    expect(ask({ kind: "financed", months: 25 })).toEqual(notAvailable(/offers at most 24/));
  });

  test("require a plan that the program offers", () => {
    expect(quote(cohort(), { ...request, plan: { kind: "financed" } }, today)).toEqual(
      notAvailable(/does not offer the plan `financed`/),
    );
  });
  const request = { id: "quo_1", merchant: "", creditRules: defaultCreditRules, placeType: "private", addOns: [] };

  test("leave no due below the smallest charge", () => {
    const cheap = onAllPlans("2027-12-06", { deposit: { kind: "amount", amount: 1_849_701 } });

    // 2.99 in six parts.
    expect(ask({ kind: "installments" }, { on: cheap })).toEqual(notAvailable(/installment must be at least 50 /));
    expect(ask({ kind: "installments", months: 5 }, { on: cheap })).toMatchObject({ ok: true });
    expect(ask({ kind: "financed" }, { on: cheap })).toEqual(notAvailable(/installment must be at least 50 /));
  });
});

describe("a plan comparison", () => {
  test("shows what is due today and later, what it costs in total, and until when bank debits are allowed", () => {
    const [full, balance, installments, financed] = comparePlans(onAllPlans(), "private", defaultCreditRules, today);

    expect(full).toMatchObject({ kind: "full", available: true, months: null, dueToday: 250_000, total: 1_850_000 });
    expect(balance).toMatchObject({
      kind: "deposit_and_balance",
      months: null,
      schedule: [{}, { dueOn: "2027-11-06" }],
    });
    expect(installments).toMatchObject({ kind: "installments", months: 6, financeCharge: 0, schedule: { length: 7 } });
    expect(financed).toMatchObject({ kind: "financed", months: 24, financeCharge: 171_790, total: 1_850_000 });
    // Ten business days before Monday, 6 December, over Thanksgiving, is 19 November.
    expect(financed).toMatchObject({ lastBankDebitOn: "2027-11-18" });
  });

  test("matches a quote of each plan", () => {
    const now = "2027-01-31T20:00:00Z";
    const on = onAllPlans();
    const compared = comparePlans(on, "private", defaultCreditRules, now);

    for (const { kind } of allPlans) {
      const { total, financeCharge, schedule, deposit } = quoted(kind, { cohort: on, now });
      expect(compared.find((one) => one.kind === kind)).toMatchObject({
        ...{ total, financeCharge, schedule, dueToday: deposit },
      });
    }
  });

  test("uses the most months that the dates allow, and gives the reason if a plan is no longer possible", () => {
    const [, , three] = comparePlans(onAllPlans("2027-04-04"), "private", defaultCreditRules, today);
    const [, , none] = comparePlans(onAllPlans("2027-03-03"), "private", defaultCreditRules, today);

    expect(three).toMatchObject({ available: true, months: 3 });
    expect(none).toEqual({
      kind: "installments",
      available: false,
      reason: "The first day is too soon for two monthly payments.",
    });
  });

  test("shows no bank debit after its last date, nor in another currency", () => {
    const lastDebits = (on = cohort(), now = today) =>
      comparePlans(on, "private", defaultCreditRules, now).map((plan) => plan.available && plan.lastBankDebitOn);

    expect(lastDebits(cohort(), "2027-02-22T06:59:59Z")[0]).toBe("2027-02-21");
    expect(lastDebits(cohort(), "2027-02-22T07:00:00Z")[0]).toBeNull();
    expect(lastDebits(onAllPlans("2027-12-06", { currency: "eur" }))).toEqual([null, null, null, null]);
  });

  test("shows every plan as unavailable if the cohort is not on sale", () => {
    const plans = comparePlans(cohort({ status: "closed" }), "private", defaultCreditRules, today);

    expect(plans.map(({ available }) => available)).toEqual([false, false, false]);
  });
});
