import type { Stripe } from "stripe";
import type { Faults } from "../faults.ts";
import { invalidRequest } from "../http/stripe-error.ts";
import type { World } from "../world.ts";
import { nextOutcome } from "./behavior.ts";
import { insertCharge } from "./charges.ts";
import type { Decline } from "./declines.ts";
import { insertMandate, usableMandate, useMandate } from "./mandates.ts";
import type { MethodNotes } from "./payment-methods.ts";
import { failIntent, isSaved, saveForLater, succeed } from "./payment-results.ts";
import { endDebitRefunds } from "./refunds.ts";

const day = 86_400_000;
/**
 * A bank debit settles after four days; a failing one returns after two. Source:
 * docs.stripe.com/payments/ach-direct-debit#timing.
 */
const debitSettlesMs = 4 * day;
const debitFailsMs = 2 * day;

/** Debits a bank account. The debit succeeds or fails days later. */
export function startDebit(
  world: World,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  mandate: string,
): Stripe.PaymentIntent {
  const magic = nextOutcome(world, method);
  const saved = saveForLater(world, intent, method);
  const charge = insertCharge(world, intent, saved, { status: "pending" }, mandate);
  const processing: Stripe.PaymentIntent = { ...intent, status: "processing", latest_charge: charge.id };
  world.objects.update<"payment_intent">(processing);
  world.emit("charge.pending", charge);
  world.emit("payment_intent.processing", processing);
  useMandate(world, mandate);
  const debit = magic.type === "us_bank_account" ? magic.debit : "succeeds";
  if (typeof debit === "object") world.objects.update<"charge">(charge, { ...world.objects.notes(charge.id), debit });
  if (debit === "succeeds") world.timers.set("settle_bank_debit", charge.id, world.now() + debitSettlesMs);
  else if (debit !== "stays_processing") world.timers.set("fail_bank_debit", charge.id, world.now() + debitFailsMs);
  return processing;
}

/** The timer of a bank debit. Returns the intent, or undefined if the debit is no longer under way. */
export function endDebit(
  world: World,
  faults: Faults,
  chargeId: string,
  settled: boolean,
): Stripe.PaymentIntent | undefined {
  const charge = world.objects.find("charge", chargeId);
  const intent = charge && world.objects.find("payment_intent", charge.payment_intent as string);
  const method = charge && world.objects.find("payment_method", charge.payment_method as string);
  if (charge?.status !== "pending" || !intent || !method) return undefined;
  if (settled) {
    const done: Stripe.Charge = {
      ...charge,
      status: "succeeded",
      paid: true,
      captured: true,
      amount_captured: charge.amount,
    };
    world.objects.update<"charge">(done);
    const paid = succeed(world, faults, intent, done);
    endDebitRefunds(world, faults, chargeId, true);
    return paid;
  }
  const { debit: reason } = world.objects.notes<{ debit?: Decline }>(charge.id);
  if (reason === undefined) return undefined;
  const failed: Stripe.Charge = {
    ...charge,
    status: "failed",
    captured: false,
    failure_code: reason.code,
    failure_message: reason.message,
  };
  world.objects.update<"charge">(failed);
  const unpaid = failIntent(world, intent, failed, method, reason);
  endDebitRefunds(world, faults, chargeId, false);
  return unpaid;
}

/**
 * The mandate for the debit of a payment: the one that it names, the account's own, or one that is accepted now. An
 * accepted mandate is for this payment only unless the payment saves the account. Source:
 * docs.stripe.com/payments/ach-direct-debit, "Mandates".
 */
export function mandateFor(
  world: World,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  { accepted, named }: { accepted: boolean; named: string | undefined },
): string {
  const notes = world.objects.notes<MethodNotes>(method.id);
  const known = named ?? (accepted ? undefined : notes.mandate);
  if (known !== undefined) return usableMandate(world, known, method).id;
  if (!accepted) {
    throw invalidRequest(
      "A mandate is required to debit this bank account: provide `mandate_data`, or use a PaymentMethod that has an active mandate.",
      { code: "payment_intent_mandate_invalid", param: "mandate_data" },
    );
  }
  const { amount, currency } = intent;
  if (!isSaved(intent, method)) return insertMandate(world, method, { type: "single_use", amount, currency }).id;
  const mandate = insertMandate(world, method);
  world.objects.update<"payment_method">(method, { ...notes, mandate: mandate.id });
  return mandate.id;
}
