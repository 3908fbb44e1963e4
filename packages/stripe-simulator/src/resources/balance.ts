import type { Stripe } from "stripe";
import { listPage } from "../http/list.ts";
import { paging, range, text } from "../http/params.ts";
import { noSuch } from "../http/stripe-error.ts";
import { minorDigits } from "../money.ts";
import type { Routes } from "../routes.ts";
import type { World } from "../world.ts";
import { convert, settle } from "./conversion.ts";

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

const CATEGORY = {
  charge: "charge",
  payment: "charge",
  refund: "refund",
  payment_refund: "refund",
  refund_failure: "refund_failure",
} as const;
const DAY = 24 * 3600;

/**
 * Cards: 2.9 % + 0.30 of the currency, which is nothing where it has no minor unit; bank debits: 0.8 %, at most 5
 * dollars. Half a minor unit rounds up. Source: stripe.com/pricing.
 */
function feeOf(method: "card" | "us_bank_account", amount: number, currency: string): number {
  if (method === "us_bank_account") return Math.min(500, Math.floor((amount * 8 + 500) / 1000));
  return Math.floor((amount * 29 + 500) / 1000) + Math.floor(30 * 10 ** (minorDigits(currency) - 2));
}

/** The next midnight (UTC) at least two days away, when a payment's money may be spent. */
export function settlesOn(seconds: number): number {
  return Math.ceil((seconds + 2 * DAY) / DAY) * DAY;
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
    reporting_category: CATEGORY[entry.type],
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

/**
 * The balance three ways, which must agree: kept as it moved, summed over its transactions, and derived from the
 * charges and refunds that should have caused them.
 */
export function balanceCheck(world: World, currency = "usd") {
  const transactions = world.objects.all("balance_transaction", { currency });
  const sum = transactions.reduce((total, { net }) => total + net, 0);
  const pending = transactions
    .filter(({ available_on }) => available_on > world.seconds())
    .reduce((total, { net }) => total + net, 0);
  const booked = new Set(transactions.map(({ id }) => id));
  const isBooked = (id: unknown) => typeof id === "string" && booked.has(id);
  /** What stands on this balance of an amount that may be of another currency. */
  const here = (amount: number, of: string) => (of === currency ? amount : convert(amount, of).amount);
  const charged = world.objects
    .all("charge")
    .filter(({ balance_transaction: id }) => isBooked(id))
    .reduce((total, { amount_captured, currency: of, payment_method_details: details }) => {
      const amount = here(amount_captured, of);
      return total + amount - feeOf(details?.type === "card" ? "card" : "us_bank_account", amount, currency);
    }, 0);
  const returned = world.objects.all("refund").reduce((total, refund) => {
    const { amount, currency: of, balance_transaction: taken, failure_balance_transaction: undone } = refund;
    return total + (isBooked(taken) ? here(-amount, of) : 0) + (isBooked(undone) ? here(amount, of) : 0);
  }, 0);
  const balance = world.settings.get<number>(`balance:${currency}`) ?? 0;
  const derived = charged + returned;
  return {
    currency,
    balance,
    sumOfTransactions: sum,
    derivedFromObjects: derived,
    available: sum - pending,
    pending,
    transactions: transactions.length,
    consistent: balance === sum && sum === derived,
  };
}

export function balanceRoutes({ get }: Routes, world: World): void {
  get("/v1/balance", {}, () => {
    const moved = world.objects.all("balance_transaction").map(({ currency }) => currency);
    const balances = [...new Set(["usd", ...moved])].map((currency) => balanceCheck(world, currency));
    const nothing = balances.map(({ currency }) => ({ amount: 0, currency }));
    const amounts = (of: "available" | "pending") =>
      balances.map(({ currency, [of]: amount }) => ({ amount, currency, source_types: { card: amount } }));
    return {
      object: "balance",
      available: amounts("available"),
      livemode: false,
      pending: amounts("pending"),
      refund_and_dispute_prefunding: { available: nothing, pending: nothing },
    } satisfies Stripe.Balance;
  });
  get(
    "/v1/balance_transactions",
    { created: range(), currency: text(), payout: text(), source: text(), type: text(), ...paging },
    (params) => {
      if (params.payout !== undefined) throw noSuch("payout", params.payout, "payout");
      const where = { currency: params.currency, source: params.source, type: params.type };
      const page = listPage(world, "balance_transaction", "/v1/balance_transactions", params, where);
      return { ...page, data: page.data.map((transaction) => shown(world, transaction)) };
    },
  );
  get("/v1/balance_transactions/:id", {}, (_params, { id = "" }) => {
    const transaction = world.objects.find("balance_transaction", id);
    if (!transaction) throw noSuch("balance transaction", id);
    return shown(world, transaction);
  });
}
