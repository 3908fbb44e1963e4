import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { openCheckout } from "@clearing/commands/checkout";
import { closeAttempt } from "@clearing/commands/close-at-stripe";
import { applyPayment } from "@clearing/commands/payment";
import { carryOutRefund } from "@clearing/commands/refund";
import { removeBooking } from "@clearing/commands/removal";
import type { Services } from "@clearing/commands/services";
import { applyStripeEvent } from "@clearing/commands/stripe-event";
import { lapseHold } from "@clearing/commands/sweep";
import type { Attempt, Booking } from "@clearing/domain/booking";
import type { PostedEntry } from "@clearing/domain/ledger";
import { card } from "@clearing/domain/testing/retreat";
import type { Instant } from "@clearing/domain/time";
import type { StripeCharge, StripeRefund } from "@clearing/payments";
import { stripeGateway } from "@clearing/payments/stripe-gateway";
import { readAttempt, readAttemptFile } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { readCharges } from "@clearing/store/charge";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { instantOf } from "../../packages/local/src/clock.ts";
import { type Served, serveSimulator } from "../../packages/stripe-simulator/src/index.ts";
import { contextAt } from "../harness/context.ts";
import { actor, signedBooking } from "../harness/sample.ts";
import { seeded, startTestStore, type TestStore } from "../harness/store.ts";

const hour = 3_600_000;
const day = 24 * hour;
const secretKey = "sk_test_stray";
let time = Date.UTC(2027, 2, 1, 17);
let running: TestStore;
let simulator: Served;
let services: Services;

beforeAll(async () => {
  running = await startTestStore();
  simulator = await serveSimulator({ secretKey, now: () => time });
  const gateway = stripeGateway({ secretKey, apiBase: simulator.url, random: seeded(1) });
  services = contextAt(running.store, gateway, () => instantOf(time) as Instant);
});
afterAll(async () => {
  await simulator.close();
  await running.stop();
});

async function moveClock(milliseconds: number): Promise<void> {
  const end = time + milliseconds;
  for (let next = simulator.nextTimer(); next !== null && next <= end; next = simulator.nextTimer()) {
    time = Math.max(time, next);
    await simulator.runDue();
  }
  time = end;
}

type Asked = Record<string, string>;

async function stripe<Answer = { id: string }>(path: string, form: Asked): Promise<Answer> {
  const headers = { authorization: `Bearer ${secretKey}`, "content-type": "application/x-www-form-urlencoded" };
  const answer = await fetch(`${simulator.url}/v1/${path}`, {
    method: "POST",
    headers,
    body: new URLSearchParams(form),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Answer;
}

const named = (metadata: Asked, prefix = "metadata"): Asked =>
  Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`${prefix}[${name}]`, value]));

/** A payment intent that somebody else creates at Stripe, paid at once. */
const intent = (metadata: Asked, more: Asked = {}) =>
  stripe<{ id: string; latest_charge: string }>("payment_intents", {
    amount: "250000",
    currency: "usd",
    confirm: "true",
    payment_method: "pm_card_visa",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
    ...named(metadata),
    ...more,
  });

async function payOn(sessionId: string, paymentMethod = "pm_card_visa"): Promise<void> {
  const body = JSON.stringify({ paymentMethod });
  await fetch(`${simulator.url}/_sim/checkout/${sessionId}/payment`, { method: "POST", body });
}

/** A held booking with an open deposit page, and the metadata of the page's objects. */
async function checkout(): Promise<{ booking: Booking; attempt: Attempt; sessionId: string; metadata: Asked }> {
  const booking = await signedBooking(running.store, services.clock.now());
  const opened = await openCheckout(services, { bookingId: booking.id, purpose: "deposit" }, actor);
  if (!opened.ok) throw new Error("the session was not opened");
  const { id: attemptId, dueId, sessionId } = opened.attempt;
  const metadata = { app: "clearing", stage: "test", bookingId: booking.id, dueId, attemptId };
  return { booking, attempt: opened.attempt, sessionId, metadata };
}

type Order = "as they came" | "newest first" | "twice, shuffled";
const orders: Order[] = ["as they came", "newest first", "twice, shuffled"];

async function events() {
  const page = await services.gateway.listEvents({ createdAfter: "2027-01-01T00:00:00Z" });
  if (!page.ok) throw new Error(page.code);
  return page.value.items;
}

