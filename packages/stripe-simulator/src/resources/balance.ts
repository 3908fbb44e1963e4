import type { Stripe } from "stripe";
import { listPage } from "../http/list.ts";
import { paging, range, text } from "../http/params.ts";
import { noSuch } from "../http/stripe-error.ts";
import type { Routes } from "../routes.ts";
import type { World } from "../world.ts";
import { feeOf, shown } from "./balance-transaction.ts";
import { convert } from "./conversion.ts";

/**
 * The balance computed in three ways, which must agree: the running balance, the sum of its transactions, and the total
 * of the charges and refunds behind them.
 */
export function balanceCheck(world: World, currency = "usd") {
  const transactions = world.objects.all("balance_transaction", { currency });
  const sum = transactions.reduce((total, { net }) => total + net, 0);
  const pending = transactions
    .filter(({ available_on }) => available_on > world.seconds())
    .reduce((total, { net }) => total + net, 0);
  const booked = new Set(transactions.map(({ id }) => id));
  const isBooked = (id: unknown) => typeof id === "string" && booked.has(id);
  /** The amount on this balance of an amount in a possibly different currency. */
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
