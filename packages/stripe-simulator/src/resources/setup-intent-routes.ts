import type { Stripe } from "stripe";
import { listPage } from "../http/list.ts";
import {
  applyMetadata,
  boolean,
  list,
  metadata,
  object,
  oneOf,
  paging,
  range,
  required,
  text,
  unsettable,
} from "../http/params.ts";
import { invalidRequest, noSuch } from "../http/stripe-error.ts";
import type { Routes } from "../routes.ts";
import type { World } from "../world.ts";
import { existingCustomer } from "./customers.ts";
import { createMethod, methodData, useMethod } from "./make-method.ts";
import { mandateData, paymentMethodOptions } from "./method-params.ts";
import { cancelSetup, createSetupIntent, setUp, unexpected } from "./setup-intents.ts";

const choice = { payment_method: text(), payment_method_data: object(methodData) };
const confirmation = { mandate_data: unsettable(mandateData), return_url: text(), use_stripe_sdk: boolean() };
const terms = {
  allowed_payment_method_types: list(text()),
  excluded_payment_method_types: list(text()),
  payment_method_types: list(text()),
  payment_method_options: paymentMethodOptions,
};

export function setupIntentRoutes({ get, post }: Routes, world: World): void {
  const existing = (id: string) => {
    const intent = world.objects.find("setup_intent", id);
    if (!intent) throw noSuch("setupintent", id, "intent");
    return intent;
  };
  const withMethod = (
    intent: Stripe.SetupIntent,
    given: {
      payment_method?: string | undefined;
      payment_method_data?: Parameters<typeof createMethod>[1] | undefined;
    },
  ) => {
    const method = given.payment_method_data
      ? createMethod(world, given.payment_method_data)
      : given.payment_method === undefined
        ? undefined
        : useMethod(world, given.payment_method);
    if (!method) return intent;
    const chosen: Stripe.SetupIntent = { ...intent, payment_method: method.id, status: "requires_confirmation" };
    world.objects.update<"setup_intent">(chosen);
    return chosen;
  };
  const confirm = (intent: Stripe.SetupIntent, given: { mandate_data?: unknown; return_url?: string | undefined }) => {
    const allowed = ["requires_payment_method", "requires_confirmation", "requires_action"];
    if (!allowed.includes(intent.status)) throw unexpected(intent, "confirmed", allowed);
    if (intent.payment_method === null) {
      throw invalidRequest("You cannot confirm this SetupIntent because it's missing a payment method.", {
        code: "setup_intent_unexpected_state",
      });
    }
    return setUp(world, intent, useMethod(world, intent.payment_method as string), {
      returnUrl: given.return_url ?? null,
      mandateAccepted: Boolean(given.mandate_data),
    });
  };

  post(
    "/v1/setup_intents",
    {
      ...choice,
      ...confirmation,
      ...terms,
      automatic_payment_methods: object({ enabled: required(boolean()), allow_redirects: oneOf("always", "never") }),
      confirm: boolean(),
      customer: text(),
      description: text(),
      metadata: metadata(),
      usage: oneOf("off_session", "on_session"),
    },
    (params) => {
      const intent = withMethod(createSetupIntent(world, params), params);
      return params.confirm ? confirm(intent, params) : intent;
    },
  );
  get("/v1/setup_intents", { created: range(), customer: text(), payment_method: text(), ...paging }, (params) => {
    const { customer, payment_method } = params;
    return listPage(world, "setup_intent", "/v1/setup_intents", params, { customer, payment_method });
  });
  get("/v1/setup_intents/:id", { client_secret: text() }, (_params, { id = "" }) => existing(id));
  post(
    "/v1/setup_intents/:id",
    { ...choice, ...terms, customer: text(), description: text(), metadata: metadata() },
    (params, { id = "" }) => {
      const intent = existing(id);
      const updated: Stripe.SetupIntent = {
        ...intent,
        customer:
          params.customer === undefined ? intent.customer : existingCustomer(world, params.customer, "customer").id,
        description: params.description ?? intent.description,
        metadata: applyMetadata(intent.metadata, params.metadata),
      };
      world.objects.update<"setup_intent">(updated);
      return withMethod(updated, params);
    },
  );
  post("/v1/setup_intents/:id/confirm", { ...choice, ...confirmation, ...terms }, (params, { id = "" }) =>
    confirm(withMethod(existing(id), params), params),
  );
  post(
    "/v1/setup_intents/:id/cancel",
    { cancellation_reason: oneOf("abandoned", "duplicate", "requested_by_customer") },
    (params, { id = "" }) => cancelSetup(world, existing(id), params.cancellation_reason ?? null),
  );
}
