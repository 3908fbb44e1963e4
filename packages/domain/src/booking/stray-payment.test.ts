import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { bookedAs, card, held, today } from "../testing/retreat.ts";
import { returnStrayPayment, type StrayPayment } from "./index.ts";

const booking = () => new Life(held()).sign().pay("deposit").booking;
const payment = (changes: Partial<StrayPayment> = {}): StrayPayment => ({
  paymentIntentId: "pi_9",
  chargeId: "ch_9",
  amount: 70_000,
  refunded: 0,
  currency: "usd",
  paidAt: today,
  paidWith: card,
  booked: bookedAs("txn_9", 70_000, { fee: 2_000 }),
  ...changes,
});
const returned = (changes?: Partial<StrayPayment>) =>
  returnStrayPayment(booking(), payment(changes), { refundId: "ref_9", now: today });

describe("a payment without an attempt", () => {
  test("is on Stripe's balance, with its fee, and owed back", () => {
    expect(returned().journal).toMatchObject([
      { reference: "payment:ch_9", postings: [{ account: "stripe_balance" }, { account: "refunds_payable" }] },
      { reference: "fee:txn_9" },
    ]);
    expect(returned().charge.balanceTransactionId).toBe("txn_9");
  });

  test("that Stripe has not booked yet is also owed back", () => {
    const { charge, journal } = returned({ booked: null });

    expect(charge.balanceTransactionId).toBeNull();
    expect(journal.map(({ reference }) => reference)).toEqual(["payment:ch_9"]);
  });

  test.each([70_000, 80_000])("of which %i was refunded by hand needs no refund, and reports none", (refunded) => {
    const { refund, events, charge, booking: after } = returned({ refunded });

    expect([refund, events]).toEqual([null, []]);
    expect(charge).toMatchObject({ amount: 70_000, refundable: 70_000, applied: 0 });
    expect(after).toMatchObject({ paid: 320_000, refunded: 0 });
  });

  test("in another currency is refunded as it came, and does not count on the booking", () => {
    const { refund, booking: after } = returned({ currency: "eur", booked: null });

    expect(refund).toMatchObject({ amount: 70_000, currency: "eur", reason: "wrong_currency" });
    expect(returned().refund).toMatchObject({ reason: "duplicate_payment" });
    expect(after).toMatchObject({ paid: 250_000, refunded: 0 });
  });
});
