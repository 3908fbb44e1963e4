import { applyStripeEvent } from "@clearing/commands/stripe-event";
import type { Booking } from "@clearing/domain/booking";
import type { Gateway, StripeMethod } from "@clearing/payments";
import { readBooking } from "@clearing/store/booking";
import { readPermission } from "@clearing/store/permission";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changesOf } from "../harness/changes.ts";
import { contextAt } from "../harness/context.ts";
import { allowAutopay, now, paidAndSaved } from "../harness/journey.ts";
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
