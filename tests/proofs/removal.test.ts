import { PutCommand, QueryCommand, ScanCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { signAgreement } from "@clearing/commands/agreement";
import { settleAttempt } from "@clearing/commands/apply-settlement";
import { openCheckout } from "@clearing/commands/checkout";
import { closeAtStripe } from "@clearing/commands/close-at-stripe";
import { removeBooking } from "@clearing/commands/removal";
import type { Services } from "@clearing/commands/services";
import { lapseHold } from "@clearing/commands/sweep";
import { type Attempt, type Booking, type PaymentOutcome, sessionOf } from "@clearing/domain/booking";
import { card } from "@clearing/domain/testing/retreat";
import { type Instant, plusDays, plusMinutes } from "@clearing/domain/time";
import type { Gateway } from "@clearing/payments";
import { readAttempts } from "@clearing/store/attempt";
import { verifyAudit } from "@clearing/store/audit";
import { readBooking } from "@clearing/store/booking";
import type { Store } from "@clearing/store/store";
import { readWayBack } from "@clearing/store/way-back";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deadlineWorks } from "../../functions/deadline-worker/deadline-worker.ts";
import { mailAbout } from "../../functions/mailer/mailer.ts";
import { progressOn } from "../../functions/progress/progress.ts";
import { fakeDeps } from "../../packages/runtime/src/testing/fake-deps.ts";
import { contextAt } from "../harness/context.ts";
import { workOffDeadlines } from "../harness/deadlines.ts";
import { actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { openSession } from "../harness/session.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";
import { storedText } from "../harness/stored-text.ts";

const now: Instant = "2027-03-01T17:00:00Z";
const lapsedAt = plusMinutes(now, 45);
const removedAt = plusDays(lapsedAt, 30);
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

const occasionAt = (at: Instant, action = "sample") => ({ actor, action, now: at });

const stripe: Partial<Gateway> = {
  createCustomer: async () => ({ ok: true, value: { customerId: "cus_1" } }),
  createCheckoutSession: async (asked) => ({ ok: true, value: openSession(asked, now) }),
};
const contextOf = (at: Instant): Services => contextAt(running.store, stripe, at);

type Item = Record<string, unknown>;
type Hold = { booking: Booking; attempt: Attempt };

/** A signed hold whose page was opened. */
async function withOpenSession(): Promise<Hold> {
  const { store } = running;
  const program = sampleProgram();
  const offer = await sampleQuote(store, program, await openCohort(store, program, { places: 1, now }), now);
  const booking = await heldBooking(store, offer, `${offer.id}@example.com`, now);
  const { hash } = booking.agreement;
  const signature = { hash, signature: "Jane Sample", sourceIp: "", userAgent: "", signedBy: "jane", autopay: false };
  await signAgreement(store, booking.id, signature, occasionAt(now, "sign"), () => null);
  const opened = await openCheckout(contextOf(now), { bookingId: booking.id, purpose: "deposit" }, actor);
  if (!opened.ok) throw new Error("the session was not opened");
  return { booking, attempt: opened.attempt };
}

const settle = (store: Store, { booking, attempt }: Hold, outcome: PaymentOutcome, at: Instant) =>
  settleAttempt(
    store,
    { bookingId: booking.id, attemptId: attempt.id, refundId: ids.next("ref") },
    outcome,
    occasionAt(at),
  );

/** A lapsed hold whose page had this outcome. */
async function lapsed(outcome: PaymentOutcome | null = { kind: "expired" }): Promise<Hold> {
  const hold = await withOpenSession();
  await lapseHold(running.store, hold.booking.id, occasionAt(lapsedAt));
  if (outcome !== null) await settle(running.store, hold, outcome, lapsedAt);
  return hold;
}

/** Money that arrives after the place was released, with no other place free: it is refunded in full. */
const lateMoney = ({ attempt }: Hold): PaymentOutcome => ({
  kind: "succeeded",
  paymentIntentId: `pi_${attempt.id}`,
  chargeId: `ch_${attempt.id}`,
  amount: attempt.amount,
  currency: "usd",
  paidAt: lapsedAt,
  paidWith: card,
  booked: null,
});

const sweepAt = (at: Instant) =>
  workOffDeadlines(
    fakeDeps({ store: running.store, ids, clock: { now: () => at } }).deps,
    "deadline-worker",
    deadlineWorks,
  );

async function itemsOf({ id }: Booking): Promise<Item[]> {
  const query = { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": `BKG#${id}` } };
  const { client, tables } = running.store;
  return (await client.send(new QueryCommand({ TableName: tables.core, ...query, ConsistentRead: true }))).Items ?? [];
}

describe("a hold that ended unpaid", () => {
  test("is removed by the sweep 30 days later, with everything stored about it and its person", async () => {
    const { booking, attempt } = await lapsed();
    await sweepAt(plusMinutes(removedAt, -1));
    expect(await readBooking(running.store, booking.id)).not.toBeNull();

    await sweepAt(removedAt);

    const [head, ...more] = await itemsOf(booking);
    expect(more).toEqual([]);
    const { listPk: _listPk, auditHash: _hash, ...shown } = head ?? {};
    const { id } = booking;
    expect(shown).toEqual({ pk: `BKG#${id}`, sk: "REMOVED", id, version: 5, removedAt, listSk: id });
    expect(await readWayBack(running.store, attempt.id)).toBeNull();
    expect(await readWayBack(running.store, sessionOf(attempt) ?? "")).toBeNull();
    const { Items = [] } = await running.store.client.send(new ScanCommand({ TableName: running.store.tables.core }));
    const left = Items.filter(({ pk }) => !String(pk).startsWith("CLIENT#"));
    expect(left.filter((item) => storedText(item).includes(booking.owner.email))).toEqual([]);
    expect(left.filter(({ pk }) => pk === `QUO#${booking.quoteId}`)).toEqual([]);
  });

  test("leaves a verifiable chain that records its removal", async () => {
    const { booking } = await lapsed();
    await sweepAt(removedAt);

    const { audit } = running.store.tables;
    const query = { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": `booking#${booking.id}` } };
    const { Items = [] } = await running.store.client.send(new QueryCommand({ TableName: audit, ...query }));
    expect(Items.at(-1)).toMatchObject({ action: "remove", at: removedAt, before: { status: "expired" }, after: null });
    const { Count } = await running.store.client.send(new ScanCommand({ TableName: audit, Select: "COUNT" }));
    expect(await verifyAudit(running.store)).toEqual({ records: Count, broken: [] });
    const last = { ...Items.at(-1), action: "something else" };
    await running.store.client.send(new PutCommand({ TableName: audit, Item: last }));
    const verdict = await verifyAudit(running.store);
    await running.store.client.send(new PutCommand({ TableName: audit, Item: Items.at(-1) }));
    expect(verdict.broken).toEqual([{ subject: `booking#${booking.id}`, sequence: 5 }]);
  });

  test("is removed in slices if it has many children, and a crash between them is resumed", async () => {
    const { booking, attempt } = await lapsed();
    const { client, tables } = running.store;
    for (let index = 0; index < 50; index++) {
      const own = { id: `att_${index}`, sessionId: `cs_${index}`, status: "expired" };
      const Item = { ...attempt, ...own, pk: `BKG#${booking.id}`, sk: `ATT#${index}` };
      await client.send(new PutCommand({ TableName: tables.core, Item }));
    }
    let sent = 0;
    const send = async (command: Parameters<typeof client.send>[0]) => {
      if (command instanceof TransactWriteCommand && ++sent >= 2) throw new Error("killed");
      return client.send(command);
    };
    const dying: Store = { ...running.store, client: Object.assign(Object.create(client), { send }) };
    await expect(removeBooking(dying, booking.id, occasionAt(removedAt, "remove"))).rejects.toThrow("killed");
    expect((await itemsOf(booking)).length).toBeGreaterThan(2);

    await sweepAt(plusMinutes(removedAt, 5));

    expect((await itemsOf(booking)).map(({ sk }) => sk)).toEqual(["REMOVED"]);
  });

  test("is kept if a bank debit was under way, and loses its deadline", async () => {
    const hold = await lapsed(null);
    await settle(running.store, hold, { kind: "processing", paymentIntentId: "pi_1" }, lapsedAt);
    const failed = { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" } as const;
    await settle(running.store, hold, failed, lapsedAt);

    await sweepAt(removedAt);

    expect(await readBooking(running.store, hold.booking.id)).toMatchObject({ status: "expired", dueAt: null });
  });

  test("waits while the outcome of its page is unknown", async () => {
    const hold = await lapsed(null);

    await sweepAt(removedAt);
    expect(await readBooking(running.store, hold.booking.id)).toMatchObject({ status: "expired" });
    await settle(running.store, hold, { kind: "expired" }, removedAt);
    await sweepAt(plusDays(removedAt, 1));

    expect(await readBooking(running.store, hold.booking.id)).toBeNull();
  });
});

describe("late money", () => {
  /** The store, with money that arrives just before request number `before` is sent. */
  function interleaved(before: number, hold: Hold) {
    const { client } = running.store;
    let sent = 0;
    const send = async (command: Parameters<typeof client.send>[0]) => {
      if (++sent === before) await settle(running.store, hold, lateMoney(hold), removedAt);
      return client.send(command);
    };
    const store: Store = { ...running.store, client: Object.assign(Object.create(client), { send }) };
    return { store, happened: () => sent >= before };
  }

  test("that arrives during the removal finds the booking or keeps it: none is lost", async () => {
    let happened = true;
    const ends = [];
    for (let before = 1; happened; before++) {
      const hold = await lapsed();
      const race = interleaved(before, hold);
      await removeBooking(race.store, hold.booking.id, occasionAt(removedAt, "remove"));
      happened = race.happened();
      const booking = await readBooking(running.store, hold.booking.id);
      const [attempt] = await readAttempts(running.store, hold.booking.id);
      ends.push([booking?.paid ?? null, attempt?.status ?? null]);
    }

    expect(ends.slice(0, -1)).toEqual(ends.slice(0, -1).map(() => [250_000, "succeeded"]));
    expect(ends.at(-1)).toEqual([null, null]);
    expect(ends.length).toBeGreaterThan(3);
  });
});

describe("an event about a removed booking", () => {
  test("needs no work, and is not a failure", async () => {
    const hold = await lapsed();
    const { id: bookingId } = hold.booking;
    await sweepAt(removedAt);
    const { deps } = fakeDeps({ store: running.store, ids, clock: { now: () => removedAt } });
    const subject = { type: "booking", id: bookingId, version: 4 } as const;
    const event = { id: "evt_1", name: "HoldExpired", source: "clearing", subject, data: { bookingId } };
    const sent: unknown[] = [];
    const mailer = { send: async (mail: unknown) => ({ ok: sent.push(mail) > 0 }) };

    await progressOn(event as never, deps);
    await mailAbout(event as never, { ...deps, mailer } as never);
    expect(await closeAtStripe(contextOf(removedAt), bookingId, "event:HoldExpired")).toEqual([]);
    expect(await settle(running.store, hold, lateMoney(hold), removedAt)).toEqual({ ok: false, reason: "not_found" });
    expect(sent).toEqual([]);
  });
});
