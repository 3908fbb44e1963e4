import { applyStripeEvent } from "@clearing/commands/stripe-event";
import { Failure } from "@clearing/domain/failure";
import type { Gateway } from "@clearing/payments";
import { contextOf } from "@clearing/runtime/commands";
import type { BusEvent } from "@clearing/runtime/consumer";
import type { Deps } from "@clearing/runtime/deps";
import { lookAtStripeEvent, markStripeEvent, type StripeEvent } from "@clearing/store/stripe-event";

type Data = Pick<StripeEvent, "eventId" | "type" | "objectId" | "objectType" | "attempt">;

/**
 * Applies a Stripe event and then marks its result. Until it is marked, it is delivered again: every failure is thrown,
 * also a refusal by Stripe, because an object that an event names and Stripe does not show means a wrong key or
 * account.
 */
export async function applyEvent({ data, occurredAt }: BusEvent, deps: Deps & { gateway: Gateway }): Promise<string> {
  const { eventId, type, objectId, objectType, attempt } = data as Data;
  const { isApplied, named } = await lookAtStripeEvent(deps.store, { eventId, ...(attempt && { attempt }) });
  if (isApplied) return "applied_before";
  const applied = await applyStripeEvent(contextOf(deps), { type, objectId, objectType }, named);
  if (!applied.ok) {
    const { kind, code, reason } =
      "reason" in applied ? { ...applied, kind: null, code: null } : { ...applied, reason: null };
    throw new Failure("stripe event not applied", { kind, code, reason });
  }
  const outcome = "handled" in applied ? "not_handled" : "applied";
  await markStripeEvent(deps.store, { eventId, type, created: occurredAt }, outcome, deps.clock.now());
  return outcome;
}
