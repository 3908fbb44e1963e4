import type { Stripe } from "stripe";
import type { Faults } from "../faults.ts";
import { listPage } from "../http/list.ts";
import {
  applyMetadata,
  boolean,
  either,
  integer,
  list,
  metadata,
  object,
  oneOf,
  paging,
  range,
  required,
  shipping,
  text,
  unsettable,
  type Values,
} from "../http/params.ts";
import { search, searchParams } from "../http/search.ts";
import { invalidRequest, noSuch } from "../http/stripe-error.ts";
import { chargeLimits, isCurrency, money, stepOf } from "../money.ts";
import type { Routes } from "../routes.ts";
import { API_VERSION, type World } from "../world.ts";
import { bookCharge } from "./charges.ts";
import { existingCustomer } from "./customers.ts";
import { awaitsMicrodeposits } from "./microdeposits.ts";
import { createMethod, methodData, offeredTypes, useMethod } from "./payment-methods.ts";
import { type Confirmation, type IntentNotes, payIntent, unexpectedState } from "./payments.ts";

const futureUsage = oneOf("off_session", "on_session", "none");
export const paymentMethodOptions = object({
  card: object({
    setup_future_usage: futureUsage,
    request_three_d_secure: oneOf("any", "automatic", "challenge"),
    statement_descriptor_suffix_kana: text(),
    statement_descriptor_suffix_kanji: text(),
  }),
  us_bank_account: object({
    setup_future_usage: futureUsage,
    verification_method: oneOf("automatic", "instant", "microdeposits"),
    preferred_settlement_speed: oneOf("fastest", "standard"),
    financial_connections: object({ permissions: list(text()), prefetch: list(text()) }),
  }),
});
export const mandateData = object({
  customer_acceptance: required(
    object({
      type: required(oneOf("online", "offline")),
      accepted_at: integer(),
      online: object({ ip_address: required(text()), user_agent: required(text()) }),
      offline: object({}),
    }),
  ),
});

/** What may be given whenever an intent is made, changed or confirmed. */
const terms = {
  allowed_payment_method_types: list(text()),
  excluded_payment_method_types: list(text()),
  // Writable up to 2026-08-26.dahlia; later versions refuse it by a code of its own.
  payment_method_types: list(text()),
  capture_method: oneOf("automatic", "automatic_async", "manual"),
  payment_method: text(),
  payment_method_data: object(methodData),
  payment_method_options: paymentMethodOptions,
  receipt_email: unsettable(text()),
  setup_future_usage: unsettable(oneOf("off_session", "on_session")),
  shipping: unsettable(shipping),
};
const description = {
  customer: text(),
  description: text(1000),
  metadata: metadata(),
  statement_descriptor: text(22),
  statement_descriptor_suffix: text(22),
  transfer_group: text(),
};
const confirmation = {
  error_on_requires_action: boolean(),
  mandate: text(),
  mandate_data: unsettable(mandateData),
  off_session: either(boolean(), oneOf("one_off", "recurring")),
  return_url: text(),
  use_stripe_sdk: boolean(),
};
const creation = {
  ...terms,
  ...description,
  ...confirmation,
  amount: required(integer()),
  currency: required(text(3)),
  automatic_payment_methods: object({ enabled: required(boolean()), allow_redirects: oneOf("always", "never") }),
  confirm: boolean(),
  confirmation_method: oneOf("automatic", "manual"),
};
type Terms = Values<typeof terms>;
export type IntentParams = Omit<
  Values<typeof creation>,
  keyof typeof confirmation | "confirm" | "payment_method" | "payment_method_data" | "payment_method_options"
> & { payment_method_options?: object | undefined };

const CONFIRMABLE = ["requires_payment_method", "requires_confirmation", "requires_action"];
const CANCELABLE = ["requires_payment_method", "requires_capture", "requires_confirmation", "requires_action"];
const UPDATABLE = ["requires_payment_method", "requires_confirmation", "requires_action"];

