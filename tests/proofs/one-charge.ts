import { setTimeout as sleep } from "node:timers/promises";
import { openCheckout } from "@clearing/commands/checkout";
import { workOnAttempt } from "@clearing/commands/payment-deadlines";
import { applyStripeEvent } from "@clearing/commands/stripe-event";
import type { Gateway, StripeSession } from "@clearing/payments";
import { readAttemptFile, readAttempts } from "@clearing/store/attempt";
import type { Store } from "@clearing/store/store";
import { collecting, intentOf } from "../harness/collecting.ts";
import { actor } from "../harness/sample.ts";
import { openSession } from "../harness/session.ts";
import { seeded } from "../harness/store.ts";

type Life = Awaited<ReturnType<typeof collecting>>;
/** The pages that Stripe has created, and its answers about them. */
type Pages = { sessions: Map<string, StripeSession>; gateway: Partial<Gateway> };

/** The result of a round: what is wrong, and how the due was paid. */
export type Round = { wrong: string[]; paidBy: "try" | "session" | "nobody" };

/** The maximum time between the starts of a round's contenders. */
const apartMs = 12;
/** How often a client retries who must wait, or whose page was closed. */
const mostClicks = 5;

/**
 * Two collectors, two clicks on Pay, webhooks and polls arrive at once for one due, whose card works or declines. In
 * the end exactly one charge has paid the due.
 */
export async function oneDue(store: Store, seed: number): Promise<Round> {
  const random = seeded(seed);
  const life = await collecting(store, { id: `pm_${seed}`, fingerprint: `fp_${seed}` });
  life.state.declines = random() < 0.3 ? "insufficient_funds" : null;
  const pages = pagesOf(life);
  Object.assign(life.context.gateway, pages.gateway);
  const soon = () => sleep(random() * apartMs);
  const collector = async () => {
    await soon();
    await life.begin();
    await soon();
    await life.work();
  };
  const payer = async () => {
    await soon();
    await clickAndPay(life, pages, soon);
  };
  const webhooks = async () => {
    for (let look = 0; look < 4; look++) {
      await soon();
      await deliver(life, pages);
    }
  };
  await Promise.all([collector(), collector(), payer(), payer(), webhooks(), webhooks(), poll(life, soon)]);
  for (let clicks = 0; clicks < mostClicks && (await life.balance())?.status !== "paid"; clicks++) {
    await clickAndPay(life, pages, soon);
    await deliver(life, pages);
  }
  const charges = chargesOf(life, pages);
  const due = await life.balance();
  const paid = due?.status === "paid" && due.paid === due.amount && due.openAttemptId === null;
  return {
    wrong: [
      ...(charges.length === 1 ? [] : [`round ${seed}: ${charges.length} charges: ${charges.join(", ")}`]),
      ...(paid ? [] : [`round ${seed}: the due is ${due?.status}, ${due?.paid} of ${due?.amount} paid`]),
    ],
    paidBy: charges.length === 0 ? "nobody" : life.intents.some(({ charge }) => charge !== null) ? "try" : "session",
  };
}

/** Checks every attempt for the due, as the sweep's worker does. */
async function poll(life: Life, soon: () => Promise<unknown>): Promise<void> {
  for (let look = 0; look < 3; look++) {
    await soon();
    for (const { id, purpose } of await readAttempts(life.context.store, life.id)) {
      if (purpose === "due") await workOnAttempt(life.context, life.id, id);
    }
  }
}

/** Clicks on Pay, and pays with a working card on the page, if it is still open by then. */
async function clickAndPay(life: Life, { sessions }: Pages, soon: () => Promise<unknown>): Promise<void> {
  const dueId = (await life.balance())?.id;
  const page = await openCheckout(life.context, { bookingId: life.id, purpose: "due", dueId }, actor);
  if (!page.ok) return;
  await soon();
  const session = sessions.get(page.attempt.sessionId);
  if (session?.status !== "open") return;
  const asked = { amount: page.attempt.amount, currency: page.attempt.currency, metadata: session.metadata };
  const payment = intentOf(`pi_${session.sessionId}`, asked, life.clock.now, { declines: null });
  Object.assign(session, { status: "complete", url: null, payment });
}

/** Delivers Stripe's events of every charge and decline, repeatedly. */
async function deliver(life: Life, { sessions }: Pages): Promise<void> {
  const named = async (attemptId: string | undefined) =>
    attemptId === undefined ? null : readAttemptFile(life.context.store, life.id, attemptId);
  for (const { paymentIntentId, status, metadata } of life.intents) {
    const type = status === "succeeded" ? "payment_intent.succeeded" : "payment_intent.payment_failed";
    const hint = { type, objectId: paymentIntentId, objectType: "payment_intent" };
    await applyStripeEvent(life.context, hint, await named(metadata.attemptId));
  }
  for (const { sessionId, status, metadata } of sessions.values()) {
    if (status !== "complete") continue;
    const hint = { type: "checkout.session.completed", objectId: sessionId, objectType: "checkout.session" };
    await applyStripeEvent(life.context, hint, await named(metadata.attemptId));
  }
}

const chargesOf = ({ intents }: Life, { sessions }: Pages): string[] =>
  [...intents.map(({ charge }) => charge), ...[...sessions.values()].map(({ payment }) => payment?.charge ?? null)]
    .flatMap((charge) => charge ?? [])
    .map(({ chargeId }) => chargeId);

function pagesOf({ clock, gateway: { retrievePaymentIntent } }: Life): Pages {
  const sessions = new Map<string, StripeSession>();
  const found = (id: string) => sessions.get(id) as StripeSession;
  return {
    sessions,
    gateway: {
      createCustomer: async () => ({ ok: true, value: { customerId: "cus_1" } }),
      retrieveCustomer: async () => ({ ok: true, value: { deleted: false } }),
      async createCheckoutSession(asked) {
        const made = openSession(asked, clock.now);
        const session = sessions.get(made.sessionId) ?? made;
        sessions.set(session.sessionId, session);
        return { ok: true, value: { ...session } };
      },
      retrieveCheckoutSession: async (id) => ({ ok: true, value: { ...found(id) } }),
      listCheckoutSessions: async () => ({ ok: true, value: { items: [...sessions.values()], nextAfter: null } }),
      async expireCheckoutSession(id) {
        const session = found(id);
        if (session.status !== "open") return { ok: false, kind: "invalid", code: "", message: "not open" };
        return { ok: true, value: { ...Object.assign(session, { status: "expired", url: null }) } };
      },
      async retrievePaymentIntent(id) {
        const paid = [...sessions.values()].find(({ payment }) => payment?.paymentIntentId === id)?.payment;
        if (paid) return { ok: true, value: paid };
        if (retrievePaymentIntent === undefined) throw new Error(`the fake Stripe has no payment ${id}`);
        return retrievePaymentIntent(id);
      },
    },
  };
}
