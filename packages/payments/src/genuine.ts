import type { Page } from "./gateway.ts";
import { ForeignAnswer } from "./stripe-failure.ts";

/**
 * Returns an answer only if it is an object of the expected type with an id; otherwise throws `ForeignAnswer`. The SDK
 * accepts any JSON without an `error` as a success.
 */
export function genuine<T extends { id: string; object: string }>(answer: T, object: T["object"]): T {
  if (answer?.object !== object || typeof answer.id !== "string" || answer.id === "") {
    throw new ForeignAnswer(`stripe response is not of type ${object}`);
  }
  return answer;
}

type StripeList<S> = { object: "list"; data: S[]; has_more: boolean };

export function genuineList<S>(list: StripeList<S>): StripeList<S> {
  if (list?.object !== "list" || !Array.isArray(list.data)) throw new ForeignAnswer("stripe response is not a list");
  return list;
}

export function pageOf<S, T>(list: StripeList<S>, reduce: (item: S) => T, idOf: (item: T) => string): Page<T> {
  const items = genuineList(list).data.map(reduce);
  const last = items.at(-1);
  return { items, nextAfter: list.has_more && last !== undefined ? idOf(last) : null };
}