/** The last event of the tests before this one. */
let lastOfOthers = "";
beforeEach(async () => {
  await stripe("customers", {});
  lastOfOthers = (await events())[0]?.eventId ?? "";
});

/** Applies all of Stripe's events and creates the owed refunds, until nothing new happens. */
async function hear({ id }: Booking, order: Order = "twice, shuffled"): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const all = await events();
    const newestFirst = all.slice(
      0,
      all.findIndex(({ eventId }) => eventId === lastOfOthers),
    );
    const random = seeded(round + 7);
    const inOrder =
      order === "newest first"
        ? newestFirst
        : order === "as they came"
          ? newestFirst.toReversed()
          : [...newestFirst, ...newestFirst]
              .map((event) => ({ event, place: random() }))
              .toSorted((a, b) => a.place - b.place)
              .map(({ event }) => event);
    for (const event of inOrder)
      expect(await applyStripeEvent(services, event), event.type).toMatchObject({ ok: true });
    for (const refundId of await refundsOf(id)) {
      const done = await carryOutRefund(services, { bookingId: id, refundId }, "event:RefundRequested");
      expect(done).toMatchObject({ ok: true });
    }
  }
}

async function refundsOf(bookingId: string): Promise<string[]> {
  const { client, tables } = running.store;
  const { Items } = await client.send(new ScanCommand({ TableName: tables.core, ConsistentRead: true }));
  return (Items ?? [])
    .filter(({ pk, sk }) => pk === `BKG#${bookingId}` && String(sk).startsWith("REF#"))
    .map(({ sk }) => String(sk).slice("REF#".length));
}

async function entries(): Promise<PostedEntry[]> {
  const { client, tables } = running.store;
  const { Items } = await client.send(new ScanCommand({ TableName: tables.ledger, ConsistentRead: true }));
  return (Items ?? []) as PostedEntry[];
}

async function accounts(bookingId?: string): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { account, debit, credit, ...posting } of (await entries()).flatMap((entry) => entry.postings)) {
    if (bookingId === undefined || posting.bookingId === bookingId)
      sums[account] = (sums[account] ?? 0) + debit - credit;
  }
  return sums;
}

async function expectReconciled(): Promise<void> {
  const { balance, consistent } = simulator.balance();
  expect(consistent).toBe(true);
  expect((await accounts()).stripe_balance ?? 0).toBe(balance);
}

const stateOf = async ({ id }: Booking) => {
  const { status, paid, refunded, dues } = (await readBooking(running.store, id)) as Booking;
  return { status, paid, refunded, deposit: dues[0]?.status };
};

