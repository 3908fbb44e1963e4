import { DeleteCommand, PutCommand, ScanCommand, TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { turnSeconds } from "@clearing/domain/deadline-work";
import { type Instant, plusMinutes, plusSeconds } from "@clearing/domain/time";
import { deleteClosingNote } from "@clearing/store/closing-note";
import { commit } from "@clearing/store/commit";
import { consumedOnce } from "@clearing/store/consumed-once";
import { readCustomer, recordCustomer, replaceCustomer, requestCustomer } from "@clearing/store/customer";
import { beginTurn } from "@clearing/store/deadline-turn";
import { postpone } from "@clearing/store/deadlines";
import { keys } from "@clearing/store/keys";
import { underLease } from "@clearing/store/lease";
import { countMail } from "@clearing/store/mail-bound";
import { readItem } from "@clearing/store/read";
import type { Store } from "@clearing/store/store";
import { markStripeEvent, resendStripeEvent, storeStripeEvent } from "@clearing/store/stripe-event";
import { noteUndeliverable, readUndeliverable } from "@clearing/store/undeliverable";
import { mayAskStripe, readWayBack, wayBackPut } from "@clearing/store/way-back";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answersLost, interrupted } from "../harness/interrupted.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
const later = plusMinutes(now, 5);

let running: TestStore;
let store: Store;
beforeAll(async () => {
  running = await startTestStore();
  store = { ...running.store, clock: { now: () => now }, sleep: async () => {} };
});
afterAll(() => running.stop());

type Item = Record<string, unknown>;
type Key = { pk: string; sk: string };

const put = (key: Key, item: Item) =>
  store.client.send(new PutCommand({ TableName: store.tables.core, Item: { ...item, ...key } }));
const itemAt = (key: Key) => readItem(store, key, (item): Item => item);
describe("a client's customer at Stripe", () => {
  const asked = () => {
    const id = ids.next("cli");
    return { id, email: `${id}@example.org`, requestedAt: now };
  };
  const next = { id: "cli_next", requestedAt: later };

  test("is requested with the first request's data", async () => {
    const first = asked();

    expect(await requestCustomer(store, first)).toEqual({ ...first, customerId: null });
    expect(await requestCustomer(store, { ...first, id: "cli_second" })).toMatchObject({ id: first.id });
  });

  test("that was never created is replaced once by one with another id", async () => {
    const never = await requestCustomer(store, asked());

    expect(await replaceCustomer(store, never, next)).toMatchObject({ id: next.id, customerId: null });
    const other = { ...next, id: "cli_other" };
    expect(await replaceCustomer(store, never, other)).toMatchObject({ id: next.id });
  });

  test("that was created in the meantime is not replaced", async () => {
    const seen = await requestCustomer(store, asked());
    await recordCustomer(store, seen, "cus_1");

    expect(await replaceCustomer(store, seen, next)).toMatchObject({ id: seen.id, customerId: "cus_1" });
  });

  test("that is gone is replaced only if it is the stored one", async () => {
    const seen = await requestCustomer(store, asked());
    await recordCustomer(store, seen, "cus_1");

    const gone = { ...seen, customerId: "cus_0" };
    expect(await replaceCustomer(store, gone, next)).toMatchObject({ customerId: "cus_1" });
    expect(await replaceCustomer(store, { ...seen, customerId: "cus_1" }, next)).toMatchObject({
      id: next.id,
      customerId: null,
    });
  });

  test("is recorded once, and only for the stored request", async () => {
    const seen = await requestCustomer(store, asked());

    expect(await recordCustomer(store, { ...seen, id: "cli_older" }, "cus_0")).toMatchObject({ reason: "conflict" });
    expect(await recordCustomer(store, seen, "cus_1")).toEqual({ ok: true, customerId: "cus_1" });
    expect(await recordCustomer(store, seen, "cus_2")).toEqual({ ok: true, customerId: "cus_1" });
    expect(await readCustomer(store, seen.email)).toMatchObject({ customerId: "cus_1" });
  });
});

describe("what is due and was worked on in vain", () => {
  const due = async () => {
    const key = keys.booking(ids.next("bkg"));
    await put(key, { dueAt: now, version: 1 });
    return key;
  };

  test("is due again later, with the count of its tries", async () => {
    const key = await due();

    await postpone(store, "BOOKING", key, now);

    expect(await itemAt(key)).toMatchObject({ dueAt: plusMinutes(now, 1), vain: 1 });
  });

  test.each([
    ["deadline", { dueAt: later, version: 1 }],
    ["version", { dueAt: now, version: 2 }],
  ])("is unchanged if it got another %s in the meantime", async (_what, changed) => {
    const key = await due();
    const racing = interrupted(store, UpdateCommand, () => put(key, changed));

    await postpone(racing, "BOOKING", key, now);

    expect(await itemAt(key)).toEqual({ ...key, ...changed });
  });
});

