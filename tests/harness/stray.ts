import { applyPayment } from "@clearing/commands/payment";
import { recordStrayPayment } from "@clearing/commands/stray-payment";
import type { Booking } from "@clearing/domain/booking";
import { card } from "@clearing/domain/testing/retreat";
import type { StripeCharge, StripePayment } from "@clearing/payments";
import type { Store } from "@clearing/store/store";
import { contextOf, now, occasionAt } from "./journey.ts";
import { transactionOf } from "./refunds.ts";
import { ids } from "./store.ts";

const money = { paymentIntentId: "pi_stray", amount: 100, currency: "usd" };

/** Records money that no attempt of the booking asked for and that Stripe has not booked yet. */
export const recordStray = (store: Store, { id }: Booking) =>
  recordStrayPayment(
    store,
    { bookingId: id, refundId: ids.next("ref") },
    { ...money, chargeId: "ch_stray", refunded: 0, paidAt: now, paidWith: card, booked: null },
    occasionAt(now),
  );

/** Stripe reports that it has booked that money, for a fee. */
export function bookStray(store: Store) {
  const seen = { methodType: null, created: now, metadata: {}, status: "succeeded" } as const;
  const charge: StripeCharge = {
    ...money,
    ...seen,
    chargeId: "ch_stray",
    captured: true,
    amountCaptured: money.amount,
    amountRefunded: 0,
    paidWith: card,
    balanceTransaction: { ...transactionOf("txn_stray", money.amount, now), fee: 3 },
  };
  const none = { customerId: null, nextAction: null, lastError: null };
  const payment: StripePayment = { ...money, ...seen, ...none, amountReceived: money.amount, charge };
  return applyPayment(contextOf(store), payment, "sample");
}