describe("money with a booking's metadata that is not the attempt's own", () => {
  test.each(orders)(
    "a copied payment intent is returned in full, and the attempt's own payment settles the deposit (%s)",
    async (order) => {
      const { booking, sessionId, metadata } = await checkout();
      const copy = await intent(metadata);
      await payOn(sessionId);

      await hear(booking, order);

      expect(await stateOf(booking)).toEqual({
        status: "awaiting_clearance",
        paid: 500_000,
        refunded: 250_000,
        deposit: "paid",
      });
      expect(await accounts(booking.id)).toMatchObject({
        refunds_payable: 0,
        deferred_revenue: -250_000,
        receivable: 0,
      });
      const stray = (await readCharges(running.store, booking.id)).find(({ id }) => id === copy.latest_charge);
      expect(stray).toMatchObject({ amount: 250_000, applied: 0, refundable: 0, attemptId: null, dueId: null });
      await expectReconciled();
    },
  );

  test("another session of the same attempt settles nothing, paid or not", async () => {
    const { booking, attempt, metadata } = await checkout();
    const copied = await stripe("checkout/sessions", {
      mode: "payment",
      "line_items[0][quantity]": "1",
      "line_items[0][price_data][currency]": "usd",
      "line_items[0][price_data][unit_amount]": "250000",
      "line_items[0][price_data][product_data][name]": "Copied",
      success_url: "https://example.org",
      ...named(metadata),
      ...named(metadata, "payment_intent_data[metadata]"),
    });
    await payOn(copied.id);

    await hear(booking);

    expect(await stateOf(booking)).toEqual({ status: "held", paid: 250_000, refunded: 250_000, deposit: "scheduled" });
    expect(await readAttempt(running.store, booking.id, attempt.id)).toMatchObject({ status: "open", chargeId: null });
    expect((await accounts(booking.id)).refunds_payable).toBe(0);
    await expectReconciled();
  });

  test.each([
    ["an attempt that has ended", {}],
    ["an attempt that does not exist", { attemptId: "att_none" }],
    ["a due of another", { dueId: "due_none" }],
    ["no attempt", { attemptId: "" }],
  ])("a copy that names %s is refunded in full", async (_what, wrong) => {
    const { booking, attempt, metadata } = await checkout();
    await closeAttempt(services, attempt, "test");
    await intent({ ...metadata, ...wrong });

    await hear(booking);

    expect(await stateOf(booking)).toEqual({ status: "held", paid: 250_000, refunded: 250_000, deposit: "scheduled" });
    expect((await accounts(booking.id)).refunds_payable).toBe(0);
    await expectReconciled();
  });

  test("money refunded by hand before its event arrives is not refunded again", async () => {
    const { booking, metadata } = await checkout();
    const copy = await intent(metadata);
    await stripe("refunds", { payment_intent: copy.id, amount: "100000" });

    await hear(booking);

    expect(await stateOf(booking)).toMatchObject({ paid: 250_000, refunded: 250_000 });
    expect(await readCharges(running.store, booking.id)).toMatchObject([{ refundable: 0, applied: 0 }]);
    expect((await accounts(booking.id)).refunds_payable).toBe(0);
    await expectReconciled();
  });

  test("the attempt's own intent is recognized, whatever its metadata says since", async () => {
    const [mine, other] = [await checkout(), await checkout()];
    await payOn(mine.sessionId, "pm_card_visa_chargeDeclined");
    const session = await services.gateway.retrieveCheckoutSession(mine.sessionId);
    const own = session.ok ? session.value.payment?.paymentIntentId : undefined;
    await stripe(`payment_intents/${own}`, named(other.metadata));
    await stripe(`checkout/sessions/${mine.sessionId}`, named(other.metadata));
    await payOn(mine.sessionId);

    await hear(mine.booking);

    expect(await stateOf(mine.booking)).toMatchObject({ status: "awaiting_clearance", paid: 250_000, refunded: 0 });
    expect(await stateOf(other.booking)).toMatchObject({ status: "held", paid: 0 });
    await expectReconciled();
  });

  test("money for a removed hold goes to suspense", async () => {
    const { booking, attempt, metadata } = await checkout();
    const ref = { actor, action: "sample" };
    await closeAttempt(services, attempt, "sample");
    await moveClock(hour);
    await lapseHold(running.store, booking.id, { ...ref, now: services.clock.now() });
    await moveClock(31 * day);
    await removeBooking(running.store, booking.id, { ...ref, now: services.clock.now() });
    expect(await readBooking(running.store, booking.id)).toBeNull();
    const before = (await accounts()).suspense ?? 0;

    await intent(metadata);
    await hear(booking);

    expect((await accounts()).suspense).toBe(before - 250_000);
    await expectReconciled();
  });

  test("money for an unknown booking goes to suspense, and its refund comes from there", async () => {
    const { booking, metadata } = await checkout();
    const before = (await accounts()).suspense ?? 0;
    const unknown = await intent({ ...metadata, bookingId: "bkg_none" });

    await hear(booking);
    expect((await accounts()).suspense).toBe(before - 250_000);
    await stripe("refunds", { payment_intent: unknown.id });
    await hear(booking);

    expect((await accounts()).suspense).toBe(before);
    await expectReconciled();
  });
});

