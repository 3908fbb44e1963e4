import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { at, balanceOf, due, financed, noon, payOff, quotedOn, sumOfAmounts, zone } from "../testing/loan.ts";
import { held } from "../testing/retreat.ts";
import { addDays, type CalendarDate, daysBetween, instantAt } from "../time/index.ts";
import { type Booking, beginCheckout, fallDue, payoffOn, refusePayoff, type SavedMethod, unpaid } from "./index.ts";
import type { PaymentBar } from "./payment-bar.ts";

const taxes = [{ id: "state", label: "State tax", rate: "6.8750", appliesTo: ["place" as const] }];
const savedMethod: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2030-12-31" },
  ...{ mandateId: null, savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const payoff = (life: Life, on: CalendarDate) => payoffOn(life.booking, on);

describe("a payoff", () => {
  test("costs the price of future dues, and the interest for the days of the current month", () => {
    const life = financed();
    const price = life.booking.total - 250_000;
    const interest = due(life, 1).parts.interest;

    // 16,000.00 at 9.99 % a year: 133.20 in the first month.
    expect([price, interest]).toEqual([1_600_000, 13_320]);
    expect(payoff(life, quotedOn).amount).toBe(price);
    expect(payoff(life, "2027-01-19").amount).toBe(price + Math.floor((13_320 * 15) / 31 + 0.5));
    expect(payoff(life, "2027-02-04").amount).toBe(price + 13_320);
  });

  test("costs the whole unpaid amount of billed dues", () => {
    const life = at(financed(), "2027-02-20");
    const rest = life.booking.dues.slice(2).reduce((sum, { parts }) => sum + parts.principal, 0);
    const running = due(life, 2).parts.interest;

    expect(payoff(life, "2027-02-20").amount).toBe(due(life, 1).amount + rest + Math.floor((running * 16) / 28 + 0.5));
  });

  test("subtracts interest that was paid before it was earned", () => {
    const life = at(financed(), "2027-01-10");
    life.pay("due", { dueId: "due_1" }).pay("due", { dueId: "due_2" });
    const paidInterest = due(life, 1).parts.interest + due(life, 2).parts.interest;
    const earned = Math.floor((due(life, 1).parts.interest * 6) / 31 + 0.5);
    const rest = life.booking.dues.slice(3).reduce((sum, { parts }) => sum + parts.principal, 0);

    expect(payoff(life, "2027-01-10").amount).toBe(rest - (paidInterest - earned));
  });

  test("leaves out dues with a payment under way", () => {
    const life = at(financed(), "2027-02-10");
    const all = payoff(life, "2027-02-10").amount;
    const attempt = life.checkout("due", { dueId: "due_1" }) as { id: string };
    life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_1" });

    expect(payoff(life, "2027-02-10").amount).toBe(all - due(life, 1).amount);
  });

  test("does not subtract interest that a refund made by hand has returned", () => {
    const life = financed(6);
    for (let number = 1; number < 6; number++) life.pay("due", { dueId: `due_${number}` });
    const { amount, unearned } = payoff(life, quotedOn);
    const back = unearned.reduce((sum, one) => sum + one.amount, 0);
    for (const charge of life.charges) life.refundByHand(charge.id, charge.amount);

    expect(back).toBeGreaterThan(0);
    expect(payoff(life, quotedOn)).toMatchObject({ amount: amount + back, unearned: [] });
    payOff(life, quotedOn);
    expect(balanceOf(life, "interest_income")).toBe(0);
  });

  test("does not ask for what was waived when a payment of that due was returned", () => {
    const life = financed(6).pay("due", { dueId: "due_6", amount: 30_000 });
    life.waive("due_6");
    const whole = payoff(life, quotedOn).amount;
    const dues = life.booking.dues.map((one) =>
      one.id === "due_6" ? { ...one, paid: 0, status: "scheduled" as const } : one,
    );
    life.booking = { ...life.booking, dues };

    expect(payoff(life, quotedOn).amount).toBe(whole + 30_000);
    payOff(life, quotedOn);
    expect(due(life, 6)).toMatchObject({ status: "paid", paid: 30_000 });
    expect(due(life, 6).amount).toBe(30_000 + (due(life, 6).waived ?? 0));
  });

  test("of a plan without interest costs the unpaid amount", () => {
    const life = new Life(held()).sign().pay("deposit").confirm();

    expect(payoff(life, "2027-01-20").amount).toBe(1_600_000);
  });

  const months = fc.integer({ min: 2, max: 24 });
  const days = fc.integer({ min: 0, max: 800 });
  const early = fc.array(fc.integer({ min: 1, max: 24 }), { maxLength: 5 });

  test("on any day, after any payments, leaves no due, no unearned interest and no receivable (I3)", () => {
    fc.assert(
      fc.property(months, days, days, early, fc.boolean(), (count, before, after, paid, taxed) => {
        const life = at(financed(count, taxed ? { taxes } : {}), addDays(quotedOn, Math.min(before, after)));
        for (const number of paid) {
          const one = life.booking.dues[number];
          if (one !== undefined && unpaid(one) > 0) life.pay("due", { dueId: one.id });
        }
        const on = addDays(quotedOn, Math.max(before, after));
        if (refusePayoff(at(life, on).booking) !== null || payoff(life, on).amount < 50) return;
        const { total } = life.booking;
        payOff(life, on);

        const { booking } = life;
        expect(booking.dues.filter((one) => unpaid(one) > 0)).toEqual([]);
        expect(sumOfAmounts(booking)).toBe(total + booking.financeCharge);
        expect(booking.dues.every((one) => one.billed === one.amount && one.paid === one.amount)).toBe(true);
        expect(booking.paid).toBe(total + booking.financeCharge);
        expect(balanceOf(life, "receivable")).toBe(0);
        expect(0 - balanceOf(life, "interest_income")).toBe(booking.financeCharge);
        expect(booking.payoff).toBeNull();
        expect(fallDue(booking, noon(addDays(on, 900)))).toBeNull();
      }),
    );
  });

  test("on any day costs the same whether or not staff have deferred a due", () => {
    const deferral = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(months, days, early, deferral, (count, day, paid, deferredBy) => {
        const on = addDays(quotedOn, day);
        const [deferred, asPlanned] = [financed(count), financed(count)];
        expect(deferred.defer("due_1", addDays(due(deferred, 1).dueOn, deferredBy))).toBe(true);
        for (const life of [deferred, asPlanned]) {
          at(life, on);
          for (const number of paid) {
            const one = life.booking.dues[number];
            if (one !== undefined && unpaid(one) > 0) life.pay("due", { dueId: one.id });
          }
        }

        expect(payoff(deferred, on).amount).toBe(payoff(asPlanned, on).amount);
      }),
    );
  });

  test("costs no interest of a later month after the first due was deferred to the last one's date", () => {
    const life = financed(3);
    life.defer("due_1", due(life, 3).dueOn);

    expect(payoff(life, quotedOn).amount).toBe(1_600_000);
  });

  test("costs the same by the last due, by its link and as a payoff", () => {
    const last = (): Life => {
      const life = at(financed(2), "2027-01-05");
      return at(life.pay("due", { dueId: "due_1" }), "2027-01-20");
    };
    const [byDue, byPayoff] = [last(), last()];

    byDue.pay("due", { dueId: "due_2" });
    payOff(byPayoff, "2027-01-20");

    expect(byDue.booking.paid).toBe(byPayoff.booking.paid);
    expect(byDue.booking.dues).toEqual(byPayoff.booking.dues.map((one) => one));
    expect(byDue.booking.financeCharge).toBeLessThan(financed(2).booking.financeCharge);
  });

  test.each(["due", "payoff"] as const)("of less than the smallest charge is charged as that, as a %s", (purpose) => {
    const life = at(financed(2), "2027-01-05").pay("due", { dueId: "due_1" });
    life.pay("due", { dueId: "due_2", amount: payoff(life, "2027-01-05").amount - 30 });
    expect(payoff(life, "2027-01-05").amount).toBe(30);

    const attempt = life.checkout(purpose, purpose === "due" ? { dueId: "due_2" } : {});
    expect(attempt).toMatchObject({ purpose: "payoff", amount: 50 });
    life.settle(attempt?.id ?? "", life.paymentOf(attempt?.id ?? ""));

    const { booking } = life;
    expect(booking.dues.filter((one) => unpaid(one) > 0)).toEqual([]);
    expect(life.refunds).toMatchObject([{ amount: 20, reason: "overpayment" }]);
    expect(booking.paid - booking.refunded).toBe(booking.total + booking.financeCharge);
    expect(sumOfAmounts(booking)).toBe(booking.total + booking.financeCharge);
  });

  test("covers a due of which only interest is left that is not earned yet", () => {
    const life = at(financed(), "2027-01-05");
    life.pay("due", { dueId: "due_12", amount: due(life, 12).parts.principal });
    expect(unpaid(due(life, 12))).toBe(due(life, 12).parts.interest);

    payOff(life, "2027-01-20");

    expect(life.booking.dues.filter((one) => unpaid(one) > 0)).toEqual([]);
    expect(sumOfAmounts(life.booking)).toBe(life.booking.total + life.booking.financeCharge);
    expect(fallDue(life.booking, noon("2029-01-20"))).toBeNull();
  });

  test("is reached by a part payment that leaves only interest that is not earned yet", () => {
    const life = at(financed(12), "2027-01-05");
    for (let month = 1; month <= 11; month++) life.pay("due", { dueId: `due_${month}` });
    const { booking } = life.pay("due", { dueId: "due_12", amount: due(life, 12).parts.principal });

    expect(booking.dues.filter((one) => unpaid(one) > 0)).toEqual([]);
    expect(booking.paid - booking.refunded).toBe(booking.total + booking.financeCharge);
  });

  test("prevents the billing of its dues, and any other checkout, while it is open", () => {
    const life = at(financed(), "2027-01-20");
    const attempt = life.checkout("payoff") as { id: string };

    expect(life.checkout("due", { dueId: "due_1" })).toBeNull();
    expect(life.checkout("payoff")?.id).toBe(attempt.id);
    expect(fallDue(life.booking, noon("2027-03-20"))).toBeNull();
    life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_1" });
    expect(life.booking.dues.slice(1).every(({ status }) => status === "processing")).toBe(true);
    expect(life.checkout("payoff")).toBeNull();
  });

  test("is returned to a payment link only while it is open, and is not begun by one", () => {
    const life = at(financed(), "2027-01-20");
    expect(life.checkout("payoff", { openOnly: true })).toBeNull();

    const attempt = life.checkout("payoff") as { id: string };

    expect(life.checkout("payoff", { openOnly: true })?.id).toBe(attempt.id);
  });

  test("is exact for the day on which it began, whenever it settles", () => {
    const life = at(financed(), "2027-01-20");
    const attempt = life.checkout("payoff") as { id: string; amount: number };
    life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_1" });
    life.at(noon("2027-02-10")).settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking.dues.every(({ status }) => status === "paid")).toBe(true);
    expect(life.booking.paid).toBe(250_000 + attempt.amount);
  });

  test.each(["expired", "failed"] as const)(
    "that has %s changes nothing, and its days do not count toward lateness",
    (kind) => {
      const life = at(financed(), "2027-01-20");
      const before = life.booking.dues;
      const attempt = life.checkout("payoff") as { id: string };
      life.settle(
        attempt.id,
        kind === "expired" ? { kind } : { kind, paymentIntentId: "pi_1", code: "insufficient_funds" },
      );

      const goesOnAt = instantAt("2027-01-21", "10:00", zone);
      expect(life.booking.dues).toEqual(before.map((one) => (one.kind === "deposit" ? one : { ...one, goesOnAt })));
      expect(life.booking).toMatchObject({ payoff: null, spared: [{ from: "2027-01-20", until: "2027-01-20" }] });
      expect(payoff(life, "2027-01-21").amount).toBeGreaterThan(0);
    },
  );

  test("that has failed lets tries of its dues resume at the next collection time", () => {
    const life = at(financed(), "2027-01-20");
    life.booking = { ...life.booking, autopay: true, savedMethod };
    const attempt = life.checkout("payoff") as { id: string };
    life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_1" });
    life.at(noon("2027-02-08")).settle(attempt.id, { kind: "failed", paymentIntentId: "pi_1", code: "no_account" });

    expect(life.sweep().attempts.filter(({ via }) => via === "off_session")).toEqual([]);
    expect(life.booking.dueAt).toBe(instantAt("2027-02-09", "10:00", zone));
    life.at(life.booking.dueAt ?? "").sweep();
    expect(life.attempts.filter(({ via }) => via === "off_session")).toMatchObject([{ dueId: "due_1" }]);
  });

  test("that is paid after it was abandoned is refunded in full", () => {
    const life = at(financed(), "2027-01-20");
    const attempt = life.checkout("payoff") as { id: string; amount: number };
    life.settle(attempt.id, { kind: "expired" });
    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.refunds).toMatchObject([{ amount: attempt.amount, reason: "duplicate_payment" }]);
    expect(life.booking.dues.filter(({ status }) => status === "paid")).toHaveLength(1);
  });

  /** An open payoff, and an abandoned page for one of its dues or a part of it. */
  function withOldSession(more = {}): {
    life: Life;
    old: { id: string; amount: number };
    attempt: { id: string; amount: number };
  } {
    const life = at(financed(), "2027-01-20");
    const old = life.checkout("due", { dueId: "due_1", ...more }) as { id: string; amount: number };
    life.settle(old.id, { kind: "expired" });
    return { life, old, attempt: life.checkout("payoff") as { id: string; amount: number } };
  }

  test.each([
    ["all of a due", {}],
    ["a part of a due", { amount: 20_000 }],
  ])("pays what is left, and refunds the rest, if a late success has paid %s that it covers", (_, more) => {
    const { life, old, attempt } = withOldSession(more);
    life.settle(old.id, life.paymentOf(old.id));
    life.settle(attempt.id, life.paymentOf(attempt.id));

    const { booking } = life;
    expect(life.refunds).toMatchObject([{ amount: old.amount, reason: "overpayment" }]);
    expect(sumOfAmounts(booking)).toBe(booking.total + booking.financeCharge);
    expect(booking.applied).toBe(booking.total + booking.financeCharge);
    expect(booking.applied).toBe(250_000 + attempt.amount);
    expect(balanceOf(life, "receivable")).toBe(0);
    expect(0 - balanceOf(life, "interest_income")).toBe(booking.financeCharge);
  });

  test.each(["expired", "failed"] as const)("that has %s after its first due was paid late is closed", (kind) => {
    const { life, old, attempt } = withOldSession();
    life.settle(old.id, life.paymentOf(old.id));
    const ends = kind === "expired" ? { kind } : ({ kind, paymentIntentId: "pi_1", code: "processing_error" } as const);
    life.settle(attempt.id, ends);

    expect(life.booking.payoff).toBeNull();
    expect(life.booking.dues.filter(({ openAttemptId }) => openAttemptId !== null)).toEqual([]);
    expect(due(life, 1).status).toBe("paid");
  });

  test("is shown as on its way after its first due was paid late", () => {
    const { life, old, attempt } = withOldSession();
    life.settle(old.id, life.paymentOf(old.id));
    life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_1" });

    expect(life.booking.dues.slice(1).map(({ status }) => status)).toEqual([
      "paid",
      ...Array.from({ length: 11 }, () => "processing"),
    ]);
  });

  test("under way when its client cancels is settled by that ending, once", () => {
    const life = at(financed(), "2027-01-20");
    const attempt = life.checkout("payoff") as { id: string; amount: number };
    life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_1" });
    life.end("client");
    life.settle(attempt.id, life.paymentOf(attempt.id));

    const { booking } = life;
    // More than sixty days before the start, everything except the administration fee is refunded.
    expect(booking.ending).toMatchObject({ netPaid: 250_000 + attempt.amount, kept: 50_000 });
    expect(booking.refunded).toBe(200_000 + attempt.amount);
    expect(balanceOf(life, "receivable")).toBe(0);
    // The payoff paid less interest than the plan disclosed.
    expect(sumOfAmounts(booking)).toBe(booking.total + booking.financeCharge);
  });

  test("with interest that was paid in advance is refunded in full if the booking was cancelled meanwhile", () => {
    const life = at(financed(6), quotedOn).pay("due", { dueId: "due_1" }).pay("due", { dueId: "due_2" });
    const attempt = life.checkout("payoff") as { id: string; amount: number };
    life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_1" });
    life.end("client");
    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.refunds.at(-1)).toMatchObject({ amount: attempt.amount, reason: "after_cancellation" });
  });

  const barred = (because: PaymentBar) => ({ reason: "invalid_transition", because });
  /** With a payoff whose page is open, or which its bank account has paid and the bank is processing. */
  function beingPaidOff(life: Life, how: "page" | "debit"): Life {
    const attempt = life.checkout("payoff") as { id: string };
    if (how === "debit") life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_1" });
    return life;
  }

  test.each([
    ["page", "payoff_open"],
    ["debit", "payoff_in_progress"],
  ] as const)("whose %s is open refuses the payment of one due with the reason", (how, because) => {
    const { booking, now } = beingPaidOff(financed(), how);
    const request = { purpose: "due" as const, dueId: "due_1", attemptId: "att_9", customerId: "cus_1" };
    const asked = { ...request, methods: ["card" as const], returnUrl: "https://example.org", notCleared: false };

    expect(beginCheckout(booking, { ...asked, verifying: false }, now)).toEqual({ ok: false, ...barred(because) });
  });

  const openPayoff = { attemptId: "att_1", on: quotedOn, dues: [], unearned: [] };
  test.each<[string, (life: Life) => Booking, object | null]>([
    ["held", ({ booking }) => ({ ...booking, status: "held" }), barred("deposit_first")],
    ["cancelled", ({ booking }) => ({ ...booking, status: "cancelled" }), barred("ended")],
    ["being paid off", ({ booking }) => ({ ...booking, payoff: openPayoff }), barred("payoff_open")],
    ["being paid off by a bank debit", (life) => beingPaidOff(life, "debit").booking, barred("payoff_in_progress")],
    ["completed", ({ booking }) => ({ ...booking, status: "completed" }), null],
    [
      "`full` and not confirmed",
      () => new Life(held("full")).sign().pay("deposit").booking,
      { reason: "clearance_required" },
    ],
    [
      "paid",
      () => new Life(held()).sign().pay("deposit").pay("due", { dueId: "due_1" }).booking,
      barred("nothing_open"),
    ],
  ])("of a booking that is %s is refused with the reason", (_, of, reason) => {
    expect(refusePayoff(of(financed()))).toEqual(reason);
  });

  test("counts each day of interest once, from the first to the last", () => {
    const life = financed(3);
    const amounts = Array.from(
      { length: daysBetween(quotedOn, "2027-04-04") + 1 },
      (_, day) => payoff(life, addDays(quotedOn, day)).amount,
    );

    expect(amounts.every((amount, day) => day === 0 || amount >= (amounts[day - 1] ?? 0))).toBe(true);
    expect(amounts.at(-1)).toBe(life.booking.total - 250_000 + life.booking.financeCharge);
  });
});
