import type { Stripe } from "stripe";
import type { Faults } from "../faults.ts";
import type { World } from "../world.ts";
import { bookAfterwards, bookCharge } from "./charges.ts";
import type { Decline } from "./declines.ts";
import { attachMethod, type MethodNotes } from "./payment-methods.ts";

/** The intent has succeeded; its charge is booked now or, with `automatic_async`, later. */
export function succeed(
  world: World,
  faults: Faults,
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge,
): Stripe.PaymentIntent {
  const bookedFirst = intent.capture_method === "automatic";
  const paid: Stripe.PaymentIntent = {
    ...intent,
    status: "succeeded",
    amount_capturable: 0,
    amount_received: charge.amount_captured,
    latest_charge: charge.id,
    next_action: null,
    last_payment_error: null,
  };
  world.objects.update<"payment_intent">(paid);
  world.emit("charge.succeeded", bookedFirst ? bookCharge(world, charge) : charge);
  world.emit("payment_intent.succeeded", paid);
  if (!bookedFirst) bookAfterwards(world, faults, charge);
  return paid;
}

/** The charge has failed, so the intent waits for another method. */
export function failIntent(
  world: World,
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge,
  method: Stripe.PaymentMethod,
  reason: Decline,
): Stripe.PaymentIntent {
  const failed: Stripe.PaymentIntent = {
    ...intent,
    status: "requires_payment_method",
    payment_method: null,
    next_action: null,
    latest_charge: charge.id,
    last_payment_error: {
      charge: charge.id,
      code: reason.code as Stripe.PaymentIntent.LastPaymentError["code"] & string,
      ...(reason.declineCode ? { decline_code: reason.declineCode } : {}),
      ...(reason.adviceCode ? { advice_code: reason.adviceCode } : {}),
      message: reason.message,
      payment_method: method,
      type: "card_error",
    },
  };
  world.objects.update<"payment_intent">(failed);
  world.emit("charge.failed", charge);
  world.emit("payment_intent.payment_failed", failed);
  return failed;
}

const usageOf = (intent: Stripe.PaymentIntent, { type }: Stripe.PaymentMethod): string => {
  const options = (intent.payment_method_options ?? {}) as Record<string, { setup_future_usage?: string } | undefined>;
  return options[type]?.setup_future_usage ?? intent.setup_future_usage ?? "none";
};

/** Whether a payment saves its method. */
export const isSaved = (intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): boolean =>
  usageOf(intent, method) !== "none" && intent.customer !== null;

/**
 * Attaches the method to the customer and marks it as set up, if `setup_future_usage` of the intent or of the method's
 * type says so.
 */
export function saveForLater(
  world: World,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
): Stripe.PaymentMethod {
  const notes = world.objects.notes<MethodNotes & { used?: boolean }>(method.id);
  const keep = isSaved(intent, method);
  world.objects.update<"payment_method">(method, {
    ...notes,
    used: true,
    setUp: notes.setUp || (keep && usageOf(intent, method) === "off_session"),
  });
  return keep ? attachMethod(world, method, intent.customer as string) : method;
}
