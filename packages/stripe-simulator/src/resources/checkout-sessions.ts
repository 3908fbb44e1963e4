import type { Stripe } from "stripe";
import { listPage } from "../http/list.ts";
import {
  applyMetadata,
  boolean,
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
  type Values,
} from "../http/params.ts";
import { invalidRequest, missing, noSuch } from "../http/stripe-error.ts";
import type { Routes } from "../routes.ts";
import type { World } from "../world.ts";
import { mustBeChargeable } from "./chargeable.ts";
import { existingCustomer } from "./customers.ts";
import { lineItem, makeItem } from "./line-items.ts";
import { paymentMethodOptions, refuseOldTypes } from "./method-params.ts";
import { cancelIntent } from "./payment-intents.ts";
import { offeredTypes } from "./payment-methods.ts";
import { cancelSetup } from "./setup-intents.ts";

const intentData = object({
  capture_method: oneOf("automatic", "automatic_async", "manual"),
  description: text(1000),
  metadata: metadata(),
  receipt_email: text(),
  setup_future_usage: oneOf("off_session", "on_session"),
  shipping,
  statement_descriptor: text(22),
  statement_descriptor_suffix: text(22),
  transfer_group: text(),
});
const setupData = object({ description: text(), metadata: metadata() });
const creation = {
  adaptive_pricing: object({ enabled: boolean() }),
  allowed_payment_method_types: list(text()),
  excluded_payment_method_types: list(text()),
  payment_method_types: list(text()),
  billing_address_collection: oneOf("auto", "required"),
  cancel_url: text(),
  client_reference_id: text(200),
  currency: text(3),
  customer: text(),
  customer_creation: oneOf("always", "if_required"),
  customer_email: text(800),
  expires_at: integer(),
  line_items: list(lineItem),
  locale: text(),
  metadata: metadata(),
  mode: oneOf("payment", "setup", "subscription"),
  payment_intent_data: intentData,
  payment_method_options: paymentMethodOptions,
  phone_number_collection: object({ enabled: required(boolean()) }),
  setup_intent_data: setupData,
  submit_type: oneOf("auto", "book", "donate", "pay"),
  success_url: text(),
  ui_mode: oneOf("hosted_page", "hosted"),
};
type Creation = Values<typeof creation>;
/** The session's parameters for its intent, which is created when the page is first submitted. */
export type SessionNotes = {
  lineItems: Stripe.LineItem[];
  intentData: Values<{ data: typeof intentData }>["data"];
  setupData: Values<{ data: typeof setupData }>["data"];
};

const leastSeconds = 30 * 60;
const mostSeconds = 24 * 3600;

