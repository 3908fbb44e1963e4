import type { Instant } from "@clearing/domain/time";
import type {
  Metadata,
  ReceivedEvent,
  StripeCharge,
  StripeCustomer,
  StripeMandate,
  StripeMethod,
  StripePayment,
  StripeRefund,
  StripeSession,
} from "./stripe-objects.ts";

/**
 * Why Stripe did not do what was asked, classified by what the caller may do next.
 * - `declined`: the bank declined. Final for this attempt.
 * - `invalid`: Stripe rejected the request (also: no such object). Nothing happened, and the same request stays
 *   rejected.
 * - `unavailable`: it certainly did not happen (refused connection, rate limit). May be retried. A wrong or
 *   under-privileged API key counts here too, with the code `key_refused`; the operator must fix it.
 * - `unknown`: it may have happened (time-out, 5xx, an answer that is not Stripe's). Replay under the SAME key.
 * - `saved_failure`: a 5xx that Stripe stored under the key and replays as long as it keeps the key. It may have
 *   happened: look the object up, and ask again under another key only if it does not exist.
 * - `idempotency_in_flight`: a request under this key is still running. Retry later under the same key.
 * - `idempotency_mismatch`: this key was used with other parameters. A bug of the caller, never retried.
 */
export type GatewayFailure = {
  ok: false;
  kind:
    | "declined"
    | "invalid"
    | "unavailable"
    | "unknown"
    | "saved_failure"
    | "idempotency_in_flight"
    | "idempotency_mismatch";
  code: string;
  /** The parameter that Stripe rejected, if it names one. */
  param?: string;
  /**
   * The payment intent that Stripe names in its error. A refused request can leave one open, such as for a blocked bank
   * account, so the caller must cancel it.
   */
  paymentIntentId?: string;
  message: string;
};

export type GatewayResult<T> = { ok: true; value: T } | GatewayFailure;

/** One page of a list, newest first; `nextAfter` is the id to start after, or null at the end. */
export type Page<T> = { items: readonly T[]; nextAfter: string | null };

export type CreateCustomer = { email: string; metadata: Metadata };

/** The objects of a customer, or those created between two instants. */
export type ListedBy = { customerId: string } | { createdFrom: Instant; createdTo: Instant };

/**
 * A hosted page for one due. All of it is stored with the attempt, so a replay sends the same parameters. `amount` is
 * in minor units.
 */
export type CreateCheckoutSession = {
  customerId: string;
  currency: string;
  amount: number;
  /** The program's neutral public label: the only words that Stripe and the bank statement get. */
  label: string;
  methods: readonly ("card" | "us_bank_account")[];
  /** Saves the method for later, if the client permits automatic collection. */
  saveForLater: boolean;
  /** Stripe allows 30 minutes to 24 hours from now. */
  expiresAt: Instant;
  successUrl: string;
  cancelUrl: string;
  /** `{app, stage, bookingId, dueId, attemptId, correlationId}`, set on the session and on its payment intent. */
  metadata: Metadata;
};

/** A hosted page that saves a method for later and takes no money. All of it is stored with the setup. */
export type CreateSetupSession = Pick<
  CreateCheckoutSession,
  "customerId" | "currency" | "label" | "methods" | "expiresAt" | "successUrl" | "cancelUrl" | "metadata"
>;

/**
 * An off-session charge of a saved method. All of it is stored with the attempt, so a replay sends the same parameters.
 * `amount` is in minor units.
 */
export type CreatePaymentIntent = {
  customerId: string;
  currency: string;
  amount: number;
  label: string;
  paymentMethodId: string;
  methodType: "card" | "us_bank_account";
  /** The mandate for the debit of a bank account; null for a card. */
  mandateId: string | null;
  metadata: Metadata;
};

export type CreateRefund = { chargeId: string; amount: number; metadata: Metadata };

/**
 * Selects events: those created between two instants, both inclusive, or those next to one event in the list.
 * `startingAfter` returns older ones, `endingBefore` newer ones.
 */
export type ListEvents = {
  createdAfter?: Instant;
  createdUntil?: Instant;
  startingAfter?: string;
  endingBefore?: string;
};

/** One page of events, newest first; `hasMore` refers to the direction of the query. */
export type EventPage = { items: readonly ReceivedEvent[]; hasMore: boolean };

/**
 * The payment provider in the domain's terms. Every call with a lasting effect takes an idempotency key, under which it
 * can be replayed with the same parameters for 24 hours. No call throws for a failure of Stripe or the network.
 */
export interface Gateway {
  createCustomer(customer: CreateCustomer, key: string): Promise<GatewayResult<{ customerId: string }>>;
  /** The customers with exactly this address, newest first: finds a customer whose creation has an unknown outcome. */
  listCustomers(email: string, startingAfter?: string): Promise<GatewayResult<Page<StripeCustomer>>>;
  /** Stripe also returns deleted customers. It rejects a customer that another account created. */
  retrieveCustomer(customerId: string): Promise<GatewayResult<{ deleted: boolean }>>;
  /** Stripe also returns detached methods. */
  retrievePaymentMethod(methodId: string): Promise<GatewayResult<StripeMethod>>;
  retrieveMandate(mandateId: string): Promise<GatewayResult<StripeMandate>>;
  createCheckoutSession(session: CreateCheckoutSession, key: string): Promise<GatewayResult<StripeSession>>;
  createSetupSession(session: CreateSetupSession, key: string): Promise<GatewayResult<StripeSession>>;
  retrieveCheckoutSession(sessionId: string): Promise<GatewayResult<StripeSession>>;
  /** Rejected as `invalid` if the session is no longer open; then retrieve it. */
  expireCheckoutSession(sessionId: string): Promise<GatewayResult<StripeSession>>;
  /** Newest first: finds the session of an attempt whose outcome is unknown. */
  listCheckoutSessions(query: ListedBy, startingAfter?: string): Promise<GatewayResult<Page<StripeSession>>>;
  /** The session that created a payment intent; null if there is none. */
  findCheckoutSession(paymentIntentId: string): Promise<GatewayResult<StripeSession | null>>;
  /**
   * Creates and confirms an intent. A payment that the bank declines, or that needs the client's authentication, also
   * returns the intent; `lastError` says why. `invalid`: Stripe rejected the request, so there is no intent.
   */
  createPaymentIntent(intent: CreatePaymentIntent, key: string): Promise<GatewayResult<StripePayment>>;
  retrievePaymentIntent(paymentIntentId: string): Promise<GatewayResult<StripePayment>>;
  /** Newest first: finds the intent of an off-session attempt whose outcome is unknown. */
  listPaymentIntents(query: ListedBy, startingAfter?: string): Promise<GatewayResult<Page<StripePayment>>>;
  /** Rejected as `invalid` in a state that cannot be cancelled, and while a checkout session owns the intent. */
  cancelPaymentIntent(paymentIntentId: string): Promise<GatewayResult<StripePayment>>;
  createRefund(refund: CreateRefund, key: string): Promise<GatewayResult<StripeRefund>>;
  retrieveRefund(refundId: string): Promise<GatewayResult<StripeRefund>>;
  listRefunds(paymentIntentId: string, startingAfter?: string): Promise<GatewayResult<Page<StripeRefund>>>;
  retrieveCharge(chargeId: string): Promise<GatewayResult<StripeCharge>>;
  /** One page of events. Stripe keeps events for 30 days; listing from an older event is `invalid`. */
  listEvents(query: ListEvents): Promise<GatewayResult<EventPage>>;
}
