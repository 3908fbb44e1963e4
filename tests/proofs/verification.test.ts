import { openCheckout } from "@clearing/commands/checkout";
import { settle } from "@clearing/commands/settle";
import { lapseHold } from "@clearing/commands/sweep";
import type { Booking } from "@clearing/domain/booking";
import { card } from "@clearing/domain/testing/retreat";
import { type Instant, plusDays, plusHours, plusMinutes } from "@clearing/domain/time";
import type { CreateCheckoutSession, Gateway, StripePayment, StripeSession } from "@clearing/payments";
import { readAttempts } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { freePlaces } from "@clearing/store/place";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contextAt } from "../harness/context.ts";
import { actor, signedBooking } from "../harness/sample.ts";
import { openSession } from "../harness/session.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const start: Instant = "2027-03-01T17:00:00Z";
const refused = { ok: false, kind: "invalid", code: "payment_intent_unexpected_state", message: "" } as const;
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

/** A Stripe with one session, whose intent waits for micro-deposits until the test says otherwise. */
function stripe() {
  const pages: CreateCheckoutSession[] = [];
  const cancelled: string[] = [];
  const state = { now: start, status: "requires_action", onCancel: async () => {} };
  const intentOf = (session: CreateCheckoutSession): StripePayment => {
    const paid = state.status === "succeeded";
    const paymentIntentId = `pi_${session.metadata.attemptId}`;
    const charge = {
      chargeId: `ch_${session.metadata.attemptId}`,
      paymentIntentId,
      amount: session.amount,
      amountCaptured: session.amount,
      captured: true,
      amountRefunded: 0,
      currency: "usd",
      status: "succeeded",
      methodType: "us_bank_account",
      created: state.now,
      paidWith: card,
      balanceTransaction: {
        id: ids.next("txn"),
        amount: session.amount,
        fee: 500,
        net: 0,
        currency: "usd",
        created: start,
      },
      metadata: {},
    } as const;
    return {
      paymentIntentId,
      status: state.status,
      amount: session.amount,
      amountReceived: paid ? session.amount : 0,
      currency: "usd",
      methodType: "us_bank_account",
      created: start,
      customerId: "cus_1",
      nextAction: state.status === "requires_action" ? "verify_with_microdeposits" : null,
      lastError: null,
      charge: paid ? charge : null,
      metadata: session.metadata,
    };
  };
  const gateway: Partial<Gateway> = {
    createCustomer: async () => ({ ok: true, value: { customerId: "cus_1" } }),
    retrieveCustomer: async () => ({ ok: true, value: { deleted: false } }),
    async createCheckoutSession(session) {
      pages.push(session);
      return { ok: true, value: openSession(session, state.now) };
    },
    async retrieveCheckoutSession(sessionId) {
      const session = pages.find(({ metadata }) => sessionId === `cs_${metadata.attemptId}`) as CreateCheckoutSession;
      const value: StripeSession = { ...openSession(session, start), status: "complete", payment: intentOf(session) };
      return { ok: true, value };
    },
    async cancelPaymentIntent(paymentIntentId) {
      cancelled.push(paymentIntentId);
      await state.onCancel();
      return refused;
    },
  };
  const services = contextAt(running.store, gateway, () => state.now);
  return { context: services, state, cancelled, pages };
}

const held = (): Promise<Booking> => signedBooking(running.store, start);

const read = async ({ id }: Booking) => (await readBooking(running.store, id)) as Booking;
const statuses = async ({ id }: Booking) => (await readAttempts(running.store, id)).map(({ status }) => status);

/** A completed deposit page with a bank account that is still unverified. */
async function waiting() {
  const kit = stripe();
  const booking = await held();
  const opened = await openCheckout(kit.context, { bookingId: booking.id, purpose: "deposit" }, actor);
  if (!opened.ok) throw new Error("the session was not opened");
  const ref = { bookingId: booking.id, attemptId: opened.attempt.id };
  const look = () => settle(kit.context, ref, "sweep");
  await look();
  return { ...kit, booking, ref, look };
}

