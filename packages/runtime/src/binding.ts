import type { Route } from "@clearing/contracts/route";
import type { Instant } from "@clearing/domain/time";
import type { Answer, Reply } from "./answer.ts";
import type { Caller } from "./caller.ts";
import type { Deps } from "./deps.ts";
import type { Idempotency } from "./idempotency.ts";
import type { InputOf } from "./route-input.ts";

/** The context of a handler besides its input. `now` is the same instant for the whole request. */
export type RequestContext<D extends Deps = Deps> = {
  caller: Caller | null;
  now: Instant;
  idempotency: Idempotency | null;
  /** The request is HEAD on a page that also answers it: the handler only reads. */
  isHead: boolean;
  requestId: string;
  sourceIp: string;
  userAgent: string;
  deps: D;
  /**
   * Checks once more whether the same request was answered in the meantime. Every refusal waits for this check; a
   * handler that reads more to explain a refusal calls it first, so that both run in parallel.
   */
  lookAgain: () => void;
};

type Handler<R extends Route, D extends Deps> = (input: InputOf<R>, context: RequestContext<D>) => Promise<Answer>;

/**
 * The page to show if a page's handler fails (503), or if the address has a malformed part and so names nothing (404).
 */
type Failed = (status: 404 | 503) => Reply;

/** A route with its handler. */
export type Binding<D extends Deps = Deps> = {
  route: Route;
  answer: Handler<Route, D>;
  failed?: Failed;
  /** The handler reads while the idempotency key is still looked up. */
  readsAtOnce?: boolean;
};

/**
 * Lets a handler read while the request's idempotency key is still looked up, which saves one round trip. Its first
 * write and its first call of Stripe wait for the lookup, so a repeated request changes nothing.
 */
export const readingAtOnce = <D extends Deps>(binding: Binding<D>): Binding<D> => ({ ...binding, readsAtOnce: true });

type FailedPage<R extends Route> = R extends { page: true } ? [failed: Failed] : [failed?: undefined];

/**
 * Binds a route of the contracts to its handler, which gets the parsed input. A page's route also takes the page to
 * show instead of an answer in JSON, which a person in a browser could not read.
 */
export function bind<const R extends Route, D extends Deps = Deps>(
  route: R,
  answer: Handler<R, D>,
  ...[failed]: FailedPage<R>
): Binding<D> {
  return { ...bindAnswer(route, answer), ...(failed ? { failed } : {}) };
}

/** Binds a route to its handler. The handler's input is what the route's schemas parsed. */
export const bindAnswer = <R extends Route, D extends Deps>(route: R, answer: Handler<R, D>): Binding<D> => ({
  route,
  answer: answer as unknown as Handler<Route, D>,
});
