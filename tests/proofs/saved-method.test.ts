import { openCheckout } from "@clearing/commands/checkout";
import { settle } from "@clearing/commands/settle";
import { applyStripeEvent } from "@clearing/commands/stripe-event";
import type { Booking, CheckoutAttempt, PaidWith } from "@clearing/domain/booking";
import type { Gateway, StripeCharge, StripeMethod, StripeSession } from "@clearing/payments";
import { readAttempts } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { readPermission } from "@clearing/store/permission";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changesOf } from "../harness/changes.ts";
import { intentOf } from "../harness/collecting.ts";
import { contextAt } from "../harness/context.ts";
import { allowAutopay, held, now, paidAndSaved, sign } from "../harness/journey.ts";
import { actor } from "../harness/sample.ts";
import { openSession } from "../harness/session.ts";
import { startTestStore, type TestStore } from "../harness/store.ts";

let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

type Collected = { id: string; card: StripeMethod; read: () => Promise<Booking> };

/** A booking that collects from its saved card, and Stripe's data of that card. */
async function collected(changes: Parameters<typeof paidAndSaved>[1] = {}): Promise<Collected> {
  const booking = await paidAndSaved(running.store, changes);
  const allowed = await allowAutopay(running.store, booking);
  if (!allowed.ok) throw new Error(allowed.reason);
  const { savedMethod } = booking;
  if (savedMethod === undefined) throw new Error("the booking has no saved card");
  const { id: methodId, customerId, type, fingerprint, last4, expiresOn } = savedMethod;
  const read = async () => (await readBooking(running.store, booking.id)) as Booking;
  return { id: booking.id, card: { methodId, customerId, type, fingerprint, last4, expiresOn }, read };
}

/** Applies a Stripe event about an object, which Stripe then shows as the gateway says. */
const tell = (type: string, objectType: string, objectId: string, gateway: Partial<Gateway>) =>
  applyStripeEvent(contextAt(running.store, gateway, now), { type, objectType, objectId });

const showing = (card: StripeMethod): Partial<Gateway> => ({
  retrievePaymentMethod: async () => ({ ok: true, value: card }),
});

describe("an event about a saved method", () => {
  test("finds only its booking, and ends automatic collection if the method was detached", async () => {
    const [one, other] = [await collected(), await collected()];
    const detached = showing({ ...one.card, customerId: null });
    const told = () => tell("payment_method.detached", "payment_method", one.card.methodId, detached);

    const changed = await changesOf(running.store, told);
    const again = await changesOf(running.store, told);

    expect(changed).toEqual(["AutopayChanged", "audit of a booking", "booking"]);
    expect(again).toEqual([]);
    expect(await one.read()).toMatchObject({ autopay: false, savedMethod: { unusable: "detached" } });
    expect(await other.read()).toMatchObject({ autopay: true, savedMethod: { unusable: null } });
  });

  test("copies the card network's update", async () => {
    const { card, read } = await collected();
    const renewed = { ...card, last4: "4444", expiresOn: "2032-12-31", fingerprint: "fp_2" };

    await tell("payment_method.automatically_updated", "payment_method", card.methodId, showing(renewed));

    expect(await read()).toMatchObject({
      autopay: true,
      savedMethod: { last4: "4444", expiresOn: "2032-12-31", fingerprint: "fp_2", unusable: null },
    });
  });

  test("about a deleted customer ends automatic collection; about an existing one it does not", async () => {
    const { card, read } = await collected();
    const customer = (deleted: boolean): Partial<Gateway> => ({
      retrieveCustomer: async () => ({ ok: true, value: { deleted } }),
    });
    await tell("customer.deleted", "customer", card.customerId ?? "", customer(false));
    expect((await read()).autopay).toBe(true);

    await tell("customer.deleted", "customer", card.customerId ?? "", customer(true));

    expect(await read()).toMatchObject({ autopay: false, savedMethod: { unusable: "customer_deleted" } });
  });

  test.each([
    ["inactive", "mandate_1", "mandate_withdrawn"],
    ["active", "mandate_1", null],
    ["inactive", "mandate_2", null],
  ])("of a mandate that is %s, %s: the method is %s", async (status, mandateId, unusable) => {
    const { card, read } = await collected({ type: "us_bank_account", mandateId: "mandate_1", expiresOn: null });

    await tell("mandate.updated", "mandate", mandateId, {
      retrieveMandate: async () => ({ ok: true, value: { mandateId, status, methodId: card.methodId } }),
    });

    expect((await read()).savedMethod?.unusable).toBe(unusable);
    expect((await read()).autopay).toBe(unusable === null);
  });

  test("fails if Stripe does not answer, so that it is retried", async () => {
    const { card, read } = await collected();
    const silent = { ok: false, kind: "unavailable", code: "rate_limit", message: "later" } as const;

    const told = await tell("payment_method.detached", "payment_method", card.methodId, {
      retrievePaymentMethod: async () => silent,
    });

    expect(told).toEqual(silent);
    expect((await read()).autopay).toBe(true);
  });
});

