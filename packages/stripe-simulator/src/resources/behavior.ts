import type { Stripe } from "stripe";
import { invalidRequest } from "../http/stripe-error.ts";
import type { World } from "../world.ts";
import { type Decline, declineTable, returns } from "./declines.ts";
import type { Magic } from "./magic-methods.ts";
import { type MethodNotes, magicOf } from "./payment-methods.ts";
import type { Authentication } from "./test-cards.ts";

/** What the bank behind a saved method does from now on, or from an instant on (seconds since the epoch). */
export type Behavior = {
  /** What each next payment comes to: `succeeds`, or a code. The last one is what all later payments come to. */
  outcomes: string[];
  from: number;
};

type Notes = MethodNotes & { behavior?: Behavior };

const codesOf = (decline: Decline): string => decline.declineCode ?? decline.code;
const byCode = (declines: Readonly<Record<string, Decline>>) =>
  new Map(Object.values(declines).map((decline) => [codesOf(decline), decline]));
const ofCards = byCode(declineTable);
const ofAccounts = byCode(returns);

/** Sets how the next payments with a method end. Gives the behavior. */
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

/** What the bank does with the payment that is made now, as the magic of its method and what was set since have it. */
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
