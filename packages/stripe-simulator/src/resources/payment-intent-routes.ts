import type { Stripe } from "stripe";
import type { Faults } from "../faults.ts";
import { listPage } from "../http/list.ts";
import { applyMetadata, integer, metadata, oneOf, paging, range, text, type Values } from "../http/params.ts";
import { search, searchParams } from "../http/search.ts";
import { invalidRequest, noSuch } from "../http/stripe-error.ts";
import type { Routes } from "../routes.ts";
import type { World } from "../world.ts";
import { mustBeChargeable } from "./chargeable.ts";
import { existingCustomer } from "./customers.ts";
import { createMethod, useMethod } from "./make-method.ts";
import { refuseOldTypes } from "./method-params.ts";
import { awaitsMicrodeposits } from "./microdeposits.ts";
import { confirmation, creation, description, type Terms, terms } from "./payment-intent-params.ts";
import { cancelIntent, captureIntent, createIntent, type IntentNotes, unexpectedState } from "./payment-intents.ts";
import { offeredTypes } from "./payment-methods.ts";
import { type Confirmation, payIntent } from "./payments.ts";

const confirmable = ["requires_payment_method", "requires_confirmation", "requires_action"];
const updatable = ["requires_payment_method", "requires_confirmation", "requires_action"];

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
    if (!confirmable.includes(intent.status)) throw unexpectedState(intent, "confirm", "confirmed", confirmable);
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
      mandate: given.mandate,
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
      if (!onlyWords && !updatable.includes(intent.status))
        throw unexpectedState(intent, "update", "updated", updatable);
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
    if (!confirmable.includes(intent.status)) throw unexpectedState(intent, "confirm", "confirmed", confirmable);
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
      // An open session owns its intent, and so does a completed session whose bank account is still unverified.
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
    (params, { id = "" }) => captureIntent(world, existing(id), params),
  );
}
