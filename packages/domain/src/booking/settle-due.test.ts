import { describe, expect, test } from "vitest";
import { trialBalance } from "../ledger/index.ts";
import { Life } from "../testing/life.ts";
import { payingBalance } from "../testing/paying.ts";
import { held } from "../testing/retreat.ts";
import { balance, type CheckoutAttempt, fallDue, type PaymentOutcome } from "./index.ts";

const failed: PaymentOutcome = { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" };
const expired: PaymentOutcome = { kind: "expired" };
const due = (life: Life, sequence: number) => life.booking.dues[sequence];

describe("a payment of another due", () => {
  test("pays it, and a part payment leaves the rest to its date", () => {
    const { life, attempt } = payingBalance(600_000);

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(due(life, 1)).toMatchObject({ paid: 600_000, billed: 600_000, status: "scheduled", openAttemptId: null });
    expect(life.booking).toMatchObject({ paid: 850_000, deferred: 850_000 });
  });

  test.each([
    ["before its date is billed with its payment", "2027-02-04", "2027-02-04"],
    ["after its date, if no sweep has billed it yet, is billed on its date", "2027-02-09", "2027-02-06"],
  ])("%s, and the rest on its date", (_, paidOn, billedOn) => {
    const plan = held("deposit_and_balance");
    const life = new Life(plan).sign().pay("deposit").confirm().at(`${paidOn}T18:00:00Z`);
    const [attempt] = life.pay("due", { dueId: "due_1", amount: 600_000 }).attempts.slice(-1);
    life.at("2027-02-10T18:00:00Z").fallDue();

    const dates = Object.fromEntries(life.journal.map(({ reference, effectiveOn }) => [reference, effectiveOn]));
    expect(dates).toMatchObject({
      "due-billed:due_1:1": billedOn,
      [`payment:ch_${attempt?.id}`]: paidOn,
      "due-billed:due_1:2": "2027-02-06",
    });
  });

  test("paid in part leaves a past-due due past due", () => {
    const { life } = payingBalance();
    life.at("2027-02-07T18:00:00Z").fallDue();
    const [attempt] = life.attempts.slice(-1);
    life.settle(attempt?.id ?? "", expired);
    life.pay("due", { dueId: "due_1", amount: 600_000 });

    expect(due(life, 1)).toMatchObject({ paid: 600_000, billed: 1_600_000, status: "past_due" });
  });

  test("that arrives after all does not change the attempt under way for the rest (I5)", () => {
    const { life, attempt } = payingBalance(600_000);
    life.settle(attempt.id, failed);
    const rest = life.checkout("due", { dueId: "due_1", amount: 1_000_000 }) as CheckoutAttempt;

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(due(life, 1)).toMatchObject({ paid: 600_000, openAttemptId: rest.id });
    expect(life.checkout("due", { dueId: "due_1" })?.id).toBe(rest.id);
  });

  test("that succeeds a second time is refunded in full", () => {
    const { life, attempt } = payingBalance();
    life.settle(attempt.id, failed);
    life.pay("due", { dueId: "due_1" });

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.refunds).toMatchObject([{ amount: 1_600_000, reason: "duplicate_payment" }]);
    expect(life.booking).toMatchObject({ paid: 3_450_000, refunded: 1_600_000, deferred: 1_850_000 });
  });

  test("that is a duplicate on a completed booking cancels nothing that is still owed", () => {
    const life = new Life(held("installments")).sign().pay("deposit").confirm();
    const attempt = life.checkout("due", { dueId: "due_1" }) as CheckoutAttempt;
    life.settle(attempt.id, failed);
    life.pay("due", { dueId: "due_1" }).at("2027-03-08T17:00:00Z").admit();
    life.at("2027-03-15T06:00:00Z");
    while (fallDue(life.booking, life.now) !== null) life.fallDue();
    life.complete();

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking.status).toBe("completed");
    expect(due(life, 2)).toMatchObject({ status: "past_due", paid: 0 });
    expect(life.refunds).toMatchObject([{ amount: attempt.amount, reason: "duplicate_payment" }]);
  });

  test.each(["confirmed", "completed"])(
    "that comes late pays what is still open of its due, and only the excess is refunded, while %s",
    (status) => {
      const { life, attempt } = payingBalance(1_000_000);
      life.settle(attempt.id, failed);
      life.pay("due", { dueId: "due_1", amount: 900_000 });
      if (status === "completed") {
        life.at("2027-03-08T17:00:00Z").admit().at("2027-03-15T06:00:00Z").fallDue();
        life.complete();
      }

      life.settle(attempt.id, life.paymentOf(attempt.id));

      expect(life.booking.status).toBe(status);
      expect(due(life, 1)).toMatchObject({ status: "paid", paid: 1_600_000, billed: 1_600_000 });
      expect(life.refunds).toMatchObject([{ amount: 300_000, reason: "overpayment" }]);
      expect(life.charges.at(-1)).toMatchObject({ amount: 1_000_000, applied: 700_000, refundable: 700_000 });
      expect(life.booking).toMatchObject({ paid: 2_150_000, refunded: 300_000, applied: 1_850_000 });
      expect(balance(life.booking)).toBe(0);
      const accounts = trialBalance(life.journal, "usd").accounts;
      const of = (name: string) => accounts.find(({ account }) => account === name)?.balance ?? 0;
      expect([of("receivable"), of("refunds_payable")]).toEqual([0, -300_000]);
    },
  );

  test("in another currency is refunded in full, and does not count", () => {
    const { life, attempt } = payingBalance();

    life.settle(attempt.id, life.paymentOf(attempt.id, { currency: "eur", booked: null }));

    expect(life.booking).toMatchObject({ paid: 250_000, refunded: 0 });
    expect(due(life, 1)).toMatchObject({ paid: 0, openAttemptId: null });
    expect(life.refunds).toMatchObject([{ currency: "eur", amount: 1_600_000, reason: "wrong_currency" }]);
    expect(life.journal.at(-1)).toMatchObject({ currency: "eur", reference: `payment:ch_${attempt.id}` });
  });
});
