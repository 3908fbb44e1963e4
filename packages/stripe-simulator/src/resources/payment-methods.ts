import type { Stripe } from "stripe";
import { invalidRequest, StripeFailure } from "../http/stripe-error.ts";
import type { World } from "../world.ts";
import { type Decline, declineTable } from "./declines.ts";
import { findMagic, type Magic } from "./magic-methods.ts";

/**
 * The magic of a method, whether it was set up for off-session use and under which mandate, and whether it is detached.
 */
export type MethodNotes = { magic: string; setUp?: boolean; mandate?: string; detached?: boolean };

export const methodTypes = ["card", "us_bank_account"] as const;
/** A card's expiry. */
export type Expiry = { exp_month: number; exp_year: number };

/** The behavior of a method's bank: that of its magic, until the card has expired. */
export function magicOf(world: World, method: Stripe.PaymentMethod): Magic {
  const found = findMagic(world.objects.notes<MethodNotes>(method.id).magic);
  if (!found) throw new Error(`payment method ${method.id} has no magic`);
  const { magic } = found;
  if (magic.type !== "card" || !method.card || !isOver(world, method.card)) return magic;
  return { ...magic, charge: declineTable.expiredCard, attach: declineTable.expiredCard, authentication: "never" };
}

const isOver = (world: World, { exp_month, exp_year }: Expiry): boolean =>
  world.now() >= Date.UTC(exp_year, exp_month, 1);

/** Attaches a method to a customer; the bank may refuse (`card_error`). */
export function attachMethod(world: World, method: Stripe.PaymentMethod, customerId: string): Stripe.PaymentMethod {
  if (method.customer === customerId) return method;
  if (world.objects.notes<MethodNotes>(method.id).detached) throw notUsableAgain();
  if (method.customer !== null) {
    throw invalidRequest("The payment method you provided has already been attached to a customer.", {
      code: "payment_method_unexpected_state",
    });
  }
  const attached: Stripe.PaymentMethod = { ...method, customer: customerId };
  world.objects.update<"payment_method">(attached);
  world.emit("payment_method.attached", attached);
  return attached;
}

/**
 * Detaches a method from its customer: it can no longer be charged or attached. Source:
 * docs.stripe.com/api/payment_methods/detach.
 */
export function takeAway(world: World, method: Stripe.PaymentMethod): Stripe.PaymentMethod {
  const detached: Stripe.PaymentMethod = { ...method, customer: null };
  const notes = world.objects.notes<MethodNotes>(method.id);
  world.objects.update<"payment_method">(detached, { ...notes, detached: true } satisfies MethodNotes);
  return detached;
}

/** Stripe's refusal, which has no code. Source: github.com/liberapay/liberapay.com/issues/2686. */
export function notUsableAgain(): StripeFailure {
  return invalidRequest(
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
  );
}

/** A bank's decline as Stripe's 402. */
export function cardError(
  decline: Decline,
  more: Partial<StripeFailure["body"]> = {},
  keepsState = true,
): StripeFailure {
  return new StripeFailure(
    402,
    {
      type: "card_error",
      code: decline.code,
      ...(decline.declineCode ? { decline_code: decline.declineCode } : {}),
      ...(decline.adviceCode ? { advice_code: decline.adviceCode } : {}),
      message: decline.message,
      ...more,
    },
    keepsState,
  );
}

/** `allowed_payment_method_types` and its older names, as the method types that this account offers. */
export function offeredTypes(
  allowed: readonly string[] | null | undefined,
  excluded: readonly string[] | null | undefined,
): string[] {
  const offered = methodTypes.filter((type) => (allowed ?? methodTypes).includes(type) && !excluded?.includes(type));
  if (offered.length === 0) {
    throw invalidRequest(
      "No valid payment method types for this request. Ensure that you have activated payment methods compatible with your chosen amount, currency and customer.",
    );
  }
  return [...offered];
}
