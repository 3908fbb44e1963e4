import type { Stripe } from "stripe";
import { applyMetadata } from "../http/params.ts";
import { invalidRequest } from "../http/stripe-error.ts";
import type { World } from "../world.ts";
import { mustBeChargeable } from "./chargeable.ts";
import { bookCharge } from "./charges.ts";
import { existingCustomer } from "./customers.ts";
import { refuseOldTypes } from "./method-params.ts";
import type { IntentParams } from "./payment-intent-params.ts";
import { offeredTypes } from "./payment-methods.ts";

const cancelable = ["requires_payment_method", "requires_capture", "requires_confirmation", "requires_action"];

/** The session of an intent, and how its current try was started. */
export type IntentNotes = { session?: string; offSession?: boolean; mandate?: string | null };

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

/** Cancels an unpaid intent. Money that was only authorized is released without having moved. */
export function cancelIntent(
  world: World,
  intent: Stripe.PaymentIntent,
  reason: Stripe.PaymentIntent.CancellationReason | null,
): Stripe.PaymentIntent {
  if (!cancelable.includes(intent.status)) throw unexpectedState(intent, "cancel", "canceled", cancelable);
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

/** Captures an authorized payment in whole or in part; the rest of the authorization is released. */
export function captureIntent(
  world: World,
  intent: Stripe.PaymentIntent,
  given: { amount_to_capture?: number | undefined; metadata?: Record<string, string> | null | undefined },
): Stripe.PaymentIntent {
  const charge = world.objects.find("charge", (intent.latest_charge as string | null) ?? "");
  if (intent.status !== "requires_capture" || !charge)
    throw unexpectedState(intent, "capture", "captured", ["requires_capture"]);
  const amount = given.amount_to_capture ?? intent.amount_capturable;
  if (amount > intent.amount_capturable) {
    throw invalidRequest("The amount to capture is greater than the amount authorized.", {
      code: "amount_too_large",
      param: "amount_to_capture",
    });
  }
  world.timers.clear(intent.id);
  const captured: Stripe.Charge = {
    ...charge,
    captured: true,
    amount_captured: amount,
    amount_refunded: charge.amount - amount,
    metadata: applyMetadata(charge.metadata, given.metadata),
  };
  world.objects.update<"charge">(captured);
  const booked = bookCharge(world, captured);
  const paid: Stripe.PaymentIntent = {
    ...intent,
    status: "succeeded",
    amount_capturable: 0,
    amount_received: amount,
    metadata: applyMetadata(intent.metadata, given.metadata),
  };
  world.objects.update<"payment_intent">(paid);
  world.emit("charge.captured", booked, { captured: false });
  world.emit("payment_intent.succeeded", paid);
  return paid;
}

/**
 * The refusal of an action that an intent's status does not allow: `unexpectedState(intent, "cancel", "canceled",
 * [...])`.
 */
export function unexpectedState(
  intent: Stripe.PaymentIntent,
  verb: string,
  participle: string,
  allowed: readonly string[],
) {
  const failure = invalidRequest(
    `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be ${participle}: ${allowed.join(", ")}.`,
    { code: "payment_intent_unexpected_state" },
  );
  failure.body.payment_intent = intent;
  return failure;
}
