import { openCheckout } from "@clearing/commands/checkout";
import { closeAtStripe } from "@clearing/commands/close-at-stripe";
import { endEarly } from "@clearing/commands/end-early";
import { carryOutRefund } from "@clearing/commands/refund";
import type { Services } from "@clearing/commands/services";
import { applyStripeEvent } from "@clearing/commands/stripe-event";
import type { Booking } from "@clearing/domain/booking";
import { type Instant, plusMinutes } from "@clearing/domain/time";
import type { Gateway, StripeRefund } from "@clearing/payments";
import { stripeGateway } from "@clearing/payments/stripe-gateway";
import { readAttempts } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { readRefund } from "@clearing/store/refund";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instantOf } from "../../packages/local/src/clock.ts";
import { type Served, serveSimulator } from "../../packages/stripe-simulator/src/index.ts";
import { contextAt } from "../harness/context.ts";
import { actor, signedBooking } from "../harness/sample.ts";
import { ids, seeded, startTestStore, type TestStore } from "../harness/store.ts";

const secretKey = "sk_test_saved_failures";
const time = Date.UTC(2027, 2, 2, 17);
const now = instantOf(time) as Instant;
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

type When = "before" | "after";
/** Stripe fails before or after the effect. Either way it saves the failure under the key. */
const moments: When[] = ["before", "after"];
type Create = "createCustomer" | "createCheckoutSession" | "createRefund";

const contextOf = (stripe: Gateway): Services => contextAt(running.store, stripe, now);

/**
 * Stripe's endpoint fails once at one of the creating calls, and saves that answer. `keys` are the keys of the
 * requests.
 */
function failingOnce(call: Create, when: When) {
  const keys: string[] = [];
  const failing = async (asked: never, key: string) => {
    keys.push(key);
    const kind = when === "before" ? "error" : "error_after";
    if (keys.length === 1) simulator.setFault({ kind, rate: 1, seed: 1 });
    const answer = await gateway[call](asked, key);
    simulator.clearFaults();
    return answer;
  };
  return { context: contextOf({ ...gateway, [call]: failing }), keys };
}

/** The same, but lookups fail too, as if the process ended there. */
function crashingAfter(services: Services): Services {
  const silent = async () => ({ ok: false, kind: "unavailable", code: "timeout", message: "" }) as const;
  const blind = { listCustomers: silent, listCheckoutSessions: silent, listRefunds: silent };
  return { ...services, gateway: { ...services.gateway, ...blind } };
}

const signed = (): Promise<Booking> => signedBooking(running.store, now);

const depositOf = ({ id }: Booking) => ({ bookingId: id, purpose: "deposit" }) as const;

async function itemsOf<Item>(page: Promise<{ ok: true; value: { items: readonly Item[] } } | { ok: false }>) {
  const listed = await page;
  if (!listed.ok) throw new Error("the list was refused");
  return listed.value.items;
}

/** The sessions of a booking at Stripe. */
const sessionsOf = async ({ id }: Booking) =>
  (await itemsOf(gateway.listCheckoutSessions({ createdFrom: now, createdTo: now }))).filter(
    ({ metadata }) => metadata.bookingId === id,
  );

/** A booking with a paid deposit, cancelled by the operator: all of it is owed back. */
async function owed() {
  const booking = await signed();
  const opened = await openCheckout(contextOf(gateway), depositOf(booking), actor);
  if (!opened.ok) throw new Error("the session was not opened");
  const page = `${simulator.url}/_sim/checkout/${opened.attempt.sessionId}/payment`;
  await fetch(page, { method: "POST", body: JSON.stringify({ paymentMethod: "pm_card_visa" }) });
  for (const event of await itemsOf(gateway.listEvents({ createdAfter: now }))) {
    await applyStripeEvent(contextOf(gateway), event);
  }
  const refundId = ids.next("ref");
  await endEarly(running.store, { bookingId: booking.id, by: "operator", refundId }, { actor, action: "cancel", now });
  const ref = { bookingId: booking.id, refundId };
  const partNow = async () => (await readRefund(running.store, ref.bookingId, ref.refundId))?.parts[0];
  const atStripe = async (): Promise<readonly StripeRefund[]> =>
    itemsOf(gateway.listRefunds((await partNow())?.paymentIntentId ?? ""));
  return { ref, partNow, atStripe };
}

