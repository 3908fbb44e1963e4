import type { Instant } from "@clearing/domain/time";
import type { CreateRefund, StripeBalanceTransaction, StripeRefund } from "@clearing/payments";

/** Stripe's balance transaction of an amount, without a fee. */
export const transactionOf = (id: string, amount: number, created: Instant): StripeBalanceTransaction => ({
  id,
  amount,
  fee: 0,
  net: amount,
  currency: "usd",
  created,
});

/** Stripe's immediate refund for a request. */
export const refundAt = (at: Instant, { chargeId, amount, metadata }: CreateRefund): StripeRefund => ({
  refundId: `re_${metadata.partId}`,
  chargeId,
  paymentIntentId: chargeId.replace("ch_", "pi_"),
  amount,
  currency: "usd",
  status: "succeeded",
  created: at,
  balanceTransaction: transactionOf(`txn_${metadata.partId}`, -amount, at),
  failureBalanceTransaction: null,
  failureReason: null,
  metadata,
});
