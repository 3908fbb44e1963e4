import type { Stripe } from "stripe";
import type { Faults } from "../faults.ts";
import { listPage } from "../http/list.ts";
import { applyMetadata, metadata, paging, range, text } from "../http/params.ts";
import { search, searchParams } from "../http/search.ts";
import { noSuch } from "../http/stripe-error.ts";
import type { Routes } from "../routes.ts";
import { randomText, type World } from "../world.ts";
import { book, settlesOn } from "./balance-transaction.ts";
import type { Decline } from "./declines.ts";
import { magicOf } from "./payment-methods.ts";

const hour = 3_600_000;

/** The bank's result of a charge. */
type Result =
  | { status: "succeeded"; captured: boolean; threeDSecure: boolean; offSession: boolean }
  | { status: "pending" }
  | { status: "failed"; decline: Decline };

/** Records one attempt to charge an intent. Bank debits have `py_` ids, as at Stripe. */
export function insertCharge(
  world: World,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  result: Result,
  mandate: string | null = null,
): Stripe.Charge {
  const { decline } = result.status === "failed" ? result : { decline: null };
  const captured = result.status === "succeeded" ? result.captured : result.status === "pending";
  const charge: Stripe.Charge = {
    id: world.newId(method.type === "card" ? "ch_3" : "py_3", 23),
    object: "charge",
    amount: intent.amount,
    amount_captured: result.status === "succeeded" && captured ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billing_details as Stripe.Charge.BillingDetails,
    calculated_statement_descriptor: method.type === "card" ? "STRIPE SIMULATOR" : null,
    captured,
    created: world.seconds(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(decline, method.type === "card"),
    paid: result.status === "succeeded",
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: methodDetails(method, result, mandate),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: intent.shipping as Stripe.Charge["shipping"],
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: result.status,
    transfer_data: null,
    transfer_group: intent.transfer_group,
  };
  world.objects.insert<"charge">(charge);
  return charge;
}

/**
 * Asynchronous capture, the default: the charge has no balance transaction until `charge.updated` reports it, at once
 * or, with the fault `late_fee`, an hour later. Source: docs.stripe.com/payments/payment-intents/asynchronous-capture.
 */
export function bookAfterwards(world: World, faults: Faults, charge: Stripe.Charge): void {
  if (faults.strikes("late_fee")) world.timers.set("book_charge", charge.id, world.now() + hour);
  else bookLate(world, charge.id);
}

/** Adds a captured charge to the balance, less Stripe's fee. */
export function bookCharge(world: World, charge: Stripe.Charge): Stripe.Charge {
  const isCard = charge.payment_method_details?.type === "card";
  const method = world.objects.find("payment_method", charge.payment_method ?? "");
  const magic = method && magicOf(world, method);
  const atOnce = magic?.type === "card" && magic.available;
  const transaction = book(world, {
    amount: charge.amount_captured,
    currency: charge.currency,
    feeFor: isCard ? "card" : "us_bank_account",
    type: isCard ? "charge" : "payment",
    source: charge.id,
    description: charge.description,
    availableOn: atOnce ? world.seconds() : settlesOn(world.seconds()),
  });
  const booked: Stripe.Charge = { ...charge, balance_transaction: transaction.id };
  world.objects.update<"charge">(booked);
  return booked;
}

export function bookLate(world: World, chargeId: string): void {
  const charge = world.objects.find("charge", chargeId);
  if (!charge || charge.balance_transaction !== null) return;
  world.emit("charge.updated", bookCharge(world, charge), { balance_transaction: null });
}

function outcomeOf(decline: Decline | null, isCard: boolean): Stripe.Charge.Outcome {
  const approved = { advice_code: null, network_advice_code: null, network_decline_code: null, reason: null };
  if (!decline) {
    return {
      ...approved,
      network_status: "approved_by_network",
      risk_level: isCard ? "normal" : "not_assessed",
      ...(isCard ? { risk_score: 12 } : {}),
      seller_message: "Payment complete.",
      type: "authorized",
    };
  }
  return {
    ...approved,
    advice_code: decline.adviceCode ?? null,
    network_decline_code: isCard ? "01" : null,
    network_status: "declined_by_network",
    reason: decline.declineCode ?? decline.code,
    risk_level: isCard ? "normal" : "not_assessed",
    seller_message: "The bank did not return any further details with this decline.",
    type: "issuer_declined",
  };
}

function methodDetails(
  method: Stripe.PaymentMethod,
  result: Result,
  mandate: string | null,
): Stripe.Charge.PaymentMethodDetails {
  const { card, us_bank_account: bank } = method;
  if (!card) {
    return {
      type: "us_bank_account",
      us_bank_account: {
        account_holder_type: bank?.account_holder_type ?? null,
        account_type: bank?.account_type ?? null,
        bank_name: bank?.bank_name ?? null,
        fingerprint: bank?.fingerprint ?? null,
        last4: bank?.last4 ?? null,
        ...(mandate ? { mandate } : {}),
        payment_reference: null,
        routing_number: bank?.routing_number ?? null,
      },
    };
  }
  const succeeded = result.status === "succeeded" ? result : null;
  return {
    type: "card",
    card: {
      amount_authorized: null,
      authorization_code: succeeded ? "000000" : null,
      brand: card.brand,
      checks: card.checks as Stripe.Charge.PaymentMethodDetails.Card["checks"],
      country: card.country,
      electronic_commerce_indicator: null,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint ?? null,
      funding: card.funding,
      installments: null,
      last4: card.last4,
      mandate: null,
      network: card.brand,
      network_transaction_id: succeeded ? `nti${randomText(12)}` : null,
      regulated_status: "unregulated",
      three_d_secure: succeeded?.threeDSecure
        ? {
            authentication_flow: "challenge",
            electronic_commerce_indicator: "05",
            exemption_indicator: null,
            result: "authenticated",
            result_reason: null,
            transaction_id: null,
            version: "2.2.0",
          }
        : null,
      transaction_link_id: null,
      wallet: null,
    },
  };
}

export function chargeRoutes({ get, post }: Routes, world: World): void {
  const existing = (id: string) => {
    const charge = world.objects.find("charge", id);
    if (!charge) throw noSuch("charge", id);
    return charge;
  };
  get("/v1/charges", { created: range(), customer: text(), payment_intent: text(), ...paging }, (params) => {
    const { customer, payment_intent } = params;
    return listPage(world, "charge", "/v1/charges", params, { customer, payment_intent });
  });
  get("/v1/charges/search", searchParams, (params) => search(world, "charge", "/v1/charges/search", params));
  get("/v1/charges/:id", {}, (_params, { id = "" }) => existing(id));
  post(
    "/v1/charges/:id",
    { description: text(), metadata: metadata(), receipt_email: text() },
    (params, { id = "" }) => {
      const charge = existing(id);
      const updated: Stripe.Charge = {
        ...charge,
        description: params.description ?? charge.description,
        receipt_email: params.receipt_email ?? charge.receipt_email,
        metadata: applyMetadata(charge.metadata, params.metadata),
      };
      world.objects.update<"charge">(updated);
      world.emit("charge.updated", updated, { metadata: charge.metadata });
      return updated;
    },
  );
  get("/v1/charges/:id/refunds", paging, (params, { id = "" }) => {
    existing(id);
    return listPage(world, "refund", `/v1/charges/${id}/refunds`, params, { charge: id });
  });
}
