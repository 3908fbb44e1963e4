import { describe, expect, test } from "vitest";
import { bookedAs } from "../testing/retreat.ts";
import {
  bookingEntries,
  conversionEvent,
  type FactContext,
  paymentSettled,
  refundReturned,
  refundTaken,
  trialBalance,
} from "./index.ts";

const euros: FactContext = { effectiveOn: "2027-01-04", currency: "eur", bookingId: "bkg_1" };
const dollars: FactContext = { ...euros, currency: "usd" };

const balances = (entries: Parameters<typeof trialBalance>[0], currency: string) =>
  Object.fromEntries(trialBalance(entries, currency).accounts.map(({ account, balance }) => [account, balance]));

describe("a charge that Stripe booked in its own currency", () => {
  test("adds Stripe's fee, if there is one", () => {
    const entries = (fee: number) =>
      bookingEntries({ amount: 1_000, direction: "in", booked: bookedAs("txn_1", 1_000, { fee }) }, dollars);

    expect(entries(59)).toMatchObject([{ reference: "fee:txn_1", currency: "usd" }]);
    expect(balances(entries(59), "usd")).toEqual({ processing_fees: 59, stripe_balance: -59 });
    expect(balances(entries(-9), "usd")).toEqual({ processing_fees: -9, stripe_balance: 9 });
    expect(entries(0)).toEqual([]);
  });
});

describe("a euro charge on an account that settles dollars", () => {
  const booked = bookedAs("txn_1", 108_000, { fee: 3_162 });
  const entries = [
    ...paymentSettled({ chargeId: "ch_1", amount: 100_000 }, euros),
    ...bookingEntries({ amount: 100_000, direction: "in", booked }, euros),
  ];

  test("leaves the booked amount on Stripe's balance, and the rest in suspense, in each currency", () => {
    expect(balances(entries, "eur")).toEqual({ receivable: -100_000, stripe_balance: 0, suspense: 100_000 });
    expect(balances(entries, "usd")).toEqual({ stripe_balance: 104_838, suspense: -108_000, processing_fees: 3_162 });
  });

  test("has a separate reference for each entry, so that each is posted once", () => {
    expect(entries.map(({ reference, currency }) => `${reference} ${currency}`)).toEqual([
      "payment:ch_1 eur",
      "converted-from:txn_1 eur",
      "converted-to:txn_1 usd",
      "fee:txn_1 usd",
    ]);
  });

  test("that is refunded takes from Stripe's balance what Stripe took, and returns what came back", () => {
    const taken = refundTaken({ amount: 100_000, booked: bookedAs("txn_2", 109_000) }, euros);
    const returned = refundReturned({ amount: 100_000, booked: bookedAs("txn_3", 107_000) }, euros);

    expect(balances(taken, "eur")).toEqual({ refunds_payable: 100_000, stripe_balance: 0, suspense: -100_000 });
    expect(balances(taken, "usd")).toEqual({ stripe_balance: -109_000, suspense: 109_000 });
    expect(balances([...taken, ...returned], "eur")).toEqual({ refunds_payable: 0, stripe_balance: 0, suspense: 0 });
    expect(balances([...taken, ...returned], "usd")).toEqual({ stripe_balance: -2_000, suspense: 2_000 });
  });
});

describe("the event of a conversion", () => {
  const converted = (at: FactContext) => [
    ...paymentSettled({ chargeId: "ch_1", amount: 100_000 }, at),
    ...bookingEntries({ amount: 100_000, direction: "in", booked: bookedAs("txn_1", 108_000, { fee: 3_162 }) }, at),
  ];
  const told = (at: FactContext) => converted(at).map((entry, index) => conversionEvent(entry, `ent_${index}`));

  test("is sent once, for the entry that takes the money from Stripe's balance, in the charge's currency", () => {
    expect(told(euros)).toEqual([
      null,
      {
        name: "MoneyConverted",
        subject: { type: "entry", id: "ent_1", version: 1 },
        data: { reference: "converted-from:txn_1", bookingId: "bkg_1", amount: 100_000, currency: "eur" },
      },
      null,
      null,
    ]);
  });

  test("names no booking if the money belongs to none", () => {
    const { bookingId: _, ...ofNone } = euros;

    expect(told(ofNone)[1]).toMatchObject({ data: { bookingId: null, amount: 100_000 } });
  });

  test("is not sent if Stripe booked the money in the charge's currency", () => {
    expect(told(dollars)).toEqual([null, null]);
  });
});
