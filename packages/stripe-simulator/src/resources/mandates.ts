import type { Stripe } from "stripe";
import { invalidRequest, noSuch } from "../http/stripe-error.ts";
import type { World } from "../world.ts";

/** For all later debits, or for only one payment. */
type Use = { type: "multi_use" } | { type: "single_use"; amount: number; currency: string };

/** A customer's authorization to debit a bank account. Source: docs.stripe.com/api/mandates/object. */
export function insertMandate(
  world: World,
  method: Stripe.PaymentMethod,
  use: Use = { type: "multi_use" },
): Stripe.Mandate {
  const mandate: Stripe.Mandate = {
    id: world.newId("mandate_1", 23),
    object: "mandate",
    customer_acceptance: {
      accepted_at: world.seconds(),
      online: { ip_address: "127.0.0.1", user_agent: null },
      type: "online",
    },
    livemode: false,
    ...(use.type === "multi_use" ? { multi_use: {} } : { single_use: { amount: use.amount, currency: use.currency } }),
    payment_method: method.id,
    payment_method_details: { type: "us_bank_account", us_bank_account: {} },
    status: "active",
    type: use.type,
  };
  world.objects.insert<"mandate">(mandate);
  return mandate;
}

/** The mandate that a payment names. It must be for this account and still active. */
export function usableMandate(world: World, id: string, method: Stripe.PaymentMethod): Stripe.Mandate {
  const mandate = world.objects.find("mandate", id);
  if (!mandate) throw invalidRequest(`No such mandate: '${id}'`, { code: "resource_missing", param: "mandate" });
  if (mandate.payment_method === method.id && mandate.status === "active") return mandate;
  throw invalidRequest("The provided mandate is invalid and can not be used for the payment intent.", {
    code: "payment_intent_mandate_invalid",
    param: "mandate",
  });
}

/** Ends a single-use mandate once its payment is under way. */
export function useMandate(world: World, id: string): void {
  const mandate = world.objects.find("mandate", id);
  if (mandate?.type === "single_use") end(world, mandate);
}

/** The customer, or their bank, revokes the authorization. */
export function withdrawMandate(world: World, id: string): Stripe.Mandate {
  const mandate = world.objects.find("mandate", id);
  if (!mandate) throw noSuch("mandate", id, "mandate");
  if (mandate.status === "inactive") return mandate;
  const ended = end(world, mandate);
  world.emit("mandate.updated", ended, { status: mandate.status });
  return ended;
}

function end(world: World, mandate: Stripe.Mandate): Stripe.Mandate {
  const ended: Stripe.Mandate = { ...mandate, status: "inactive" };
  world.objects.update<"mandate">(ended);
  return ended;
}
