import { openCheckout } from "@clearing/commands/checkout";
import type { Booking } from "@clearing/domain/booking";
import { type Instant, plusMinutes } from "@clearing/domain/time";
import type { Gateway } from "@clearing/payments";
import { stripeGateway } from "@clearing/payments/stripe-gateway";
import { readAttempts } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instantOf } from "../../packages/local/src/clock.ts";
import { type Served, serveSimulator } from "../../packages/stripe-simulator/src/index.ts";
import { contextAt } from "../harness/context.ts";
import { actor, signedBooking } from "../harness/sample.ts";
import { seeded, startTestStore, type TestStore } from "../harness/store.ts";

const secretKey = "sk_test_open_page";
let time = Date.UTC(2027, 2, 2, 17);
let running: TestStore;
let simulator: Served;
let gateway: Gateway;
beforeAll(async () => {
  running = await startTestStore();
  simulator = await serveSimulator({ secretKey, now: () => time });
  gateway = stripeGateway({ secretKey, apiBase: simulator.url, random: seeded(1), sleep: async () => {} });
});
afterAll(async () => {
  await simulator.close();
  await running.stop();
});

const at = (): Instant => instantOf(time) as Instant;

function checkout({ id }: Booking, stripe: Gateway = gateway) {
  return openCheckout(contextAt(running.store, stripe, at), { bookingId: id, purpose: "deposit" }, actor);
}

/** A booking whose deposit page was opened 25 minutes ago. */
async function opened() {
  const booking = await signedBooking(running.store, at());
  const page = await checkout(booking);
  if (!page.ok) throw new Error("the session was not opened");
  time += 25 * 60_000;
  return { booking, attempt: page.attempt };
}

async function deleteCustomer(id: string): Promise<void> {
  const headers = { authorization: `Bearer ${secretKey}` };
  await fetch(`${simulator.url}/v1/customers/${id}`, { method: "DELETE", headers });
}

async function pay(sessionId: string): Promise<void> {
  const body = JSON.stringify({ paymentMethod: "pm_card_visa" });
  await fetch(`${simulator.url}/_sim/checkout/${sessionId}/payment`, { method: "POST", body });
}

async function sessionStatus(sessionId: string) {
  const session = await gateway.retrieveCheckoutSession(sessionId);
  return session.ok ? session.value.status : session.code;
}

describe("a page that is requested again", () => {
  test("is the same one while it can be paid on", async () => {
    const { booking, attempt } = await opened();

    expect(await checkout(booking)).toMatchObject({ ok: true, attempt: { id: attempt.id, url: attempt.url } });
  });

  test("is not returned once it is paid, even before a webhook reports it", async () => {
    const { booking, attempt } = await opened();
    await pay(attempt.sessionId);

    expect(await checkout(booking)).toMatchObject({ ok: false, reason: "invalid_transition" });

    expect(await readBooking(running.store, booking.id)).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
  });

  test("is expired if its customer was deleted, and the same call opens a page for another one, with its full time", async () => {
    const { booking, attempt } = await opened();
    await deleteCustomer(attempt.customerId);

    const second = await checkout(booking);

    expect(second).toMatchObject({ ok: true, attempt: { status: "open", sessionExpiresAt: plusMinutes(at(), 31) } });
    expect(second.ok && second.attempt.customerId).not.toBe(attempt.customerId);
    expect(await sessionStatus(attempt.sessionId)).toBe("expired");
    expect(
      (await readAttempts(running.store, booking.id)).map(({ status, failureCode }) => [status, failureCode]),
    ).toEqual([
      ["refused", "customer_gone"],
      ["open", null],
    ]);
    expect(await readBooking(running.store, booking.id)).toMatchObject({ holdExpiresAt: plusMinutes(at(), 36) });
  });

  test("of a deleted customer is replaced by the next call after a crash between its expiry and its successor", async () => {
    const { booking, attempt } = await opened();
    await deleteCustomer(attempt.customerId);
    await gateway.expireCheckoutSession(attempt.sessionId);

    const second = await checkout(booking);

    expect(second).toMatchObject({ ok: true, attempt: { status: "open" } });
    expect(second.ok && second.attempt.sessionId).not.toBe(attempt.sessionId);
  });

  test.each(["unavailable", "unknown", "invalid"] as const)(
    "is given as it is where Stripe cannot show it now (%s)",
    async (kind) => {
      const { booking, attempt } = await opened();
      const failed = async () => ({ ok: false, kind, code: "any", message: "" }) as const;

      const again = await checkout(booking, { ...gateway, retrieveCheckoutSession: failed, retrieveCustomer: failed });

      expect(again).toMatchObject({ ok: true, attempt: { id: attempt.id, url: attempt.url } });
    },
  );
});
