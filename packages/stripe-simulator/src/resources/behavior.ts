import type { Stripe } from "stripe";
import { invalidRequest } from "../http/stripe-error.ts";
import type { World } from "../world.ts";
import { type Decline, declineTable, returns } from "./declines.ts";
import type { Magic } from "./magic-methods.ts";
import { type MethodNotes, magicOf } from "./payment-methods.ts";
import type { Authentication } from "./test-cards.ts";

/** The behavior of the bank behind a saved method, from now on or from an instant on (epoch seconds). */
export type Behavior = {
  /** The outcome of each next payment: `succeeds`, or a decline code. The last one repeats. */
  outcomes: string[];
  from: number;
};

type Notes = MethodNotes & { behavior?: Behavior };

const codesOf = (decline: Decline): string => decline.declineCode ?? decline.code;
const byCode = (declines: Readonly<Record<string, Decline>>) =>
  new Map(Object.values(declines).map((decline) => [codesOf(decline), decline]));
const ofCards = byCode(declineTable);
const ofAccounts = byCode(returns);

/** Sets the outcomes of the next payments with a method, and returns the behavior. */
export function setBehavior(
  world: World,
  method: Stripe.PaymentMethod,
  { outcomes, from = world.seconds() }: { outcomes: unknown; from?: number | undefined },
): Behavior {
  const known = method.type === "card" ? ofCards : ofAccounts;
  const isKnown = (one: unknown): one is string => typeof one === "string" && (one === "succeeds" || known.has(one));
  if (!Array.isArray(outcomes) || outcomes.length === 0 || !outcomes.every(isKnown)) {
    throw invalidRequest(`outcomes must be a list of succeeds, ${[...known.keys()].join(", ")}`, { param: "outcomes" });
  }
  const behavior: Behavior = { outcomes, from };
  world.objects.update<"payment_method">(method, { ...world.objects.notes<Notes>(method.id), behavior });
  return behavior;
}

/** The bank's behavior for the current payment: that of the magic method, changed by what was set since. */
export function nextOutcome(world: World, method: Stripe.PaymentMethod): Magic {
  const magic = magicOf(world, method);
  const notes = world.objects.notes<Notes>(method.id);
  const { behavior } = notes;
  if (behavior === undefined || behavior.from > world.seconds()) return magic;
  const [outcome = "succeeds", ...later] = behavior.outcomes;
  if (later.length > 0) {
    world.objects.update<"payment_method">(method, { ...notes, behavior: { ...behavior, outcomes: later } });
  }
  if (magic.type === "us_bank_account") return { ...magic, debit: ofAccounts.get(outcome) ?? "succeeds" };
  const authentication: Authentication = outcome === "authentication_required" ? "always" : "never";
  return { ...magic, authentication, charge: authentication === "always" ? null : (ofCards.get(outcome) ?? null) };
}
