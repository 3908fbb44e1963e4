import type { Stripe } from "stripe";
import type { World } from "../world.ts";

/** A customer's standing authorization to debit a bank account. */
export function insertMandate(world: World, method: Stripe.PaymentMethod): Stripe.Mandate {
  const mandate: Stripe.Mandate = {
    id: world.newId("mandate_1", 23),
    object: "mandate",
    customer_acceptance: {
      accepted_at: world.seconds(),
      online: { ip_address: "127.0.0.1", user_agent: null },
      type: "online",
    },
    livemode: false,
    multi_use: {},
    payment_method: method.id,
    payment_method_details: { type: "us_bank_account", us_bank_account: {} },
    status: "active",
    type: "multi_use",
  };
  world.objects.insert<"mandate">(mandate);
  return mandate;
}