test("a turn at a deadline begins while no other worker is at it", async () => {
  const key = keys.booking(ids.next("bkg"));
  await put(key, { dueAt: now, version: 1 });
  const after = (seconds: number) => beginTurn(store, "BOOKING", key, plusSeconds(now, seconds));

  const turns = [await after(0), await after(turnSeconds - 1), await after(turnSeconds)];

  expect(turns).toEqual(["work", "nothing", "work"]);
});

test("a turn whose answer was lost begins, and counts as one", async () => {
  const key = keys.booking(ids.next("bkg"));
  await put(key, { dueAt: now, version: 1 });
  const after = (seconds: number) =>
    beginTurn(answersLost(store, UpdateCommand), "BOOKING", key, plusSeconds(now, seconds));

  const turns = [await after(0), await after(turnSeconds), await after(2 * turnSeconds)];

  expect(turns).toEqual(["work", "work", "too_many"]);
});

describe("a lease", () => {
  const lease = () => keys.lease(ids.next("bkg"));
  const bookingOf = ({ pk }: Key) => ({ id: pk.slice("BKG#".length), version: 4 });
  /** Returns who works: the worker that asked for the lease, or nobody while another holds it. */
  const working = (key: Key, on = store, act = async () => {}) =>
    underLease(on, bookingOf(key), {
      look: async () => ({ done: false, seen: bookingOf(key) }),
      act: async () => {
        await act();
        return { moved: false, result: "this one" };
      },
      patienceMs: 1,
      otherwise: async () => "another",
    });

  test.each([
    ["that is free is taken", null, "this one"],
    ["that has expired is taken", { heldBy: "another", leaseUntil: now }, "this one"],
    [
      "that another worker has is not taken",
      { heldBy: "another", heldFor: 4, leaseUntil: plusSeconds(now, 1) },
      "another",
    ],
    ["of an earlier version is taken", { heldBy: "another", heldFor: 3, leaseUntil: plusSeconds(now, 1) }, "this one"],
  ])("%s", async (_what, stored, worker) => {
    const key = lease();
    if (stored !== null) await put(key, stored);

    expect(await working(key)).toBe(worker);
  });

  test("belongs to its holder even if the answer was lost", async () => {
    expect(await working(lease(), answersLost(store, UpdateCommand))).toBe("this one");
  });

  test("is released after the work, unless another holder has taken it over", async () => {
    const ours = lease();
    await working(ours);
    expect(await itemAt(ours)).toBeNull();

    const theirs = lease();
    await working(theirs, store, () => put(theirs, { heldBy: "another" }).then(() => {}));
    expect(await itemAt(theirs)).toMatchObject({ heldBy: "another" });
  });
});

describe("an effect outside of the tables", () => {
  const mark = () => ({ prefix: "MAIL", eventId: ids.next("evt") });
  const keyOf = ({ prefix, eventId }: ReturnType<typeof mark>): Key => ({ pk: `${prefix}#${eventId}`, sk: prefix });
  const nothing = async () => {};

  test("happens once", async () => {
    const once = mark();

    expect(await consumedOnce(store, once, nothing)).toBe("done");
    expect(await consumedOnce(store, once, nothing)).toBe("done_before");
  });

  test.each([
    ["waits while another delivery works on it", plusSeconds(now, 1), "in progress in another delivery"],
    ["happens after the lease of a dead delivery", now, "done"],
  ])("%s", async (_when, leaseUntil, outcome) => {
    const left = mark();
    await put(keyOf(left), { status: "sending", heldBy: "another", leaseUntil });

    expect(await consumedOnce(store, left, nothing).catch(String)).toContain(outcome);
  });

  test("happens even if the answer to its mark was lost", async () => {
    expect(await consumedOnce(answersLost(store, PutCommand), mark(), nothing)).toBe("done");
  });

  test.each([
    ["removes its mark", nothing, null],
    ["keeps the mark of another delivery", (key: Key) => put(key, { heldBy: "another" }), "another"],
  ])("that fails %s", async (_what, meanwhile, holder) => {
    const failing = mark();

    const failed = consumedOnce(store, failing, async () => {
      await meanwhile(keyOf(failing));
      throw new Error("no connection");
    });

    await expect(failed).rejects.toThrow("no connection");
    expect((await itemAt(keyOf(failing)))?.heldBy ?? null).toBe(holder);
  });
});

describe("mails to one mailbox on one day", () => {
  test("are counted by their ids, up to the limit", async () => {
    const to = `${ids.next("mail")}@example.org`;
    const count = (mailId: string) => countMail(store, { kind: "hold", to, mailId, mostADay: 2 });

    expect([await count("1"), await count("2"), await count("3"), await count("1")]).toEqual([true, true, false, true]);
  });
});

