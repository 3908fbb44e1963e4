import type { Services } from "@clearing/commands/services";
import { Failure } from "@clearing/domain/failure";
import type { Gateway, GatewayFailure } from "@clearing/payments";
import type { Deps } from "./deps.ts";
import type { Log } from "./log.ts";

/** A function's dependencies as the services of a use case that may call Stripe. */
export const contextOf = ({ store, gateway, ids, clock, config }: Deps & { gateway: Gateway }): Services => ({
  store,
  gateway,
  ids,
  clock,
  site: { stage: config.stage, publicUrl: config.publicUrl },
});

type Outcome = { ok: true } | { ok: false; reason: string } | GatewayFailure;

/**
 * Ends a piece of work from a queue. Throws temporary failures, so that the queue delivers the message again. Logs a
 * final refusal by Stripe and drops the message, because a retry would not change the answer.
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
