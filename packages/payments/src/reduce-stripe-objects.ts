import type { LossAtStripe, PaidWith } from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import type { Stripe } from "stripe";
import type {
  ReceivedEvent,
  StripeBalanceTransaction,
  StripeCharge,
  StripeCustomer,
  StripeMandate,
  StripeMethod,
  StripePayment,
  StripeRefund,
  StripeSession,
  StripeSetup,
} from "./stripe-objects.ts";

/** Stripe's epoch seconds as an instant of whole seconds. */
function instantOfEpoch(seconds: number): Instant {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z") as Instant;
}

export function epochOf(instant: Instant): number {
  return Math.floor(Date.parse(instant) / 1000);
}

/** A field that holds an id or, if expanded, the object. */
type Expandable<T> = string | T | null | undefined;

function idOf(field: Expandable<{ id: string }>): string | null {
  if (field === null || field === undefined) return null;
  return typeof field === "string" ? field : field.id;
}

function expanded<T extends object>(field: Expandable<T>): T | null {
  return field === null || field === undefined || typeof field === "string" ? null : field;
}

export const reduceCustomer = ({ id, metadata }: Stripe.Customer): StripeCustomer => ({ customerId: id, metadata });

export function reduceSession(session: Stripe.Checkout.Session): StripeSession {
  const intent = expanded(session.payment_intent);
  return {
    sessionId: session.id,
    status: (session.status ?? "open") as StripeSession["status"],
    url: session.url ?? null,
    expiresAt: instantOfEpoch(session.expires_at),
    created: instantOfEpoch(session.created),
    customerId: idOf(session.customer as Expandable<{ id: string }>),
    payment: intent && reducePayment(intent),
    ...(session.mode === "setup" ? { setup: reduceSetup(session.setup_intent, session.customer) } : {}),
    metadata: session.metadata ?? {},
  };
}

type Customer = Expandable<Stripe.Customer | Stripe.DeletedCustomer>;

function reduceSetup(field: Expandable<Stripe.SetupIntent>, customer: Customer): StripeSetup | null {
  const intent = expanded(field);
  if (intent === null) return null;
  const method = expanded(intent.payment_method);
  const isWithdrawn = expanded(intent.mandate)?.status === "inactive";
  const lost = lossOf(method, customer) ?? (isWithdrawn ? "mandate_withdrawn" : null);
  return {
    status: intent.status,
    method: method && reduceMethod(method),
    mandateId: idOf(intent.mandate),
    ...(lost === null ? {} : { methodLost: lost }),
  };
}

/** Why a method cannot be charged again; null if it can, or is not expanded. A detached method has no customer. */
function lossOf(
  method: Stripe.PaymentMethod | null,
  customer: Customer,
): Exclude<LossAtStripe, "mandate_withdrawn"> | null {
  if (expanded(customer)?.deleted === true) return "customer_deleted";
  return method !== null && method.customer === null ? "detached" : null;
}

export function reducePayment(intent: Stripe.PaymentIntent): StripePayment {
  const charge = expanded(intent.latest_charge);
  const error = intent.last_payment_error;
  const lost = lossOf(expanded(intent.payment_method), intent.customer);
  const onlyType = intent.payment_method_types.length === 1 ? intent.payment_method_types[0] : undefined;
  return {
    paymentIntentId: intent.id,
    status: intent.status,
    amount: intent.amount,
    amountReceived: intent.amount_received,
    currency: intent.currency,
    methodType: charge?.payment_method_details?.type ?? error?.payment_method?.type ?? onlyType ?? null,
    created: instantOfEpoch(intent.created),
    customerId: idOf(intent.customer as Expandable<{ id: string }>),
    nextAction: intent.next_action?.type ?? null,
    lastError: error ? { code: error.code ?? error.type, declineCode: error.decline_code ?? null } : null,
    charge: charge && reduceCharge(charge),
    ...(lost === null ? {} : { methodLost: lost }),
    metadata: intent.metadata,
  };
}

function reduceBalanceTransaction(field: Expandable<Stripe.BalanceTransaction>): StripeBalanceTransaction | null {
  const booked = expanded(field);
  if (booked === null) return null;
  const { id, amount, fee, net, currency, created } = booked;
  return { id, amount, fee, net, currency, created: instantOfEpoch(created) };
}

