import type { Stripe } from "stripe";
import { minorDigits } from "../money.ts";
import type { World } from "../world.ts";
import { settle } from "./conversion.ts";

type BalanceEntry = {
  amount: number;
  currency: string;
  /** The method whose fee Stripe takes; undefined for money that leaves. */
  feeFor?: "card" | "us_bank_account";
  type: "charge" | "payment" | "refund" | "payment_refund" | "refund_failure";
  source: string;
  description: string | null;
  /** In seconds; defaults to now. */
  availableOn?: number;
};

const category = {
  charge: "charge",
  payment: "charge",
  refund: "refund",
  payment_refund: "refund",
  refund_failure: "refund_failure",
} as const;
const day = 24 * 3600;

/**
 * Cards: 2.9 % + 0.30 of the currency, rounded down to 0 in zero-decimal currencies; bank debits: 0.8 %, at most 5
 * dollars. Half a minor unit rounds up. Source: stripe.com/pricing.
 */
export function feeOf(method: "card" | "us_bank_account", amount: number, currency: string): number {
  if (method === "us_bank_account") return Math.min(500, Math.floor((amount * 8 + 500) / 1000));
  return Math.floor((amount * 29 + 500) / 1000) + Math.floor(30 * 10 ** (minorDigits(currency) - 2));
}

/** The next midnight (UTC) at least two days away, from which a payment's money is available. */
export function settlesOn(seconds: number): number {
  return Math.ceil((seconds + 2 * day) / day) * day;
}

/**
 * Moves the account's balance, which may become negative, in the entry's currency or converted if the account does not
 * settle that currency. A running balance is kept beside the sum as a check.
 */
export function book(world: World, entry: BalanceEntry): Stripe.BalanceTransaction {
  const { amount, currency, exchangeRate } = settle(world, entry.amount, entry.currency);
  const fee = entry.feeFor === undefined ? 0 : feeOf(entry.feeFor, amount, currency);
  const net = amount - fee;
  const transaction: Stripe.BalanceTransaction = {
    id: world.newId("txn_1", 23),
    object: "balance_transaction",
    amount,
    available_on: entry.availableOn ?? world.seconds(),
    balance_type: "payments",
    created: world.seconds(),
    currency,
    description: entry.description,
    exchange_rate: exchangeRate,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency,
              description: "Stripe processing fees",
              type: "stripe_fee",
            },
          ],
    net,
    reporting_category: category[entry.type],
    source: entry.source,
    status: "pending",
    type: entry.type,
  };
  world.objects.insert<"balance_transaction">(transaction);
  const key = `balance:${currency}`;
  world.settings.set(key, (world.settings.get<number>(key) ?? 0) + net);
  return transaction;
}

/** A transaction's status depends on the current time. */
export function shown(world: World, transaction: Stripe.BalanceTransaction): Stripe.BalanceTransaction {
  return { ...transaction, status: transaction.available_on <= world.seconds() ? "available" : "pending" };
}
