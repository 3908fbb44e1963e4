import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { settleAttempt } from "@clearing/commands/apply-settlement";
import { openCheckout } from "@clearing/commands/checkout";
import { endEarly } from "@clearing/commands/end-early";
import { carryOutRefund } from "@clearing/commands/refund";
import { recordStripeRefund } from "@clearing/commands/refund-by-hand";
import { spreadOverCharges } from "@clearing/commands/refund-parts";
import type { Services } from "@clearing/commands/services";
import { applyStripeEvent } from "@clearing/commands/stripe-event";
import type { Attempt, Booking, Refund } from "@clearing/domain/booking";
import type { PostedEntry } from "@clearing/domain/ledger";
import { card } from "@clearing/domain/testing/retreat";
import { type Instant, plusDays, plusHours, plusMinutes } from "@clearing/domain/time";
import type { Gateway, StripeCharge, StripePayment, StripeRefund } from "@clearing/payments";
import { readBooking } from "@clearing/store/booking";
import { readCharges } from "@clearing/store/charge";
import { readRefund } from "@clearing/store/refund";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contextAt } from "../harness/context.ts";
import { paidAhead, refundsOf, waiveLast } from "../harness/journey.ts";
import { refundAt, transactionOf } from "../harness/refunds.ts";
import { actor, signedBooking } from "../harness/sample.ts";
import { openSession } from "../harness/session.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
const refused = { ok: false, kind: "invalid", code: "charge_disputed", message: "" } as const;
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

const contextOf = (at: Instant, gateway: Partial<Gateway>): Services => contextAt(running.store, gateway, at);

const pages: Partial<Gateway> = {
  createCustomer: async () => ({ ok: true, value: { customerId: "cus_1" } }),
  createCheckoutSession: async (asked) => ({ ok: true, value: openSession(asked, now) }),
};

async function pay({ id }: Booking, attempt: Attempt): Promise<void> {
  const ref = { bookingId: id, attemptId: attempt.id, refundId: ids.next("ref") };
  const charge = { paymentIntentId: `pi_${attempt.id}`, chargeId: `ch_${attempt.id}` };
  const { amount, currency } = attempt;
  const outcome = {
    kind: "succeeded",
    ...charge,
    amount,
    currency,
    paidAt: now,
    paidWith: card,
    booked: null,
  } as const;
  expect(await settleAttempt(running.store, ref, outcome, { actor, action: "test", now })).toMatchObject({ ok: true });
}

/** A booking with a paid deposit. */
async function paid(): Promise<Booking> {
  const held = await signedBooking(running.store, now);
  const opened = await openCheckout(contextOf(now, pages), { bookingId: held.id, purpose: "deposit" }, actor);
  if (!opened.ok) throw new Error("the session was not opened");
  await pay(held, opened.attempt);
  return held;
}

/** The same, cancelled by the operator a little later: all of it is owed back. */
async function owed(): Promise<{ booking: Booking; refund: Refund }> {
  const { store } = running;
  const booking = await paid();
  const refundId = ids.next("ref");
  const occasion = { actor, action: "cancel", now: plusMinutes(now, 5) };
  await endEarly(store, { bookingId: booking.id, by: "operator", refundId }, occasion);
  await spreadOverCharges(store, { bookingId: booking.id, refundId }, occasion.now);
  return { booking, refund: (await readRefund(store, booking.id, refundId)) as Refund };
}

const stateOf = async ({ id }: Booking, refund: Refund) => ({
  refunded: (await readBooking(running.store, id))?.refunded,
  refundable: (await readCharges(running.store, id)).map((charge) => charge.refundable),
  refund: await readRefund(running.store, id, refund.id),
});

/** Stripe's charge of the deposit. */
const chargeAtStripe = (chargeId: string, amountRefunded: number): StripeCharge => ({
  chargeId,
  paymentIntentId: chargeId.replace("ch_", "pi_"),
  amount: 250_000,
  captured: true,
  amountCaptured: 250_000,
  amountRefunded,
  currency: "usd",
  status: "succeeded",
  methodType: "card",
  created: now,
  paidWith: card,
  balanceTransaction: null,
  metadata: {},
});
const untouched: Partial<Gateway> = {
  retrieveCharge: async (chargeId) => ({ ok: true, value: chargeAtStripe(chargeId, 0) }),
  listRefunds: async () => ({ ok: true, value: { items: [], nextAfter: null } }),
};

