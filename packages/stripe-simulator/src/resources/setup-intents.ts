import type { Stripe } from "stripe";
import { applyMetadata } from "../http/params.ts";
import { invalidRequest } from "../http/stripe-error.ts";
import type { World } from "../world.ts";
import { existingCustomer } from "./customers.ts";
import { insertMandate } from "./mandates.ts";
import { refuseOldTypes } from "./method-params.ts";
import { attachMethod, cardError, type MethodNotes, magicOf, offeredTypes } from "./payment-methods.ts";

export type SetupParams = {
  customer?: string | undefined;
  description?: string | undefined;
  metadata?: Record<string, string> | null | undefined;
  allowed_payment_method_types?: string[] | undefined;
  excluded_payment_method_types?: string[] | undefined;
  payment_method_types?: string[] | undefined;
  payment_method_options?: object | undefined;
  usage?: "off_session" | "on_session" | undefined;
};

export function createSetupIntent(
  world: World,
  given: SetupParams,
  notes: { session?: string } = {},
): Stripe.SetupIntent {
  if (given.customer !== undefined) existingCustomer(world, given.customer, "customer");
  refuseOldTypes(world, given);
  const id = world.newId("seti_1", 23);
  const intent: Stripe.SetupIntent = {
    id,
    object: "setup_intent",
    allowed_payment_method_types: given.allowed_payment_method_types ?? null,
    application: null,
    automatic_payment_methods: given.payment_method_types ? null : { allow_redirects: "always", enabled: true },
    cancellation_reason: null,
    client_secret: `${id}_secret_${world.newId("", 25).slice(1)}`,
    created: world.seconds(),
    customer: given.customer ?? null,
    customer_account: null,
    description: given.description ?? null,
    excluded_payment_method_types: given.excluded_payment_method_types ?? null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    mandate: null,
    metadata: applyMetadata({}, given.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: (given.payment_method_options ?? {}) as Stripe.SetupIntent.PaymentMethodOptions,
    payment_method_types: offeredTypes(
      given.payment_method_types ?? given.allowed_payment_method_types,
      given.excluded_payment_method_types,
    ),
    single_use_mandate: null,
    status: "requires_payment_method",
    usage: given.usage ?? "off_session",
  };
  world.objects.insert<"setup_intent">(intent, notes);
  world.emit("setup_intent.created", intent);
  return intent;
}

/** Saves a method without taking money; the bank may decline or require authentication. */
export function setUp(
  world: World,
  intent: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  how: { returnUrl: string | null; mandateAccepted: boolean },
): Stripe.SetupIntent {
  const magic = magicOf(world, method);
  if (!intent.payment_method_types.includes(method.type)) {
    throw invalidRequest(
      `The PaymentMethod provided (${method.type}) is not allowed for this SetupIntent. Please attach a PaymentMethod of one of the following types: ${intent.payment_method_types.join(", ")}.`,
      { param: "payment_method" },
    );
  }
  const chosen: Stripe.SetupIntent = {
    ...intent,
    payment_method: method.id,
    last_setup_error: null,
    next_action: null,
  };
  if (magic.type === "card" && magic.attach) {
    const { code, message, declineCode } = magic.attach;
    const failed: Stripe.SetupIntent = {
      ...chosen,
      payment_method: null,
      status: "requires_payment_method",
      last_setup_error: {
        code: code as Stripe.SetupIntent.LastSetupError["code"] & string,
        ...(declineCode ? { decline_code: declineCode } : {}),
        message,
        payment_method: method,
        type: "card_error",
      },
    };
    world.objects.update<"setup_intent">(failed);
    world.emit("setup_intent.setup_failed", failed);
    throw cardError(magic.attach, { setup_intent: failed, payment_method: method });
  }
  if (magic.type === "us_bank_account" && magic.verified !== "instantly") {
    throw invalidRequest("This bank account cannot be verified instantly, and no other way is allowed.", {
      code: "payment_method_invalid_parameter",
      param: "payment_method",
    });
  }
  if (magic.type === "us_bank_account" && !how.mandateAccepted) {
    throw invalidRequest("A mandate is required to save this bank account: provide `mandate_data`.", {
      code: "setup_intent_mandate_invalid",
      param: "mandate_data",
    });
  }
  if (magic.type === "card" && magic.authentication !== "never") {
    const url = `${world.baseUrl()}/c/challenge/${intent.id}`;
    const asked: Stripe.SetupIntent = {
      ...chosen,
      status: "requires_action",
      next_action:
        how.returnUrl === null
          ? { type: "use_stripe_sdk", use_stripe_sdk: { type: "three_d_secure_redirect", stripe_js: url } as never }
          : { type: "redirect_to_url", redirect_to_url: { return_url: how.returnUrl, url } },
    };
    world.objects.update<"setup_intent">(asked);
    world.emit("setup_intent.requires_action", asked);
    return asked;
  }
  return succeed(world, chosen, method);
}

export function authenticateSetup(world: World, intent: Stripe.SetupIntent, success: boolean): Stripe.SetupIntent {
  const method = world.objects.find("payment_method", (intent.payment_method as string | null) ?? "");
  if (intent.status !== "requires_action" || !method) throw unexpected(intent, "authenticated", ["requires_action"]);
  if (success) return succeed(world, { ...intent, next_action: null }, method);
  const failed: Stripe.SetupIntent = {
    ...intent,
    status: "requires_payment_method",
    payment_method: null,
    next_action: null,
    last_setup_error: {
      code: "setup_intent_authentication_failure",
      message:
        "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
      payment_method: method,
      type: "invalid_request_error",
    },
  };
  world.objects.update<"setup_intent">(failed);
  world.emit("setup_intent.setup_failed", failed);
  return failed;
}

function succeed(world: World, intent: Stripe.SetupIntent, method: Stripe.PaymentMethod): Stripe.SetupIntent {
  const mandate = method.type === "us_bank_account" ? insertMandate(world, method) : null;
  const notes = world.objects.notes<MethodNotes>(method.id);
  world.objects.update<"payment_method">(method, {
    ...notes,
    setUp: true,
    ...(mandate ? { mandate: mandate.id } : {}),
  });
  if (intent.customer !== null) attachMethod(world, method, intent.customer as string);
  const done: Stripe.SetupIntent = { ...intent, status: "succeeded", mandate: mandate?.id ?? null };
  world.objects.update<"setup_intent">(done);
  world.emit("setup_intent.succeeded", done);
  return done;
}

export function cancelSetup(
  world: World,
  intent: Stripe.SetupIntent,
  reason: Stripe.SetupIntent.CancellationReason | null,
): Stripe.SetupIntent {
  const allowed = ["requires_payment_method", "requires_confirmation", "requires_action"];
  if (!allowed.includes(intent.status)) throw unexpected(intent, "canceled", allowed);
  const canceled: Stripe.SetupIntent = {
    ...intent,
    status: "canceled",
    cancellation_reason: reason,
    next_action: null,
  };
  world.objects.update<"setup_intent">(canceled);
  world.emit("setup_intent.canceled", canceled);
  return canceled;
}

/** The refusal of an action that a setup intent's status does not allow. */
export function unexpected(intent: Stripe.SetupIntent, participle: string, allowed: string[]) {
  const failure = invalidRequest(
    `This SetupIntent has a status of ${intent.status}. Only a SetupIntent with one of the following statuses may be ${participle}: ${allowed.join(", ")}.`,
    { code: "setup_intent_unexpected_state" },
  );
  failure.body.setup_intent = intent;
  return failure;
}
