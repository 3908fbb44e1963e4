import type { Gateway } from "@clearing/payments";
import { workOff } from "@clearing/runtime/deadline-work";
import type { Deps } from "@clearing/runtime/deps";
import { oldestWaitingStripeEvent, resendStripeEvent } from "@clearing/store/stripe-event";
import { type Bounds, bringInEvents } from "./bring-in.ts";

const runBounds: Bounds = { pages: 50, seconds: 200 };

/**
 * Sends again events that were received and not applied, measures how long the oldest of them has waited, and stores
 * those that no webhook delivered. The first two need no Stripe.
 */
export async function catchUp(deps: Deps & { gateway: Gateway }, bounds = runBounds): Promise<void> {
  const { store, clock, log } = deps;
  await workOff(deps, [{ kind: "STRIPE_EVENT", act: (key) => resendStripeEvent(store, key, clock.now()) }]);
  const oldest = await oldestWaitingStripeEvent(store);
  const age = oldest === null ? 0 : Math.max(0, Date.parse(clock.now()) - Date.parse(oldest));
  log.metric("StripeEventAge", age, "Milliseconds");
  await bringInEvents(deps, bounds);
}
