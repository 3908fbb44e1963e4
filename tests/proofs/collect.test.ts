import { beginToCollect, makeTry } from "@clearing/commands/collect";
import { workOnAttempt } from "@clearing/commands/payment-deadlines";
import {
  type Attempt,
  type Booking,
  collectionAt,
  type OffSessionAttempt,
  type SavedMethod,
  stopAutopay,
} from "@clearing/domain/booking";
import { type Instant, plusHours, plusMinutes } from "@clearing/domain/time";
import type { ChargeFacts, Gateway, GatewayFailure, PaymentFacts } from "@clearing/payments";
import { readAttempts } from "@clearing/store/attempt";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { commit } from "@clearing/store/commit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contextAt } from "../harness/context.ts";
import { now, occasionAt, paid } from "../harness/journey.ts";
import { startTestStore, type TestStore } from "../harness/store.ts";

let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

const card: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2036-12-31" },
  ...{ mandateId: null, savedAt: now, unusable: null },
};
const lost: GatewayFailure = { ok: false, kind: "unknown", code: "timeout", message: "no answer" };

/**
 * A Stripe that charges a saved card: it remembers a key for a day, and loses its answers while it is told to. `made`
 * counts the intents, and so the charges.
 */
function stripeAt(clock: { now: Instant }) {
  const intents: (PaymentFacts & { key: string })[] = [];
  const state = { losesAnswers: false, declines: null as string | null };
  const gateway: Partial<Gateway> = {
    async createPaymentIntent({ amount, currency, metadata }, key) {
      const known = intents.find((one) => one.key === key && plusHours(one.created, 24) > clock.now);
      const made = known ?? {
        key,
        ...intentOf(`pi_${intents.length}`, { amount, currency, metadata }, clock.now, state),
      };
      if (known === undefined) intents.push(made);
      return state.losesAnswers ? lost : { ok: true, value: made };
    },
    async retrievePaymentIntent(id) {
      return { ok: true, value: intents.find(({ paymentIntentId }) => paymentIntentId === id) as PaymentFacts };
    },
    async listPaymentIntents() {
      return { ok: true, value: { items: intents.toReversed(), nextAfter: null } };
    },
    async cancelPaymentIntent(id) {
      const intent = intents.find(({ paymentIntentId }) => paymentIntentId === id) as PaymentFacts;
      return { ok: true, value: Object.assign(intent, { status: "canceled" }) };
    },
  };
  return { gateway, intents, state };
}

