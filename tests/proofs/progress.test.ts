import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Booking } from "@clearing/domain/booking";
import { afterEvaluation, afterWithdrawal, type Clearance, type EvaluationOutcome } from "@clearing/domain/screening";
import { type Instant, plusHours, plusMinutes, startOfDay } from "@clearing/domain/time";
import { admitBooking } from "@clearing/store/admission";
import { signAgreement } from "@clearing/store/agreement";
import { bookingWrites, readBooking, readFile } from "@clearing/store/booking";
import { commit } from "@clearing/store/commit";
import { writeClearance } from "@clearing/store/evaluation";
import { takePlace } from "@clearing/store/place";
import { progressBooking } from "@clearing/store/progress";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now = "2027-03-01T17:00:00Z";
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

/** A booking that waits for its clearance: held, signed, its deposit paid. */
async function awaiting(declineAfterHours = 24): Promise<Booking> {
  const { store } = running;
  const screening = { clearanceDeadlineDaysBefore: 14, validityDays: 90, declineAfterHours };
  const program = sampleProgram({ screening });
  const cohort = await openCohort(store, program, { places: 1, now });
  const offer = await sampleQuote(store, program, cohort, now);
  const { id, agreement } = await heldBooking(store, offer, `${offer.id}@example.com`, now);
  const evidence = { signature: "Sample Person", sourceIp: "", userAgent: "", signedBy: actor.sub, autopay: false };
  const occasion = { actor, action: "sample", now };
  const signed = await signAgreement(store, id, { hash: agreement.hash, ...evidence }, occasion, () => null);
  if (!signed.ok) throw new Error(signed.reason);
  const { booking: before } = signed;
  const dues = before.dues.map((due) => (due.kind === "deposit" ? { ...due, status: "paid" as const } : due));
  const booking: Booking = { ...before, status: "awaiting_clearance", dues, version: before.version + 1 };
  const paid = await commit(store, [
    ...bookingWrites(store, before, { booking, events: [], journal: [] }, occasion),
    takePlace(store, booking),
  ]);
  if (!paid.ok) throw new Error(paid.reason);
  return booking;
}

async function change(id: string, at: Instant, decide: (booking: Booking, before: Clearance | null) => Clearance) {
  const file = await readFile(running.store, id);
  if (file === null) throw new Error(`${id} does not exist`);
  const { booking, clearance } = file;
  const fact = { withdrawal: { id: ids.next("evl"), bookingId: id, note: "", by: "dr", at } };
  const occasion = { actor, action: "sample", now: at };
  const after = decide(booking, clearance);
  const written = await writeClearance(running.store, booking, clearance, after, fact, occasion, null);
  if (!written.ok) throw new Error(written.reason);
}

const evaluate = (id: string, kind: "medical" | "psychiatric", outcome: EvaluationOutcome, at: Instant = now) =>
  change(id, at, ({ terms }, before) =>
    afterEvaluation(before, id, { kind, outcome, validUntil: terms.endsOn, at }, terms),
  );

const withdraw = (id: string, at: Instant) =>
  change(id, at, ({ terms }, before) => afterWithdrawal(before as Clearance, at, terms));

const progress = async (id: string, at: Instant = now, store: Store = running.store) => {
  const request = { bookingId: id, refundId: ids.next("ref") };
  const result = await progressBooking(store, request, { actor, action: "sample", now: at });
  return result.ok ? result.booking.status : result.reason;
};

async function confirmed(declineAfterHours?: number): Promise<Booking> {
  const { id } = await awaiting(declineAfterHours);
  await evaluate(id, "medical", "cleared");
  await evaluate(id, "psychiatric", "cleared");
  expect(await progress(id)).toBe("confirmed");
  return (await readBooking(running.store, id)) as Booking;
}

/** The store, with something that happens just before its first transaction is sent. */
function interrupted(happens: () => Promise<unknown>): Store {
  const { client } = running.store;
  let happened = false;
  const send = async (command: Parameters<typeof client.send>[0]) => {
    if (command instanceof TransactWriteCommand && !happened) {
      happened = true;
      await happens();
    }
    return client.send(command);
  };
  return { ...running.store, client: Object.assign(Object.create(client), { send }) };
}

describe("the clearance deadline", () => {
  test("cancels nobody who was cleared in time, however late that is looked at", async () => {
    const { id, clearanceDueAt } = await awaiting();
    await evaluate(id, "medical", "cleared");
    await evaluate(id, "psychiatric", "cleared");

    expect(await progress(id, plusMinutes(clearanceDueAt, 10))).toBe("confirmed");
  });

  test("cancels nobody whose last evaluation comes while it is acted upon", async () => {
    const { id, clearanceDueAt } = await awaiting();
    await evaluate(id, "medical", "cleared");
    const store = interrupted(() => evaluate(id, "psychiatric", "cleared"));

    expect(await progress(id, clearanceDueAt, store)).toBe("confirmed");
  });

  test("cancels whoever is not cleared by then", async () => {
    const { id, clearanceDueAt } = await awaiting();
    await evaluate(id, "medical", "cleared");

    expect(await progress(id, clearanceDueAt)).toBe("cancelled");
  });
});

describe("a confirmation", () => {
  test("is not taken back on a finding that was corrected meanwhile", async () => {
    const { id } = await confirmed();
    await evaluate(id, "medical", "needs_information");
    const store = interrupted(() => evaluate(id, "medical", "cleared"));

    expect(await progress(id, now, store)).toBe("confirmed");
    expect((await readBooking(running.store, id))?.timeline.map(({ event }) => event)).not.toContain(
      "BookingUnconfirmed",
    );
  });

  test("is taken back and declined in one go, when the hours are over by then", async () => {
    const { id } = await confirmed(0);
    await evaluate(id, "medical", "not_cleared");

    expect(await progress(id)).toBe("declined");
  });

  test("is not declined on a finding that was corrected meanwhile", async () => {
    const { id } = await awaiting();
    await evaluate(id, "psychiatric", "cleared");
    await evaluate(id, "medical", "not_cleared");
    const store = interrupted(() => evaluate(id, "medical", "cleared", plusHours(now, 24)));

    expect(await progress(id, plusHours(now, 24), store)).toBe("confirmed");
  });
});

describe("an admission", () => {
  const admit = async ({ id }: Booking, at: Instant, store: Store = running.store) => {
    const request = { bookingId: id, outcome: "admitted", by: "staff", refundId: ids.next("ref") } as const;
    return admitBooking(store, request, { actor, action: "sample", now: at }, () => null);
  };

  test("needs a clearance that holds in the very transaction, although the booking stays confirmed", async () => {
    const booking = await confirmed();
    const firstDay = startOfDay(booking.terms.startsOn, booking.terms.timeZone);
    const store = interrupted(() => withdraw(booking.id, firstDay));

    expect(await admit(booking, firstDay, store)).toEqual({ ok: false, reason: "clearance_required" });
    expect(await progress(booking.id, firstDay)).toBe("confirmed");
  });

  test("of whoever is cleared is recorded", async () => {
    const booking = await confirmed();
    const firstDay = startOfDay(booking.terms.startsOn, booking.terms.timeZone);

    expect(await admit(booking, firstDay)).toMatchObject({ ok: true, booking: { admission: { outcome: "admitted" } } });
  });
});
