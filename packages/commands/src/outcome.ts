import type { PaymentOutcome, RefundOutcome } from "@clearing/domain/booking";
import type { Booked } from "@clearing/domain/ledger";
import type { StripeBalanceTransaction, StripePayment, StripeRefund, StripeSession } from "@clearing/payments";

/** The outcome of an attempt according to its checkout session and payment. */
export function outcomeOf({ status, payment }: StripeSession): PaymentOutcome {
  const paid = payment === null ? null : succeeded(payment);
  if (paid !== null) return paid;
  switch (status) {
    case "open":
      return { kind: "open" };
    case "expired":
      return { kind: "expired" };
    case "complete":
      return payment === null ? { kind: "open" } : unfinished(payment);
  }
}

/** The outcome of an attempt according to its payment intent. */
export const outcomeOfPayment = (payment: StripePayment): PaymentOutcome => succeeded(payment) ?? unfinished(payment);

function succeeded({
  status,
  charge,
  paymentIntentId,
  amountReceived,
  currency,
  methodLost,
}: StripePayment): PaymentOutcome | null {
  if (status !== "succeeded" || charge === null) return null;
  const { chargeId, created: paidAt, paidWith, balanceTransaction } = charge;
  const paid = { paymentIntentId, chargeId, amount: amountReceived, currency, paidAt, paidWith };
  const lost = methodLost === undefined ? {} : { methodLost };
  return { kind: "succeeded", ...paid, ...lost, booked: bookedBy(balanceTransaction) };
}

/** How Stripe booked a charge or refund on its balance; null until it has. */
export function bookedBy(transaction: StripeBalanceTransaction | null): Booked | null {
  if (transaction === null) return null;
  const { id: balanceTransactionId, amount, fee, currency, created: at } = transaction;
  return { balanceTransactionId, amount: Math.abs(amount), fee, currency, at };
}

function unfinished({ status, paymentIntentId, nextAction, lastError }: StripePayment): PaymentOutcome {
  const code = lastError?.declineCode ?? lastError?.code ?? status;
  switch (status) {
    case "requires_action":
      return nextAction === "verify_with_microdeposits" ? { kind: "verifying", paymentIntentId } : { kind: "open" };
    case "processing":
      return { kind: "processing", paymentIntentId };
    case "requires_payment_method":
      return { kind: "failed", paymentIntentId, code };
    case "canceled":
      return { kind: "cancelled", paymentIntentId, code };
    default:
      return { kind: "open" };
  }
}

/** The outcome of a refund part according to its refund at Stripe. */
export function refundOutcomeOf(refund: StripeRefund): RefundOutcome {
  const { refundId, status, balanceTransaction: taken, failureBalanceTransaction: returned } = refund;
  return {
    stripeRefundId: refundId,
    status: status === "succeeded" ? "succeeded" : status === "failed" || status === "canceled" ? "failed" : "pending",
    failureCode: refund.failureReason,
    taken: bookedBy(taken),
    returned: bookedBy(returned),
  };
}
