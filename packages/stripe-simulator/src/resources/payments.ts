import type { Stripe } from "stripe";
import type { Faults } from "../faults.ts";
import { invalidRequest } from "../http/stripe-error.ts";
import type { World } from "../world.ts";
import { mandateFor, startDebit } from "./bank-debits.ts";
import { nextOutcome } from "./behavior.ts";
import { insertCharge } from "./charges.ts";
import { type Decline, declineTable } from "./declines.ts";
import {
  awaitsMicrodeposits,
  failVerification,
  needsMicrodeposits,
  sendMicrodeposits,
  type Verification,
} from "./microdeposits.ts";
import { type IntentNotes, unexpectedState } from "./payment-intents.ts";
import { cardError, type MethodNotes, magicOf, notUsableAgain } from "./payment-methods.ts";
import { failIntent, saveForLater, succeed } from "./payment-results.ts";
import type { MagicCard } from "./test-cards.ts";

/** An uncaptured card payment lapses after seven days. */
const authorizationMs = 7 * 86_400_000;

export type Confirmation = {
  offSession: boolean;
  returnUrl: string | null;
  errorOnAction?: boolean | undefined;
  /** Whether the customer authorizes the debit of a bank account with this confirmation. */
  mandateAccepted?: boolean;
  /** The id of a mandate that the customer gave before. */
  mandate?: string | undefined;
  /** Verifies the bank account by micro-deposits, whatever the options say. */
  microdeposits?: boolean;
};

/** Charges an intent with a method. A decline is recorded and thrown as Stripe's 402. */
export function payIntent(
  world: World,
  faults: Faults,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  how: Confirmation,
): Stripe.PaymentIntent {
  mustFit(world, intent, method);
  const notes = { ...world.objects.notes<IntentNotes>(intent.id), offSession: how.offSession };
  const chosen: Stripe.PaymentIntent = {
    ...intent,
    payment_method: method.id,
    last_payment_error: null,
    next_action: null,
  };

  const magic = method.type === "us_bank_account" ? magicOf(world, method) : nextOutcome(world, method);
  if (magic.type === "us_bank_account") {
    const mandate = mandateFor(world, intent, method, { accepted: how.mandateAccepted ?? false, named: how.mandate });
    world.objects.update<"payment_intent">(chosen, { ...notes, mandate });
    if (magic.blocked) return decline(world, chosen, method, magic.blocked);
    if (how.microdeposits || needsMicrodeposits(intent, magic)) return sendMicrodeposits(world, chosen, magic);
    if (magic.verified !== "instantly") {
      throw invalidRequest("This bank account cannot be verified instantly, and no other way is allowed.", {
        code: "payment_method_invalid_parameter",
        param: "payment_method",
      });
    }
    return startDebit(world, chosen, method, mandate);
  }
  world.objects.update<"payment_intent">(chosen, notes);
  if (mustAuthenticate(world, magic, method, how.offSession)) {
    if (how.offSession) return decline(world, chosen, method, declineTable.authenticationRequired);
    if (how.errorOnAction) return decline(world, chosen, method, declineTable.authenticationRequired);
    return askForAuthentication(world, chosen, how.returnUrl);
  }
  return chargeCard(world, faults, chosen, method, magic, false);
}

/** Applies the challenge page's answer: the bank charges now, or the try is over. */
export function authenticateIntent(
  world: World,
  faults: Faults,
  intent: Stripe.PaymentIntent,
  success: boolean,
): Stripe.PaymentIntent {
  const method =
    intent.payment_method === null ? undefined : world.objects.find("payment_method", intent.payment_method as string);
  if (intent.status !== "requires_action" || awaitsMicrodeposits(intent) || !method)
    throw unexpectedState(intent, "authenticate", "authenticated", ["requires_action"]);
  const magic = magicOf(world, method);
  if (success && magic.type === "card")
    return chargeCard(world, faults, { ...intent, next_action: null }, method, magic, true);
  const message =
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.";
  const failed: Stripe.PaymentIntent = {
    ...intent,
    status: "requires_payment_method",
    payment_method: null,
    next_action: null,
    last_payment_error: {
      code: "payment_intent_authentication_failure",
      message,
      payment_method: method,
      type: "invalid_request_error",
    },
  };
  world.objects.update<"payment_intent">(failed);
  world.emit("payment_intent.payment_failed", failed);
  return failed;
}

