import type { Services } from "@clearing/commands/services";
import { Failure } from "@clearing/domain/failure";
import type { Gateway, GatewayFailure } from "@clearing/payments";
import type { Deps } from "./deps.ts";
import type { Log } from "./log.ts";

/** What a use case needs that may call Stripe, from a function's dependencies. */
export const contextOf = ({ store, gateway, ids, clock, config }: Deps & { gateway: Gateway }): Services => ({
  store,
  gateway,
  ids,
  clock,
  site: { stage: config.stage, publicUrl: config.publicUrl },
});

type Outcome = { ok: true } | { ok: false; reason: string } | GatewayFailure;

/**
 * Ends a piece of work on a queue: what may pass is thrown, so that the queue brings it again. What Stripe refuses for
 * good is logged and left, since coming again would not change its answer.
 */
export function settledOrRetried(outcome: Outcome, log: Log): void {
  if (outcome.ok) return;
  if (!("kind" in outcome)) throw new Failure("work not completed", { reason: outcome.reason });
  if (outcome.kind !== "invalid") {
    const { kind, code } = outcome;
    throw new Failure("stripe request failed", { kind, code });
  }
  log.warn("stripe request refused", { code: outcome.code });
  log.metric("StripeRefusals", 1, "Count");
}