describe("a deposit by an unverified bank account", () => {
  test("keeps its place for ten days, and refuses another checkout", async () => {
    const { context, booking, cancelled } = await waiting();

    const again = await openCheckout(context, { bookingId: booking.id, purpose: "deposit" }, actor);

    expect(await read(booking)).toMatchObject({ status: "held", holdExpiresAt: plusDays(start, 10) });
    expect(again).toEqual({ ok: false, reason: "unverified" });
    expect(cancelled).toEqual([]);
  });

  test("that is never verified is abandoned before its hold ends, and the place can be sold again", async () => {
    const { state, booking, look, cancelled, ref } = await waiting();

    state.now = plusMinutes(plusDays(start, 10), -6);
    await look();
    expect(await statuses(booking)).toEqual(["processing"]);
    state.now = plusMinutes(plusDays(start, 10), -5);
    await look();

    expect(cancelled).toEqual([`pi_${ref.attemptId}`]);
    expect(await statuses(booking)).toEqual(["abandoned"]);
    expect(await read(booking)).toMatchObject({ status: "held", holdExpiresAt: state.now });
    await lapseHold(running.store, booking.id, { actor, action: "sweep", now: state.now });
    expect((await read(booking)).status).toBe("expired");
    const { places } = await freePlaces(running.store, booking.cohortId, booking.placeType, state.now);
    expect(places.map(({ id }) => id)).toEqual([booking.placeId]);
  });

  test("is processed as any debit if it was verified while being cancelled", async () => {
    const { state, booking, look } = await waiting();
    state.now = plusDays(start, 10);
    state.onCancel = async () => {
      state.status = "processing";
    };

    await look();

    expect(await statuses(booking)).toEqual(["processing"]);
    expect(await read(booking)).toMatchObject({ holdExpiresAt: plusDays(state.now, 10) });
  });

  test("is unchanged while Stripe does not answer, and is abandoned at the next check", async () => {
    const { state, booking, look, context } = await waiting();
    const { cancelPaymentIntent } = context.gateway;
    context.gateway.cancelPaymentIntent = async () => ({ ok: false, kind: "unknown", code: "timeout", message: "" });
    state.now = plusDays(start, 10);

    expect(await look()).toMatchObject({ ok: false, kind: "unknown" });
    expect(await statuses(booking)).toEqual(["processing"]);
    context.gateway.cancelPaymentIntent = cancelPaymentIntent;
    await look();

    expect(await statuses(booking)).toEqual(["abandoned"]);
  });

  test("that was cancelled by a process that died before recording it is abandoned at the next check", async () => {
    const { state, booking, look } = await waiting();
    state.now = plusDays(start, 10);
    state.onCancel = async () => {
      state.status = "canceled";
      throw new Error("crash");
    };
    await expect(look()).rejects.toThrow("crash");

    await look();

    expect(await statuses(booking)).toEqual(["abandoned"]);
    expect(await read(booking)).toMatchObject({ debitFailed: false, holdExpiresAt: state.now });
  });

  test("that pays after it was abandoned is refunded in full, once", async () => {
    const { state, booking, look } = await waiting();
    state.now = plusDays(start, 10);
    await look();
    state.status = "succeeded";
    state.now = plusDays(start, 12);

    await look();
    await look();

    expect(await read(booking)).toMatchObject({ paid: 250_000, refunded: 250_000 });
    expect((await read(booking)).dues[0]).toMatchObject({ paid: 0 });
  });
});

