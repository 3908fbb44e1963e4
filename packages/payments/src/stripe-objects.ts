import type { PaidWith } from "@clearing/domain/booking";
import type { CalendarDate, Instant } from "@clearing/domain/time";

/**
 * What Stripe says, reduced to what this product decides on: plain values in the domain's shapes (instants of whole
 * seconds, integer minor units), never the SDK's objects. Unknown enum values stay as they came.
 */
export type Metadata = Readonly<Record<string, string>>;

export type CustomerFacts = { customerId: string; metadata: Metadata };

/** One hosted checkout page; `payment` is null until the client has begun to pay. */
export type CheckoutFacts = {
  sessionId: string;
  status: "open" | "complete" | "expired";
  /** Null once the session is no longer open. */
  url: string | null;
  expiresAt: Instant;
  created: Instant;
  customerId: string | null;
  payment: PaymentFacts | null;
  /** On a page that saves a method alone: what has come of that; null until the client has begun. */
  setup?: SetupFacts | null;
  metadata: Metadata;
};

export type PaymentMethodType = "card" | "us_bank_account" | (string & {});

/** A payment method. `customerId` is null once it is detached: it can be charged no more. */
export type MethodFacts = {
  methodId: string;
  customerId: string | null;
  type: PaymentMethodType;
  fingerprint: string | null;
  last4: string | null;
  expiresOn: CalendarDate | null;
};

/** What came of saving a method; `method` is null where Stripe does not show it. */
export type SetupFacts = {
  status: "succeeded" | "processing" | "canceled" | (string & {});
  method: MethodFacts | null;
  mandateId: string | null;
};

/** What a bank account is debited by. `inactive`: it was withdrawn, or the bank has ended it. */
export type MandateFacts = {
  mandateId: string;
  status: "active" | "inactive" | "pending" | (string & {});
  methodId: string | null;
};

export type PaymentStatus =
  | "requires_payment_method"
  | "requires_confirmation"
  | "requires_action"
  | "requires_capture"
  | "processing"
  | "succeeded"
  | "canceled"
  | (string & {});

/** One PaymentIntent. Only `amountReceived` is money; the amount asked for is `amount`. */
export type PaymentFacts = {
  paymentIntentId: string;
  status: PaymentStatus;
  amount: number;
  amountReceived: number;
  currency: string;
  /** Of the last charge; before there is one, of the method on the intent, or null. */
  methodType: PaymentMethodType | null;
  created: Instant;
  customerId: string | null;
  /** What the customer has to do while the status is `requires_action`, such as `verify_with_microdeposits`. */
  nextAction: string | null;
  lastError: { code: string; declineCode: string | null } | null;
  charge: ChargeFacts | null;
  metadata: Metadata;
};

/**
 * How Stripe booked money on its balance. `currency` is the balance's: where the account does not settle the currency of
 * the charge itself, Stripe converts. `amount` is gross and negative where money leaves; `net` is it less `fee`.
 */
export type BalanceTransactionFacts = {
  id: string;
  amount: number;
  fee: number;
  net: number;
  currency: string;
  created: Instant;
};

/**
 * One charge. Only `amountCaptured` is money: `amount` is what was asked for, and an authorization holds it without
 * taking it. `amountRefunded` also counts what an authorization let go. `balanceTransaction` is null until Stripe has
 * booked the charge (a bank debit books late).
 */
export type ChargeFacts = {
  chargeId: string;
  paymentIntentId: string | null;
  amount: number;
  captured: boolean;
  amountCaptured: number;
  amountRefunded: number;
  currency: string;
  status: "succeeded" | "pending" | "failed" | (string & {});
  methodType: PaymentMethodType | null;
  created: Instant;
  paidWith: PaidWith;
  balanceTransaction: BalanceTransactionFacts | null;
  metadata: Metadata;
};

/**
 * One refund. `balanceTransaction.amount` is negative (money leaves), `failureBalanceTransaction.amount` positive
 * (a failed refund comes back).
 */
export type RefundFacts = {
  refundId: string;
  chargeId: string | null;
  paymentIntentId: string | null;
  amount: number;
  currency: string;
  status: "pending" | "requires_action" | "succeeded" | "failed" | "canceled";
  created: Instant;
  balanceTransaction: BalanceTransactionFacts | null;
  failureBalanceTransaction: BalanceTransactionFacts | null;
  failureReason: string | null;
  metadata: Metadata;
};

/** A hint that something happened: the object it names is fetched again before anything is decided. */
export type StripeEventFacts = {
  eventId: string;
  type: string;
  apiVersion: string | null;
  objectId: string;
  objectType: string;
  created: Instant;
  livemode: boolean;
  account: string | null;
  /** The attempt that its object's metadata names: where to look first, and no proof of anything. */
  attempt?: { bookingId: string; attemptId: string };
  /** The id of the work that asked Stripe for the object, of its metadata. */
  correlationId?: string;
  /** A checkout session that showed as paid. */
  paid?: true;
};