describe("an authorized amount", () => {
  const manual = { capture_method: "manual" };

  test("is not posted before its capture, nor after its release", async () => {
    const { booking, metadata } = await checkout();
    const before = await accounts();
    const held = [await intent(metadata, manual), await intent({}, manual)];
    await hear(booking);
    for (const { id } of held) await stripe(`payment_intents/${id}/cancel`, {});

    await hear(booking);

    expect(await accounts()).toEqual(before);
    expect(await stateOf(booking)).toMatchObject({ paid: 0, refunded: 0 });
  });

  test("is posted up to the captured amount, once, with its fee", async () => {
    const { booking } = await checkout();
    const suspense = (await accounts()).suspense ?? 0;
    const held = await intent({}, manual);
    await hear(booking);
    await stripe(`payment_intents/${held.id}/capture`, { amount_to_capture: "90000" });

    await hear(booking);

    expect((await accounts()).suspense).toBe(suspense - 90_000);
    expect((await entries()).filter(({ reference }) => reference === `payment:${held.latest_charge}`)).toHaveLength(1);
    await expectReconciled();
  });

  test("of a booking is refunded up to the captured amount", async () => {
    const { booking, metadata } = await checkout();
    const held = await intent(metadata, manual);
    await stripe(`payment_intents/${held.id}/capture`, { amount_to_capture: "90000" });

    await hear(booking);

    expect(await stateOf(booking)).toMatchObject({ paid: 90_000, refunded: 90_000 });
    expect((await accounts(booking.id)).refunds_payable).toBe(0);
    await expectReconciled();
  });
});

describe("a debit that is refunded while it is processing", () => {
  async function processing(method: string, order?: Order): Promise<Booking> {
    const { booking, sessionId } = await checkout();
    await payOn(sessionId, method);
    await hear(booking, order);
    const session = await services.gateway.retrieveCheckoutSession(sessionId);
    const chargeId = session.ok ? session.value.payment?.charge?.chargeId : undefined;
    await stripe("refunds", { charge: chargeId ?? "", amount: "60000" });
    await hear(booking, order);
    expect(await stateOf(booking)).toEqual({ status: "held", paid: 0, refunded: 0, deposit: "processing" });
    return booking;
  }

  test.each(orders)("pays the deposit when it settles, and its refund is owed and paid once (%s)", async (order) => {
    const booking = await processing("pm_usBankAccount_success", order);
    await moveClock(8 * day);

    await hear(booking, order);

    expect(await stateOf(booking)).toEqual({
      status: "awaiting_clearance",
      paid: 250_000,
      refunded: 60_000,
      deposit: "paid",
    });
    expect(await accounts(booking.id)).toMatchObject({ deferred_revenue: -190_000, refunds_payable: 0, receivable: 0 });
    expect(await readCharges(running.store, booking.id)).toMatchObject([{ refundable: 190_000, applied: 190_000 }]);
    await expectReconciled();
  });

  test("is refunded when the event of its charge settles the attempt", async () => {
    const booking = await processing("pm_usBankAccount_success");
    await moveClock(8 * day);
    const news = (await events()).find(({ type }) => type === "charge.succeeded");
    const named = news?.attempt && (await readAttemptFile(running.store, booking.id, news.attempt.attemptId));
    if (news === undefined || named === undefined || named === null)
      throw new Error("Stripe sent no event of the charge");

    expect(await applyStripeEvent(services, news, named)).toMatchObject({ ok: true });

    expect(await stateOf(booking)).toMatchObject({ status: "awaiting_clearance", paid: 250_000, refunded: 60_000 });
    expect(await accounts(booking.id)).toMatchObject({ refunds_payable: 0, deferred_revenue: -190_000 });
    await expectReconciled();
  });

  test("leaves no debt when it fails", async () => {
    const booking = await processing("pm_usBankAccount_insufficientFunds");
    await moveClock(3 * day);

    await hear(booking);

    expect(await stateOf(booking)).toEqual({ status: "held", paid: 0, refunded: 0, deposit: "scheduled" });
    expect(await accounts(booking.id)).toEqual({});
    await expectReconciled();
  });
});

