import type { Stripe } from "stripe";
import type { Faults } from "../faults.ts";
import { listPage } from "../http/list.ts";
import { applyMetadata, integer, metadata, oneOf, paging, range, text } from "../http/params.ts";
import { invalidRequest, noSuch, noSuchReference } from "../http/stripe-error.ts";
import type { Routes } from "../routes.ts";
import type { World } from "../world.ts";
import { book } from "./balance-transaction.ts";
import { magicOf } from "./payment-methods.ts";

const day = 86_400_000;
/**
 * A card's pending or failing refund is decided after a day, a bank account's after three. Stripe says "some time
 * later".
 */
const cardRefundMs = day;
const bankRefundMs = 3 * day;
/** A bank debit can be refunded for 180 days. */
const bankRefundWindowSeconds = 180 * 24 * 3600;

type RefundFate = { refund: "succeeds" | "pending" | "fails"; isCard: boolean };

function fateOf(world: World, charge: Stripe.Charge): RefundFate {
  const method = world.objects.find("payment_method", charge.payment_method as string);
  const magic = method && magicOf(world, method);
  return magic?.type === "card" ? { refund: magic.refund, isCard: true } : { refund: "pending", isCard: false };
}

/**
 * Refunds a charge, even if the account's balance becomes negative. The refund of a debit that is still processing
 * waits for the debit. Sources: docs.stripe.com/refunds,
 * docs.stripe.com/changelog/basil/2025-04-30/refund-pending-reason.
 */