describe("a refund that Stripe refuses", () => {
  test.each(["charge_disputed", "charge_already_refunded", "charge_not_refundable", "refund_disputed_payment"])(
    "for good (%s) is asked for once, however often the work comes again, and is owed, refundable and told",
    async (code) => {
      const { booking, refund } = await owed();
      const asked: string[] = [];
      const stripe: Partial<Gateway> = {
        ...untouched,
        async createRefund(wanted, key) {
          asked.push(key);
          return asked.length === 1 ? { ...refused, code } : { ok: true, value: refundAt(now, wanted) };
        },
      };

      for (const at of [plusMinutes(now, 6), plusMinutes(now, 7), plusHours(now, 7), plusDays(now, 2)]) {
        const ref = { bookingId: booking.id, refundId: refund.id };
        expect(await carryOutRefund(contextOf(at, stripe), ref, "event")).toEqual({ ok: true });
      }

      expect(asked).toHaveLength(1);
      expect(await stateOf(booking, refund)).toMatchObject({
        refunded: 0,
        refundable: [250_000],
        refund: {
          dueAt: null,
          parts: [{ status: "refused", failureCode: code, stripeRefundId: null, takenPosted: false }],
        },
      });
      expect((await readBooking(running.store, booking.id))?.timeline.at(-1)?.event).toBe("RefundRefused");
    },
  );

  test.each(["resource_missing", "a_code_of_tomorrow"])(
    "for a temporary reason (%s) is requested again until it is made, and no refusal is reported",
    async (code) => {
      const { booking, refund } = await owed();
      const ref = { bookingId: booking.id, refundId: refund.id };
      let refuses = true;
      const stripe: Partial<Gateway> = {
        ...untouched,
        createRefund: async (wanted) => (refuses ? { ...refused, code } : { ok: true, value: refundAt(now, wanted) }),
      };
      const carryOut = (at: Instant) => carryOutRefund(contextOf(at, stripe), ref, "event");

      await expect(carryOut(plusMinutes(now, 6))).rejects.toThrow(code);
      expect(await stateOf(booking, refund)).toMatchObject({
        refunded: 250_000,
        refund: { dueAt: plusMinutes(now, 7), parts: [{ status: "approved" }] },
      });
      refuses = false;

      expect(await carryOut(plusMinutes(now, 8))).toEqual({ ok: true });
      expect(await stateOf(booking, refund)).toMatchObject({ refund: { parts: [{ status: "succeeded" }] } });
      const told = (await readBooking(running.store, booking.id))?.timeline.map(({ event }) => event);
      expect(told).not.toContain("RefundRefused");
    },
  );

  test("under a key of another account, which does not show the charge either, decides nothing", async () => {
    const { booking, refund } = await owed();
    const ref = { bookingId: booking.id, refundId: refund.id };
    const missing = { ...refused, code: "resource_missing" };
    const wrongAccount: Partial<Gateway> = { createRefund: async () => missing, retrieveCharge: async () => missing };

    await expect(carryOutRefund(contextOf(plusMinutes(now, 6), wrongAccount), ref, "event")).rejects.toThrow(
      "stripe object not found: ch_",
    );

    expect(await stateOf(booking, refund)).toMatchObject({
      refunded: 250_000,
      refund: { parts: [{ status: "approved" }] },
    });
  });

  test("is distinguished from one that Stripe created and does not show, which decides nothing", async () => {
    const { booking, refund } = await owed();
    const ref = { bookingId: booking.id, refundId: refund.id };
    const made = plusMinutes(now, 6);
    const making: Partial<Gateway> = {
      createRefund: async (wanted) => ({ ok: true, value: { ...refundAt(made, wanted), status: "pending" } }),
    };
    await carryOutRefund(contextOf(made, making), ref, "event");

    const wrongAccount: Partial<Gateway> = { retrieveRefund: async () => refused };
    await expect(carryOutRefund(contextOf(plusHours(now, 7), wrongAccount), ref, "sweep")).rejects.toThrow(
      "stripe object not found: re_",
    );

    expect(await stateOf(booking, refund)).toMatchObject({
      refunded: 250_000,
      refundable: [0],
      refund: { parts: [{ status: "pending" }] },
    });
  });
});