describe.each(moments)("an internal error of Stripe's, saved %s the effect,", (when) => {
  test("leaves a client one customer, and a page in the same call", async () => {
    const booking = await signed();
    const { context, keys } = failingOnce("createCustomer", when);

    const opened = await openCheckout(context, depositOf(booking), actor);

    expect(opened).toMatchObject({ ok: true });
    expect(await itemsOf(gateway.listCustomers(booking.owner.email))).toHaveLength(1);
    expect(new Set(keys).size).toBe(when === "before" ? 2 : 1);
  });

  test("leaves a deposit one page, in the same call, and its place held no longer", async () => {
    const booking = await signed();
    const { context } = failingOnce("createCheckoutSession", when);

    const opened = await openCheckout(context, depositOf(booking), actor);

    const [session, ...more] = await sessionsOf(booking);
    expect(opened).toMatchObject({ ok: true, attempt: { sessionId: session?.sessionId, url: session?.url } });
    expect(more).toEqual([]);
    expect(await readBooking(running.store, booking.id)).toMatchObject({ holdExpiresAt: plusMinutes(now, 36) });
  });

  test("leaves a refund one refund at Stripe, in the same run", async () => {
    const { ref, partNow, atStripe } = await owed();
    const { context, keys } = failingOnce("createRefund", when);

    expect(await carryOutRefund(context, ref, "event")).toEqual({ ok: true });

    const [refund, ...more] = await atStripe();
    expect(await partNow()).toMatchObject({ status: "succeeded", stripeRefundId: refund?.refundId });
    expect(more).toEqual([]);
    expect(new Set(keys).size).toBe(when === "before" ? 2 : 1);
  });

  test("is repaired by the next call, if nothing could be looked up at once", async () => {
    const booking = await signed();
    const customer = failingOnce("createCustomer", when);
    expect(await openCheckout(crashingAfter(customer.context), depositOf(booking), actor)).toMatchObject({ ok: false });
    const session = failingOnce("createCheckoutSession", when);
    expect(await openCheckout(crashingAfter(session.context), depositOf(booking), actor)).toMatchObject({ ok: false });
    const { ref, partNow, atStripe } = await owed();
    const refund = failingOnce("createRefund", when);
    expect(await carryOutRefund(crashingAfter(refund.context), ref, "event")).toMatchObject({ ok: false });

    expect(await openCheckout(contextOf(gateway), depositOf(booking), actor)).toMatchObject({ ok: true });
    expect(await carryOutRefund(contextOf(gateway), ref, "event")).toEqual({ ok: true });

    expect(await itemsOf(gateway.listCustomers(booking.owner.email))).toHaveLength(1);
    expect(await sessionsOf(booking)).toHaveLength(1);
    expect(await atStripe()).toHaveLength(1);
    expect(await partNow()).toMatchObject({ status: "succeeded" });
  });

  test("keeps no page of an ended booking open", async () => {
    const booking = await signed();
    const { context } = failingOnce("createCheckoutSession", when);
    await openCheckout(crashingAfter(context), depositOf(booking), actor);
    const ending = { bookingId: booking.id, by: "client", refundId: ids.next("ref") } as const;
    await endEarly(running.store, ending, { actor, action: "cancel", now });

    expect(await closeAtStripe(contextOf(gateway), booking.id, "event")).toMatchObject([{ ok: true }]);

    const [attempt] = await readAttempts(running.store, booking.id);
    expect(attempt?.status).toBe(when === "before" ? "refused" : "expired");
    expect((await sessionsOf(booking)).filter(({ status }) => status === "open")).toEqual([]);
  });
});

describe("a refund of which Stripe saved a failure", () => {
  test("is not requested again while its charge shows more refunded than the listed refunds, as if the list lags", async () => {
    const { ref, partNow, atStripe } = await owed();
    const { context, keys } = failingOnce("createRefund", "after");
    const lagging = {
      ...context.gateway,
      listRefunds: async () => ({ ok: true, value: { items: [], nextAfter: null } }),
    };

    const result = await carryOutRefund({ ...context, gateway: lagging as Gateway }, ref, "event");

    expect(result).toMatchObject({ ok: false, kind: "saved_failure" });
    expect(keys).toHaveLength(1);
    expect(await carryOutRefund(context, ref, "sweep")).toEqual({ ok: true });
    expect(await atStripe()).toHaveLength(1);
    expect(await partNow()).toMatchObject({ status: "succeeded", generation: 1 });
  });

  test("is created once by two concurrent runs", async () => {
    const { ref, atStripe } = await owed();
    const { context } = failingOnce("createRefund", "before");
    await carryOutRefund(crashingAfter(context), ref, "event");

    await Promise.all([1, 2].map(() => carryOutRefund(contextOf(gateway), ref, "event")));

    expect(await atStripe()).toHaveLength(1);
  });
});

test("after two failed pages in one call Stripe is not asked again, and the refusal is temporary", async () => {
  const booking = await signed();
  let asked = 0;
  const failing = {
    ...gateway,
    async createCheckoutSession() {
      asked += 1;
      return { ok: false, kind: "saved_failure", code: "api_error", message: "" } as const;
    },
  };

  const opened = await openCheckout(contextOf(failing), depositOf(booking), actor);

  expect(opened).toMatchObject({ ok: false, kind: "unavailable" });
  expect(asked).toBe(2);
  expect(await openCheckout(contextOf(gateway), depositOf(booking), actor)).toMatchObject({ ok: true });
});