describe("a session that Stripe shows in an outdated state", () => {
  /** Applies the latest events, newest first, for a consumer that reads the Checkout Session as it was at the call. */
  async function lagging(sessionId: string): Promise<(types: RegExp) => Promise<void>> {
    const before = await services.gateway.retrieveCheckoutSession(sessionId);
    const gateway = { ...services.gateway, retrieveCheckoutSession: async () => before };
    return async (types) => {
      const told = (await events()).filter(({ type }) => types.test(type));
      const newest = told.at(0);
      if (newest === undefined || newest.attempt === undefined)
        throw new Error(`Stripe sent no event of the types ${types}`);
      const { bookingId, attemptId } = newest.attempt;
      const file = await readAttemptFile(running.store, bookingId, attemptId);
      expect(await applyStripeEvent({ ...services, gateway }, newest, file)).toMatchObject({ ok: true });
    };
  }
  const bankDebit = async (method: string, days: number) => {
    const { booking, attempt, sessionId } = await checkout();
    await payOn(sessionId, method);
    await hear(booking);
    const tell = await lagging(sessionId);
    await moveClock(days * day);
    return { booking, attempt, tell };
  };

  test("is settled by its charge, with a card", async () => {
    const { booking, sessionId } = await checkout();
    const tell = await lagging(sessionId);
    await payOn(sessionId);

    await tell(/^charge.succeeded$/);

    expect(await stateOf(booking)).toMatchObject({ status: "awaiting_clearance", paid: 250_000, refunded: 0 });
    await expectReconciled();
  });

  test("is settled by its charge, with a bank debit", async () => {
    const { booking, tell } = await bankDebit("pm_usBankAccount_success", 8);

    await tell(/^charge.succeeded$/);

    expect(await stateOf(booking)).toMatchObject({ status: "awaiting_clearance", paid: 250_000, deposit: "paid" });
    await expectReconciled();
  });

  test("has failed once the bank has declined", async () => {
    const { booking, attempt, tell } = await bankDebit("pm_usBankAccount_insufficientFunds", 3);

    await tell(/^checkout.session.async_payment_failed$/);

    expect(await readAttempt(running.store, booking.id, attempt.id)).toMatchObject({ status: "failed" });
    expect(await stateOf(booking)).toEqual({ status: "held", paid: 0, refunded: 0, deposit: "scheduled" });
  });
});

test("a debit under way is not affected by an older event about a declined card", async () => {
  const { booking, attempt, sessionId } = await checkout();
  await payOn(sessionId, "pm_card_chargeDeclined");
  const session = await services.gateway.retrieveCheckoutSession(sessionId);
  const declined = session.ok ? session.value.payment : null;
  if (declined === null) throw new Error("the session has no declined payment");
  expect(declined.status).toBe("requires_payment_method");
  await payOn(sessionId, "pm_usBankAccount_success");

  expect(await applyPayment(services, declined, "sample")).toEqual({ ok: true });

  expect(await readAttempt(running.store, booking.id, attempt.id)).toMatchObject({ status: "processing" });
  expect(await stateOf(booking)).toMatchObject({ status: "held", deposit: "processing" });
});

describe("a charge without a payment intent", () => {
  const made = { currency: "usd", methodType: "card", metadata: {}, created: "2027-03-01T17:00:00Z" } as const;
  const charge: StripeCharge = {
    ...made,
    chargeId: "ch_foreign",
    paymentIntentId: null,
    amount: 70_000,
    captured: false,
    amountCaptured: 0,
    amountRefunded: 0,
    status: "succeeded",
    paidWith: card,
    balanceTransaction: null,
  };
  const letGo: StripeRefund = {
    ...made,
    refundId: "re_foreign",
    chargeId: charge.chargeId,
    paymentIntentId: null,
    amount: 45_000,
    status: "succeeded",
    balanceTransaction: null,
    failureBalanceTransaction: null,
    failureReason: null,
  };
  const showing = (charge: StripeCharge): Services => ({
    ...services,
    gateway: {
      ...services.gateway,
      retrieveCharge: async () => ({ ok: true, value: charge }),
      retrieveRefund: async () => ({ ok: true, value: letGo }),
    },
  });
  const told = (objectType: "charge" | "refund", charge: StripeCharge) =>
    applyStripeEvent(showing(charge), { type: objectType, objectType, objectId: "any" });

  test("is posted only when captured, and the released part is not a refund", async () => {
    const before = await accounts();
    expect(await told("charge", charge)).toEqual({ ok: true });
    expect(await told("refund", charge)).toEqual({ ok: true });
    expect(await accounts()).toEqual(before);
    const captured = { ...charge, captured: true, amountCaptured: 25_000, amountRefunded: 45_000 };

    for (const kind of ["refund", "charge", "refund"] as const)
      expect(await told(kind, captured)).toEqual({ ok: true });

    const { suspense, refunds_payable } = await accounts();
    expect({ suspense, refunds_payable }).toEqual({
      suspense: (before.suspense ?? 0) - 25_000,
      refunds_payable: before.refunds_payable,
    });
  });
});
