import { integer, list, text } from "../http/params.ts";
import { noSuch } from "../http/stripe-error.ts";
import type { Routes } from "../routes.ts";
import type { World } from "../world.ts";
import { verifyHosted } from "./hosted-payment.ts";
import { verificationBy } from "./microdeposits.ts";

/** Source: docs.stripe.com/api/payment_intents/verify_microdeposits. */
export function verificationRoutes({ post }: Routes, world: World): void {
  post(
    "/v1/payment_intents/:id/verify_microdeposits",
    { amounts: list(integer({ min: 1 })), client_secret: text(), descriptor_code: text(6) },
    (params, { id = "" }) => {
      verifyHosted(world, id, verificationBy(params));
      const intent = world.objects.find("payment_intent", id);
      if (!intent) throw noSuch("payment_intent", id, "intent");
      return intent;
    },
  );
}