/** A hosted page for one payment or for saving a method. Source: docs.stripe.com/api/checkout/sessions/create. */
function createSession(world: World, given: Creation): Stripe.Checkout.Session {
  const mode = given.mode ?? "payment";
  if (mode === "subscription") throw invalidRequest("This simulator has no `subscription` mode.", { param: "mode" });
  if (given.success_url === undefined) throw missing("success_url");
  refuseOldTypes(world, given);
  if (given.customer !== undefined && given.customer_email !== undefined) {
    throw invalidRequest("You may only specify one of these parameters: customer, customer_email.", {
      code: "parameters_exclusive",
      param: "customer_email",
    });
  }
  if (given.customer !== undefined) existingCustomer(world, given.customer, "customer");
  if (mode === "payment" && given.setup_intent_data)
    throw invalidRequest("`setup_intent_data` can only be used in `setup` mode.", { param: "setup_intent_data" });
  if (mode === "setup" && given.payment_intent_data)
    throw invalidRequest("You can not pass `payment_intent_data` in `setup` mode.", { param: "payment_intent_data" });
  const id = world.newId("cs_test_a1", 56);
  const items = mode === "payment" ? (given.line_items ?? []).map((item, index) => makeItem(world, item, index)) : [];
  if (mode === "payment" && items.length === 0) throw missing("line_items");
  if (mode === "setup" && given.line_items)
    throw invalidRequest("`line_items` can not be used in `setup` mode.", { param: "line_items" });
  if (
    mode === "setup" &&
    given.currency === undefined &&
    given.allowed_payment_method_types === undefined &&
    given.payment_method_types === undefined
  ) {
    throw missing("currency");
  }
  const total = items.reduce((sum, { amount_total }) => sum + amount_total, 0);
  const currency = items[0]?.currency ?? given.currency ?? null;
  if (items.some((item) => item.currency !== currency))
    throw invalidRequest("All line items must have the same currency.", { param: "line_items" });
  if (mode === "payment") mustBeChargeable(total, currency ?? "usd", "line_items");

  const session: Stripe.Checkout.Session = {
    id,
    object: "checkout.session",
    adaptive_pricing: { enabled: given.adaptive_pricing?.enabled ?? false },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: given.allowed_payment_method_types ?? null,
    amount_subtotal: mode === "payment" ? total : null,
    amount_total: mode === "payment" ? total : null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: given.billing_address_collection ?? null,
    cancel_url: given.cancel_url ?? null,
    client_reference_id: given.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: world.seconds(),
    currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: given.customer ?? null,
    customer_account: null,
    customer_creation: given.customer === undefined ? (given.customer_creation ?? "if_required") : null,
    customer_details: null,
    customer_email: given.customer_email ?? null,
    discounts: [],
    expires_at: expiry(world, given.expires_at),
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: given.locale ?? null,
    managed_payments: null,
    metadata: applyMetadata({}, given.metadata),
    mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: mode === "payment" ? "if_required" : "always",
    payment_method_configuration_details: null,
    payment_method_options: (given.payment_method_options ?? {}) as Stripe.Checkout.Session.PaymentMethodOptions,
    payment_method_types: offeredTypes(
      given.payment_method_types ?? given.allowed_payment_method_types,
      given.excluded_payment_method_types,
    ),
    payment_status: mode === "payment" ? "unpaid" : "no_payment_required",
    permissions: null,
    phone_number_collection: { enabled: given.phone_number_collection?.enabled ?? false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: "open",
    submit_type: given.submit_type ?? null,
    subscription: null,
    success_url: given.success_url,
    total_details: mode === "payment" ? { amount_discount: 0, amount_shipping: 0, amount_tax: 0 } : null,
    ui_mode: "hosted_page",
    url: `${world.baseUrl()}/c/pay/${id}`,
    wallet_options: null,
  };
  const notes: SessionNotes = {
    lineItems: items,
    intentData: given.payment_intent_data ?? {},
    setupData: given.setup_intent_data ?? {},
  };
  world.objects.insert<"checkout.session">(session, notes);
  world.timers.set("expire_session", id, session.expires_at * 1000);
  return session;
}

function expiry(world: World, asked: number | undefined): number {
  if (asked === undefined) return world.seconds() + mostSeconds;
  if (asked < world.seconds() + leastSeconds) {
    throw invalidRequest("The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", {
      param: "expires_at",
    });
  }
  if (asked > world.seconds() + mostSeconds) {
    throw invalidRequest("The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", {
      param: "expires_at",
    });
  }
  return asked;
}

/** Expires an open session: its page can no longer be paid, and its intent is canceled. */
export function expireSession(world: World, session: Stripe.Checkout.Session): Stripe.Checkout.Session {
  if (session.status !== "open") {
    throw invalidRequest(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
    );
  }
  const intent = world.objects.find("payment_intent", (session.payment_intent as string | null) ?? "");
  if (intent && intent.status !== "canceled") cancelIntent(world, intent, "expired");
  const setup = world.objects.find("setup_intent", (session.setup_intent as string | null) ?? "");
  if (setup && setup.status !== "canceled") cancelSetup(world, setup, null);
  const expired: Stripe.Checkout.Session = { ...session, status: "expired", url: null };
  world.objects.update<"checkout.session">(expired);
  world.timers.clear(session.id);
  world.emit("checkout.session.expired", expired);
  return expired;
}

export function checkoutRoutes({ get, post }: Routes, world: World): void {
  const existing = (id: string) => {
    const session = world.objects.find("checkout.session", id);
    if (!session) throw noSuch("checkout.session", id);
    return session;
  };
  post("/v1/checkout/sessions", creation, (params) => createSession(world, params));
  get(
    "/v1/checkout/sessions",
    {
      created: range(),
      customer: text(),
      customer_details: object({ email: required(text()) }),
      payment_intent: text(),
      status: oneOf("open", "complete", "expired"),
      ...paging,
    },
    (params) =>
      listPage(world, "checkout.session", "/v1/checkout/sessions", params, {
        customer: params.customer,
        "customer_details.email": params.customer_details?.email,
        payment_intent: params.payment_intent,
        status: params.status,
      }),
  );
  get("/v1/checkout/sessions/:id", {}, (_params, { id = "" }) => existing(id));
  post("/v1/checkout/sessions/:id", { metadata: metadata() }, (params, { id = "" }) => {
    const session = existing(id);
    const updated: Stripe.Checkout.Session = { ...session, metadata: applyMetadata(session.metadata, params.metadata) };
    world.objects.update<"checkout.session">(updated);
    return updated;
  });
  post("/v1/checkout/sessions/:id/expire", {}, (_params, { id = "" }) => expireSession(world, existing(id)));
  get("/v1/checkout/sessions/:id/line_items", paging, (_params, { id = "" }) => {
    existing(id);
    const data = world.objects.notes<SessionNotes>(id).lineItems;
    return { object: "list", data, has_more: false, url: `/v1/checkout/sessions/${id}/line_items` };
  });
}