function createRefund(
  world: World,
  faults: Faults,
  charge: Stripe.Charge,
  given: {
    amount?: number | undefined;
    reason?: Stripe.Refund.Reason | undefined;
    metadata?: Record<string, string> | null | undefined;
  },
): Stripe.Refund {
  const refundable = charge.amount - charge.amount_refunded;
  if (charge.status === "failed" || !charge.captured) {
    throw invalidRequest(`Charge ${charge.id} is not refundable: its status is ${charge.status}.`, {
      code: "charge_not_refundable",
    });
  }
  if (refundable === 0) {
    throw invalidRequest(`Charge ${charge.id} has already been refunded.`, { code: "charge_already_refunded" });
  }
  const amount = given.amount ?? refundable;
  if (amount > refundable) {
    throw invalidRequest(
      `Refund amount (${dollars(amount)}) is greater than unrefunded amount on charge (${dollars(refundable)})`,
      { param: "amount" },
    );
  }
  const { refund: fate, isCard } = fateOf(world, charge);
  if (!isCard && world.seconds() - charge.created > bankRefundWindowSeconds) {
    throw invalidRequest("ACH Direct Debit payments can be refunded for 180 days.", { code: "charge_not_refundable" });
  }
  const waits = charge.status === "pending";
  const unfunded = !waits && faults.strikes("low_balance") !== undefined;
  const pendingReason = waits
    ? "charge_pending"
    : unfunded
      ? "insufficient_funds"
      : fate === "pending"
        ? "processing"
        : null;
  const refund: Stripe.Refund = {
    id: world.newId(isCard ? "re_3" : "pyr_3", 23),
    object: "refund",
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: world.seconds(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: isCard
      ? {
          card: { reference_status: "pending", reference_type: "acquirer_reference_number", type: "refund" },
          type: "card",
        }
      : { type: "us_bank_transfer", us_bank_transfer: { reference: null, reference_status: null } },
    metadata: applyMetadata({}, given.metadata),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    ...(pendingReason === null ? {} : { pending_reason: pendingReason }),
    reason: given.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: pendingReason === null ? "succeeded" : "pending",
    transfer_reversal: null,
  };
  world.objects.insert<"refund">(refund);
  const funded = unfunded || waits ? refund : fund(world, refund, isCard);
  if (unfunded) world.timers.set("fund_refund", refund.id, world.now() + day);
  else if (!waits) foresee(world, funded, { refund: fate, isCard });
  const refunded = takeFrom(world, charge, amount);
  world.emit("refund.created", funded);
  world.emit("charge.refunded", refunded, { amount_refunded: charge.amount_refunded, refunded: charge.refunded });
  return funded;
}

function fund(world: World, refund: Stripe.Refund, isCard: boolean): Stripe.Refund {
  const transaction = book(world, {
    amount: -refund.amount,
    currency: refund.currency,
    type: isCard ? "refund" : "payment_refund",
    source: refund.id,
    description: "REFUND FOR CHARGE",
  });
  const funded: Stripe.Refund = { ...refund, balance_transaction: transaction.id };
  world.objects.update<"refund">(funded);
  return funded;
}

function foresee(world: World, refund: Stripe.Refund, { refund: fate, isCard }: RefundFate): void {
  const later = world.now() + (isCard ? cardRefundMs : bankRefundMs);
  if (fate === "pending") world.timers.set("settle_refund", refund.id, later);
  if (fate === "fails") world.timers.set("fail_refund", refund.id, later);
}

function takeFrom(world: World, charge: Stripe.Charge, amount: number): Stripe.Charge {
  const total = charge.amount_refunded + amount;
  const changed: Stripe.Charge = { ...charge, amount_refunded: total, refunded: total === charge.amount };
  world.objects.update<"charge">(changed);
  return changed;
}

/** Emits the events of a changed refund: the refund's own, and the charge's older one. */
function tell(world: World, refund: Stripe.Refund, previous: object, failed = false): void {
  world.emit("refund.updated", refund, previous);
  world.emit("charge.refund.updated", refund, previous);
  if (failed) world.emit("refund.failed", refund);
}

export function settleRefund(world: World, id: string): void {
  const refund = world.objects.find("refund", id);
  if (refund?.status !== "pending") return;
  const { pending_reason: _reason, ...rest } = refund;
  const settled: Stripe.Refund = { ...rest, status: "succeeded" };
  world.objects.update<"refund">(settled);
  tell(world, settled, { status: "pending" });
}

/** The bank returns the money: it is on the balance again, and the charge is refundable again. */
export function failRefund(world: World, id: string): void {
  const refund = world.objects.find("refund", id);
  const charge = refund && world.objects.find("charge", refund.charge as string);
  if (!refund || !charge || refund.status === "failed" || refund.status === "canceled") return;
  const transaction = book(world, {
    amount: refund.amount,
    currency: refund.currency,
    type: "refund_failure",
    source: refund.id,
    description: "REFUND FAILURE",
  });
  const failed: Stripe.Refund = {
    ...refund,
    status: "failed",
    failure_balance_transaction: transaction.id,
    failure_reason: "expired_or_canceled_card",
  };
  world.objects.update<"refund">(failed);
  takeFrom(world, charge, -refund.amount);
  tell(world, failed, { status: refund.status }, true);
}

/** The refunds that waited for a debit: paid if it has settled, canceled if it has failed. */
export function endDebitRefunds(world: World, faults: Faults, chargeId: string, settled: boolean): void {
  const waiting = world.objects
    .all("refund", { charge: chargeId })
    .filter(({ status, pending_reason }) => status === "pending" && pending_reason === "charge_pending");
  for (const refund of waiting) {
    if (settled) fundRefund(world, faults, refund.id);
    else callOff(world, refund);
  }
}

/** Cancels a refund of money that was never taken: the charge is as if it had not been refunded. */
function callOff(world: World, { pending_reason: reason, ...refund }: Stripe.Refund): void {
  const charge = world.objects.find("charge", refund.charge as string);
  if (charge) takeFrom(world, charge, -refund.amount);
  const canceled: Stripe.Refund = { ...refund, status: "canceled" };
  world.objects.update<"refund">(canceled);
  tell(world, canceled, { status: "pending", pending_reason: reason });
}

/** Pays a refund that waited for its debit, or retries one for which the balance was too low. */
export function fundRefund(world: World, faults: Faults, id: string): void {
  const refund = world.objects.find("refund", id);
  const charge = refund && world.objects.find("charge", refund.charge as string);
  if (refund?.status !== "pending" || !charge) return;
  if (faults.strikes("low_balance")) {
    world.objects.update<"refund">({ ...refund, pending_reason: "insufficient_funds" });
    world.timers.set("fund_refund", id, world.now() + day);
    return;
  }
  const fate = fateOf(world, charge);
  const { pending_reason: _reason, ...rest } = fund(world, refund, fate.isCard);
  const funded: Stripe.Refund =
    fate.refund === "pending" ? { ...rest, pending_reason: "processing" } : { ...rest, status: "succeeded" };
  world.objects.update<"refund">(funded);
  foresee(world, funded, fate);
  tell(world, funded, { status: "pending", balance_transaction: null });
}

export function refundRoutes({ get, post }: Routes, world: World, faults: Faults): void {
  const existing = (id: string) => {
    const refund = world.objects.find("refund", id);
    if (!refund) throw noSuch("refund", id);
    return refund;
  };
  post(
    "/v1/refunds",
    {
      amount: integer({ min: 1 }),
      charge: text(),
      payment_intent: text(),
      metadata: metadata(),
      reason: oneOf("duplicate", "fraudulent", "requested_by_customer"),
    },
    (params) => createRefund(world, faults, chargeToRefund(world, params), params),
  );
  get("/v1/refunds", { charge: text(), created: range(), payment_intent: text(), ...paging }, (params) => {
    const { charge, payment_intent } = params;
    return listPage(world, "refund", "/v1/refunds", params, { charge, payment_intent });
  });
  get("/v1/refunds/:id", {}, (_params, { id = "" }) => existing(id));
  post("/v1/refunds/:id", { metadata: metadata() }, (params, { id = "" }) => {
    const refund = existing(id);
    const updated: Stripe.Refund = { ...refund, metadata: applyMetadata(refund.metadata, params.metadata) };
    world.objects.update<"refund">(updated);
    tell(world, updated, { metadata: refund.metadata });
    return updated;
  });
  post("/v1/refunds/:id/cancel", {}, (_params, { id = "" }) => {
    existing(id);
    throw invalidRequest("You can only cancel refunds with a status of `requires_action`.");
  });
}

function chargeToRefund(
  world: World,
  given: { charge?: string | undefined; payment_intent?: string | undefined },
): Stripe.Charge {
  if (given.charge === undefined && given.payment_intent === undefined) {
    throw invalidRequest("One of the following params should be provided for this request: payment_intent or charge.", {
      code: "parameter_missing",
      param: "payment_intent",
    });
  }
  if (given.payment_intent !== undefined) {
    const intent = world.objects.find("payment_intent", given.payment_intent);
    if (!intent) throw noSuchReference("payment_intent", given.payment_intent, "payment_intent");
    const charge = world.objects.find("charge", (intent.latest_charge as string | null) ?? "");
    if (charge && charge.status !== "failed") return charge;
    throw invalidRequest(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {
      code: "payment_intent_unexpected_state",
      param: "payment_intent",
    });
  }
  const charge = world.objects.find("charge", given.charge as string);
  if (!charge) throw noSuchReference("charge", given.charge as string, "charge");
  return charge;
}

function dollars(cents: number): string {
  return `$${(cents / 100).toFixed(2)}`;
}