/** A Stripe with one paid charge, and the refunds that a test adds to it, newest first. */
function stripeWith(booking: Booking, attempt: string, refunds: StripeRefund[]): Partial<Gateway> {
  const metadata = { app: "clearing", stage: "test", bookingId: booking.id, attemptId: attempt };
  const amount = 250_000;
  const charge = { chargeId: `ch_${attempt}`, paymentIntentId: `pi_${attempt}`, amount, captured: true };
  const told = { currency: "usd", status: "succeeded", methodType: "card", created: now } as const;
  const payment: StripePayment = {
    ...told,
    paymentIntentId: `pi_${attempt}`,
    amount,
    amountReceived: amount,
    customerId: "cus_1",
    nextAction: null,
    lastError: null,
    charge: {
      ...told,
      ...charge,
      amountCaptured: amount,
      amountRefunded: 0,
      paidWith: card,
      balanceTransaction: null,
      metadata,
    },
    metadata,
  };
  const asked = {
    customerId: "cus_1",
    currency: "usd",
    amount,
    label: "",
    methods: ["card"],
    saveForLater: false,
  } as const;
  const session = openSession({ ...asked, expiresAt: now, successUrl: "", cancelUrl: "", metadata }, now);
  return {
    retrieveCheckoutSession: async () => ({ ok: true, value: { ...session, status: "complete", payment } }),
    retrievePaymentIntent: async () => ({ ok: true, value: payment }),
    listRefunds: async () => ({ ok: true, value: { items: refunds, nextAfter: null } }),
    retrieveRefund: async (id) => {
      const found = refunds.find(({ refundId }) => refundId === id);
      return found === undefined ? refused : { ok: true, value: found };
    },
  };
}

const byHand = (chargeId: string, amount: number): StripeRefund => ({
  ...refundAt(now, { chargeId, amount, metadata: { partId: ids.next("hand") } }),
  metadata: {},
});

const hintOf = ({ refundId: objectId }: StripeRefund) => ({ type: "refund.created", objectId, objectType: "refund" });

async function accountsOf({ id }: Booking): Promise<Record<string, number>> {
  const { client, tables } = running.store;
  const { Items } = await client.send(new ScanCommand({ TableName: tables.ledger, ConsistentRead: true }));
  const postings = ((Items ?? []) as PostedEntry[]).flatMap((entry) => entry.postings);
  const sums: Record<string, number> = {};
  for (const { account, debit, credit, bookingId } of postings) {
    if (bookingId === id) sums[account] = (sums[account] ?? 0) + debit - credit;
  }
  return sums;
}

