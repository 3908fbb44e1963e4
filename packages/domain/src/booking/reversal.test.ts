import { describe, expect, test } from "vitest";
import { type Account, trialBalance } from "../ledger/index.ts";
import { Life } from "../testing/life.ts";
import { cohort, held, program } from "../testing/retreat.ts";
import { heldOn } from "../testing/stories.ts";
import type { Charge } from "./index.ts";
import { paidParts } from "./reversal.ts";

/** A loan of four months on a price with tax, of which the deposit is paid: 233,918 of price and 16,082 of tax. */
const depositPaid = () => new Life(heldOn("taxed")).sign().pay("deposit");
/** And its first installment, with its interest. */
const onePaid = () => depositPaid().confirm().at("2027-02-04T18:00:00Z").pay("due", { dueId: "due_1" });
const installment = heldOn("taxed").dues[1]?.parts ?? { principal: 0, interest: 0, fee: 0, tax: 0 };
/** Day and hour of the policy's second tier: half is refunded, less a fee of 50,000. */
const secondTier = "2027-02-05T18:00:00Z";

const balances = ({ journal }: Life, ...names: Account[]): number[] => {
  const { accounts } = trialBalance(journal, "usd");
  return names.map((name) => 0 - (accounts.find(({ account }) => account === name)?.balance ?? 0));
};

describe("the refund of a booking", () => {
  test("is taken from where each part was credited: after a full refund nothing is left there", () => {
    const life = onePaid();
    life.end("operator");

    expect(life.booking.ending).toMatchObject({ netPaid: 250_000 + sumOfParts(installment), kept: 0 });
    expect(balances(life, "deferred_revenue", "tax_payable", "interest_income", "fee_income")).toEqual([0, 0, 0, 0]);
    expect(balances(life, "refunds_payable")).toEqual([250_000 + sumOfParts(installment)]);
  });

  test.each(["operator", "client", "no_show"] as const)("reverses a paid late charge last, ended by %s", (by) => {
    const rules = {
      plans: [{ kind: "installments", months: 4 }],
      lateCharge: { graceDays: 5, amount: 5_000 },
    } as const;
    const on = {
      program: program({ ...rules, plans: [...rules.plans] }),
      cohort: cohort({ startsOn: "2027-12-06", endsOn: "2027-12-12" }),
    };
    const life = new Life(held("installments", on)).sign().pay("deposit").confirm().at("2027-02-16T18:00:00Z");
    life.fallDue();
    life.chargeLate();
    life.pay("due", { dueId: life.booking.dues.find(({ kind }) => kind === "late_charge")?.id });
    expect(balances(life, "fee_income")).toEqual([5_000]);
    if (by === "no_show") life.at("2027-12-06T18:00:00Z");

    life.end(by);

    const { kept } = life.booking.ending ?? {};
    expect(balances(life, "deferred_revenue", "fee_income", "receivable")).toEqual([0, kept, 0]);
  });

  test("made by hand takes a paid late charge from the fees, after the price", () => {
    const life = new Life(heldOn("financed")).sign().pay("deposit").confirm().at("2027-02-16T18:00:00Z");
    life.fallDue();
    life.chargeLate();
    life.pay("due", { dueId: life.booking.dues.find(({ kind }) => kind === "late_charge")?.id });
    const [deposit, late] = life.charges as [Charge, Charge];

    life.refundByHand(deposit.id, deposit.amount);
    expect(balances(life, "fee_income")).toEqual([5_000]);
    life.refundByHand(late.id, late.amount);

    expect(balances(life, "fee_income")).toEqual([0]);
  });

  test("does not take a late charge from the fees again that a refund by hand has returned", () => {
    const life = new Life(heldOn("financed")).sign().pay("deposit").confirm().at("2027-02-16T18:00:00Z");
    life.fallDue();
    life.chargeLate();
    life.pay("due", { dueId: life.booking.dues.find(({ kind }) => kind === "late_charge")?.id });
    for (const charge of life.charges) life.refundByHand(charge.id, charge.amount);
    life.pay("due", { dueId: "due_1" });

    life.end("operator");

    expect(balances(life, "deferred_revenue", "fee_income")).toEqual([0, 0]);
  });

  test("is price and tax first, in proportion; the part of both that a cancellation keeps is a fee", () => {
    const life = depositPaid().at(secondTier);
    life.end("client");

    expect(life.booking.ending).toMatchObject({ kept: 175_000 });
    // Tax of 16,082 in 250,000 makes 4,825 in the 75,000 that go back, and 11,257 in the rest.
    expect(life.journal.find(({ reference }) => reference.startsWith("refund-owed:"))?.postings).toMatchObject([
      { account: "deferred_revenue", debit: 70_175 },
      { account: "tax_payable", debit: 4_825 },
      { account: "refunds_payable", credit: 75_000 },
    ]);
    expect(balances(life, "deferred_revenue", "tax_payable", "fee_income")).toEqual([0, 0, 175_000]);
  });

  test("is interest last: paid interest stays income if enough of the price is kept", () => {
    const life = onePaid().at(secondTier);
    life.end("client");

    const { kept = 0 } = life.booking.ending ?? {};
    expect(balances(life, "interest_income", "fee_income")).toEqual([
      installment.interest,
      kept - installment.interest,
    ]);
    expect(balances(life, "deferred_revenue", "tax_payable")).toEqual([0, 0]);
  });

  test("of a payment in flight at the cancellation is taken from its own parts", () => {
    const life = depositPaid().confirm().at("2027-02-04T18:00:00Z");
    const attempt = life.checkout("due", { dueId: "due_1" });
    life.at(secondTier).end("client");
    life.settle(attempt?.id ?? "", life.paymentOf(attempt?.id ?? ""));

    const { kept = 0 } = life.booking.ending ?? {};
    expect(balances(life, "interest_income", "fee_income")).toEqual([
      installment.interest,
      kept - installment.interest,
    ]);
    expect(balances(life, "deferred_revenue", "tax_payable")).toEqual([0, 0]);
  });

  test("after the completion is taken from earned revenue, and its tax from the tax", () => {
    const life = onePaid();
    life.at("2027-03-08T18:00:00Z").admit().at("2027-03-15T18:00:00Z");
    while (life.fallDue());
    life.complete();
    const [earned = 0, tax = 0] = balances(life, "earned_revenue", "tax_payable");
    expect([earned, tax]).toEqual([1_850_000, 127_188]);

    life.refundByHand(life.charges[0]?.id ?? "", 250_000);

    const paid = 250_000 + installment.principal + installment.tax;
    const taxBack = Math.round((250_000 * (16_082 + installment.tax)) / paid);
    expect(balances(life, "earned_revenue", "tax_payable")).toEqual([earned - 250_000 + taxBack, tax - taxBack]);
    expect(paidParts(life.booking)).toMatchObject({
      interest: installment.interest,
      tax: 16_082 + installment.tax - taxBack,
    });
  });
});

function sumOfParts({ principal, interest, fee, tax }: typeof installment): number {
  return principal + interest + fee + tax;
}
