import type { Route } from "@clearing/contracts/route";
import type { Instant } from "@clearing/domain/time";
import type { Answer, Reply } from "./answer.ts";
import type { Caller } from "./caller.ts";
import type { Deps } from "./deps.ts";
import type { Idempotency } from "./idempotency.ts";
import type { InputOf } from "./route-input.ts";

/** What a handler knows besides its input. `now` is one instant for the whole request. */
export type RequestContext<D extends Deps = Deps> = {
  caller: Caller | null;
  now: Instant;
  idempotency: Idempotency | null;
  requestId: string;
  sourceIp: string;
  userAgent: string;
  deps: D;
  /**
   * Looks once more whether the request was answered meanwhile, which every refusal waits for: a handler that knows what
   * refuses it, and reads on to say more of it, calls this first.
   */
  lookAgain: () => void;
};

type Handler<R extends Route, D extends Deps> = (input: InputOf<R>, context: RequestContext<D>) => Promise<Answer>;

/** A route with what answers it, and a page with what is shown when that fails. */
export type Binding<D extends Deps = Deps> = {
  route: Route;
  answer: Handler<Route, D>;
  failed?: () => Reply;
  /** It reads while its key is still looked up. */
  readsAtOnce?: boolean;
};

/**
 * A binding whose handler reads while the request's key is still looked up: one round trip less. Its first write, and
 * its first word to Stripe, wait for that: a request that comes again changes nothing.
 */
export const readingAtOnce = <D extends Deps>(binding: Binding<D>): Binding<D> => ({ ...binding, readsAtOnce: true });

type FailedPage<R extends Route> = R extends { page: true } ? [failed: () => Reply] : [failed?: undefined];

/**
 * Binds a route of the contracts to its handler, which is then given what the route's schemas parsed. A page's route
 * also takes the page that is shown when a bug or an outage ends the request.
 */
export function bind<const R extends Route, D extends Deps = Deps>(
  route: R,
  answer: Handler<R, D>,
  ...[failed]: FailedPage<R>
): Binding<D> {
  return { ...bindAnswer(route, answer), ...(failed ? { failed } : {}) };
}

/** A route with its answer. What the route's schemas parsed is what the answer takes. */
export const bindAnswer = <R extends Route, D extends Deps>(route: R, answer: Handler<R, D>): Binding<D> => ({
  route,
  answer: answer as unknown as Handler<Route, D>,
});
