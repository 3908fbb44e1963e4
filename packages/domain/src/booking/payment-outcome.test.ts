import { describe, expect, test } from "vitest";
import { trialBalance } from "../ledger/index.ts";
import { Life } from "../testing/life.ts";
import { paying, payingBalance } from "../testing/paying.ts";
import { held, program } from "../testing/retreat.ts";
import { plusDays, plusHours } from "../time/index.ts";
import type { CheckoutAttempt } from "./index.ts";

const due = (life: Life, sequence: number) => life.booking.dues[sequence];

describe("the dates of a payment's entries", () => {
  const dates = (life: Life, from = 0) =>
    Object.fromEntries(life.journal.slice(from).map(({ reference, effectiveOn }) => [reference, effectiveOn]));

  test("are those of Stripe's balance transaction, in the cohort's time zone, even if learned of three days later", () => {
    const { life, attempt } = paying();
    const payment = life.paymentOf(attempt.id);
    // Evening of the 4th in Denver.
    const booked = payment.booked && { ...payment.booked, at: "2027-01-05T05:00:00Z" as const };

    life.at(plusDays(life.now, 3)).settle(attempt.id, { ...payment, booked });

    expect(new Set(Object.values(dates(life)))).toEqual(new Set(["2027-01-04"]));
    expect(life.journal).toHaveLength(3);
  });

  test("are the charge's until Stripe has booked it; the fee's is that of the balance transaction", () => {
    const { life, attempt } = paying();
    const paid = life.now;
    const payment = life.paymentOf(attempt.id);
    life.at(plusDays(paid, 2)).settle(attempt.id, { ...payment, booked: null });
    const booked = payment.booked && { ...payment.booked, at: plusDays(paid, 1) };

    life.at(plusDays(paid, 4)).settle(attempt.id, { ...payment, booked });

    expect(life.charges).toMatchObject([{ balanceTransactionId: `txn_${attempt.id}` }]);
    expect(dates(life)).toEqual({
      "due-billed:due_0:1": "2027-01-04",
      [`payment:ch_${attempt.id}`]: "2027-01-04",
      [`fee:txn_${attempt.id}`]: "2027-01-05",
    });
  });

  test("do not affect today's decisions: a due whose date has passed since is past due, and billed on its own date", () => {
    const life = new Life(held("deposit_and_balance", { now: "2027-02-05T17:00:00Z" })).sign();
    const attempt = life.checkout("deposit") as CheckoutAttempt;
    const payment = life.paymentOf(attempt.id);

    life.at("2027-02-08T17:00:00Z").settle(attempt.id, payment);

    expect(due(life, 1)).toMatchObject({ dueOn: "2027-02-06", billed: 1_600_000 });
    expect(dates(life)).toMatchObject({
      [`payment:ch_${attempt.id}`]: "2027-02-05",
      "due-billed:due_1:1": "2027-02-06",
    });
  });

  test("after an ending are Stripe's for the payment, and today's for what is kept and owed of it", () => {
    const { life, attempt } = payingBalance();
    const payment = life.paymentOf(attempt.id);
    life.at("2027-01-20T17:00:00Z").end("client");
    const before = life.journal.length;

    life.at("2027-01-21T17:00:00Z").settle(attempt.id, payment);

    expect(dates(life, before)).toMatchObject({
      [`payment:ch_${attempt.id}`]: "2027-01-04",
      [`kept:bkg_1:${attempt.id}`]: "2027-01-21",
    });
  });
});

describe("a payment that Stripe booked in another currency", () => {
  const euros = (life: Life, attempt: CheckoutAttempt) => {
    const payment = life.paymentOf(attempt.id);
    return {
      ...payment,
      currency: "eur",
      booked: payment.booked && { ...payment.booked, amount: 270_000, fee: 7_860, currency: "usd" },
    };
  };
  const balanceOf = (life: Life, currency: string) =>
    Object.fromEntries(trialBalance(life.journal, currency).accounts.map(({ account, balance }) => [account, balance]));

  test("pays its due in its own currency, and is on Stripe's balance in Stripe's", () => {
    const life = new Life(held("deposit_and_balance", { program: program({ currency: "eur" }) })).sign();
    const attempt = life.checkout("deposit") as CheckoutAttempt;

    life.settle(attempt.id, euros(life, attempt));

    expect(life.booking).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
    expect(balanceOf(life, "eur")).toMatchObject({ receivable: 0, stripe_balance: 0, suspense: 250_000 });
    expect(balanceOf(life, "usd")).toEqual({ stripe_balance: 262_140, suspense: -270_000, processing_fees: 7_860 });
  });

  test("has the same result when Stripe books it late", () => {
    const life = new Life(held("deposit_and_balance", { program: program({ currency: "eur" }) })).sign();
    const attempt = life.checkout("deposit") as CheckoutAttempt;
    life.settle(attempt.id, { ...euros(life, attempt), booked: null });

    life.at(plusHours(life.now, 1)).settle(attempt.id, euros(life, attempt));

    expect(balanceOf(life, "eur")).toMatchObject({ stripe_balance: 0, suspense: 250_000 });
    expect(balanceOf(life, "usd")).toEqual({ stripe_balance: 262_140, suspense: -270_000, processing_fees: 7_860 });
  });
});