describe("a refund made by hand at Stripe", () => {
  test("replaces a failed one even before the failure's event: the oldest is applied first", async () => {
    const booking = await paid();
    const refundId = ids.next("ref");
    const occasion = { actor, action: "cancel", now: plusMinutes(now, 5) };
    await endEarly(running.store, { bookingId: booking.id, by: "client", refundId }, occasion);
    await spreadOverCharges(running.store, { bookingId: booking.id, refundId }, occasion.now);
    const ref = { bookingId: booking.id, refundId };
    const [part] = (await readRefund(running.store, booking.id, refundId))?.parts ?? [];
    const chargeId = part?.chargeId ?? "";
    const metadata = { app: "clearing", stage: "test", ...ref, partId: part?.id ?? "" };
    const ours = refundAt(now, { chargeId, amount: 75_000, metadata });
    await carryOutRefund(contextOf(now, { createRefund: async () => ({ ok: true, value: ours }) }), ref, "event");
    const came: StripeRefund = {
      ...ours,
      status: "failed",
      failureBalanceTransaction: transactionOf(`${ours.refundId}_back`, 75_000, now),
    };
    const hand = byHand(chargeId, 75_000);

    const stripe = stripeWith(booking, chargeId.slice("ch_".length), [hand, came]);
    expect(await applyStripeEvent(contextOf(plusDays(now, 3), stripe), hintOf(hand))).toEqual({ ok: true });

    expect(await accountsOf(booking)).toMatchObject({ fee_income: -175_000, refunds_payable: 0, deferred_revenue: 0 });
    expect(await readCharges(running.store, booking.id)).toMatchObject([{ refundable: 175_000, applied: 175_000 }]);
    expect(await readBooking(running.store, booking.id)).toMatchObject({ refunded: 75_000 });
  });

  test("delivers what a waiver owes on its charge, although that was not spread yet", async () => {
    const { store } = running;
    const booking = await paidAhead(store);
    expect(await waiveLast(store, booking)).toMatchObject({ ok: true });
    const [owed] = await refundsOf(store, booking);
    const [last] = (await readCharges(store, booking.id)).toSorted((a, b) => b.id.localeCompare(a.id));
    const { id: chargeId = "", amount = 0 } = last ?? {};
    const { applied } = (await readBooking(store, booking.id)) as Booking;

    const hand = { refundId: ids.next("ref"), stripeRefundId: ids.next("re"), amount, madeAt: now };
    const occasion = { actor, action: "sample", now };
    expect(await recordStripeRefund(store, { bookingId: booking.id, chargeId, ...hand }, occasion)).toEqual({
      ok: true,
    });

    // The charge gave all that it had, so the refund of the waiver is part of that.
    const back = owed?.amount ?? 0;
    expect(back).toBeGreaterThan(0);
    expect(await readCharges(store, booking.id)).toContainEqual(
      expect.objectContaining({ id: chargeId, applied: 0, refundable: -back }),
    );
    expect((await readBooking(store, booking.id))?.applied).toBe(applied - (amount - back));
  });

  /**
   * A Stripe on which 60,000 of the owed 250,000 were refunded by hand: it refuses our refund, and creates one of the
   * rest.
   */
  function takenFrom(booking: Booking, chargeId: string, { stops = "" }: { stops?: string } = {}) {
    const hand = byHand(chargeId, 60_000);
    const made = new Map<string, number>();
    const stripe: Partial<Gateway> = {
      ...stripeWith(booking, chargeId.slice("ch_".length), [hand]),
      retrieveCharge: async () => {
        if (stops === "before the charge is read") throw new Error("the function was stopped");
        return { ok: true, value: chargeAtStripe(chargeId, 60_000) };
      },
      async createRefund(wanted, key) {
        if (wanted.amount > 190_000) return { ...refused, code: "invalid_request_error" };
        if (stops === "before the rest is made") throw new Error("the function was stopped");
        made.set(key, wanted.amount);
        return { ok: true, value: refundAt(now, wanted) };
      },
    };
    return { hand, made, stripe };
  }

  test.each(["", "before the charge is read", "before the rest is made"])(
    "that takes what ours had promised leaves the rest to be made without a person (stopped: %s)",
    async (stops) => {
      const { booking, refund } = await owed();
      const ref = { bookingId: booking.id, refundId: refund.id };
      const chargeId = refund.parts[0]?.chargeId ?? "";
      if (stops !== "") {
        const stopped = contextOf(plusMinutes(now, 6), takenFrom(booking, chargeId, { stops }).stripe);
        await expect(carryOutRefund(stopped, ref, "event")).rejects.toThrow("was stopped");
      }
      const { stripe, made, hand } = takenFrom(booking, chargeId);
      const services = contextOf(plusMinutes(now, 8), stripe);

      expect(await carryOutRefund(services, ref, "event")).toEqual({ ok: true });
      expect(await carryOutRefund(services, ref, "sweep")).toEqual({ ok: true });
      if (stops === "") expect(await applyStripeEvent(services, hintOf(hand))).toEqual({ ok: true });

      expect([...made]).toEqual([[`${refund.id}-2`, 190_000]]);
      expect(await stateOf(booking, refund)).toMatchObject({
        refunded: 250_000,
        refundable: [0],
        refund: {
          dueAt: null,
          parts: [
            { status: "refused", explained: true },
            { status: "succeeded", amount: 190_000 },
          ],
        },
      });
      expect(await accountsOf(booking)).toMatchObject({ refunds_payable: 0, deferred_revenue: 0 });
      const told = (await readBooking(running.store, booking.id))?.timeline.map(({ event }) => event);
      expect(told).not.toContain("RefundRefused");
    },
  );

  test("before an ending is spread counts towards what the ending owes: nothing is owed twice", async () => {
    const booking = await paid();
    const refundId = ids.next("ref");
    const occasion = { actor, action: "cancel", now: plusMinutes(now, 5) };
    await endEarly(running.store, { bookingId: booking.id, by: "operator", refundId }, occasion);
    const [charge] = await readCharges(running.store, booking.id);
    const { stripe, hand, made } = takenFrom(booking, charge?.id ?? "");
    const services = contextOf(plusMinutes(now, 6), stripe);

    expect(await applyStripeEvent(services, hintOf(hand))).toEqual({ ok: true });
    await carryOutRefund(services, { bookingId: booking.id, refundId }, "event");

    expect([...made.values()]).toEqual([190_000]);
    expect(await accountsOf(booking)).toMatchObject({ refunds_payable: 0, deferred_revenue: 0 });
    expect((await accountsOf(booking)).fee_income).toBeUndefined();
    expect(await readBooking(running.store, booking.id)).toMatchObject({ refunded: 250_000 });
  });

  /** A cancellation that owes 75,000 of the deposit, whose part is requested while Stripe is down. */
  async function unmade() {
    const booking = await paid();
    const refundId = ids.next("ref");
    const ref = { bookingId: booking.id, refundId };
    const occasion = { actor, action: "cancel", now: plusMinutes(now, 5) };
    await endEarly(running.store, { ...ref, by: "client" }, occasion);
    await spreadOverCharges(running.store, ref, occasion.now);
    const refund = (await readRefund(running.store, booking.id, refundId)) as Refund;
    const [part] = refund.parts;
    const chargeId = part?.chargeId ?? "";
    const metadata = { app: "clearing", stage: "test", ...ref, partId: part?.id ?? "" };
    const copy = (amount: number) => ({ ...byHand(chargeId, amount), metadata });
    const own = refundAt(now, { chargeId, amount: 75_000, metadata });
    return { booking, refund, ref, copy, own, attempt: chargeId.slice("ch_".length) };
  }

  const partsOf = async (bookingId: string, id: string) =>
    (await readRefund(running.store, bookingId, id))?.parts.map(({ stripeRefundId, amount }) => [
      stripeRefundId,
      amount,
    ]);

  test.each([60_000, 75_000])(
    "that carries the metadata of a part which is not made yet is no part of ours (%i of 75,000)",
    async (amount) => {
      const { booking, refund, ref, copy, own, attempt } = await unmade();
      const hand = copy(amount);
      const asked: string[] = [];
      const stripe: Partial<Gateway> = {
        ...stripeWith(booking, attempt, [hand]),
        createRefund: async (_, key) => {
          asked.push(key);
          return { ok: true, value: own };
        },
      };

      expect(await applyStripeEvent(contextOf(plusMinutes(now, 6), stripe), hintOf(hand))).toEqual({ ok: true });
      expect(await carryOutRefund(contextOf(plusMinutes(now, 7), stripe), ref, "event")).toEqual({ ok: true });

      expect(new Set(asked)).toEqual(new Set([refund.parts[0]?.id]));
      expect(await partsOf(booking.id, refund.id)).toEqual([[own.refundId, 75_000]]);
      expect(await partsOf(booking.id, `ref_${hand.refundId}`)).toEqual([[hand.refundId, amount]]);
      expect(await accountsOf(booking)).toMatchObject({
        refunds_payable: 0,
        stripe_balance: 250_000 - 75_000 - amount,
      });
    },
  );

  test("is not mistaken for a part that is too old to replay: the oldest match in the list is the part's", async () => {
    const { booking, refund, ref, copy, own, attempt } = await unmade();
    const listed = stripeWith(booking, attempt, [copy(75_000), own, copy(60_000)]);

    expect(await carryOutRefund(contextOf(plusDays(now, 2), listed), ref, "sweep")).toEqual({ ok: true });

    expect(await partsOf(booking.id, refund.id)).toEqual([[own.refundId, 75_000]]);
  });

  test("that Stripe does not show explains no refusal: nothing is decided, and a person is alerted", async () => {
    const { booking, refund } = await owed();
    const chargeId = refund.parts[0]?.chargeId ?? "";
    const { stripe } = takenFrom(booking, chargeId);
    const listsNone: Partial<Gateway> = { ...stripe, listRefunds: untouched.listRefunds as Gateway["listRefunds"] };
    const ref = { bookingId: booking.id, refundId: refund.id };

    await expect(carryOutRefund(contextOf(plusMinutes(now, 6), listsNone), ref, "event")).rejects.toThrow(
      "does not match known refunds",
    );

    expect(await stateOf(booking, refund)).toMatchObject({
      refunded: 250_000,
      refund: { parts: [{ status: "approved" }] },
    });
  });
});
