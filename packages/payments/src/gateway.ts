import type { Instant } from "@clearing/domain/time";
import type {
  ChargeFacts,
  CheckoutFacts,
  CustomerFacts,
  MandateFacts,
  Metadata,
  MethodFacts,
  PaymentFacts,
  RefundFacts,
  StripeEventFacts,
} from "./stripe-objects.ts";

/**
 * Why Stripe did not do what was asked, sorted by what may be done next.
 * - `declined`: the bank said no. Final for this attempt.
 * - `invalid`: Stripe refused the request itself (also: no such object). Nothing happened; the same request stays refused.
 * - `unavailable`: known not to have happened (refused connection, rate limit). May be tried again. So is a call with a
 *   wrong or under-privileged key, whose code is `key_refused`: the operator has to mend it.
 * - `unknown`: it may have happened (time-out, 5xx, an answer that is not Stripe's). Replay under the SAME key.
 * - `saved_failure`: a 5xx that Stripe saved under the key and replays for as long as it knows the key. It may have
 *   happened: look for it, and ask again under another key only where it is not there.
 * - `idempotency_in_flight`: a request under this key is still running. Ask again later, under the same key.
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
  /** The parameter that Stripe refused, where it names one. */
  param?: string;
  message: string;
};

export type GatewayResult<T> = { ok: true; value: T } | GatewayFailure;

/** One page of a list, newest first; `nextAfter` is the id to start after, or null at the end. */
export type Page<T> = { items: readonly T[]; nextAfter: string | null };

export type CreateCustomer = { email: string; metadata: Metadata };

/** The objects of a customer, or those that were made from one instant to another. */
export type ListedBy = { customerId: string } | { createdFrom: Instant; createdTo: Instant };

/** A hosted page for one due. All of it is stored with the attempt, so that a replay sends the same parameters. */
export type CreateCheckoutSession = {
  customerId: string;
  currency: string;
  amount: number;
  /** The program's neutral public label: the only words that Stripe and the bank statement learn. */
  label: string;
  methods: readonly ("card" | "us_bank_account")[];
  /** With the client's permission for automatic collection the method is saved for later. */
  saveForLater: boolean;
  /** Stripe allows 30 minutes to 24 hours from now. */
  expiresAt: Instant;
  successUrl: string;
  cancelUrl: string;
  /** `{app, stage, bookingId, dueId, attemptId}`, put on the session and on its payment intent. */
  metadata: Metadata;
};

/** A hosted page that saves a method for later and takes no money. All of it is stored with the setup. */
export type CreateSetupSession = Pick<
  CreateCheckoutSession,
  "customerId" | "currency" | "label" | "methods" | "expiresAt" | "successUrl" | "cancelUrl" | "metadata"
>;

/** A charge of a saved method while nobody is at a page. All of it is stored with the attempt, as a session's is. */
export type CreatePaymentIntent = {
  customerId: string;
  currency: string;
  amount: number;
  label: string;
  paymentMethodId: string;
  methodType: "card" | "us_bank_account";
  /** The mandate that a bank account is debited by; null for a card. */
  mandateId: string | null;
  metadata: Metadata;
};

export type CreateRefund = { chargeId: string; amount: number; metadata: Metadata };

/**
 * Which events: those created between two instants, both inclusive, or those beside one in the list: `startingAfter` it
 * are older ones, `endingBefore` it newer ones.
 */
export type ListEvents = {
  createdAfter?: Instant;
  createdUntil?: Instant;
  startingAfter?: string;
  endingBefore?: string;
};

/** One page of events, newest first; `hasMore` in the direction that was asked for. */
export type EventPage = { items: readonly StripeEventFacts[]; hasMore: boolean };

/**
 * The payment provider in the domain's words. Every call that changes something takes the idempotency key under which
 * it may be replayed with the same parameters for 24 hours; no call throws for anything that Stripe or the network does.
 */
export interface Gateway {
  createCustomer(customer: CreateCustomer, key: string): Promise<GatewayResult<{ customerId: string }>>;
  /** The customers of one address as it was given, newest first: how one whose creation is unknown is found again. */
  listCustomers(email: string, startingAfter?: string): Promise<GatewayResult<Page<CustomerFacts>>>;
  /** Stripe shows a customer that was deleted, too; one that it does not know was made in another account. */
  retrieveCustomer(customerId: string): Promise<GatewayResult<{ deleted: boolean }>>;
  /** Stripe shows a method that was detached, too. */
  retrievePaymentMethod(methodId: string): Promise<GatewayResult<MethodFacts>>;
  retrieveMandate(mandateId: string): Promise<GatewayResult<MandateFacts>>;
  createCheckoutSession(session: CreateCheckoutSession, key: string): Promise<GatewayResult<CheckoutFacts>>;
  createSetupSession(session: CreateSetupSession, key: string): Promise<GatewayResult<CheckoutFacts>>;
  retrieveCheckoutSession(sessionId: string): Promise<GatewayResult<CheckoutFacts>>;
  /** Refused as `invalid` when the session is no longer open: retrieve it then. */
  expireCheckoutSession(sessionId: string): Promise<GatewayResult<CheckoutFacts>>;
  /** Newest first: how an attempt whose outcome is unknown is found again. */
  listCheckoutSessions(query: ListedBy, startingAfter?: string): Promise<GatewayResult<Page<CheckoutFacts>>>;
  /** The session that a payment intent was made by; null for an intent of no session. */
  findCheckoutSession(paymentIntentId: string): Promise<GatewayResult<CheckoutFacts | null>>;
  /**
   * Confirmed at once. A payment that the bank declines, or for which the client would have to authenticate, is an intent
   * as well: its `lastError` says why. `invalid`: there is none, since Stripe refused the request.
   */
  createPaymentIntent(intent: CreatePaymentIntent, key: string): Promise<GatewayResult<PaymentFacts>>;
  retrievePaymentIntent(paymentIntentId: string): Promise<GatewayResult<PaymentFacts>>;
  /** Newest first: how an attempt without a session is found again. */
  listPaymentIntents(query: ListedBy, startingAfter?: string): Promise<GatewayResult<Page<PaymentFacts>>>;
  /** Refused as `invalid` in a state that cannot be cancelled, and while a checkout session owns the intent. */
  cancelPaymentIntent(paymentIntentId: string): Promise<GatewayResult<PaymentFacts>>;
  createRefund(refund: CreateRefund, key: string): Promise<GatewayResult<RefundFacts>>;
  retrieveRefund(refundId: string): Promise<GatewayResult<RefundFacts>>;
  listRefunds(paymentIntentId: string, startingAfter?: string): Promise<GatewayResult<Page<RefundFacts>>>;
  retrieveCharge(chargeId: string): Promise<GatewayResult<ChargeFacts>>;
  /**
   * The page of events next to what is asked for. Stripe keeps them for 30 days: an event that it has forgotten is
   * `invalid` as a place to list from.
   */
  listEvents(query: ListEvents): Promise<GatewayResult<EventPage>>;
}
