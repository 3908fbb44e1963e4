import { StripeFailure } from "./http/stripe-error.ts";
import type { World } from "./world.ts";

export const faultKinds = [
  "error",
  "error_after",
  "unavailable",
  "throttle",
  "html",
  "timeout",
  "timeout_after",
  "slow",
  "low_balance",
  "late_fee",
] as const;

/**
 * The faults between a caller and Stripe.
 * - `error`: 500 `api_error` from the endpoint, without effect; saved under the idempotency key like any answer.
 * - `error_after`: the same answer, also saved, although the endpoint has done its work.
 * - `unavailable`: 503 before any endpoint runs; nothing is saved, `stripe-should-retry: true`.
 * - `throttle`: 429, every second one `lock_timeout` with `stripe-should-retry: true`.
 * - `html`: a proxy's 502 page. `timeout` / `timeout_after`: the connection breaks before / after the effect.
 * - `slow`: the request takes `ms` of real time while its key is in use.
 * - `low_balance`: refunds stay `pending` until it is cleared. `late_fee`: a charge's balance transaction comes an hour
 *   late.
 */
export type FaultKind = (typeof faultKinds)[number];
export type Fault = {
  kind: FaultKind;
  rate: number;
  seed: number;
  ms?: number | undefined;
  /** Only requests whose path starts with this. */
  path?: string | undefined;
  /** The fault strikes this many times and is then removed. */
  times?: number | undefined;
};

export type Faults = {
  set(fault: Fault): void;
  clear(): void;
  all(): Fault[];
  /** Whether a fault strikes now, for a request of this path if given. Each kind has a separate random sequence. */
  strikes(kind: FaultKind, path?: string): Fault | undefined;
};

export function openFaults(world: World): Faults {
  const key = (kind: FaultKind) => `fault:${kind}`;
  return {
    set: (fault) => {
      world.settings.set(key(fault.kind), fault);
      world.settings.remove(`draw:${fault.kind}:${fault.seed}`);
    },
    clear: () => {
      for (const kind of faultKinds) world.settings.remove(key(kind));
      world.timers.hasten("fund_refund", world.now());
    },
    all: () => faultKinds.flatMap((kind) => world.settings.get<Fault>(key(kind)) ?? []),
    strikes: (kind, path = "") => {
      const fault = world.settings.get<Fault>(key(kind));
      if (!fault || !path.startsWith(fault.path ?? "")) return undefined;
      if (world.settings.draw(kind, fault.seed) >= fault.rate) return undefined;
      if (fault.times === 1) world.settings.remove(key(kind));
      else if (fault.times !== undefined) world.settings.set(key(kind), { ...fault, times: fault.times - 1 });
      return fault;
    },
  };
}

export function rateLimited(locked: boolean): StripeFailure {
  if (!locked) {
    const message = "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode.";
    return new StripeFailure(429, { type: "invalid_request_error", code: "rate_limit", message });
  }
  const message =
    "This object cannot be accessed right now because another API request or Stripe process is currently accessing it.";
  const body = { type: "invalid_request_error", code: "lock_timeout", message } as const;
  return new StripeFailure(429, body, false, { "stripe-should-retry": "true" });
}

export function internalError(status: 500 | 503): StripeFailure {
  const message = "Sorry, something went wrong. We've already been notified of the problem.";
  return new StripeFailure(status, { type: "api_error", message }, false, {
    "stripe-should-retry": status === 503 ? "true" : "false",
  });
}
