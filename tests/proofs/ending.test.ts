import { TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { admitBooking } from "@clearing/commands/admission";
import { signAgreement } from "@clearing/commands/agreement";
import { endEarly } from "@clearing/commands/end-early";
import { writeClearance } from "@clearing/commands/evaluation";
import { progressBooking } from "@clearing/commands/progress";
import { carryOutRefund } from "@clearing/commands/refund";
import { spreadOverCharges } from "@clearing/commands/refund-parts";
import { billDues } from "@clearing/commands/sweep";
import { type Booking, type Charge, type Due, type Refund, scheduledDue } from "@clearing/domain/booking";
import { allPrincipal } from "@clearing/domain/ledger";
import { afterEvaluation } from "@clearing/domain/screening";
import { card } from "@clearing/domain/testing/retreat";
import { type Instant, plusHours, plusMinutes } from "@clearing/domain/time";
import type { Gateway } from "@clearing/payments";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { readFile } from "@clearing/store/booking-file";
import { chargePut, readCharges } from "@clearing/store/charge";
import { commit } from "@clearing/store/commit";
import { keys } from "@clearing/store/keys";
import { takePlace } from "@clearing/store/place-claim";
import { readRefund } from "@clearing/store/refund";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contextAt } from "../harness/context.ts";
import { refundAt } from "../harness/refunds.ts";
import { actor, asStored, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
const deposit = 250_000;
const part = 10_000;
const paidOf = (parts: number): number => deposit + parts * part;
const paid = paidOf(100);
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

/** A booking that has paid its deposit and parts of its balance, each with a separate charge. */
async function paidInParts(parts = 100, status: "awaiting_clearance" | "confirmed" = "awaiting_clearance") {
  const { store } = running;
  const program = sampleProgram();
  const offer = await sampleQuote(
    store,
    program,
    await openCohort(store, program, { places: 1, inDays: 80, now }),
    now,
  );
  const held = await heldBooking(store, offer, `${offer.id}@example.com`, now);
  const occasion = { actor, action: "sample", now };
  const evidence = { signature: "Sample", sourceIp: "", userAgent: "", signedBy: "sample", autopay: false };
  const signed = await signAgreement(store, held.id, { hash: held.agreement.hash, ...evidence }, occasion, () => null);
  if (!signed.ok) throw new Error(signed.reason);
  const before = await asStored(store, signed.booking);
  const paid = (amount: number) => ({ paid: amount, billed: amount, billedParts: allPrincipal(amount) });
  const dues = before.dues.map((due) =>
    due.kind === "deposit" ? { ...due, ...paid(deposit), status: "paid" as const } : { ...due, ...paid(parts * part) },
  );
  const sum = paidOf(parts);
  const settled = { paid: sum, applied: sum, deferred: sum, version: before.version + 1 };
  const booking: Booking = { ...before, status, dues, ...settled };
  const change = { booking, events: [], journal: [] };
  await commit(store, [...bookingWrites(store, before, change, occasion), takePlace(store, booking)]);
  const charges = [deposit, ...Array.from({ length: parts }, () => part)].map((amount): Charge => {
    const attemptId = ids.next("att");
    const made = {
      bookingId: booking.id,
      dueId: "due",
      attemptId,
      currency: "usd",
      paidWith: card,
      balanceTransactionId: null,
      createdAt: now,
    };
    return {
      id: `ch_${attemptId}`,
      paymentIntentId: `pi_${attemptId}`,
      amount,
      refundable: amount,
      applied: amount,
      ...made,
    };
  });
  for (let from = 0; from < charges.length; from += 50) {
    await commit(
      store,
      charges.slice(from, from + 50).map((charge) => chargePut(store, charge)),
    );
  }
  return booking;
}

/**
 * The store, which records the number of items of each transaction, fails at transaction number `breaks`, and lets
 * something happen just before the first.
 */
function watched(breaks?: number, before?: () => Promise<unknown>): { store: Store; sizes: number[] } {
  const { client } = running.store;
  const sizes: number[] = [];
  const send = async (command: Parameters<typeof client.send>[0]) => {
    if (command instanceof TransactWriteCommand) {
      sizes.push(command.input.TransactItems?.length ?? 0);
      if (sizes.length === 1) await before?.();
      // Like DynamoDB's own failures, which are not retried here.
      if (sizes.length === breaks) throw Object.assign(new Error("the function was stopped"), { $metadata: {} });
    }
    return client.send(command);
  };
  return { store: { ...running.store, client: Object.assign(Object.create(client), { send }) }, sizes };
}

/** A Stripe that creates each requested refund once per key. */
function stripe(): { gateway: Partial<Gateway>; given: Map<string, number> } {
  const given = new Map<string, number>();
  const createRefund: Gateway["createRefund"] = async (wanted, key) => {
    given.set(key, wanted.amount);
    return { ok: true, value: refundAt(now, wanted) };
  };
  return { gateway: { createRefund }, given };
}

const sum = (amounts: Iterable<number>): number => [...amounts].reduce((total, amount) => total + amount, 0);
const refundOf = async ({ id, ending }: Booking) =>
  (await readRefund(running.store, id, ending?.refundId ?? "")) as Refund;

type End = (store: Store, booking: Booking) => Promise<{ ok: boolean }>;
const request = ({ id }: Booking) => ({ bookingId: id, refundId: ids.next("ref") });
const at = (instant: Instant) => ({ actor, action: "end", now: instant });

const admission =
  (outcome: "no_show" | "turned_away"): End =>
  (store, booking) =>
    admitBooking(
      store,
      { ...request(booking), outcome, by: "staff" },
      at(`${booking.terms.startsOn}T19:00:00Z`),
      () => null,
    );

const notCleared: End = async (store, booking) => {
  const { endsOn: validUntil } = booking.terms;
  const finding = {
    id: ids.next("evl"),
    kind: "medical",
    outcome: "not_cleared",
    validUntil,
    by: "dr",
    at: now,
  } as const;
  const after = afterEvaluation(null, booking.id, finding, false);
  const file = await readFile(running.store, booking.id);
  if (file === null) throw new Error(`${booking.id} does not exist`);
  const item = { withdrawal: { id: ids.next("evl"), bookingId: booking.id, note: "", by: "dr", at: now } };
  await writeClearance(running.store, file, after, item, at(now), null);
  return progressBooking(store, request(booking), at(plusHours(now, 25)));
};

const paths: [by: string, status: string, owed: number, booking: () => Promise<Booking>, end: End][] = [
  [
    "the client",
    "cancelled",
    paid - 50_000,
    () => paidInParts(),
    (store, booking) => endEarly(store, { ...request(booking), by: "client" }, at(now)),
  ],
  [
    "the operator",
    "cancelled",
    paid,
    () => paidInParts(),
    (store, booking) => endEarly(store, { ...request(booking), by: "operator" }, at(now)),
  ],
  [
    "the clearance deadline",
    "cancelled",
    paid,
    () => paidInParts(),
    (store, booking) => progressBooking(store, request(booking), at(plusMinutes(booking.clearanceDueAt, 1))),
  ],
  ["an evaluation", "declined", paid, () => paidInParts(), notCleared],
  ["a no-show", "cancelled", 0, () => paidInParts(100, "confirmed"), admission("no_show")],
  ["being turned away", "declined", paid, () => paidInParts(100, "confirmed"), admission("turned_away")],
];

describe("a booking that was paid in many parts", () => {
  test.each(paths)("is ended by %s in one small transaction, and its refund is spread in slices", async (...path) => {
    const [, status, owed, make, end] = path;
    const booking = await make();
    const { store, sizes } = watched();

    expect(await end(store, booking)).toMatchObject({ ok: true });

    const ended = (await readBooking(store, booking.id)) as Booking;
    expect(ended).toMatchObject({ status, refunded: owed, deferred: 0 });
    if (owed > 0) {
      expect(await refundOf(ended)).toMatchObject({ amount: owed, unspread: owed, parts: [] });
      const ref = { bookingId: booking.id, refundId: ended.ending?.refundId ?? "" };
      expect(await spreadOverCharges(store, ref, now)).toEqual({ ok: true });
      expect(sum((await refundOf(ended)).parts.map(({ amount }) => amount))).toBe(owed);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(25);
    const left = await readCharges(store, booking.id);
    expect(sum(left.map(({ refundable }) => refundable))).toBe(paid - owed);
    expect(left.every(({ refundable, applied }) => refundable === applied && applied >= 0)).toBe(true);
  });

  test("refunds each cent once, even if the work stops between slices and between refunds", async () => {
    const booking = await paidInParts(45);
    await endEarly(running.store, { ...request(booking), by: "operator" }, at(now));
    const ended = (await readBooking(running.store, booking.id)) as Booking;
    const ref = { bookingId: booking.id, refundId: ended.ending?.refundId ?? "" };
    const { gateway, given } = stripe();

    for (const breaks of [2, 1, 4, 20]) {
      const { store } = watched(breaks);
      await expect(carryOutRefund(contextAt(store, gateway, now), ref, "event")).rejects.toThrow("was stopped");
    }
    const halfway = await refundOf(ended);
    expect(halfway.parts.filter(({ status }) => status === "succeeded").length).toBeGreaterThan(10);
    expect(halfway.dueAt).toBe(plusMinutes(now, 2));
    await carryOutRefund(contextAt(running.store, gateway, now), ref, "sweep");

    expect(await refundOf(ended)).toMatchObject({ unspread: 0, dueAt: null });
    expect(sum(given.values())).toBe(paidOf(45));
    expect((await readCharges(running.store, booking.id)).every(({ refundable }) => refundable === 0)).toBe(true);
  });

  test("is spread by two workers at once without refunding more than a charge has (I6)", async () => {
    const booking = await paidInParts();
    await endEarly(running.store, { ...request(booking), by: "client" }, at(now));
    const ended = (await readBooking(running.store, booking.id)) as Booking;
    const ref = { bookingId: booking.id, refundId: ended.ending?.refundId ?? "" };

    await Promise.all([1, 2, 3].map(() => spreadOverCharges(running.store, ref, now)));

    const refund = await refundOf(ended);
    expect(sum(refund.parts.map(({ amount }) => amount))).toBe(refund.amount);
    const left = await readCharges(running.store, booking.id);
    expect(sum(left.map(({ refundable }) => refundable))).toBe(50_000);
  });

  test("takes nothing from a charge that was refunded since the read (I6)", async () => {
    const booking = await paidInParts(3);
    await endEarly(running.store, { ...request(booking), by: "client" }, at(now));
    const ended = (await readBooking(running.store, booking.id)) as Booking;
    const ref = { bookingId: booking.id, refundId: ended.ending?.refundId ?? "" };
    const emptied = (await readCharges(running.store, booking.id)).find(({ amount }) => amount === part)?.id ?? "";
    const { client, tables } = running.store;
    const gone = new UpdateCommand({
      TableName: tables.core,
      Key: keys.charge(booking.id, emptied),
      UpdateExpression: "SET refundable = :none, applied = :none",
      ExpressionAttributeValues: { ":none": 0 },
    });
    const { store } = watched(0, () => client.send(gone));

    expect(await spreadOverCharges(store, ref, now)).toEqual({ ok: true });

    const left = await readCharges(running.store, booking.id);
    expect(left.every(({ refundable, applied }) => refundable >= 0 && applied >= 0)).toBe(true);
    expect((await refundOf(ended)).parts.map(({ chargeId }) => chargeId)).not.toContain(emptied);
  });

  test("leaves the rest to the sweep when a run's time is over, and each run continues where the last one ended", async () => {
    const booking = await paidInParts(11);
    await endEarly(running.store, { ...request(booking), by: "operator" }, at(now));
    const ended = (await readBooking(running.store, booking.id)) as Booking;
    const ref = { bookingId: booking.id, refundId: ended.ending?.refundId ?? "" };
    const { gateway, given } = stripe();
    let seconds = 0;
    const slow: Gateway["createRefund"] = async (wanted, key) => {
      seconds += 3;
      return (await gateway.createRefund?.(wanted, key)) ?? Promise.reject();
    };
    const instant = () => new Date(Date.parse(now) + seconds * 1000).toISOString().replace(".000Z", "Z") as Instant;

    const runs: number[] = [];
    while ((await refundOf(ended)).dueAt !== null && runs.length < 20) {
      expect(await carryOutRefund(contextAt(running.store, { createRefund: slow }, instant), ref, "sweep")).toEqual({
        ok: true,
      });
      runs.push(given.size);
    }

    expect(runs).toEqual([5, 10, 12]);
    expect(sum(given.values())).toBe(paidOf(11));
  });
});

test("a booking whose sixty dues were missed on one day is billed in slices, in one call", async () => {
  const { id, dues } = await paidInParts(0);
  const before = (await readBooking(running.store, id)) as Booking;
  const [first, balance] = dues as [Due, Due];
  const amount = 20_000;
  const due = { dueOn: "2027-02-26", parts: allPrincipal(amount) };
  const missed = Array.from({ length: 60 }, (_, index) =>
    scheduledDue({ ...balance, ...due, id: ids.next("due"), sequence: index + 1, amount }),
  );
  const booking = { ...before, dues: [first, ...missed], version: before.version + 1 };
  await commit(running.store, bookingWrites(running.store, before, { booking, events: [], journal: [] }, at(now)));
  const { store, sizes } = watched();

  expect(await billDues(store, id, at(now))).toMatchObject({ ok: true });

  expect(sizes).toEqual([62, 62, 62]);
  const billed = (await readBooking(store, id)) as Booking;
  expect(billed.dues.filter(({ status }) => status === "past_due")).toHaveLength(60);
  expect(billed.deferred).toBe(deposit + 60 * amount);
});
