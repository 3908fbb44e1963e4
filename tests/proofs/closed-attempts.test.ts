import { QueryCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { admitBooking } from "@clearing/commands/admission";
import { signAgreement } from "@clearing/commands/agreement";
import { openCheckout } from "@clearing/commands/checkout";
import { closeAtStripe } from "@clearing/commands/close-at-stripe";
import { endEarly } from "@clearing/commands/end-early";
import { openSetup } from "@clearing/commands/method-setup";
import type { Attempt, Booking, CheckoutAttempt, Due } from "@clearing/domain/booking";
import { type Instant, plusMinutes } from "@clearing/domain/time";
import type { Gateway, StripePayment } from "@clearing/payments";
import { attemptPut, readAttempts } from "@clearing/store/attempt";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { commit } from "@clearing/store/commit";
import type { DeadlineKind } from "@clearing/store/keys";
import { readSetups } from "@clearing/store/method-setup";
import { inShard } from "@clearing/store/shards";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { paymentWorks } from "../../functions/payment-worker/payment-worker.ts";
import { workAtStripe } from "../../functions/stripe-work/stripe-work.ts";
import { contextOf } from "../../packages/runtime/src/commands.ts";
import type { Deps } from "../../packages/runtime/src/deps.ts";
import { fakeDeps } from "../../packages/runtime/src/testing/fake-deps.ts";
import { collecting } from "../harness/collecting.ts";
import { workOffDeadlines } from "../harness/deadlines.ts";
import { interrupted } from "../harness/interrupted.ts";
import { cancel, later as endedAt, occasionAt, paidAndSaved } from "../harness/journey.ts";
import { methodPages } from "../harness/method-pages.ts";
import { actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { openSession } from "../harness/session.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
const at = (minutes: number): Instant => plusMinutes(now, minutes);
const silent = { ok: false, kind: "unavailable", code: "no_answer", message: "" } as const;

let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

/** A function's dependencies at an instant. The gateway has only the calls that the test expects. */
function depsAt(instant: Instant, gateway: Partial<Gateway>): Deps & { gateway: Gateway } {
  const { deps } = fakeDeps({ store: running.store, ids, clock: { now: () => instant } });
  return { ...deps, gateway: gateway as Gateway };
}

/** The deadlines of a booking's items of one kind. */
async function deadlines(kind: DeadlineKind, { id }: Booking): Promise<unknown[]> {
  const { Items = [] } = await running.store.client.send(
    new QueryCommand({
      TableName: running.store.tables.core,
      IndexName: "byDue",
      KeyConditionExpression: "duePk = :shard",
      ExpressionAttributeValues: { ":shard": inShard(kind, `BKG#${id}`) },
    }),
  );
  return Items.filter(({ pk }) => pk === `BKG#${id}`).map(({ dueAt }) => dueAt);
}

describe("the pages of a booking that has ended", () => {
  /** A held booking with an open deposit page, and Stripe's side of it. */
  async function paying() {
    const { store } = running;
    const program = sampleProgram();
    const offer = await sampleQuote(store, program, await openCohort(store, program, { places: 1, now }), now);
    const booking = await heldBooking(store, offer, `${offer.id}@example.com`, now);
    const { hash } = booking.agreement;
    const signature = { hash, signature: "Sample", sourceIp: "", userAgent: "", signedBy: "sample", autopay: false };
    await signAgreement(store, booking.id, signature, { actor, action: "sign", now }, () => null);
    let session: ReturnType<typeof openSession> | undefined;
    const expired: string[] = [];
    const shown = () => {
      if (session === undefined) throw new Error("no session was created");
      return { ok: true, value: session } as const;
    };
    const stripe: Partial<Gateway> = {
      createCustomer: async () => ({ ok: true, value: { customerId: "cus_1" } }),
      createCheckoutSession: async (asked) => {
        session = openSession(asked, now);
        return shown();
      },
      retrieveCheckoutSession: async () => shown(),
      expireCheckoutSession: async (id) => {
        expired.push(id);
        session = { ...shown().value, status: "expired", url: null };
        return shown();
      },
    };
    const command = { bookingId: booking.id, purpose: "deposit" } as const;
    const opened = await openCheckout(contextOf(depsAt(now, stripe)), command, actor);
    if (!opened.ok) throw new Error("the session was not opened");
    return { booking, stripe, expired, sessionId: opened.attempt.sessionId };
  }

  test("are closed by the sweep if their event is lost, as soon as Stripe answers again", async () => {
    const { booking, stripe, expired, sessionId } = await paying();
    const cancelled = { bookingId: booking.id, by: "client", refundId: ids.next("ref") } as const;
    expect(await endEarly(running.store, cancelled, { actor, action: "cancel", now })).toMatchObject({ ok: true });
    expect(await deadlines("PAGES", booking)).toEqual([at(5)]);

    await workOffDeadlines(
      depsAt(at(5), { retrieveCheckoutSession: async () => silent }),
      "payment-worker",
      paymentWorks,
    );
    expect(await deadlines("PAGES", booking)).toEqual([at(6)]);
    await workOffDeadlines(
      depsAt(at(6), { retrieveCheckoutSession: async () => silent }),
      "payment-worker",
      paymentWorks,
    );
    expect(await deadlines("PAGES", booking)).toEqual([at(8)]);
    expect(expired).toEqual([]);
    await workOffDeadlines(depsAt(at(8), stripe), "payment-worker", paymentWorks);

    expect(expired).toEqual([sessionId]);
    expect(await readAttempts(running.store, booking.id)).toMatchObject([{ status: "expired", dueAt: null }]);
    expect(await deadlines("PAGES", booking)).toEqual([]);
  });

  test.each(["no_show", "turned_away"] as const)("are also noted by its admission: %s", async (outcome) => {
    const { store } = running;
    const { booking: held } = await paying();
    const before = (await readBooking(store, held.id)) as Booking;
    const booking: Booking = { ...before, status: "confirmed", version: before.version + 1 };
    const change = { booking, events: [], journal: [] };
    await commit(store, bookingWrites(store, before, change, { actor, action: "sample", now }));
    const arrival: Instant = `${booking.terms.startsOn}T19:00:00Z`;
    const request = { bookingId: booking.id, outcome, by: "staff", refundId: ids.next("ref") };

    const admission = await admitBooking(store, request, { actor, action: "admit", now: arrival }, () => null);

    expect(admission).toMatchObject({ ok: true });
    expect(await deadlines("PAGES", booking)).toEqual([plusMinutes(arrival, 5)]);
  });

  /** Late money has revived the booking, and its client has opened a page for the balance. */
  async function revived({ id }: Booking, stripe: Partial<Gateway>) {
    const { store } = running;
    const before = (await readBooking(store, id)) as Booking;
    const dues = before.dues.map(
      (due): Due =>
        due.kind === "deposit"
          ? {
              ...due,
              status: "paid",
              ...{ paid: due.amount, billed: due.amount, billedParts: due.parts },
              openAttemptId: null,
            }
          : due,
    );
    const booking: Booking = { ...before, status: "awaiting_clearance", version: before.version + 1, dues };
    const change = { booking, events: [], journal: [] };
    await commit(store, bookingWrites(store, before, change, { actor, action: "revive", now }));
    const dueId = dues.find(({ kind }) => kind === "balance")?.id ?? "";
    const opened = await openCheckout(contextOf(depsAt(now, stripe)), { bookingId: id, purpose: "due", dueId }, actor);
    if (!opened.ok) throw new Error("the session was not opened");
    return opened.attempt.id;
  }

  test("wait for an attempt that has begun and was not charged yet: its worker no longer charges it", async () => {
    const life = await collecting(running.store);
    await life.begin();
    const booking = (await readBooking(running.store, life.id)) as Booking;
    const ending = { bookingId: life.id, by: "client", refundId: ids.next("ref") } as const;
    await endEarly(running.store, ending, occasionAt(life.clock.now));
    const subject = { type: "booking", id: life.id, version: booking.version + 1 };
    const told = { source: "clearing", id: "evt_1", version: 1, occurredAt: life.clock.now, correlationId: "test" };
    const event = { ...told, subject, name: "BookingCancelled", data: { bookingId: life.id } };

    await workAtStripe(event, depsAt(life.clock.now, life.gateway));
    expect(await deadlines("PAGES", booking)).toHaveLength(1);
    await life.work();
    await closeAtStripe(life.context, life.id, "sweep:pages");

    expect(await life.tries()).toMatchObject([{ status: "refused" }]);
    expect(life.intents).toEqual([]);
    expect(await deadlines("PAGES", booking)).toEqual([]);
  });

  test("stay open if a hold's end is reported after late money has revived the booking", async () => {
    const { booking, stripe, expired } = await paying();
    const page = await revived(booking, stripe);
    const subject = { type: "booking", id: booking.id, version: 3 };
    const told = { source: "clearing", id: "evt_1", version: 1, occurredAt: now, correlationId: "test" };
    const event = { ...told, subject };

    await workAtStripe({ ...event, name: "HoldExpired", data: { bookingId: booking.id } }, depsAt(now, stripe));

    expect(expired).toEqual([]);
    const attempts = await readAttempts(running.store, booking.id);
    expect(attempts.find(({ id }) => id === page)).toMatchObject({ status: "open" });
  });

  test("stay open if late money revives the booking during the search", async () => {
    const { booking: held, stripe, expired } = await paying();
    const before = (await readBooking(running.store, held.id)) as Booking;
    const booking: Booking = { ...before, status: "expired", version: before.version + 1 };
    const change = { booking, events: [], journal: [] };
    await commit(running.store, bookingWrites(running.store, before, change, { actor, action: "sample", now }));
    let page: Promise<string> | undefined;
    const { client } = running.store;
    const send = client.send.bind(client) as (command: unknown) => Promise<unknown>;
    const slow = async (command: unknown) => {
      const answer = await send(command);
      page ??= revived(booking, stripe);
      await page;
      return answer;
    };
    const deps = depsAt(now, stripe);
    const store = { ...running.store, client: { ...client, send: slow } as unknown as typeof client };

    await closeAtStripe(contextOf({ ...deps, store }), booking.id, "test");

    expect(expired).toEqual([]);
    const attempts = await readAttempts(running.store, booking.id);
    expect(attempts.filter(({ status }) => status === "open").map(({ purpose }) => purpose)).toContain("due");
  });

  test("include off-session intents, which are cancelled even if their ids are unknown", async () => {
    const { store } = running;
    const { booking, stripe } = await paying();
    const page = await revived(booking, stripe);
    const opened = (await readAttempts(store, booking.id)).find(({ id }) => id === page);
    if (opened === undefined) throw new Error("the booking has no attempt");
    const {
      methods: _m,
      returnUrl: _r,
      autopay: _a,
      sessionId: _s,
      url: _u,
      sessionExpiresAt: _e,
      ...common
    } = opened as CheckoutAttempt;
    const { heldUntil: _h, verifyUntil: _v, ...rest } = common;
    const saved: Attempt = {
      ...rest,
      ...{
        via: "off_session",
        paymentMethodId: "pm_1",
        methodType: "card",
        fingerprint: null,
        mandateId: null,
        status: "requested",
      },
      version: opened.version + 1,
    };
    await commit(store, [attemptPut(store, saved)]);
    const before = (await readBooking(store, booking.id)) as Booking;
    const ended: Booking = { ...before, status: "declined", version: before.version + 1 };
    const change = { booking: ended, events: [], journal: [] };
    await commit(store, bookingWrites(store, before, change, { actor, action: "sample", now }));
    const intent: StripePayment = {
      ...{ paymentIntentId: "pi_1", status: "requires_action", amount: opened.amount, amountReceived: 0 },
      ...{ currency: "usd", methodType: "card", created: now, customerId: "cus_1", nextAction: "use_stripe_sdk" },
      ...{ lastError: null, charge: null, metadata: { attemptId: page } },
    };
    const asked: string[] = [];
    const saving: Partial<Gateway> = {
      ...stripe,
      listPaymentIntents: async () => ({ ok: true, value: { items: [intent], nextAfter: null } }),
      cancelPaymentIntent: async (id) => {
        asked.push(id);
        return { ok: true, value: { ...intent, status: "canceled" } };
      },
    };

    await closeAtStripe(contextOf(depsAt(at(5), saving)), booking.id, "test");

    expect(asked).toEqual(["pi_1"]);
    const after = (await readAttempts(store, booking.id)).find(({ id }) => id === page);
    expect(after).toMatchObject({ via: "off_session", status: "failed", dueAt: null });
  });

  test("are noted only if one is open", async () => {
    const { store } = running;
    const program = sampleProgram();
    const offer = await sampleQuote(store, program, await openCohort(store, program, { places: 1, now }), now);
    const booking = await heldBooking(store, offer, `${offer.id}@example.com`, now);

    await endEarly(
      store,
      { bookingId: booking.id, by: "client", refundId: ids.next("ref") },
      { actor, action: "cancel", now },
    );

    expect(await deadlines("PAGES", booking)).toEqual([]);
  });
});

describe("the page that saves a payment method of a booking that has ended", () => {
  type Life = Awaited<ReturnType<typeof saving>>;

  /** A booking whose deposit is paid, with Stripe's side of the pages that save another method. */
  async function saving() {
    const booking = await paidAndSaved(running.store);
    const stripe = methodPages();
    const giver = { sourceIp: "192.0.2.7", userAgent: "phone", signedBy: "client" };
    const open = (gateway: Partial<Gateway> = stripe.gateway, store = running.store) =>
      openSetup(contextOf({ ...depsAt(now, gateway), store }), { bookingId: booking.id }, giver);
    const statuses = async () => (await readSetups(running.store, booking.id)).map(({ status }) => status);
    const atStripe = () => [...stripe.sessions.values()].map(({ status }) => status);
    return { booking, stripe, open, statuses, atStripe };
  }

  const endings = {
    BookingCancelled: ({ booking }: Life) => cancel(running.store, booking, "client"),
    BookingDeclined: ({ booking }: Life) =>
      endEarly(running.store, { bookingId: booking.id, by: "not_cleared", refundId: ids.next("ref") }, occasionAt(now)),
  };
  const tell = ({ booking }: Life, name: string, gateway: Partial<Gateway>) => {
    const subject = { type: "booking", id: booking.id, version: 9 };
    const told = { source: "clearing", id: "evt_1", version: 1, occurredAt: now, correlationId: "test" };
    return workAtStripe({ ...told, subject, name, data: { bookingId: booking.id } }, depsAt(now, gateway));
  };
  const sweep = (minutes: number, gateway: Partial<Gateway>) =>
    workOffDeadlines(depsAt(plusMinutes(endedAt, minutes), gateway), "payment-worker", paymentWorks);
  const closed = { statuses: ["expired"], atStripe: ["expired"], notes: [] };
  const standing = async (life: Life) => ({
    statuses: await life.statuses(),
    atStripe: life.atStripe(),
    notes: await deadlines("PAGES", life.booking),
  });

  test.each(["BookingCancelled", "BookingDeclined"] as const)("is expired at Stripe by the event: %s", async (name) => {
    const life = await saving();
    await life.open();
    expect(await endings[name](life)).toMatchObject({ ok: true });

    await tell(life, name, life.stripe.gateway);

    expect(await standing(life)).toEqual(closed);
  });

  test("is expired by the sweep if the event is lost, as soon as Stripe answers again", async () => {
    const life = await saving();
    await life.open();
    await endings.BookingCancelled(life);

    await sweep(5, { ...life.stripe.gateway, retrieveCheckoutSession: async () => silent });
    expect(await standing(life)).toMatchObject({ atStripe: ["open"], notes: [plusMinutes(endedAt, 6)] });
    await sweep(6, { ...life.stripe.gateway, expireCheckoutSession: async () => silent });
    expect(await standing(life)).toMatchObject({ atStripe: ["open"], notes: [plusMinutes(endedAt, 8)] });
    await sweep(8, life.stripe.gateway);

    expect(await standing(life)).toEqual(closed);
  });

  test("is closed in the table by the sweep if the answer of Stripe, which has expired it, was lost", async () => {
    const life = await saving();
    await life.open();
    await endings.BookingCancelled(life);
    const { expireCheckoutSession: expire } = life.stripe.gateway as Gateway;
    const losing = async (id: string) => {
      await expire(id);
      return silent;
    };

    await expect(
      tell(life, "BookingCancelled", { ...life.stripe.gateway, expireCheckoutSession: losing }),
    ).rejects.toThrow();
    expect(await standing(life)).toMatchObject({ statuses: ["open"], atStripe: ["expired"] });
    await sweep(5, life.stripe.gateway);

    expect(await standing(life)).toEqual(closed);
  });

  test("is expired though the answer that created it was lost and the booking ended since", async () => {
    const life = await saving();
    const { createSetupSession: make } = life.stripe.gateway as Gateway;
    const losing: Gateway["createSetupSession"] = async (session, key) => {
      await make(session, key);
      return silent;
    };
    expect(await life.open({ ...life.stripe.gateway, createSetupSession: losing })).toEqual(silent);
    await endings.BookingCancelled(life);

    await tell(life, "BookingCancelled", life.stripe.gateway);

    expect(await standing(life)).toEqual(closed);
  });

  test.each([
    ["has read the booking before it ended: it begins nothing", 1, []],
    ["has begun before the booking ended: its session is expired when it is created", 2, ["expired"]],
  ] as const)("is not returned to a click that %s", async (_which, nth, setups) => {
    const life = await saving();
    const ends = async () => {
      await endings.BookingCancelled(life);
      await tell(life, "BookingCancelled", life.stripe.gateway);
    };
    const slow = interrupted(running.store, TransactWriteCommand, ends, nth);

    expect(await life.open(life.stripe.gateway, slow)).toMatchObject({ ok: false, reason: "ended" });

    expect(await standing(life)).toEqual({ statuses: setups, atStripe: setups, notes: [] });
  });

  test("is left alone if the client completes it first: the booking keeps its method", async () => {
    const life = await saving();
    await life.open();
    await endings.BookingCancelled(life);
    const { expireCheckoutSession: expire } = life.stripe.gateway as Gateway;
    const completing = async (id: string) => {
      life.stripe.complete(id);
      return expire(id);
    };

    await tell(life, "BookingCancelled", { ...life.stripe.gateway, expireCheckoutSession: completing });

    expect(await standing(life)).toEqual({ statuses: ["unsaved"], atStripe: ["complete"], notes: [] });
    expect((await readBooking(running.store, life.booking.id))?.savedMethod?.last4).toBe("4242");
  });

  test("stays open while the booking has not ended", async () => {
    const life = await saving();
    await life.open();

    await tell(life, "HoldExpired", life.stripe.gateway);

    expect(await standing(life)).toEqual({ statuses: ["open"], atStripe: ["open"], notes: [] });
  });
});
