import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Life } from "../testing/life.ts";
import { at, balanceOf, due, financed, noon, payOff, quotedOn, sumOfAmounts } from "../testing/loan.ts";
import { addDays, type CalendarDate } from "../time/index.ts";
import { beginCheckout, fallDue, payoffOn, unpaid } from "./index.ts";

const payoff = (life: Life, on: CalendarDate) => payoffOn(life.booking, on);

describe("a payoff with other payments beside it", () => {
  /** Nothing is owed, and the kept amount is the price plus the earned interest. */
  function expectSettled(life: Life, waived = 0) {
    const { booking } = life;
    expect(booking.dues.filter((one) => unpaid(one) > 0)).toEqual([]);
    expect(sumOfAmounts(booking)).toBe(booking.total + booking.financeCharge);
    expect(booking.applied).toBe(booking.total + booking.financeCharge - waived);
    expect(booking.paid - booking.refunded).toBe(booking.applied);
    expect(balanceOf(life, "receivable")).toBe(0);
    expect(fallDue(booking, noon("2029-07-01"))).toBeNull();
  }

  test("costs the same due by due: interest paid in advance pays the last ones, and the excess is refunded", () => {
    const [life, atOnce] = [at(financed(24), "2027-01-10"), at(financed(24), "2027-01-10")];
    for (let number = 24; number > 0 && unpaid(due(life, number)) > 0; number--) {
      life.pay("due", { dueId: `due_${number}` });
    }
    payOff(atOnce, "2027-01-10");

    expectSettled(life);
    expect(life.refunds).toMatchObject([{ reason: "unearned_interest" }]);
    expect(life.booking.applied).toBe(atOnce.booking.applied);
    expect(0 - balanceOf(life, "interest_income")).toBe(life.booking.financeCharge);
  });

  type Step =
    | { kind: "open" | "expire" | "pay"; number: number }
    | { kind: "settle"; pick: number; later: number }
    | { kind: "refund_deposit"; amount: number };
  const number = fc.integer({ min: 1, max: 6 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constantFrom("open" as const, "expire" as const, "pay" as const), number }),
    fc.record({ kind: fc.constant("settle" as const), pick: fc.nat(6), later: fc.constantFrom(0, 0, 3, 40) }),
    fc.record({ kind: fc.constant("refund_deposit" as const), amount: fc.integer({ min: 1_000, max: 20_000 }) }),
  );
  const steps = fc.array(step, { maxLength: 8 });

  /** Settles one of the open or expired payments after so many days. */
  function settleLater(life: Life, { pick, later }: { pick: number; later: number }): boolean {
    const open = life.attempts.filter(({ status }) => ["open", "processing", "expired"].includes(status));
    const chosen = open[pick % Math.max(1, open.length)];
    if (chosen === undefined) return false;
    if (later > 0) for (const { id } of open) life.settle(id, { kind: "processing", paymentIntentId: `pi_${id}` });
    at(life, addDays(life.now.slice(0, 10), later));
    life.settle(chosen.id, life.paymentOf(chosen.id));
    return true;
  }

  function take(life: Life, one: Step): void {
    if (one.kind === "settle") settleLater(life, one);
    else if (one.kind === "refund_deposit") life.refundByHand(life.charges[0]?.id ?? "", one.amount);
    else if (unpaid(due(life, one.number)) > 0) {
      const attempt = life.checkout("due", { dueId: `due_${one.number}` });
      if (attempt === null || one.kind === "open") return;
      life.settle(attempt.id, one.kind === "pay" ? life.paymentOf(attempt.id) : { kind: "expired" });
    }
  }

  const day = fc.constantFrom(quotedOn, "2027-01-10", "2027-03-01");
  const picks = fc.array(fc.record({ pick: fc.nat(6), later: fc.constantFrom(0, 3, 40) }), { maxLength: 8 });

  test("keeps the same, however the payments begun on one day overlap and whenever they settle", () => {
    fc.assert(
      fc.property(day, steps, steps, picks, (on, before, after, order) => {
        const [life, atOnce] = [at(financed(6), on), payOff(financed(6), on)];
        for (const one of before) if (one.kind !== "settle") take(life, one);
        life.checkout("payoff");
        for (const one of after) take(life, one);
        for (const one of order) settleLater(life, one);
        while (settleLater(life, { pick: 0, later: 0 }));

        const { booking } = life;
        const byHand = life.refunds.filter(({ reason }) => reason === "made_at_stripe");
        const refunded = byHand.reduce((sum, { amount }) => sum + amount, 0);
        expect(booking.dues.filter((one) => unpaid(one) > 0)).toEqual([]);
        expect(booking.applied).toBe(atOnce.booking.applied - refunded);
        expect(booking.paid - booking.refunded).toBe(booking.applied);
        expect(booking.financeCharge).toBe(atOnce.booking.financeCharge);
        expect(sumOfAmounts(booking)).toBe(booking.total + booking.financeCharge);
        expect(balanceOf(life, "receivable")).toBe(0);
        expect(0 - balanceOf(life, "interest_income")).toBe(booking.financeCharge);
        expect(new Set(life.journal.map(({ reference }) => reference)).size).toBe(life.journal.length);
      }),
    );
  });

  test("refunds the interest of a due that was paid while the payoff was open", () => {
    const life = financed(6);
    const page = life.checkout("due", { dueId: "due_2" }) as { id: string };
    const attempt = life.checkout("payoff") as { id: string };
    life.settle(page.id, life.paymentOf(page.id));
    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking.paid).toBe(1_861_146);
    expectSettled(life);
    expect(life.booking).toMatchObject({ applied: 1_850_000, financeCharge: 0 });
    expect(life.refunds).toMatchObject([{ amount: 11_146, reason: "unearned_interest" }]);
  });

  test("is not begun for a due that it leaves out while it is under way", () => {
    const life = financed(6);
    const debit = life.checkout("due", { dueId: "due_1" }) as { id: string };
    life.settle(debit.id, { kind: "processing", paymentIntentId: "pi_1" });
    const attempt = life.checkout("payoff") as { id: string };
    life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_2" });
    life.settle(debit.id, { kind: "failed", paymentIntentId: "pi_1", code: "R01" });

    expect(life.checkout("due", { dueId: "due_1" })).toBeNull();
    life.settle(attempt.id, life.paymentOf(attempt.id));
    expect(life.checkout("due", { dueId: "due_1" })).not.toBeNull();
  });

  test.each(["first", "last"])("keeps no interest of a partly paid due whose page is paid %s", (order) => {
    const life = at(financed(6), quotedOn);
    life.pay("due", { dueId: "due_1", amount: due(life, 1).parts.principal + 2_000 });
    const page = life.checkout("due", { dueId: "due_1" }) as { id: string };
    const attempt = life.checkout("payoff") as { id: string };
    const [one, other] = order === "first" ? [page, attempt] : [attempt, page];
    for (const { id } of [one, other]) life.settle(id, life.paymentOf(id));

    expectSettled(life);
    expect(life.booking).toMatchObject({ applied: life.booking.total, financeCharge: 0 });
  });

  test("begins only after a bank account under verification was not abandoned for nothing", () => {
    const life = financed(6);
    const page = life.checkout("due", { dueId: "due_1" }) as { id: string };
    life.settle(page.id, { kind: "verifying", paymentIntentId: "pi_1" });
    life.checkout("payoff");
    const request = { purpose: "due" as const, dueId: "due_1", attemptId: "att_9", customerId: "cus_1" };
    const asked = { ...request, methods: ["card" as const], returnUrl: "https://example.org", notCleared: false };

    const decision = beginCheckout(life.booking, { ...asked, verifying: true }, life.now);

    expect(decision).toEqual({ ok: false, reason: "invalid_transition", because: "in_progress" });
  });

  test.each(["succeeds", "fails"])("does not make a due late that it leaves out when it %s", (fate) => {
    const life = at(financed(6, { lateCharge: { graceDays: 5, amount: 5_000 } }), "2027-02-04");
    const debit = life.checkout("due", { dueId: "due_1" }) as { id: string };
    life.settle(debit.id, { kind: "processing", paymentIntentId: "pi_1" });
    const attempt = life.checkout("payoff") as { id: string };
    life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_2" });
    life.settle(debit.id, { kind: "failed", paymentIntentId: "pi_1", code: "R01" });
    at(life, "2027-02-12");
    const failure = { kind: "failed", paymentIntentId: "pi_2", code: "R01" } as const;
    life.settle(attempt.id, fate === "succeeds" ? life.paymentOf(attempt.id) : failure);

    expect(life.chargeLate()).toBe(false);
    expect(due(life, 1).goesOnAt).toBe("2027-02-12T17:00:00Z".replace("-12T", "-13T"));
    at(life, "2027-02-19");
    expect(life.chargeLate()).toBe(true);
  });

  test("keeps the same interest, whether a due was billed or not when a payment settles", () => {
    const kept = ["2027-02-03", "2027-02-06"].map((settledOn) => {
      const life = at(financed(6), "2027-01-25");
      const debit = life.checkout("due", { dueId: "due_6" }) as { id: string };
      life.settle(debit.id, { kind: "processing", paymentIntentId: "pi_1" });
      for (let number = 2; number < 6; number++) life.pay("due", { dueId: `due_${number}` });
      life.pay("due", { dueId: "due_1", amount: due(life, 1).parts.principal - 100 });
      at(life, settledOn).settle(debit.id, life.paymentOf(debit.id));
      return life.booking.financeCharge;
    });

    expect(kept).toEqual([Math.floor((13_320 * 21) / 31 + 0.5), Math.floor((13_320 * 21) / 31 + 0.5)]);
  });

  test("takes what a refund made by hand has returned from the unearned interest", () => {
    const life = at(financed(6), "2027-02-20");
    for (let number = 1; number < 6; number++) life.pay("due", { dueId: `due_${number}` });
    const back = payoff(life, "2027-02-20").unearned.reduce((sum, { amount }) => sum + amount, 0);
    const earned = 0 - balanceOf(life, "interest_income") - back;
    let left = life.booking.applied - earned;
    for (const charge of life.charges) {
      const amount = Math.min(charge.amount, left);
      if (amount > 0) life.refundByHand(charge.id, amount);
      left -= amount;
    }

    expect(payoff(life, "2027-02-20").unearned).toEqual([]);
    payOff(life, "2027-02-20");
    expect(0 - balanceOf(life, "interest_income")).toBe(earned + due(life, 6).parts.interest);
  });

  test("refunds all unearned interest, although the last payment is smaller than that", () => {
    const life = at(financed(36), quotedOn);
    life.pay("due", { dueId: "due_36", amount: due(life, 36).amount - 10_000 });
    const page = life.checkout("due", { dueId: "due_36" }) as { id: string };
    for (let number = 1; number < 36; number++) life.pay("due", { dueId: `due_${number}` });
    const { unearned } = payoff(life, quotedOn);
    const back = unearned.reduce((sum, { amount }) => sum + amount, 0);

    life.settle(page.id, life.paymentOf(page.id));
    life.spread();

    expectSettled(life);
    expect(back).toBeGreaterThan(10_000);
    expect(life.booking).toMatchObject({ applied: life.booking.total, financeCharge: 0 });
    expect(life.refunds).toMatchObject([{ unspread: 0, reason: "unearned_interest" }]);
    expect(balanceOf(life, "interest_income")).toBe(0);
  });

  test("does not reduce again the interest that it has reduced", () => {
    const life = at(financed(6), "2027-01-19");
    const page = life.checkout("due", { dueId: "due_2" }) as { id: string };
    payOff(life, "2027-01-19");
    const earned = due(life, 1).parts.interest;
    expect(payoff(life, "2027-01-19").unearned).toEqual([]);

    life.settle(page.id, life.paymentOf(page.id));

    expect(earned).toBe(Math.floor((13_320 * 15) / 31 + 0.5));
    expect(life.booking.financeCharge).toBe(earned);
  });

  test("counts interest until the day on which the last of the payments began", () => {
    const [dueLast, payoffLast] = [at(financed(6), "2027-01-10"), at(financed(6), "2027-01-10")];
    for (const life of [dueLast, payoffLast]) {
      const page = life.checkout("due", { dueId: "due_1" }) as { id: string };
      life.settle(page.id, { kind: "processing", paymentIntentId: "pi_1" });
      const attempt = at(life, "2027-01-12").checkout("payoff") as { id: string };
      const [first, last] = life === dueLast ? [attempt, page] : [page, attempt];
      life.settle(first.id, life.paymentOf(first.id));
      at(life, "2027-01-14").settle(last.id, life.paymentOf(last.id));
    }

    const earned = Math.floor((13_320 * 8) / 31 + 0.5);
    expect([dueLast.booking.financeCharge, payoffLast.booking.financeCharge]).toEqual([earned, earned]);
  });

  test("with a negative price cannot be paid, and a payment under way refunds the excess", () => {
    const life = at(financed(24), "2027-01-10");
    for (let number = 24; number > 3; number--) life.pay("due", { dueId: `due_${number}` });
    const waived = due(life, 1).amount + due(life, 2).amount;
    const page = life.checkout("due", { dueId: "due_3" }) as { id: string };
    life.waive("due_1");
    life.waive("due_2");
    expect(payoff(life, "2027-01-10").amount).toBeLessThan(0);
    const request = { purpose: "payoff" as const, attemptId: "att_1", customerId: "cus_1", methods: ["card" as const] };
    const asked = { ...request, returnUrl: "https://example.org", notCleared: false, verifying: false };
    const refused = { ok: false, reason: "invalid_transition", because: "nothing_open" };
    expect(beginCheckout(life.booking, asked, life.now)).toEqual(refused);

    life.settle(page.id, life.paymentOf(page.id));

    expectSettled(life, waived);
  });
});