describe("the bank account of a deposit whose mandate", () => {
  /** The deposit's debit has succeeded at Stripe, on a page that saves the account. */
  async function debited(retrieveMandate: Gateway["retrieveMandate"], autopay = true) {
    const { id } = await held(running.store);
    const booking = (await readBooking(running.store, id)) as Booking;
    await sign(running.store, booking, "Sample Person", () => null, autopay);
    const pages = new Map<string, StripeSession>();
    let asked = 0;
    const gateway: Partial<Gateway> = {
      createCustomer: async () => ({ ok: true, value: { customerId: "cus_1" } }),
      retrieveCustomer: async () => ({ ok: true, value: { deleted: false } }),
      async createCheckoutSession(page) {
        const value = openSession(page, now);
        pages.set(value.sessionId, value);
        return { ok: true, value };
      },
      retrieveCheckoutSession: async (sessionId) => ({ ok: true, value: pages.get(sessionId) as StripeSession }),
      retrieveMandate: async (mandateId) => {
        asked += 1;
        return retrieveMandate(mandateId);
      },
    };
    const context = contextAt(running.store, gateway, now);
    await openCheckout(context, { bookingId: id, purpose: "deposit" }, actor);
    const [attempt] = (await readAttempts(running.store, id)) as [CheckoutAttempt];
    const page = pages.get(attempt.sessionId ?? "") as StripeSession;
    const { amount, currency } = attempt;
    const payment = intentOf(`pi_${id}`, { amount, currency, metadata: page.metadata }, now, { declines: null });
    const paidWith: PaidWith = {
      ...{ paymentMethodId: `pm_${id}`, fingerprint: "fp_2", mandateId: "mandate_1", networkTransactionId: null },
      method: { type: "us_bank_account", last4: "6789", expiresOn: null },
    };
    pages.set(page.sessionId, {
      ...{ ...page, status: "complete", url: null },
      payment: { ...payment, charge: { ...(payment.charge as StripeCharge), paidWith } },
    });
    const settled = () => settle(context, { bookingId: id, attemptId: attempt.id }, "sample");
    const read = async () => (await readBooking(running.store, id)) as Booking;
    return { settled, read, asked: () => asked };
  }
  const mandate = (status: string) => async (mandateId: string) =>
    ({ ok: true, value: { mandateId, status, methodId: null } }) as const;
  const refused = (kind: "invalid" | "unavailable") => async () =>
    ({ ok: false, kind, code: "x", message: "x" }) as const;

  test.each([
    ["is active", mandate("active"), true, null],
    ["was withdrawn in the meantime", mandate("inactive"), false, "mandate_withdrawn"],
    ["is not known to Stripe", refused("invalid"), false, "mandate_withdrawn"],
  ])("%s is asked for once, when the debit settles", async (_what, shown, autopay, unusable) => {
    const { settled, read, asked } = await debited(shown);

    await settled();
    await settled();

    expect(await read()).toMatchObject({ paid: 250_000, autopay, savedMethod: { last4: "6789", unusable } });
    expect(asked()).toBe(1);
  });

  test("cannot be asked for now settles later", async () => {
    const { settled, read } = await debited(refused("unavailable"));

    expect(await settled()).toMatchObject({ ok: false, kind: "unavailable" });
    expect(await read()).toMatchObject({ status: "held", paid: 0 });
  });

  test("is not asked for if the account was not to be saved", async () => {
    const { settled, read, asked } = await debited(mandate("inactive"), false);

    await settled();

    expect(await read()).toMatchObject({ paid: 250_000, autopay: false });
    expect(asked()).toBe(0);
  });
});

test("a permission is stored as given, with its evidence", async () => {
  const { id, card, read } = await collected();
  const { permission } = await read();
  const kept = await readPermission(running.store, id, permission?.id ?? "");

  expect(kept).toMatchObject({
    hash: permission?.hash,
    html: expect.stringContaining("to your card ending in 4242"),
    given: { at: now, agreementVersion: 1, methodId: card.methodId, sourceIp: "192.0.2.1", userAgent: "test" },
  });
  expect(kept?.paragraphs.join(" ")).toContain("This authorization is optional and not a condition of your booking");
});