/** All fields are on the unexpanded charge. Source: docs.stripe.com/api/charges/object, `payment_method_details`. */
function paidWith({ payment_method, payment_method_details: details }: Stripe.Charge): PaidWith {
  const { card, us_bank_account: bank } = details ?? {};
  return {
    paymentMethodId: payment_method ?? null,
    fingerprint: card?.fingerprint ?? bank?.fingerprint ?? null,
    mandateId: idOf(card?.mandate ?? bank?.mandate),
    networkTransactionId: card?.network_transaction_id ?? null,
    ...(card ? { method: { type: "card", last4: card.last4 ?? null, expiresOn: endOfMonth(card) } } : {}),
    ...(bank ? { method: { type: "us_bank_account", last4: bank.last4 ?? null, expiresOn: null } } : {}),
  };
}

/** The last day on which a card is valid; null if Stripe does not say. */
function endOfMonth({ exp_month, exp_year }: Pick<Stripe.Charge.PaymentMethodDetails.Card, "exp_month" | "exp_year">) {
  const isSaid = Number.isInteger(exp_month) && Number.isInteger(exp_year);
  return isSaid ? new Date(Date.UTC(exp_year, exp_month, 0)).toISOString().slice(0, 10) : null;
}

export function reduceMethod(method: Stripe.PaymentMethod): StripeMethod {
  const { card, us_bank_account: bank } = method;
  return {
    methodId: method.id,
    customerId: idOf(method.customer),
    type: method.type,
    fingerprint: card?.fingerprint ?? bank?.fingerprint ?? null,
    last4: card?.last4 ?? bank?.last4 ?? null,
    expiresOn: card ? endOfMonth(card) : null,
  };
}

export const reduceMandate = ({ id, status, payment_method }: Stripe.Mandate): StripeMandate => ({
  mandateId: id,
  status,
  methodId: idOf(payment_method),
});

export function reduceCharge(charge: Stripe.Charge): StripeCharge {
  return {
    chargeId: charge.id,
    paymentIntentId: idOf(charge.payment_intent),
    amount: charge.amount,
    captured: charge.captured,
    amountCaptured: charge.amount_captured,
    amountRefunded: charge.amount_refunded,
    currency: charge.currency,
    status: charge.status,
    methodType: charge.payment_method_details?.type ?? null,
    created: instantOfEpoch(charge.created),
    paidWith: paidWith(charge),
    balanceTransaction: reduceBalanceTransaction(charge.balance_transaction),
    metadata: charge.metadata,
  };
}

export function reduceRefund(refund: Stripe.Refund): StripeRefund {
  return {
    refundId: refund.id,
    chargeId: idOf(refund.charge),
    paymentIntentId: idOf(refund.payment_intent),
    amount: refund.amount,
    currency: refund.currency,
    // Refunds made by very old API versions have no status; they succeeded.
    status: (refund.status ?? "succeeded") as StripeRefund["status"],
    created: instantOfEpoch(refund.created),
    balanceTransaction: reduceBalanceTransaction(refund.balance_transaction),
    failureBalanceTransaction: reduceBalanceTransaction(refund.failure_balance_transaction),
    failureReason: refund.failure_reason ?? null,
    metadata: refund.metadata ?? {},
  };
}

/** The parts of a snapshot event that identify its object. Everything else in it is outdated by the time it is read. */
export type EventPayload = {
  id: string;
  type: string;
  api_version?: string | null;
  created: number;
  livemode?: boolean;
  account?: string | null;
  data: { object: EventObject };
};

type EventObject = {
  id?: string;
  object: string;
  metadata?: Record<string, string> | null;
  payment_status?: string;
};

export function reduceEvent(event: EventPayload): ReceivedEvent {
  const { object } = event.data;
  return {
    eventId: event.id,
    type: event.type,
    apiVersion: event.api_version ?? null,
    // The balance has no id: there is only one.
    objectId: object.id ?? object.object,
    objectType: object.object,
    created: instantOfEpoch(event.created),
    livemode: event.livemode ?? false,
    account: event.account ?? null,
    ...namedBy(object),
    ...(object.object === "checkout.session" && object.payment_status === "paid" ? { paid: true as const } : {}),
  };
}

/** Accepts only ids in our format: other text in somebody else's metadata is dropped. */
function namedBy({ metadata }: EventObject): Pick<ReceivedEvent, "attempt" | "correlationId"> {
  const { app, bookingId = "", attemptId = "", correlationId = "" } = metadata ?? {};
  if (app !== "clearing") return {};
  const isOurs = /^bkg_\w{1,60}$/.test(bookingId) && /^att_\w{1,60}$/.test(attemptId);
  return {
    ...(isOurs ? { attempt: { bookingId, attemptId } } : {}),
    ...(/^[\w-]{8,60}=?$/.test(correlationId) ? { correlationId } : {}),
  };
}
