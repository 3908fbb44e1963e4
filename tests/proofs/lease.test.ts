import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { openCheckout } from "@clearing/commands/checkout";
import { settle, settleOnReturn } from "@clearing/commands/settle";
import { applyStripeEvent } from "@clearing/commands/stripe-event";
import { card } from "@clearing/domain/testing/retreat";
import { type Instant, plusHours } from "@clearing/domain/time";
import type { Gateway, StripeCharge, StripePayment, StripeSession } from "@clearing/payments";
import { readAttemptFile } from "@clearing/store/attempt";
import { readCharges } from "@clearing/store/charge";
import { bookingEntries } from "@clearing/store/journal";
import { underLease } from "@clearing/store/lease";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { subscriptions } from "../../infra/triggers.ts";
import { contextAt } from "../harness/context.ts";
import { actor, signedBooking } from "../harness/sample.ts";
import { openSession } from "../harness/session.ts";
import { ids, seeded, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

type Between = (command: object, send: () => Promise<unknown>) => Promise<unknown>;
type Send = Store["client"]["send"];

/** The store with `between` around each command to DynamoDB, and with short waits. */
function storeWith(between: Between, seconds = 0): Store {
  const { client } = running.store;
  const send = ((command: Parameters<Send>[0]) => between(command, () => client.send(command))) as Send;
  const clock = { now: () => new Date(Date.parse(now) + seconds * 1_000).toISOString().replace(".000Z", "Z") };
  const sleep = (ms: number) => running.store.sleep(ms / 20);
  return { ...running.store, clock, sleep, client: Object.assign(Object.create(client), { send }) };
}

const isLease = (command: object): boolean =>
  command instanceof UpdateCommand && (command.input.Key as { sk?: string } | undefined)?.sk === "LEASE";
const plainly: Between = (_, send) => send();
const refusedLease = () => new ConditionalCheckFailedException({ message: "held", $metadata: {} });

type Ref = { bookingId: string; attemptId: string };

/** A booking whose deposit was paid on its page a moment ago, and a Stripe that reports it. */
async function paid(): Promise<{
  ref: Ref;
  stripe: Gateway;
  objects: Record<"session" | "intent" | "charge", string>;
}> {
  const held = await signedBooking(running.store, now);
  let page: StripeSession | undefined;
  const opening: Partial<Gateway> = {
    createCustomer: async () => ({ ok: true, value: { customerId: "cus_1" } }),
    async createCheckoutSession(session) {
      page = openSession(session, now);
      return { ok: true, value: page };
    },
  };
  const opened = await openCheckout(
    contextOf(running.store, opening),
    { bookingId: held.id, purpose: "deposit" },
    actor,
  );
  if (!opened.ok || page === undefined) throw new Error("the session was not opened");
  const { id, amount, currency } = opened.attempt;
  const objects = { session: page.sessionId, intent: `pi_${id}`, charge: `ch_${id}` };
  const booked = { id: `txn_${id}`, amount, fee: 100, net: amount - 100, currency, created: now };
  const { metadata } = page;
  const charge: StripeCharge = {
    chargeId: objects.charge,
    paymentIntentId: objects.intent,
    amount,
    captured: true,
    amountCaptured: amount,
    amountRefunded: 0,
    currency,
    status: "succeeded",
    methodType: "card",
    created: now,
    paidWith: card,
    balanceTransaction: booked,
    metadata,
  };
  const intent: StripePayment = {
    paymentIntentId: objects.intent,
    status: "succeeded",
    amount,
    amountReceived: amount,
    currency,
    methodType: "card",
    created: now,
    customerId: "cus_1",
    nextAction: null,
    lastError: null,
    charge,
    metadata,
  };
  // Stripe books a charge a moment after it was made.
  let asked = 0;
  const unbooked = { ...intent, charge: { ...charge, balanceTransaction: null } };
  const complete = { ...page, status: "complete", url: null } as const;
  const stripe: Partial<Gateway> = {
    retrieveCheckoutSession: async () => ({
      ok: true,
      value: { ...complete, payment: ++asked > 2 ? intent : unbooked },
    }),
    findCheckoutSession: async () => ({ ok: true, value: { ...complete, payment: intent } }),
    retrievePaymentIntent: async () => ({ ok: true, value: intent }),
    retrieveCharge: async () => ({ ok: true, value: charge }),
  };
  return { ref: { bookingId: held.id, attemptId: id }, stripe: stripe as Gateway, objects };
}

const contextOf = (store: Store, gateway: Partial<Gateway>) => contextAt(store, gateway, store.clock.now);

type Paid = Awaited<ReturnType<typeof paid>>;
type Consumer = (store: Store) => Promise<{ ok: boolean }>;

/** The consumers of one payment's events, each event twice, and the client's return. */
function hearersOf({ ref, stripe, objects }: Paid): Consumer[] {
  const event = (type: string, objectType: string, objectId: string): Consumer => {
    return async (store) => {
      const file = await readAttemptFile(store, ref.bookingId, ref.attemptId);
      return applyStripeEvent(contextOf(store, stripe), { type, objectType, objectId }, file);
    };
  };
  const events = [
    event("charge.succeeded", "charge", objects.charge),
    event("charge.updated", "charge", objects.charge),
    event("checkout.session.completed", "checkout.session", objects.session),
    event("payment_intent.processing", "payment_intent", objects.intent),
  ];
  return [...events, ...events, (store) => settleOnReturn(contextOf(store, stripe), ref)];
}

/** Those and the sweep, which waits for nobody, in an order by the seed. */
function consumersOf(payment: Paid, seed: number): Consumer[] {
  const sweep: Consumer = (store) => settle(contextOf(store, payment.stripe), payment.ref, "sweep");
  const random = seeded(seed);
  return [...hearersOf(payment), sweep]
    .map((consumer) => ({ consumer, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ consumer }) => consumer);
}

/** Retries a failed message, as a queue does. */
async function untilDone(consumer: Consumer, store: Store): Promise<void> {
  for (let time = 0; time < 5; time++) {
    const result = await consumer(store).catch(() => ({ ok: false }));
    if (result.ok) return;
  }
  throw new Error("the message failed five times");
}

/** The stored result of a payment, whatever consumer settled it. */
async function leftBy({ ref: { bookingId, attemptId }, stripe }: Paid) {
  const { store } = running;
  // The next check of a payment whose fee was not booked yet.
  const later = { ...store, clock: { now: () => plusHours(now, 1) } };
  await settle(contextOf(later, stripe), { bookingId, attemptId }, "sweep");
  const file = await readAttemptFile(store, bookingId, attemptId);
  const entries = await Array.fromAsync(
    bookingEntries(store, bookingId, "2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z"),
  );
  return {
    attempt: file?.attempt.status,
    feePosted: file?.attempt.feePosted,
    booking: file?.booking.status,
    version: file?.booking.version,
    paid: file?.booking.paid,
    charges: (await readCharges(store, bookingId)).length,
    entries: entries.map(({ reference }) => reference.split(":")[0]).sort(),
  };
}

const settledOnce = {
  attempt: "succeeded",
  feePosted: true,
  booking: "awaiting_clearance",
  version: 4,
  paid: 250_000,
  charges: 1,
  entries: ["due-billed", "fee", "payment"],
};

const isSettlement = (command: object): boolean =>
  command instanceof TransactWriteCommand &&
  (command.input.TransactItems ?? []).some(({ Put }) => String(Put?.Item?.sk).startsWith("CHG#"));

describe("one payment with concurrent notifications", () => {
  /** How many transactions were sent to settle it while Stripe's events of a payment were handled in parallel. */
  async function transactionsOf(payment: Paid, lease: Between): Promise<number> {
    let transactions = 0;
    const counting = storeWith((command, send) => {
      if (isSettlement(command)) transactions++;
      return lease(command, send);
    });
    await Promise.all(hearersOf(payment).map((consumer) => untilDone(consumer, counting)));
    expect(await leftBy(payment)).toEqual(settledOnce);
    return transactions;
  }

  const grantedToAll: Between = async (command, send) => (isLease(command) ? {} : send());

  /** Grants the lease to everybody, and delays the first settlement until there is a second. */
  function grantedToTwo(): Between {
    let begun = 0;
    let meet = () => {};
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    return async (command, send) => {
      if (isSettlement(command)) {
        if (++begun === 2) meet();
        await met;
      }
      return grantedToAll(command, send);
    };
  }

  test("is settled with one transaction if consumers wait for each other; control: with several if none waits", async () => {
    expect(await transactionsOf(await paid(), plainly)).toBe(1);
    expect(await transactionsOf(await paid(), grantedToTwo())).toBeGreaterThan(1);
  });

  const between: [string, (seed: number) => Between, (place: number) => number][] = [
    ["with the lease", () => plainly, () => 0],
    ["with a lease that is granted to everybody", () => grantedToAll, () => 0],
    [
      "with a lease that nobody gets",
      () => async (command, send) => {
        if (isLease(command)) throw refusedLease();
        return send();
      },
      () => 0,
    ],
    ["with clocks an hour apart", () => plainly, (place) => (place % 2) * 3_600],
    [
      "with a holder that dies with its lease",
      () => {
        let dead = false;
        return async (command, send) => {
          const answer = await send();
          if (!isLease(command) || dead) return answer;
          dead = true;
          throw new Error("the process was ended");
        };
      },
      () => 0,
    ],
  ];

  test.each(between.flatMap(([how, lease, seconds]) => [1, 2].map((seed) => [how, seed, lease, seconds] as const)))(
    "ends the same %s, in order %i",
    async (_, seed, lease, seconds) => {
      const payment = await paid();
      const through = lease(seed);
      const consumers = consumersOf(payment, seed);

      await Promise.all(consumers.map((consumer, place) => untilDone(consumer, storeWith(through, seconds(place)))));

      expect(await leftBy(payment)).toEqual(settledOnce);
    },
  );

  test.each([1, 2, 3])("ends the same in sequence, in order %i", async (seed) => {
    const payment = await paid();

    for (const consumer of consumersOf(payment, seed)) await untilDone(consumer, storeWith(plainly));

    expect(await leftBy(payment)).toEqual(settledOnce);
  });
});

describe("a lease", () => {
  const booking = () => ({ id: ids.next("bkg"), version: 3 });
  /** Work that never appears done; a worker that cannot begin waits for a second. */
  const work = (name: string, { moved, seen }: { moved: boolean; seen: { id: string; version: number } }) => ({
    look: async () => ({ done: false, seen }) as const,
    act: async () => ({ moved, result: name }),
    patienceMs: 1_000,
    otherwise: async () => `${name} had to wait`,
  });

  test("has one holder at a time, until the effect of its work is visible", async () => {
    const store = storeWith(plainly);
    const seen = booking();
    let working = 0;
    let most = 0;
    let done = false;
    const worked = await Promise.all(
      Array.from({ length: 6 }, () =>
        underLease<string>(store, seen, {
          look: async () => (done ? { done: true, result: "seen" } : { done: false, seen }),
          act: async () => {
            most = Math.max(most, ++working);
            await running.store.sleep(50);
            working--;
            done = true;
            return { moved: true, result: "done" };
          },
        }),
      ),
    );

    expect(most).toBe(1);
    expect(worked.toSorted()).toEqual(["done", "seen", "seen", "seen", "seen", "seen"]);
  });

  test("is free at once if the booking has no new version, or the holder failed", async () => {
    const store = storeWith(plainly);
    const seen = booking();
    const failing = { ...work("failing", { moved: false, seen }), act: () => Promise.reject(new Error("no answer")) };

    expect(await underLease(store, seen, work("first", { moved: false, seen }))).toBe("first");
    await expect(underLease(store, seen, failing)).rejects.toThrow("no answer");
    expect(await underLease(store, seen, work("second", { moved: false, seen }))).toBe("second");
  });

  test("ends with the version that it was taken for: a reader of the next one, of any attempt, does not wait", async () => {
    const store = storeWith(plainly);
    const seen = booking();
    const moved = { ...seen, version: 4 };
    await underLease(store, seen, work("holder", { moved: true, seen }));

    expect(await underLease(store, seen, work("same version", { moved: false, seen }))).toBe(
      "same version had to wait",
    );
    expect(await underLease(store, seen, work("looks again", { moved: true, seen: moved }))).toBe("looks again");
    expect(await underLease(store, moved, work("same again", { moved: true, seen: moved }))).toBe(
      "same again had to wait",
    );
    const next = { ...seen, version: 5 };
    expect(await underLease(store, next, work("next", { moved: true, seen: next }))).toBe("next");
  });

  test("expires after the longest life of a consumer", async () => {
    const seen = booking();
    const after = (seconds: number) =>
      underLease(storeWith(plainly, seconds), seen, work("worked", { moved: true, seen }));
    const timeoutSeconds = subscriptions["stripe-events"]?.timeoutSeconds ?? 0;

    expect(await after(0)).toBe("worked");
    expect(await after(timeoutSeconds - 1)).toBe("worked had to wait");
    expect(await after(timeoutSeconds)).toBe("worked");
  });

  test("is asked for again soon at first, and less often the longer its holder works", async () => {
    const waitsWith = async (chance: number, patienceMs: number) => {
      const waits: number[] = [];
      const store = { ...storeWith(plainly), random: () => chance, sleep: async (ms: number) => void waits.push(ms) };
      const seen = booking();
      await underLease(store, seen, work("holder", { moved: true, seen }));
      await underLease(store, seen, { ...work("waiting", { moved: true, seen }), patienceMs });
      return waits;
    };

    expect(await waitsWith(1, 1_500)).toEqual([75, 150, 300, 450, 450, 450]);
    expect(await waitsWith(0, 500)).toEqual([25, 50, 100, 150, 150, 150]);
  });

  test("is bypassed after ten seconds by a consumer that must do the work", async () => {
    const waits: number[] = [];
    const store = { ...storeWith(plainly), sleep: async (ms: number) => void waits.push(ms) };
    const seen = booking();
    const { patienceMs: _, otherwise: __, ...must } = work("worked", { moved: true, seen });
    await underLease(store, seen, must);

    expect(await underLease(store, seen, must)).toBe("worked");

    const waited = waits.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThanOrEqual(10_000);
    expect(waited).toBeLessThan(10_450);
  });
});