describe("a due paid by an unverified bank account", () => {
  async function due() {
    const kit = stripe();
    const booking = await held();
    const deposit = await openCheckout(kit.context, { bookingId: booking.id, purpose: "deposit" }, actor);
    kit.state.status = "succeeded";
    await settle(kit.context, { bookingId: booking.id, attemptId: deposit.ok ? deposit.attempt.id : "" }, "sweep");
    kit.state.status = "requires_action";
    const command = { bookingId: booking.id, purpose: "due", dueId: booking.dues[1]?.id } as const;
    const open = (services = kit.context, amount?: number) => openCheckout(services, { ...command, amount }, actor);
    const first = await open();
    const ref = { bookingId: booking.id, attemptId: first.ok ? first.attempt.id : "" };
    const look = () => settle(kit.context, ref, "sweep");
    await look();
    return { ...kit, booking, open, look, ref };
  }

  test("is abandoned for the client's next page", async () => {
    const { booking, open, state, cancelled, ref } = await due();
    expect((await read(booking)).dues[1]).toMatchObject({ status: "processing" });

    state.now = plusHours(start, 20);
    const second = await open();

    expect(second).toMatchObject({ ok: true, attempt: { status: "open" } });
    expect(second.ok && second.attempt.id).not.toBe(ref.attemptId);
    expect(cancelled).toEqual([`pi_${ref.attemptId}`]);
    expect(await statuses(booking)).toEqual(["succeeded", "abandoned", "open"]);
  });

  test("is not abandoned for a refused page", async () => {
    const { booking, open, context, cancelled } = await due();

    expect(await open(context, 1)).toMatchObject({ ok: false, reason: "amount_invalid" });

    expect(cancelled).toEqual([]);
    expect(await statuses(booking)).toEqual(["succeeded", "processing"]);
  });

  test("is abandoned once by two concurrent clicks, of which the second reads during the first one's change", async () => {
    const { booking, open, context, state, pages } = await due();
    state.now = plusHours(start, 20);
    const completed = pages.length;
    const gateway: Gateway = {
      ...context.gateway,
      async retrieveCheckoutSession(sessionId) {
        const fresh = pages.slice(completed).find(({ metadata }) => sessionId === `cs_${metadata.attemptId}`);
        if (fresh === undefined) return context.gateway.retrieveCheckoutSession(sessionId);
        return { ok: true, value: openSession(fresh, state.now) };
      },
    };
    let first: Promise<unknown> | undefined;
    const client = new Proxy(running.store.client, {
      get(target, name) {
        if (name !== "send") return Reflect.get(target, name);
        return async (command: {
          input: { Key?: { sk: string }; TransactItems?: { Get?: { Key: { sk: string } } }[] };
        }) => {
          const { Key, TransactItems = [] } = command.input;
          const keys = [Key, ...TransactItems.map(({ Get }) => Get?.Key)];
          // The booking was read; the other click wins before the attempt is read.
          if (keys.some((key) => key?.sk.startsWith("ATT#"))) {
            first ??= open();
            await first;
          }
          return target.send(command as never);
        };
      },
    });

    const second = await open({ ...context, gateway, store: { ...running.store, client } });

    expect(second).toEqual(await first);
    expect(second).toMatchObject({ ok: true, attempt: { status: "open" } });
    expect(await statuses(booking)).toEqual(["succeeded", "abandoned", "open"]);
  });

  test("is not abandoned once it is verified, even before an event says so", async () => {
    const { booking, open, state } = await due();
    state.status = "processing";

    expect(await open()).toEqual({ ok: false, reason: "invalid_transition", because: "in_progress" });
    expect(await statuses(booking)).toEqual(["succeeded", "processing"]);
  });

  test("is free after five business days", async () => {
    const { booking, look, state } = await due();

    // The page was completed on a Monday.
    state.now = "2027-03-08T23:00:00Z";
    await look();
    expect((await read(booking)).dues[1]).toMatchObject({ status: "processing" });
    state.now = "2027-03-09T07:00:00Z";
    await look();

    expect((await read(booking)).dues[1]).toMatchObject({ openAttemptId: null });
    expect(await statuses(booking)).toEqual(["succeeded", "abandoned"]);
  });
});
