import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Life } from "../testing/life.ts";
import { at, balanceOf, financed as confirmedLoan, due, quotedOn } from "../testing/loan.ts";
import { addDays } from "../time/index.ts";
import { type Due, type PaymentOutcome, payoffOn, standing, unpaid } from "./index.ts";

/** A confirmed booking with a loan of this many months and a late charge of $50.00. */
const financed = (months: number): Life => confirmedLoan(months, { lateCharge: { graceDays: 5, amount: 5_000 } });
const openDues = ({ booking }: Life): Due[] => booking.dues.filter((one) => unpaid(one) > 0);
const sum = (amounts: number[]): number => amounts.reduce((total, amount) => total + amount, 0);

function pay(life: Life, ...numbers: number[]): Life {
  for (const number of numbers) {
    const one = life.booking.dues[number];
    if (one !== undefined && unpaid(one) > 0) life.pay("due", { dueId: one.id });
  }
  return life;
}

/** The interest of the dues that was paid and not given back. */
const paidInterest = ({ booking }: Life): number =>
  sum(booking.dues.filter(({ paid }) => paid > 0).map(({ parts }) => parts.interest));

describe("a waiver after which interest that was paid in advance exceeds everything that is open", () => {
  test("refunds the interest that was not earned by that day", () => {
    const life = pay(at(financed(6), "2027-01-04"), 1, 2, 3, 4, 5);
    const { booking } = life;
    const unearned = sum(booking.dues.slice(1, 6).map(({ parts }) => parts.interest));
    const waived = due(life, 6);

    expect(life.waive("due_6")).toBe(true);

    expect(life.refunds).toMatchObject([{ amount: unearned, unspread: unearned, reason: "unearned_interest" }]);
    expect(life.events.slice(-2)).toMatchObject([
      { name: "DueWaived", data: { dueId: "due_6", amount: waived.amount } },
      { name: "RefundRequested", data: { amount: unearned, reason: "unearned_interest" } },
    ]);
    expect(life.booking).toMatchObject({
      refunded: unearned,
      applied: booking.applied - unearned,
      financeCharge: waived.parts.interest,
    });
    expect(standing(life.booking, "2027-01-05")).toBe("paid_in_full");
    expect([balanceOf(life, "interest_income"), balanceOf(life, "refunds_payable")]).toEqual([0, -unearned]);
  });

  test("keeps the interest that was earned, as a payoff on that day does", () => {
    const [life, byPayoff] = [1, 2].map(() => pay(at(financed(6), "2027-01-10"), 1, 2, 3)) as [Life, Life];
    for (const one of [life, byPayoff]) at(one, "2027-01-20");
    const attempt = byPayoff.checkout("payoff") as { id: string };
    byPayoff.settle(attempt.id, byPayoff.paymentOf(attempt.id));

    for (const id of ["due_4", "due_6", "due_5"]) expect(life.waive(id)).toBe(true);

    expect(paidInterest(life)).toBe(byPayoff.booking.financeCharge);
    expect(due(life, 1).parts.interest).toBe(Math.floor((13_320 * 16) / 31 + 0.5));
  });

  test("pays what is left of another due, and refunds the rest", () => {
    const life = pay(at(financed(6), "2027-01-04"), 1, 2, 3, 4);
    const left = 5_000;
    life.pay("due", { dueId: "due_5", amount: due(life, 5).parts.principal - left });
    const unearned = sum(life.booking.dues.slice(1, 5).map(({ parts }) => parts.interest));

    life.waive("due_6");

    expect(due(life, 5)).toMatchObject({ status: "paid", parts: { interest: 0 }, paidOffOn: "2027-01-04" });
    expect(openDues(life)).toEqual([]);
    expect(life.refunds).toMatchObject([{ amount: unearned - left }]);
    expect([balanceOf(life, "interest_income"), balanceOf(life, "receivable")]).toEqual([0, 0]);
  });

  test("leaves it to a payment that is still under way, which refunds it when it settles", () => {
    const life = pay(at(financed(6), "2027-01-04"), 1, 2, 3, 4);
    const page = life.checkout("due", { dueId: "due_5" }) as { id: string };
    const unearned = sum(life.booking.dues.slice(1, 6).map(({ parts }) => parts.interest));

    life.waive("due_6");
    expect(life.refunds).toEqual([]);
    life.settle(page.id, life.paymentOf(page.id));

    expect(life.refunds).toMatchObject([{ amount: unearned, reason: "unearned_interest" }]);
    expect(life.charges.at(-1)?.dueIds).toEqual(["due_5"]);
  });

  test("refunds the same when the payment under way is smaller than the refund, as when it expires", () => {
    const lives = ["paid", "expired"].map((fate) => {
      const life = pay(at(financed(6), "2027-01-04"), 1, 2, 3, 4);
      life.pay("due", { dueId: "due_5", amount: due(life, 5).amount - 10_514 });
      const page = life.checkout("due", { dueId: "due_5" }) as { id: string };
      life.waive("due_6");
      life.settle(page.id, fate === "paid" ? life.paymentOf(page.id) : { kind: "expired" });
      return life.spread();
    });

    for (const life of lives) expect(paidInterest(life)).toBe(0);
    expect(lives.map(({ refunds }) => refunds.map(({ reason }) => reason))).toEqual([
      ["unearned_interest"],
      ["unearned_interest"],
    ]);
  });

  test.each<[string, PaymentOutcome | null]>([
    ["succeeds", null],
    ["fails", { kind: "failed", paymentIntentId: "pi_1", code: "R01" }],
  ])("keeps the same interest whether a debit %s before or after it", (_, failure) => {
    const kept = [true, false].map((isWaivedFirst) => {
      const life = pay(at(financed(6), "2027-01-04"), 1, 2, 3, 4);
      life.pay("due", { dueId: "due_5", amount: due(life, 5).parts.principal - 5_000 });
      const debit = life.checkout("due", { dueId: "due_5" }) as { id: string };
      life.settle(debit.id, { kind: "processing", paymentIntentId: "pi_1" });
      at(life, "2027-01-14");
      if (isWaivedFirst) life.waive("due_6");
      at(life, "2027-01-18").settle(debit.id, failure ?? life.paymentOf(debit.id));
      if (!isWaivedFirst) at(life, "2027-01-18").waive("due_6");
      return isWaivedFirst ? life : at(life, "2027-01-18");
    }) as [Life, Life];

    const earned = (days: number) => Math.floor((13_320 * days) / 31 + 0.5);
    expect(kept.map(paidInterest)).toEqual([earned(10), earned(14)]);
    expect(kept.map((life) => openDues(life))).toEqual([[], []]);
  });

  test.each(["waived", "paid"])(
    "is not made dearer by a late charge that is %s while the last debit is under way",
    (how) => {
      const kept = [true, false].map((isChanged) => {
        const life = at(financed(6), "2027-02-12");
        life.chargeLate();
        const charge = life.booking.dues.find(({ kind }) => kind === "late_charge")?.id ?? "";
        pay(life, 1, 2, 3, 4, 5);
        const debit = life.checkout("due", { dueId: "due_6" }) as { id: string };
        life.settle(debit.id, { kind: "processing", paymentIntentId: "pi_1" });
        if (isChanged) at(life, "2027-02-25");
        if (how === "waived") life.waive(charge);
        else life.pay("due", { dueId: charge });
        life.settle(debit.id, life.paymentOf(debit.id));
        return paidInterest(life);
      });

      expect(kept[0]).toBe(kept[1]);
    },
  );

  test.each(["waived", "paid"])(
    "is not made dearer by a late charge that is %s before any payment has settled",
    (how) => {
      const end = (life: Life, charge: string) =>
        how === "waived" ? life.waive(charge) : life.pay("due", { dueId: charge });
      const kept = [true, false].map((isLater) => {
        const life = at(financed(6), "2027-02-12");
        life.chargeLate();
        const charge = life.booking.dues.find(({ kind }) => kind === "late_charge")?.id ?? "";
        const debits = [1, 2, 3, 4, 5, 6].map((number) => life.checkout("due", { dueId: `due_${number}` }));
        for (const debit of debits)
          life.settle(debit?.id ?? "", { kind: "processing", paymentIntentId: `pi_${debit?.id}` });
        if (!isLater) end(life, charge);
        at(life, "2027-02-25");
        if (isLater) end(life, charge);
        for (const debit of debits) life.settle(debit?.id ?? "", life.paymentOf(debit?.id ?? ""));
        return paidInterest(life);
      });

      expect(kept[0]).toBe(kept[1]);
    },
  );

  test("refunds nothing while the deposit is owed again", () => {
    const life = pay(at(financed(6), "2027-01-04"), 1, 2, 3, 4, 5);
    const [deposit] = life.booking.dues as [Due];
    const dues = life.booking.dues.map((one) =>
      one === deposit ? { ...one, paid: 0, status: "past_due" as const } : one,
    );
    life.booking = { ...life.booking, dues };

    life.waive("due_6");

    expect(life.refunds).toEqual([]);
  });

  test.each<[string, PaymentOutcome]>([
    ["expires", { kind: "expired" }],
    ["fails", { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" }],
    ["is given up because the bank account was not verified", { kind: "abandoned", paymentIntentId: "pi_1" }],
  ])("settles the rest when the last payment under way %s", (_, outcome) => {
    const life = pay(at(financed(6), "2027-01-04"), 1, 2, 3, 4);
    const left = 5_000;
    life.pay("due", { dueId: "due_5", amount: due(life, 5).parts.principal - left });
    const unearned = sum(life.booking.dues.slice(1, 5).map(({ parts }) => parts.interest));
    const page = life.checkout("due", { dueId: "due_5" }) as { id: string };
    if (outcome.kind === "abandoned") life.settle(page.id, { kind: "verifying", paymentIntentId: "pi_1" });
    life.waive("due_6");
    expect(life.refunds).toEqual([]);

    life.settle(page.id, outcome);

    expect(due(life, 5)).toMatchObject({ status: "paid", openAttemptId: null });
    expect(life.refunds).toMatchObject([
      { amount: unearned - left, reason: "unearned_interest", requestedBy: "system" },
    ]);
    expect(life.events.at(-1)).toMatchObject({ name: "RefundRequested", data: { amount: unearned - left } });
    expect([balanceOf(life, "interest_income"), balanceOf(life, "receivable")]).toEqual([0, 0]);
  });

  test("does not refund interest that was refunded by hand", () => {
    const life = pay(at(financed(2), "2027-01-04"), 1);
    const { id, amount } = life.charges.at(-1) as { id: string; amount: number };
    life.refundByHand(life.charges[0]?.id ?? "", 250_000);
    life.refundByHand(id, amount);

    life.waive("due_2");

    expect(life.refunds.map(({ reason }) => reason)).toEqual(["made_at_stripe", "made_at_stripe"]);
  });

  const months = fc.integer({ min: 2, max: 18 });
  const days = fc.integer({ min: 0, max: 600 });
  const early = fc.array(fc.integer({ min: 1, max: 18 }), { maxLength: 6 });
  const order = fc.array(fc.nat(17), { minLength: 18, maxLength: 18 });

  test("happens once, and keeps exactly what was earned, on any day and in any order of waivers (I3)", () => {
    fc.assert(
      fc.property(months, days, days, early, order, (count, one, other, paid, waivers) => {
        const life = pay(at(financed(count), addDays(quotedOn, Math.min(one, other))), ...paid);
        const on = addDays(quotedOn, Math.max(one, other));
        at(life, on);
        const { total, applied } = life.booking;
        const before = paidInterest(life);
        // The last of the early payments may have settled everything already.
        const earlier = sum(life.refunds.map(({ amount }) => amount));
        const { unearned } = payoffOn(life.booking, on);
        const back = sum(unearned.map(({ amount }) => amount));

        for (const pick of waivers) {
          const left = openDues(life);
          const next = left[pick % Math.max(1, left.length)];
          if (next !== undefined) life.waive(next.id);
        }
        while (openDues(life).length > 0) life.waive(openDues(life)[0]?.id ?? "");
        life.spread();

        const { booking } = life;
        const refunded = sum(life.refunds.map(({ amount }) => amount)) - earlier;
        const covered = sum(booking.dues.map(({ paid }) => paid)) - (applied - back);
        expect(life.refunds.length).toBeLessThanOrEqual(1);
        expect(refunded + covered).toBe(back);
        expect(booking.applied).toBe(applied - refunded);
        expect(sum(booking.dues.map(({ amount }) => amount))).toBe(total + booking.financeCharge);
        expect(payoffOn(booking, on).unearned).toEqual([]);
        expect(paidInterest(life)).toBe(before - back);
        expect(0 - balanceOf(life, "interest_income")).toBe(before - back);
        expect(balanceOf(life, "receivable")).toBe(0);
        expect(earlier + refunded + balanceOf(life, "refunds_payable")).toBe(0);
      }),
    );
  });
});
