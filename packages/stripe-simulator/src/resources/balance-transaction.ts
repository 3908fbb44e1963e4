import type { Stripe } from "stripe";
import { minorDigits } from "../money.ts";
import type { World } from "../world.ts";
import { settle } from "./conversion.ts";

type BalanceEntry = {
  amount: number;
  currency: string;
  /** The method whose fee Stripe takes; none for what leaves. */
  feeFor?: "card" | "us_bank_account";
  type: "charge" | "payment" | "refund" | "payment_refund" | "refund_failure";
  source: string;
  description: string | null;
  /** Seconds; default now. */
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
 * Cards: 2.9 % + 0.30 of the currency, which is nothing where it has no minor unit; bank debits: 0.8 %, at most 5
 * dollars. Half a minor unit rounds up. Source: stripe.com/pricing.
 */
export function feeOf(method: "card" | "us_bank_account", amount: number, currency: string): number {
  if (method === "us_bank_account") return Math.min(500, Math.floor((amount * 8 + 500) / 1000));
  return Math.floor((amount * 29 + 500) / 1000) + Math.floor(30 * 10 ** (minorDigits(currency) - 2));
}

/** The next midnight (UTC) at least two days away, when a payment's money may be spent. */
export function settlesOn(seconds: number): number {
  return Math.ceil((seconds + 2 * day) / day) * day;
}

/**
 * Moves the account's balance, which may go below zero, in the entry's currency or, where the account does not settle
 * that one, converted. The running balance is kept beside the sum, as a check on it.
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

/** A transaction's status depends on the time it is looked at. */
export function shown(world: World, transaction: Stripe.BalanceTransaction): Stripe.BalanceTransaction {
  return { ...transaction, status: transaction.available_on <= world.seconds() ? "available" : "pending" };
}
