import { GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { card } from "@clearing/domain/testing/retreat";
import { type Instant, plusDays, plusHours, plusMinutes, plusSeconds } from "@clearing/domain/time";
import type { Gateway, ListEvents, ReceivedEvent } from "@clearing/payments";
import { reachedDeadlines } from "@clearing/store/deadlines";
import { forever, keys } from "@clearing/store/keys";
import { listedKeys } from "@clearing/store/list";
import { shardsOf } from "@clearing/store/shards";
import { storeStripeEvent } from "@clearing/store/stripe-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { catchUp } from "../../functions/catch-up/catch-up.ts";
import { applyEvent } from "../../functions/stripe-events/apply.ts";
import type { BusEvent } from "../../packages/runtime/src/consumer.ts";
import { fakeDeps } from "../../packages/runtime/src/testing/fake-deps.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
const at = (minutes: number): Instant => plusMinutes(now, minutes);

let running: TestStore;
beforeEach(async () => {
  running = await startTestStore();
});
afterEach(() => running.stop());

const happened = (number: number, created: Instant, type = "charge.succeeded"): ReceivedEvent => ({
  eventId: `evt_${String(number).padStart(4, "0")}`,
  type,
  apiVersion: null,
  objectId: `ch_${number}`,
  objectType: type.slice(0, type.lastIndexOf(".")),
  created,
  livemode: false,
  account: null,
});

const pageSize = 10;

/** Stripe's list of events as documented, in short pages and kept for 30 days; the array is oldest first. */
function stripeWith(events: ReceivedEvent[], clock: { now(): Instant }) {
  const asked: ListEvents[] = [];
  const listEvents: Gateway["listEvents"] = async (query) => {
    asked.push(query);
    const kept = events.filter(({ created }) => created >= plusDays(clock.now(), -30));
    const { createdAfter = "", createdUntil = "9", startingAfter, endingBefore } = query;
    const place = kept.findIndex(({ eventId }) => eventId === (startingAfter ?? endingBefore));
    if ((startingAfter ?? endingBefore) !== undefined && place === -1) {
      return { ok: false, kind: "invalid", code: "resource_missing", message: "No such event" };
    }
    const side =
      endingBefore !== undefined
        ? kept.slice(place + 1)
        : kept.slice(0, startingAfter !== undefined ? place : undefined);
    const found = side.filter(({ created }) => created >= createdAfter && created <= createdUntil);
    const page = endingBefore !== undefined ? found.slice(0, pageSize) : found.slice(-pageSize);
    return { ok: true, value: { items: page.toReversed(), hasMore: found.length > page.length } };
  };
  return { gateway: { listEvents } as Partial<Gateway>, asked };
}

function depsWith(clock: { now(): Instant }, gateway: Partial<Gateway>) {
  const { deps, log } = fakeDeps({ store: running.store, ids, clock });
  return { deps: { ...deps, gateway: gateway as Gateway }, log };
}

async function read(eventId: string) {
  const Key = keys.stripeEvent(eventId);
  return (await running.store.client.send(new GetCommand({ TableName: running.store.tables.core, Key }))).Item;
}

/** The message of an event as it is in the outbox and arrives from the queue. */
async function message(eventId: string): Promise<BusEvent & { createdAt: Instant }> {
  const Key = { pk: eventId, sk: "OUTBOX" };
  const { Item } = await running.store.client.send(new GetCommand({ TableName: running.store.tables.outbox, Key }));
  if (Item === undefined) throw new Error(`the outbox has no message of ${eventId}`);
  const { source, detailType, detail, createdAt } = Item;
  return { source, name: detailType, ...JSON.parse(detail), createdAt };
}

const list = async (name: string) => {
  const query = { index: "byList", partitions: shardsOf(name), limit: 100 } as const;
  return (await Array.fromAsync(listedKeys(running.store, query))).map(({ pk }) => pk.slice("EVT#".length));
};

/** The events that were received and not applied. */
const received = async () =>
  (await Array.fromAsync(reachedDeadlines(running.store, "STRIPE_EVENT", forever))).map(({ pk }) =>
    pk.slice("EVT#".length),
  );

describe("an event of Stripe's", () => {
  const silent: Gateway["retrieveCharge"] = async () => ({ ok: false, kind: "unavailable", code: "x", message: "" });
  const failed: Gateway["retrieveCharge"] = async (chargeId) => ({
    ok: true,
    value: {
      chargeId,
      paymentIntentId: null,
      amount: 4_200,
      amountCaptured: 0,
      captured: false,
      amountRefunded: 0,
      currency: "usd",
      status: "failed",
      methodType: "card",
      created: now,
      paidWith: card,
      balanceTransaction: null,
      metadata: {},
    },
  });
  const empty = stripeWith([], { now: () => now }).gateway;

  test("that was received and not applied is resent with growing delays, and applied once", async () => {
    const event = happened(1, now);
    await storeStripeEvent(running.store, event, now);
    expect(await read("evt_0001")).toMatchObject({ status: "received", receivedAt: now, dueAt: at(15) });
    const clock = { at: now, now: () => clock.at };
    const { deps, log } = depsWith(clock, { ...empty, retrieveCharge: silent });
    await expect(applyEvent(await message("evt_0001"), deps)).rejects.toThrow("unavailable");

    for (const [minutes, sentAt] of [
      [14, 0],
      [15, 15],
      [44, 15],
      [45, 45],
    ] as const) {
      clock.at = at(minutes);
      await catchUp(deps);
      expect((await message("evt_0001")).createdAt, `after ${minutes} minutes`).toBe(at(sentAt));
    }
    const ages = log.map((line) => JSON.parse(line).StripeEventAge).filter((age) => age !== undefined);
    expect(ages.at(-1)).toBe(45 * 60_000);

    let asked = 0;
    const answering = depsWith(clock, {
      ...empty,
      retrieveCharge: (id) => {
        asked++;
        return failed(id);
      },
    });
    for (let time = 0; time < 2; time++) await applyEvent(await message("evt_0001"), answering.deps);

    expect(asked).toBe(1);
    const item = await read("evt_0001");
    expect(item).toMatchObject({ status: "applied", receivedAt: now, appliedAt: at(45) });
    expect(item).not.toHaveProperty("dueAt");
    await catchUp(answering.deps);
    expect(answering.log.map((line) => JSON.parse(line).StripeEventAge)).toContain(0);
  });

  test("is not marked as applied if Stripe shows nothing under this key", async () => {
    await storeStripeEvent(running.store, happened(1, now), now);
    const refused = { ok: false, kind: "invalid", code: "resource_missing", message: "No such charge" } as const;
    const { deps } = depsWith({ now: () => now }, { retrieveCharge: async () => refused });

    await expect(applyEvent(await message("evt_0001"), deps)).rejects.toThrow("resource_missing");

    expect(await read("evt_0001")).toMatchObject({ status: "received" });
  });

  test("of an unsupported type can be found by type later", async () => {
    await storeStripeEvent(running.store, happened(1, now, "payout.paid"), now);
    const { deps } = depsWith({ now: () => at(1) }, {});

    await applyEvent(await message("evt_0001"), deps);

    const item = await read("evt_0001");
    expect(item).toMatchObject({ status: "not_handled" });
    expect(item).not.toHaveProperty("dueAt");
    expect(await list("STRIPE_EVENTS#not_handled#payout.paid")).toEqual(["evt_0001"]);
    expect(await received()).toEqual([]);
  });

  test("is listed as waiting from its first deadline until it is applied", async () => {
    await storeStripeEvent(running.store, happened(1, now, "payout.paid"), now);
    const { deps } = depsWith({ now: () => at(15) }, empty);
    expect(await list("STRIPE_EVENTS#received")).toEqual([]);
    await catchUp(deps);
    expect(await list("STRIPE_EVENTS#received")).toEqual(["evt_0001"]);

    await applyEvent(await message("evt_0001"), deps);

    expect(await list("STRIPE_EVENTS#received")).toEqual([]);
    expect(await list("STRIPE_EVENTS#not_handled#payout.paid")).toEqual(["evt_0001"]);
  });
});

describe("the catch-up", () => {
  const upTo = (last: number, first = 1) =>
    Array.from({ length: last - first + 1 }, (_, index) => `evt_${String(first + index).padStart(4, "0")}`);

  /** An account with these events, and runs of the catch-up at this instant, with a number of pages each. */
  function account(events: ReceivedEvent[], start: Instant) {
    const clock = { at: start, now: () => clock.at };
    const { gateway, asked } = stripeWith(events, clock);
    const { deps, log } = depsWith(clock, gateway);
    const sent = vi.spyOn(deps.store.client, "send");
    return {
      clock,
      asked,
      run: (pages = 50) => catchUp(deps, { pages, seconds: 200 }),
      counted: () =>
        log
          .map((line): { type: string; StripeEventsNotActedOn?: number } => JSON.parse(line))
          .flatMap(({ type, StripeEventsNotActedOn: count }) => (count === undefined ? [] : [[type, count]])),
      writes: () => sent.mock.calls.filter(([command]) => command instanceof TransactWriteCommand).length,
    };
  }

  test("finds nothing on an empty account, and later its first event", async () => {
    const events: ReceivedEvent[] = [];
    const { clock, run } = account(events, now);
    await run();
    events.push(happened(1, at(1)));
    clock.at = at(5);

    await run();

    expect(await received()).toEqual(["evt_0001"]);
  });

  test.each([
    ["spread over days", (number: number) => plusHours(now, number - 480)],
    ["of three seconds", (number: number) => plusSeconds(now, -86_400 + Math.floor(number / 12))],
  ])("reads a backlog %s page by page, oldest first, to its end", async (_, created) => {
    const events = Array.from({ length: 35 }, (__, index) => happened(index + 1, created(index + 1)));
    const { run } = account(events, now);
    const after: number[] = [];

    for (let time = 0; time < 9 && after.at(-1) !== 35; time++) {
      await run(1);
      const found = (await received()).sort();
      expect(found).toEqual(upTo(found.length));
      after.push(found.length);
    }

    expect(after.at(-1)).toBe(35);
    expect(after.length).toBeLessThanOrEqual(7);
  });

  test("reads known events without writing, and requests one page once all are stored", async () => {
    const events = Array.from({ length: 25 }, (_, index) => happened(index + 1, at(index - 25)));
    const { run, writes, asked } = account(events, now);
    await run();
    const before = { writes: writes(), asked: asked.length };
    expect(before.writes).toBe(25);

    await run();

    expect(writes()).toBe(before.writes);
    expect(asked.slice(before.asked)).toHaveLength(1);
    expect(await received()).toHaveLength(25);
  });

  test("counts ignored events by type, each once, and stores none", async () => {
    const events = [
      happened(1, at(-60), "product.deleted"),
      happened(2, at(-50), "product.updated"),
      happened(3, at(-45), "customer.updated"),
      happened(4, at(-40), "product.updated"),
      happened(5, at(-1), "price.updated"),
    ];
    const { clock, run, counted } = account(events, now);

    await run();
    await run();
    expect(counted()).toEqual([
      ["product.updated", 2],
      ["product.deleted", 1],
    ]);
    clock.at = at(10);
    await run();

    expect(counted().slice(2)).toEqual([["price.updated", 1]]);
    expect(await received()).toEqual([]);
  });

  test("rechecks recent events: one that the list shows late is found", async () => {
    const events = [happened(1, at(-60)), happened(3, at(-1))];
    const { clock, run } = account(events, now);
    await run();
    events.splice(1, 0, happened(2, at(-1)));
    clock.at = at(5);

    await run();

    expect((await received()).sort()).toEqual(upTo(3));
  });

  test("continues from the cursor's instant if Stripe has forgotten the cursor's event", async () => {
    const events = [happened(1, at(-60))];
    const { clock, run } = account(events, now);
    await run();
    clock.at = plusDays(now, 45);
    events.push(happened(2, plusDays(now, 20)), happened(3, plusDays(now, 44)));

    await run();

    expect((await received()).sort()).toEqual(upTo(3));
  });
});