function intentOf(
  paymentIntentId: string,
  asked: Pick<PaymentFacts, "amount" | "currency" | "metadata">,
  created: Instant,
  { declines }: { declines: string | null },
): PaymentFacts {
  const declined = declines !== null;
  const charge: ChargeFacts = {
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

/** A booking whose balance is due at `dueAt`, with a card that may be charged for it, and the Stripe that charges it. */
async function collecting() {
  const { store } = running;
  const { id } = await paid(store);
  const before = (await readBooking(store, id)) as Booking;
  const change = {
    ...{ events: [], journal: [] },
    booking: { ...before, version: before.version + 1, autopay: true, savedMethod: card },
  };
  await commit(store, bookingWrites(store, before, change, occasionAt(now)));
  const due = before.dues[1];
  if (due === undefined) throw new Error(`${id} has no balance`);
  const clock = { now: collectionAt(due.dueOn, before.terms.timeZone) };
  const stripe = stripeAt(clock);
  const context = contextAt(store, stripe.gateway, () => clock.now);
  return {
    ...stripe,
    ...{ id, clock, context },
    begin: () => beginToCollect(context, id, occasionAt(clock.now)),
    tries: async () => (await readAttempts(store, id)).filter((one: Attempt) => one.via === "off_session"),
    work: async () => {
      for (const attempt of await readAttempts(store, id)) {
        if (attempt.via === "off_session") await workOnAttempt(context, id, attempt.id);
      }
    },
    balance: async () => (await readBooking(store, id))?.dues[1],
  };
}

describe("a due that is collected with a saved card (I5)", () => {
  test("has one try, and is charged once, however many collectors there are", async () => {
    const life = await collecting();

    await Promise.all(Array.from({ length: 8 }, life.begin));
    expect(await life.tries()).toHaveLength(1);
    await Promise.all(Array.from({ length: 4 }, life.work));

    expect(life.intents).toHaveLength(1);
    expect(await life.balance()).toMatchObject({ status: "paid", openAttemptId: null });
  });

  test("is charged once when the answer is lost, and asked for again under its key", async () => {
    const life = await collecting();
    await life.begin();
    life.state.losesAnswers = true;
    await life.work();
    expect(await life.balance()).toMatchObject({ paid: 0 });

    life.state.losesAnswers = false;
    life.clock.now = plusHours(life.clock.now, 22);
    await life.work();

    expect(life.intents).toHaveLength(1);
    expect(await life.balance()).toMatchObject({ status: "paid" });
  });

  test("is looked up, and never asked for, once its key may be forgotten", async () => {
    const life = await collecting();
    await life.begin();
    life.state.losesAnswers = true;
    await life.work();

    life.state.losesAnswers = false;
    life.clock.now = plusHours(life.clock.now, 25);
    await life.work();

    expect(life.intents).toHaveLength(1);
    expect(await life.balance()).toMatchObject({ status: "paid" });
  });

  test("would be charged twice under a key that is trusted after a day", async () => {
    const life = await collecting();
    await life.begin();
    life.state.losesAnswers = true;
    await life.work();
    life.state.losesAnswers = false;
    life.clock.now = plusHours(life.clock.now, 25);
    const [attempt] = (await life.tries()) as [OffSessionAttempt];
    const booking = (await readBooking(running.store, life.id)) as Booking;
    const trusting = { ...life.context, clock: { now: () => attempt.createdAt } };

    await makeTry(trusting, { attempt, booking }, "control");

    expect(life.intents).toHaveLength(2);
  });

  test("has its failed intent cancelled before another try can begin", async () => {
    const life = await collecting();
    life.state.declines = "insufficient_funds";
    await life.begin();
    const cancel = life.gateway.cancelPaymentIntent as Gateway["cancelPaymentIntent"];
    let openWhenCancelled: string | null | undefined;
    life.gateway.cancelPaymentIntent = async (id) => {
      openWhenCancelled = (await life.balance())?.openAttemptId;
      return cancel(id);
    };
    life.context.gateway.cancelPaymentIntent = life.gateway.cancelPaymentIntent;

    await life.work();

    expect(openWhenCancelled).toMatch(/^att_/);
    expect(life.intents).toMatchObject([{ status: "canceled" }]);
    expect(await life.balance()).toMatchObject({ openAttemptId: null, tries: { failed: 1, stopped: null } });
  });

  test("stays with its try while Stripe cannot cancel the failed intent", async () => {
    const life = await collecting();
    life.state.declines = "insufficient_funds";
    await life.begin();
    life.context.gateway.cancelPaymentIntent = async () => lost;

    await life.work();

    expect(await life.balance()).toMatchObject({ openAttemptId: expect.any(String) });
    expect((await life.balance())?.tries).toBeUndefined();
  });

  test("that was paid while its failed intent was being cancelled is paid", async () => {
    const life = await collecting();
    life.state.declines = "insufficient_funds";
    await life.begin();
    life.context.gateway.cancelPaymentIntent = async (id) => {
      const intent = life.intents.find(({ paymentIntentId }) => paymentIntentId === id) as PaymentFacts;
      Object.assign(intent, intentOf(id, intent, life.clock.now, { declines: null }));
      return { ok: false, kind: "invalid", code: "payment_intent_unexpected_state", message: "succeeded" };
    };

    await life.work();

    expect(await life.balance()).toMatchObject({ status: "paid" });
  });

  test("is not charged once the permission is taken back, and is free to be paid by link", async () => {
    const life = await collecting();
    await life.begin();
    const before = (await readBooking(running.store, life.id)) as Booking;
    const stopped = stopAutopay(before, life.clock.now);
    if (stopped === null) throw new Error("nothing to take back");
    await commit(running.store, bookingWrites(running.store, before, stopped, occasionAt(life.clock.now)));

    life.clock.now = plusMinutes(life.clock.now, 1);
    await life.work();

    expect(life.intents).toEqual([]);
    expect(await life.balance()).toMatchObject({ openAttemptId: null, paid: 0 });
    expect((await life.balance())?.tries).toBeUndefined();
  });

  test("is not charged by a request that Stripe refuses, and goes by link", async () => {
    const life = await collecting();
    await life.begin();
    life.context.gateway.createPaymentIntent = async () => ({
      ...{ ok: false, kind: "invalid", code: "resource_missing", param: "payment_method", message: "gone" },
    });

    await life.work();

    expect(await life.balance()).toMatchObject({
      status: "action_required",
      tries: { lastFailure: "method_unusable" },
    });
    expect((await readBooking(running.store, life.id))?.savedMethod?.unusable).toBe("refused");
  });

  test.each(["unavailable", "idempotency_in_flight"] as const)(
    "waits for its worker while Stripe is %s",
    async (kind) => {
      const life = await collecting();
      await life.begin();
      life.context.gateway.createPaymentIntent = async () => ({ ok: false, kind, code: "x", message: "x" });

      expect(
        await workOnAttempt(life.context, life.id, ((await life.tries()) as [OffSessionAttempt])[0].id),
      ).toMatchObject({
        ok: false,
      });
      expect(await life.balance()).toMatchObject({ openAttemptId: expect.any(String), paid: 0 });
    },
  );

  test.each(["saved_failure", "idempotency_mismatch"] as const)("is looked up after a %s", async (kind) => {
    const life = await collecting();
    await life.begin();
    life.state.losesAnswers = true;
    await life.work();
    life.context.gateway.createPaymentIntent = async () => ({ ok: false, kind, code: "x", message: "x" });

    await life.work();

    expect(life.intents).toHaveLength(1);
    expect(await life.balance()).toMatchObject({ status: "paid" });
  });
});