test("the note of a booking's open pages is deleted only by a reader of its ending", async () => {
  const booking = { id: ids.next("bkg"), version: 4 } as Parameters<typeof deleteClosingNote>[1];
  await put(keys.closingNote(booking.id), { endedIn: 5 });

  await deleteClosingNote(store, booking);
  expect(await itemAt(keys.closingNote(booking.id))).toMatchObject({ endedIn: 5 });

  await deleteClosingNote(store, { ...booking, version: 5 });
  expect(await itemAt(keys.closingNote(booking.id))).toBeNull();
});

describe("an event of Stripe's", () => {
  const received = async () => {
    await emptyOutbox();
    const event = {
      eventId: ids.next("evt"),
      type: "charge.succeeded",
      objectId: "ch_1",
      objectType: "charge",
      created: now,
    };
    expect(await storeStripeEvent(store, event, now)).toBe("stored");
    const key = keys.stripeEvent(event.eventId);
    expect(await messages()).toMatchObject([{ pk: event.eventId }]);
    await emptyOutbox();
    return { event, key };
  };
  const messages = async () =>
    (await store.client.send(new ScanCommand({ TableName: store.tables.outbox, ConsistentRead: true }))).Items ?? [];
  const emptyOutbox = async () => {
    for (const { pk, sk } of await messages()) {
      await store.client.send(new DeleteCommand({ TableName: store.tables.outbox, Key: { pk, sk } }));
    }
  };
  const dueAt = plusMinutes(now, 15);

  test("is stored once (I4)", async () => {
    const { event } = await received();

    expect(await storeStripeEvent(store, event, later)).toBe("duplicate");
  });

  test("that was never received is not marked as applied", async () => {
    const event = { eventId: ids.next("evt"), type: "charge.succeeded", created: now };

    await expect(markStripeEvent(store, event, "applied", now)).rejects.toThrow("conditional request failed");
    expect(await itemAt(keys.stripeEvent(event.eventId))).toBeNull();
  });

  test("that waits too long has its message sent again", async () => {
    const { event, key } = await received();

    expect(await resendStripeEvent(store, key, dueAt)).toEqual({ ok: true });

    expect(await messages()).toMatchObject([{ pk: event.eventId }]);
    expect(await itemAt(key)).toMatchObject({ resends: 1 });
  });

  test("that was applied in the meantime is not sent again", async () => {
    const { event, key } = await received();
    const racing = interrupted(store, TransactWriteCommand, () => markStripeEvent(store, event, "applied", now));

    expect(await resendStripeEvent(racing, key, dueAt)).toEqual({ ok: true });

    expect(await messages()).toEqual([]);
  });

  test("that another sweep has resent is not sent again", async () => {
    const { key } = await received();
    const racing = interrupted(store, TransactWriteCommand, async () => {
      await resendStripeEvent(store, key, dueAt);
      await emptyOutbox();
    });

    expect(await resendStripeEvent(racing, key, dueAt)).toEqual({ ok: true });

    expect(await messages()).toEqual([]);
  });
});

test("the latest note about an address stays, in whatever order they arrive", async () => {
  const kinds = [
    ["complained", now],
    ["bounced", later],
    ["bounced", now],
    ["refused", now],
    ["complained", later],
    ["bounced", later],
    ["refused", plusMinutes(later, 1)],
  ] as const;
  const person = { email: `${ids.next("mail")}@example.org` };
  const booking = { owner: person, participant: person } as Parameters<typeof readUndeliverable>[1];
  const known: string[] = [];
  for (const [kind, at] of kinds) {
    await noteUndeliverable(store, person.email, { kind, at });
    known.push(
      ...(await readUndeliverable(store, booking)).map((one) => `${one.kind} ${one.at === now ? "now" : "later"}`),
    );
  }
  expect(known).toEqual([
    "complained now",
    "bounced later",
    "bounced later",
    "bounced later",
    "complained later",
    "complained later",
    "refused later",
  ]);
});

describe("the way back from Stripe's page", () => {
  test("leads to the attempt, and limits requests to Stripe", async () => {
    const attempt = { bookingId: ids.next("bkg"), attemptId: ids.next("att") };
    await commit(store, [wayBackPut(store, attempt.attemptId, attempt)]);
    expect(await readWayBack(store, attempt.attemptId)).toEqual(attempt);
    const ask = (seconds: number) => mayAskStripe(store, attempt, plusSeconds(now, seconds));

    const asked = [await ask(0), await ask(3), await ask(9), await ask(9), await ask(10), await ask(11)];

    expect(asked).toEqual([true, true, true, false, true, true]);
  });
});