/** Whole steps of the currency, and no less or more than its limits. Source: docs.stripe.com/currencies. */
export function mustBeChargeable(amount: number, given: string, param = "amount"): void {
  const currency = given.toLowerCase();
  if (!isCurrency(currency)) throw invalidRequest(`Invalid currency: ${currency}.`, { param: "currency" });
  const refuse = (limit: string, least: number, code: string) =>
    invalidRequest(`Amount must be ${limit} ${money(least, currency)}`, { code, param });
  const { smallest, largest } = chargeLimits(currency);
  if (amount < smallest) throw refuse("at least", smallest, "amount_too_small");
  if (amount > largest) throw refuse("no more than", largest, "amount_too_large");
  const step = stepOf(currency);
  if (amount % step !== 0) {
    const message = `Invalid integer: ${amount}. Amounts in ${currency} must be evenly divisible by ${step}.`;
    throw invalidRequest(message, { code: "parameter_invalid_integer", param });
  }
}

export function createIntent(world: World, given: IntentParams, notes: IntentNotes = {}): Stripe.PaymentIntent {
  mustBeChargeable(given.amount, given.currency);
  if (given.customer !== undefined) existingCustomer(world, given.customer, "customer");
  refuseOldTypes(world, given);
  const id = world.newId("pi_3", 23);
  const intent: Stripe.PaymentIntent = {
    id,
    object: "payment_intent",
    allowed_payment_method_types: given.allowed_payment_method_types ?? null,
    amount: given.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: given.payment_method_types
      ? null
      : { allow_redirects: given.automatic_payment_methods?.allow_redirects ?? "always", enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: given.capture_method ?? "automatic_async",
    client_secret: `${id}_secret_${world.newId("", 25).slice(1)}`,
    confirmation_method: given.confirmation_method ?? "automatic",
    created: world.seconds(),
    currency: given.currency.toLowerCase(),
    customer: given.customer ?? null,
    customer_account: null,
    description: given.description ?? null,
    excluded_payment_method_types: given.excluded_payment_method_types ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: applyMetadata({}, given.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: (given.payment_method_options ?? {}) as Stripe.PaymentIntent.PaymentMethodOptions,
    payment_method_types: offeredTypes(
      given.payment_method_types ?? given.allowed_payment_method_types,
      given.excluded_payment_method_types,
    ),
    payment_record: null,
    processing: null,
    receipt_email: given.receipt_email ?? null,
    review: null,
    setup_future_usage: given.setup_future_usage ?? null,
    shipping: (given.shipping as Stripe.PaymentIntent.Shipping | undefined) ?? null,
    source: null,
    statement_descriptor: given.statement_descriptor ?? null,
    statement_descriptor_suffix: given.statement_descriptor_suffix ?? null,
    status: "requires_payment_method",
    transfer_data: null,
    transfer_group: given.transfer_group ?? null,
  };
  world.objects.insert<"payment_intent">(intent, notes);
  world.emit("payment_intent.created", intent);
  return intent;
}

/** Ends an unpaid intent; money that was only authorized goes back without having moved. */
export function cancelIntent(
  world: World,
  intent: Stripe.PaymentIntent,
  reason: Stripe.PaymentIntent.CancellationReason | null,
): Stripe.PaymentIntent {
  if (!CANCELABLE.includes(intent.status)) throw unexpectedState(intent, "cancel", "canceled", CANCELABLE);
  const charge =
    intent.status === "requires_capture" ? world.objects.find("charge", intent.latest_charge as string) : undefined;
  if (charge) {
    const released: Stripe.Charge = { ...charge, amount_refunded: charge.amount, refunded: true };
    world.objects.update<"charge">(released);
    world.emit("charge.refunded", released, { amount_refunded: 0, refunded: false });
  }
  world.timers.clear(intent.id);
  const canceled: Stripe.PaymentIntent = {
    ...intent,
    status: "canceled",
    canceled_at: world.seconds(),
    cancellation_reason: reason,
    amount_capturable: 0,
    next_action: null,
  };
  world.objects.update<"payment_intent">(canceled);
  world.emit("payment_intent.canceled", canceled);
  return canceled;
}

export function paymentIntentRoutes({ get, post }: Routes, world: World, faults: Faults): void {
  const existing = (id: string) => {
    const intent = world.objects.find("payment_intent", id);
    if (!intent) throw noSuch("payment_intent", id, "intent");
    return intent;
  };
  const apply = (intent: Stripe.PaymentIntent, given: Terms): Stripe.PaymentIntent => {
    refuseOldTypes(world, given);
    const method = given.payment_method_data
      ? createMethod(world, given.payment_method_data)
      : given.payment_method === undefined
        ? undefined
        : useMethod(world, given.payment_method);
    const { payment_method: _id, payment_method_data: _data, payment_method_types: old, ...plain } = given;
    const changed = {
      ...intent,
      ...plain,
      payment_method_options: { ...intent.payment_method_options, ...given.payment_method_options },
      ...(old || given.allowed_payment_method_types || given.excluded_payment_method_types
        ? {
            payment_method_types: offeredTypes(
              old ?? given.allowed_payment_method_types,
              given.excluded_payment_method_types,
            ),
          }
        : {}),
      ...(method ? { payment_method: method.id, status: "requires_confirmation" } : {}),
    } as Stripe.PaymentIntent;
    world.objects.update<"payment_intent">(changed);
    return changed;
  };
  const confirm = (intent: Stripe.PaymentIntent, given: Values<typeof confirmation>): Stripe.PaymentIntent => {
    if (!CONFIRMABLE.includes(intent.status)) throw unexpectedState(intent, "confirm", "confirmed", CONFIRMABLE);
    if (intent.payment_method === null) {
      throw invalidRequest(
        "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
        { code: "payment_intent_unexpected_state" },
      );
    }
    if (given.mandate !== undefined && !world.objects.find("mandate", given.mandate)) {
      throw invalidRequest(`No such mandate: '${given.mandate}'`, { code: "resource_missing", param: "mandate" });
    }
    const how: Confirmation = {
      offSession: given.off_session !== undefined && given.off_session !== false,
      returnUrl: given.return_url ?? null,
      errorOnAction: given.error_on_requires_action,
      mandateAccepted: Boolean(given.mandate_data),
    };
    return payIntent(world, faults, intent, useMethod(world, intent.payment_method as string), how);
  };

  post("/v1/payment_intents", creation, (params) => {
    const {
      confirm: atOnce,
      error_on_requires_action,
      mandate,
      mandate_data,
      off_session,
      return_url,
      use_stripe_sdk,
      ...given
    } = params;
    if (!atOnce && off_session !== undefined) {
      throw invalidRequest("off_session can only be used when confirm=true.", { param: "off_session" });
    }
    const { payment_method, payment_method_data, payment_method_options, ...rest } = given;
    const created = createIntent(world, { ...rest, payment_method_options });
    const intent =
      payment_method || payment_method_data ? apply(created, { payment_method, payment_method_data }) : created;
    if (!atOnce) return intent;
    return confirm(intent, {
      error_on_requires_action,
      mandate,
      mandate_data,
      off_session,
      return_url,
      use_stripe_sdk,
    });
  });
  get("/v1/payment_intents", { created: range(), customer: text(), ...paging }, (params) =>
    listPage(world, "payment_intent", "/v1/payment_intents", params, { customer: params.customer }),
  );
  get("/v1/payment_intents/search", searchParams, (params) =>
    search(world, "payment_intent", "/v1/payment_intents/search", params),
  );
  get("/v1/payment_intents/:id", { client_secret: text() }, (_params, { id = "" }) => existing(id));
  post(
    "/v1/payment_intents/:id",
    { ...terms, ...description, amount: integer(), currency: text(3) },
    (params, { id = "" }) => {
      const intent = existing(id);
      const { amount, currency, metadata: change, customer, ...rest } = params;
      const onlyWords =
        amount === undefined && currency === undefined && customer === undefined && !rest.payment_method;
      if (!onlyWords && !UPDATABLE.includes(intent.status))
        throw unexpectedState(intent, "update", "updated", UPDATABLE);
      mustBeChargeable(amount ?? intent.amount, currency ?? intent.currency);
      if (customer !== undefined) existingCustomer(world, customer, "customer");
      return apply(
        {
          ...intent,
          amount: amount ?? intent.amount,
          customer: customer ?? intent.customer,
          metadata: applyMetadata(intent.metadata, change),
        },
        rest,
      );
    },
  );
  post("/v1/payment_intents/:id/confirm", { ...terms, ...confirmation }, (params, { id = "" }) => {
    const { error_on_requires_action, mandate, mandate_data, off_session, return_url, use_stripe_sdk, ...given } =
      params;
    const intent = existing(id);
    if (!CONFIRMABLE.includes(intent.status)) throw unexpectedState(intent, "confirm", "confirmed", CONFIRMABLE);
    return confirm(apply(intent, given), {
      error_on_requires_action,
      mandate,
      mandate_data,
      off_session,
      return_url,
      use_stripe_sdk,
    });
  });
  post(
    "/v1/payment_intents/:id/cancel",
    { cancellation_reason: oneOf("duplicate", "fraudulent", "requested_by_customer", "abandoned") },
    (params, { id = "" }) => {
      const intent = existing(id);
      const { session } = world.objects.notes<IntentNotes>(id);
      const status = session === undefined ? undefined : world.objects.find("checkout.session", session)?.status;
      // An open session owns its intent, and so does a completed one whose bank account is still to be verified.
      if (status === "open" || (status === "complete" && awaitsMicrodeposits(intent))) {
        throw invalidRequest(
          "You cannot cancel this PaymentIntent because it was created by a Checkout Session. Expire the Checkout Session instead.",
          { code: "payment_intent_unexpected_state" },
        );
      }
      return cancelIntent(world, intent, params.cancellation_reason ?? null);
    },
  );
  post(
    "/v1/payment_intents/:id/capture",
    { amount_to_capture: integer({ min: 1 }), metadata: metadata() },
    (params, { id = "" }) => {
      const intent = existing(id);
      const charge = world.objects.find("charge", (intent.latest_charge as string | null) ?? "");
      if (intent.status !== "requires_capture" || !charge)
        throw unexpectedState(intent, "capture", "captured", ["requires_capture"]);
      const amount = params.amount_to_capture ?? intent.amount_capturable;
      if (amount > intent.amount_capturable) {
        throw invalidRequest("The amount to capture is greater than the amount authorized.", {
          code: "amount_too_large",
          param: "amount_to_capture",
        });
      }
      world.timers.clear(id);
      const captured: Stripe.Charge = {
        ...charge,
        captured: true,
        amount_captured: amount,
        amount_refunded: charge.amount - amount,
        metadata: applyMetadata(charge.metadata, params.metadata),
      };
      world.objects.update<"charge">(captured);
      const booked = bookCharge(world, captured);
      const paid: Stripe.PaymentIntent = {
        ...intent,
        status: "succeeded",
        amount_capturable: 0,
        amount_received: amount,
        metadata: applyMetadata(intent.metadata, params.metadata),
      };
      world.objects.update<"payment_intent">(paid);
      world.emit("charge.captured", booked, { captured: false });
      world.emit("payment_intent.succeeded", paid);
      return paid;
    },
  );
}

/** Source: docs.stripe.com/changelog/endive/2026-09-30, "Removes the payment method types parameter". */
export function refuseOldTypes(world: World, given: { payment_method_types?: string[] | undefined }): void {
  if (given.payment_method_types === undefined || world.asking.version < "2026-09-30") return;
  throw invalidRequest(
    `The payment_method_types parameter is no longer supported as of API version 2026-09-30.endive (this request: ${world.asking.version || API_VERSION}). Use allowed_payment_method_types.`,
    { code: "payment_method_types_no_longer_supported", param: "payment_method_types" },
  );
}
