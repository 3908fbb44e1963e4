import type { Stripe } from "stripe";
import { invalidRequest } from "../http/stripe-error.ts";
import type { World } from "../world.ts";

/** The network's data of the card that replaced a saved one. */
export type CardUpdate = {
  expMonth?: number | undefined;
  expYear?: number | undefined;
  last4?: string | undefined;
  /** A new number has a new fingerprint; a new expiry date keeps the old one. */
  fingerprint?: string | undefined;
};

/**
 * The network updates a saved card in place. Source: docs.stripe.com/payments/cards/overview#automatic-card-updates.
 */
export function updateByNetwork(
  world: World,
  method: Stripe.PaymentMethod,
  { expMonth, expYear, last4, fingerprint }: CardUpdate,
): Stripe.PaymentMethod {
  if (!method.card) throw invalidRequest("Only cards are updated by their network.", { param: "id" });
  if (method.customer === null) throw invalidRequest("Only saved cards are updated by their network.", { param: "id" });
  const card: Stripe.PaymentMethod.Card = {
    ...method.card,
    ...(expMonth === undefined ? {} : { exp_month: expMonth }),
    ...(expYear === undefined ? {} : { exp_year: expYear }),
    ...(last4 === undefined ? {} : { last4 }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
  const updated: Stripe.PaymentMethod = { ...method, card };
  const { exp_month, exp_year, last4: formerLast4, fingerprint: former } = method.card;
  const before = {
    ...(exp_month === card.exp_month ? {} : { exp_month }),
    ...(exp_year === card.exp_year ? {} : { exp_year }),
    ...(formerLast4 === card.last4 ? {} : { last4: formerLast4 }),
    ...(former === card.fingerprint ? {} : { fingerprint: former }),
  };
  world.objects.update<"payment_method">(updated);
  world.emit("payment_method.automatically_updated", updated, { card: before });
  return updated;
}