/** Applies the result of the micro-deposits: the debit starts, or the try is over. */
export function verifyAccount(world: World, intent: Stripe.PaymentIntent, result: Verification): Stripe.PaymentIntent {
  if (!awaitsMicrodeposits(intent)) {
    throw unexpectedState(intent, "verify microdeposits for", "verified", ["requires_action"]);
  }
  if (result !== "verified") return failVerification(world, intent, result);
  const method = world.objects.find("payment_method", intent.payment_method as string);
  const { mandate } = world.objects.notes<IntentNotes>(intent.id);
  if (!method || !mandate) throw new Error(`${intent.id} waits for micro-deposits without a method or a mandate`);
  world.timers.clear(intent.id);
  return startDebit(world, { ...intent, next_action: null }, method, mandate);
}

function mustAuthenticate(world: World, magic: MagicCard, method: Stripe.PaymentMethod, offSession: boolean): boolean {
  if (magic.authentication === "never") return false;
  if (magic.authentication === "always" || !offSession) return true;
  return magic.authentication === "unless_set_up" && !world.objects.notes<MethodNotes>(method.id).setUp;
}

function askForAuthentication(
  world: World,
  intent: Stripe.PaymentIntent,
  returnUrl: string | null,
): Stripe.PaymentIntent {
  const url = `${world.baseUrl()}/c/challenge/${intent.id}`;
  const asked: Stripe.PaymentIntent = {
    ...intent,
    status: "requires_action",
    next_action:
      returnUrl === null
        ? { type: "use_stripe_sdk", use_stripe_sdk: { type: "three_d_secure_redirect", stripe_js: url } as never }
        : { type: "redirect_to_url", redirect_to_url: { return_url: returnUrl, url } },
  };
  world.objects.update<"payment_intent">(asked);
  world.emit("payment_intent.requires_action", asked);
  return asked;
}

function chargeCard(
  world: World,
  faults: Faults,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  magic: MagicCard,
  threeDSecure: boolean,
): Stripe.PaymentIntent {
  if (magic.charge) return decline(world, intent, method, magic.charge);
  const captured = intent.capture_method !== "manual";
  const { offSession = false } = world.objects.notes<IntentNotes>(intent.id);
  const saved = saveForLater(world, intent, method);
  const charge = insertCharge(world, intent, saved, { status: "succeeded", captured, threeDSecure, offSession });
  if (!captured) {
    const held: Stripe.PaymentIntent = {
      ...intent,
      status: "requires_capture",
      amount_capturable: intent.amount,
      latest_charge: charge.id,
    };
    world.objects.update<"payment_intent">(held);
    world.timers.set("expire_authorization", intent.id, world.now() + authorizationMs);
    world.emit("charge.succeeded", charge);
    world.emit("payment_intent.amount_capturable_updated", held);
    return held;
  }
  return succeed(world, faults, intent, charge);
}

/** Records a decline: a failed charge, and an intent that waits for another method. */
function decline(world: World, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod, reason: Decline): never {
  const charge = insertCharge(world, intent, method, { status: "failed", decline: reason });
  const failed = failIntent(world, intent, charge, method, reason);
  throw cardError(reason, { charge: charge.id, payment_intent: failed, payment_method: method });
}

function mustFit(world: World, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): void {
  if (!intent.payment_method_types.includes(method.type)) {
    throw invalidRequest(
      `The PaymentMethod provided (${method.type}) is not allowed for this PaymentIntent. Please attach a PaymentMethod of one of the following types: ${intent.payment_method_types.join(", ")}.`,
      { code: "payment_intent_incompatible_payment_method", param: "payment_method" },
    );
  }
  if (method.type === "us_bank_account" && intent.currency !== "usd") {
    throw invalidRequest(
      `A us_bank_account is debited in usd alone, and the currency of this PaymentIntent is ${intent.currency}.`,
      {
        code: "payment_method_currency_mismatch",
        param: "payment_method",
      },
    );
  }
  if (method.customer !== null && method.customer !== intent.customer) {
    throw invalidRequest(
      `The PaymentMethod ${method.id} belongs to a Customer. Please include the Customer in the \`customer\` parameter on the PaymentIntent.`,
      { param: "payment_method" },
    );
  }
  const { used, detached } = world.objects.notes<MethodNotes & { used?: boolean }>(method.id);
  if (detached || (method.customer === null && used)) throw notUsableAgain();
}
