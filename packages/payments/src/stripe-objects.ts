import type { LossAtStripe, PaidWith } from "@clearing/domain/booking";
import type { CalendarDate, Instant } from "@clearing/domain/time";

/**
 * Stripe's objects, reduced to the fields that this product decides on: plain values in the domain's formats (instants
 * of whole seconds, integer minor units), never the SDK's objects. Unknown enum values are passed on unchanged.
 */
export type Metadata = Readonly<Record<string, string>>;

export type StripeCustomer = { customerId: string; metadata: Metadata };

/** One hosted checkout page; `payment` is null until the client begins to pay. */
export type StripeSession = {
  sessionId: string;
  status: "open" | "complete" | "expired";
  /** Null once the session is no longer open. */
  url: string | null;
  expiresAt: Instant;
  created: Instant;
  customerId: string | null;
  payment: StripePayment | null;
  /** Only on a page that saves a method: its setup intent, null until the client begins. */
  setup?: StripeSetup | null;
  metadata: Metadata;
};

export type PaymentMethodType = "card" | "us_bank_account" | (string & {});

/** A payment method. `customerId` is null once it is detached; then it can no longer be charged. */
export type StripeMethod = {
  methodId: string;
  customerId: string | null;
  type: PaymentMethodType;
  fingerprint: string | null;
  last4: string | null;
  expiresOn: CalendarDate | null;
};

/** A setup intent; `method` is null if Stripe does not show it. */
export type StripeSetup = {
  status: "succeeded" | "processing" | "canceled" | (string & {});
  method: StripeMethod | null;
  mandateId: string | null;
  /** Why the method can no longer be charged; absent if it can. */
  methodLost?: LossAtStripe;
};

/** The authorization to debit a bank account. `inactive`: it was revoked, or the bank ended it. */
export type StripeMandate = {
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

/** One PaymentIntent. Only `amountReceived` is money; `amount` is the amount requested. */
export type StripePayment = {
  paymentIntentId: string;
  status: PaymentStatus;
  amount: number;
  amountReceived: number;
  currency: string;
  /** The type of the last charge's method; before a charge, of the method on the intent, or null. */
  methodType: PaymentMethodType | null;
  created: Instant;
  customerId: string | null;
  /** What the customer must do while the status is `requires_action`, such as `verify_with_microdeposits`. */
  nextAction: string | null;
  lastError: { code: string; declineCode: string | null } | null;
  charge: StripeCharge | null;
  /** Why the method cannot be charged again. A method that the payment did not save is `detached`. */
  methodLost?: Exclude<LossAtStripe, "mandate_withdrawn">;
  metadata: Metadata;
};

/**
 * How Stripe booked money on its balance. `currency` is the balance's: Stripe converts if the account does not settle
 * the charge's currency. `amount` is gross, negative if money leaves; `net` is `amount` minus `fee`.
 */
export type StripeBalanceTransaction = {
  id: string;
  amount: number;
  fee: number;
  net: number;
  currency: string;
  created: Instant;
};

/**
 * One charge. Only `amountCaptured` is money: `amount` is the amount requested, which an authorization holds without
 * taking it. `amountRefunded` includes the released part of an authorization. `balanceTransaction` is null until Stripe
 * has booked the charge (late for a bank debit).
 */
export type StripeCharge = {
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
  balanceTransaction: StripeBalanceTransaction | null;
  metadata: Metadata;
};

/**
 * One refund. `balanceTransaction.amount` is negative (money leaves), `failureBalanceTransaction.amount` positive (a
 * failed refund comes back).
 */
export type StripeRefund = {
  refundId: string;
  chargeId: string | null;
  paymentIntentId: string | null;
  amount: number;
  currency: string;
  status: "pending" | "requires_action" | "succeeded" | "failed" | "canceled";
  created: Instant;
  balanceTransaction: StripeBalanceTransaction | null;
  failureBalanceTransaction: StripeBalanceTransaction | null;
  failureReason: string | null;
  metadata: Metadata;
};

/** A hint that something happened. The object that it names is fetched again before anything is decided. */
export type ReceivedEvent = {
  eventId: string;
  type: string;
  apiVersion: string | null;
  objectId: string;
  objectType: string;
  created: Instant;
  livemode: boolean;
  account: string | null;
  /** The attempt that the object's metadata names. It tells where to look first, and proves nothing. */
  attempt?: { bookingId: string; attemptId: string };
  /** The correlation id in the object's metadata: the work that created the object. */
  correlationId?: string;
  /** A checkout session that showed as paid. */
  paid?: true;
};
