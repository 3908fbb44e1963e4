import { beginToCollect } from "@clearing/commands/collect";
import { workOnAttempt } from "@clearing/commands/payment-deadlines";
import { type Attempt, type Booking, collectionAt, type SavedMethod } from "@clearing/domain/booking";
import { type Instant, plusHours } from "@clearing/domain/time";
import type { Gateway, GatewayFailure, StripeCharge, StripePayment } from "@clearing/payments";
import { readAttempts } from "@clearing/store/attempt";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { commit } from "@clearing/store/commit";
import type { Store } from "@clearing/store/store";
import { contextAt } from "./context.ts";
import { now, occasionAt, paid } from "./journey.ts";

const savedCard: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2036-12-31" },
  ...{ mandateId: null, savedAt: now, unusable: null },
};
export const lost: GatewayFailure = { ok: false, kind: "unknown", code: "timeout", message: "no answer" };

/**
 * A Stripe that charges a saved card. It remembers a key for a day, and loses requests or answers while told to. `made`
 * counts the intents, and so the charges.
 */
function stripeAt(clock: { now: Instant }) {
  const intents: (StripePayment & { key: string })[] = [];
  const state = { losesAnswers: false, losesRequests: false, declines: null as string | null };
  const gateway: Partial<Gateway> = {
    async createPaymentIntent({ amount, currency, metadata }, key) {
      if (state.losesRequests) return lost;
      const known = intents.find((one) => one.key === key && plusHours(one.created, 24) > clock.now);
      const made = known ?? {
        key,
        ...intentOf(`pi_${intents.length}`, { amount, currency, metadata }, clock.now, state),
      };
      if (known === undefined) intents.push(made);
      return state.losesAnswers ? lost : { ok: true, value: made };
    },
    async retrievePaymentIntent(id) {
      return { ok: true, value: intents.find(({ paymentIntentId }) => paymentIntentId === id) as StripePayment };
    },
    async listPaymentIntents() {
      return { ok: true, value: { items: intents.toReversed(), nextAfter: null } };
    },
    async cancelPaymentIntent(id) {
      const intent = intents.find(({ paymentIntentId }) => paymentIntentId === id) as StripePayment;
      return { ok: true, value: Object.assign(intent, { status: "canceled" }) };
    },
  };
  return { gateway, intents, state };
}

export function intentOf(
  paymentIntentId: string,
  asked: Pick<StripePayment, "amount" | "currency" | "metadata">,
  created: Instant,
  { declines }: { declines: string | null },
): StripePayment {
  const declined = declines !== null;
  const charge: StripeCharge = {
    ...{ chargeId: `ch_${paymentIntentId}_${asked.metadata.attemptId}`, paymentIntentId, captured: true },
    ...{ amount: asked.amount, amountCaptured: asked.amount, amountRefunded: 0, currency: asked.currency },
    ...{ status: "succeeded", methodType: "card", created, balanceTransaction: null, metadata: asked.metadata },
    paidWith: { paymentMethodId: "pm_1", fingerprint: "fp_1", mandateId: null, networkTransactionId: "nti_2" },
  };
  return {
    ...{ paymentIntentId, ...asked, created, customerId: "cus_1", nextAction: null, methodType: "card" },
    status: declined ? "requires_payment_method" : "succeeded",
    amountReceived: declined ? 0 : asked.amount,
    lastError: declined ? { code: "card_declined", declineCode: declines } : null,
    charge: declined ? null : charge,
  };
}

/** A booking whose balance falls due now, with a card that may be charged for it, and the Stripe that charges it. */
export async function collecting(store: Store, changes: Partial<SavedMethod> = {}) {
  const { id } = await paid(store);
  const before = (await readBooking(store, id)) as Booking;
  const change = {
    ...{ events: [], journal: [] },
    booking: { ...before, version: before.version + 1, autopay: true, savedMethod: { ...savedCard, ...changes } },
  };
  await commit(store, bookingWrites(store, before, change, occasionAt(now)));
  const due = before.dues[1];
  if (due === undefined) throw new Error(`${id} has no balance`);
  const clock = { now: collectionAt(due.dueOn, before.terms.timeZone) };
  const stripe = stripeAt(clock);
  const services = contextAt(store, stripe.gateway, () => clock.now);
  return {
    ...stripe,
    ...{ id, clock, context: services },
    begin: () => beginToCollect(services.ids)(store, id, occasionAt(clock.now)),
    tries: async () => (await readAttempts(store, id)).filter((one: Attempt) => one.via === "off_session"),
    work: async () => {
      for (const attempt of await readAttempts(store, id)) {
        if (attempt.via === "off_session") await workOnAttempt(services, id, attempt.id);
      }
    },
    balance: async () => (await readBooking(store, id))?.dues[1],
  };
}
