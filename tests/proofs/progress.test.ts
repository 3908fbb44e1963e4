import { ScanCommand, TransactGetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { admitBooking } from "@clearing/commands/admission";
import { signAgreement } from "@clearing/commands/agreement";
import { endEarly } from "@clearing/commands/end-early";
import { writeClearance } from "@clearing/commands/evaluation";
import { progressBooking } from "@clearing/commands/progress";
import { remind } from "@clearing/commands/sweep";
import { verifyChain } from "@clearing/domain/audit";
import { type Booking, nextVersion } from "@clearing/domain/booking";
import {
  afterEvaluation,
  afterWithdrawal,
  type Clearance,
  type EvaluationOutcome,
  type NewEvaluation,
} from "@clearing/domain/screening";
import { type CalendarDate, type Instant, plusHours, plusMinutes, startOfDay } from "@clearing/domain/time";
import { subjectRecords } from "@clearing/store/audit";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { type BookingFile, readFile } from "@clearing/store/booking-file";
import { readClearance } from "@clearing/store/clearance";
import { commit } from "@clearing/store/commit";
import { takePlace } from "@clearing/store/place-claim";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deadlineWorks } from "../../functions/deadline-worker/deadline-worker.ts";
import { fakeDeps } from "../../packages/runtime/src/testing/fake-deps.ts";
import { workOffDeadlines } from "../harness/deadlines.ts";
import { actor, asStored, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now = "2027-03-01T17:00:00Z";
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

/** A booking that waits for its clearance: held, signed, deposit paid. */
async function awaiting(declineAfterHours = 24, inDays = 45): Promise<Booking> {
  const { store } = running;
  const screening = { clearanceDeadlineDaysBefore: 14, validityDays: 90, declineAfterHours };
  const program = sampleProgram({ screening });
  const cohort = await openCohort(store, program, { places: 1, inDays, now });
  const offer = await sampleQuote(store, program, cohort, now);
  const { id, agreement } = await heldBooking(store, offer, `${offer.id}@example.com`, now);
  const evidence = { signature: "Sample Person", sourceIp: "", userAgent: "", signedBy: actor.sub, autopay: false };
  const occasion = { actor, action: "sample", now };
  const signed = await signAgreement(store, id, { hash: agreement.hash, ...evidence }, occasion, () => null);
  if (!signed.ok) throw new Error(signed.reason);
  const before = await asStored(store, signed.booking);
  const dues = before.dues.map((due) => (due.kind === "deposit" ? { ...due, status: "paid" as const } : due));
  const nothing = () => ({ events: [], journal: [] });
  const settled = nextVersion(before, now, { facts: ["deposit_settled"], dues }, nothing);
  const { booking } = settled;
  const paid = await commit(store, [...bookingWrites(store, before, settled, occasion), takePlace(store, booking)]);
  if (!paid.ok) throw new Error(paid.reason);
  return booking;
}

async function change(id: string, at: Instant, decide: (booking: Booking, before: Clearance | null) => Clearance) {
  const file = await readFile(running.store, id);
  if (file === null) throw new Error(`${id} does not exist`);
  const item = { withdrawal: { id: ids.next("evl"), bookingId: id, note: "", by: "dr", at } };
  const occasion = { actor, action: "sample", now: at };
  const after = decide(file.booking, file.clearance);
  const written = await writeClearance(running.store, file, after, item, occasion, null);
  if (!written.ok) throw new Error(written.reason);
}

const evaluate = (
  id: string,
  kind: "medical" | "psychiatric",
  outcome: EvaluationOutcome,
  at: Instant = now,
  until?: CalendarDate,
) =>
  change(id, at, ({ terms }, before) => {
    const evaluation = { id: ids.next("evl"), kind, outcome, validUntil: until ?? terms.endsOn, by: `dr-${kind}`, at };
    return afterEvaluation(before, id, evaluation, false);
  });

const withdraw = (id: string, at: Instant) =>
  change(id, at, (_booking, before) => afterWithdrawal(before as Clearance, at));

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

/** The store with something that happens just before its first transaction is sent. */
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
  test("cancels no booking that was cleared in time, however late the sweep", async () => {
    const { id, clearanceDueAt } = await awaiting();
    await evaluate(id, "medical", "cleared");
    await evaluate(id, "psychiatric", "cleared");

    expect(await progress(id, plusMinutes(clearanceDueAt, 10))).toBe("confirmed");
  });

  test("cancels no booking whose last evaluation arrives during the sweep", async () => {
    const { id, clearanceDueAt } = await awaiting();
    await evaluate(id, "medical", "cleared");
    const store = interrupted(() => evaluate(id, "psychiatric", "cleared"));

    expect(await progress(id, clearanceDueAt, store)).toBe("confirmed");
  });

  test("cancels a booking that is not cleared by then", async () => {
    const { id, clearanceDueAt } = await awaiting();
    await evaluate(id, "medical", "cleared");

    expect(await progress(id, clearanceDueAt)).toBe("cancelled");
  });
});

describe("a confirmation", () => {
  test("is not withdrawn for an evaluation that was corrected in the meantime", async () => {
    const { id } = await confirmed();
    await evaluate(id, "medical", "needs_information");
    const store = interrupted(() => evaluate(id, "medical", "cleared"));

    expect(await progress(id, now, store)).toBe("confirmed");
    expect((await readBooking(running.store, id))?.timeline.map(({ event }) => event)).not.toContain(
      "BookingUnconfirmed",
    );
  });

  test("is withdrawn and declined at once, if the hours are over by then", async () => {
    const { id } = await confirmed(0);
    await evaluate(id, "medical", "not_cleared");

    expect(await progress(id)).toBe("declined");
  });

  test("is not declined for an evaluation that was corrected in the meantime", async () => {
    const { id } = await awaiting();
    await evaluate(id, "psychiatric", "cleared");
    await evaluate(id, "medical", "not_cleared");
    const store = interrupted(() => evaluate(id, "medical", "cleared", plusHours(now, 24)));

    expect(await progress(id, plusHours(now, 24), store)).toBe("confirmed");
  });
});

/** A sweep at an instant, without any other consumer. */
const sweepAt = (at: Instant) =>
  workOffDeadlines(
    fakeDeps({ store: running.store, ids, clock: { now: () => at } }).deps,
    "deadline-worker",
    deadlineWorks,
  );
const statusOf = async (id: string) => (await readBooking(running.store, id))?.status;

describe("a change of a clearance whose message became a dead letter", () => {
  const soon = plusMinutes(now, 1);

  test.each<[string, (id: string) => Promise<unknown>]>([
    ["is withdrawn", (id) => withdraw(id, now)],
    ["needs information", (id) => evaluate(id, "medical", "needs_information")],
    ["is not cleared", (id) => evaluate(id, "psychiatric", "not_cleared")],
    ["becomes too short", (id) => evaluate(id, "medical", "cleared", now, "2027-03-10")],
  ])("that %s withdraws the confirmation by the sweep alone", async (_what, lose) => {
    const { id } = await confirmed();
    await lose(id);

    await sweepAt(soon);

    expect(await statusOf(id)).toBe("awaiting_clearance");
    expect((await readClearance(running.store, id))?.dueAt ?? "").not.toBe(now);
  });

  test("confirms by the sweep alone", async () => {
    const { id } = await awaiting();
    await evaluate(id, "medical", "cleared");
    await evaluate(id, "psychiatric", "cleared");

    await sweepAt(soon);

    expect(await statusOf(id)).toBe("confirmed");
  });

  test("declines by the sweep alone, after the program's hours", async () => {
    const { id } = await confirmed();
    await evaluate(id, "medical", "not_cleared");
    await sweepAt(soon);

    await sweepAt(plusHours(now, 24));

    expect(await statusOf(id)).toBe("declined");
  });
});

test("a booking without a further step is not read again", async () => {
  const { id } = await awaiting();
  await evaluate(id, "medical", "cleared");
  await evaluate(id, "psychiatric", "cleared");
  let looks = 0;
  const { client } = running.store;
  const send = async (command: Parameters<typeof client.send>[0]) => {
    if (command instanceof TransactGetCommand) looks++;
    return client.send(command);
  };

  expect(await progress(id, now, { ...running.store, client: { send } as typeof client })).toBe("confirmed");
  expect(looks).toBe(1);
});

describe("a clearance that lapses before the booking is over", () => {
  const lapses = "2027-03-11T07:00:00Z";
  async function lapsing(first: () => Promise<Booking>) {
    const { id } = await first();
    await evaluate(id, "medical", "cleared", now, "2027-03-10");
    await evaluate(id, "psychiatric", "cleared");
    return id;
  }
  const told = async (id: string) => {
    const { Items = [] } = await running.store.client.send(new ScanCommand({ TableName: running.store.tables.outbox }));
    return Items.filter(({ detailType }) => detailType === "ClearanceChanged")
      .map(({ detail }) => JSON.parse(detail).data)
      .filter(({ bookingId, status }) => bookingId === id && status === "lapsed");
  };

  test("is announced once, with its audit record, however often the sweep runs", async () => {
    const id = await lapsing(awaiting);
    await sweepAt(plusMinutes(lapses, -1));
    expect(await told(id)).toEqual([]);

    await Promise.all([sweepAt(lapses), sweepAt(lapses)]);
    await sweepAt(plusHours(lapses, 1));

    expect(await told(id)).toMatchObject([{ status: "lapsed", validUntil: "2027-03-10" }]);
    const records = await Array.fromAsync(subjectRecords(running.store, { type: "clearance", id }));
    expect(records.at(-1)).toMatchObject({ sequence: 3, action: "sweep:lapse", after: { status: "lapsed" } });
    expect(verifyChain(records, (await readClearance(running.store, id))?.auditHash ?? "").verified).toBe(true);
  });

  test("is not announced for an ended booking", async () => {
    const id = await lapsing(awaiting);
    const request = { bookingId: id, by: "operator", refundId: ids.next("ref") } as const;
    await endEarly(running.store, request, { actor, action: "cancel", now });

    await sweepAt(lapses);

    expect(await told(id)).toEqual([]);
    expect((await readClearance(running.store, id))?.dueAt).toBeNull();
  });
});

describe("a reminder of what is missing", () => {
  const reminders = async (id: string) => {
    const { timeline = [], version } = (await readBooking(running.store, id)) ?? {};
    return { sent: timeline.filter(({ event }) => event === "ClearanceReminder").map(({ at }) => at), version };
  };

  test("is sent 30 and 14 days before the deadline, once each, if something is missing then", async () => {
    const { id, clearanceReminders } = await awaiting(24, 60);
    const [first = "", second = ""] = clearanceReminders;
    await sweepAt(plusMinutes(first, -1));
    await Promise.all([sweepAt(first), sweepAt(first)]);
    await sweepAt(plusHours(first, 1));
    expect((await reminders(id)).sent).toEqual([first]);

    await evaluate(id, "medical", "cleared", first);
    await sweepAt(second);

    expect((await reminders(id)).sent).toEqual([first, second]);
  });

  test("is not sent if the clearance is given at the same time", async () => {
    const { id, clearanceReminders } = await awaiting(24, 60);
    const [first = ""] = clearanceReminders;
    await evaluate(id, "medical", "cleared");
    const store = interrupted(() => evaluate(id, "psychiatric", "cleared"));

    await remind(store, id, { actor, action: "sample", now: first });

    expect((await reminders(id)).sent).toEqual([]);
  });
});

describe("a clinical write concurrent with a change of the booking", () => {
  test("is not made if the booking ends at the same time", async () => {
    const { id } = await awaiting();
    const file = (await readFile(running.store, id)) as BookingFile;
    const request = { bookingId: id, by: "operator", refundId: ids.next("ref") } as const;
    await endEarly(running.store, request, { actor, action: "cancel", now });
    const finding = { id: ids.next("evl"), kind: "medical", outcome: "cleared", validUntil: now, by: "dr", at: now };
    const after = afterEvaluation(null, id, finding as NewEvaluation, false);
    const item = { withdrawal: { id: ids.next("evl"), bookingId: id, note: "", by: "dr", at: now } };

    const written = await writeClearance(running.store, file, after, item, { actor, action: "evaluate", now }, null);

    expect(written).toEqual({ ok: false, reason: "stale" });
    expect(await readClearance(running.store, id)).toBeNull();
  });
});

describe("an admission", () => {
  const admit = async ({ id }: Booking, at: Instant, store: Store = running.store) => {
    const request = { bookingId: id, outcome: "admitted", by: "staff", refundId: ids.next("ref") } as const;
    return admitBooking(store, request, { actor, action: "sample", now: at }, () => null);
  };

  test("needs a clearance that is valid in the same transaction, even if the booking stays confirmed", async () => {
    const booking = await confirmed();
    const firstDay = startOfDay(booking.terms.startsOn, booking.terms.timeZone);
    const store = interrupted(() => withdraw(booking.id, firstDay));

    expect(await admit(booking, firstDay, store)).toEqual({ ok: false, reason: "clearance_required" });
    expect(await progress(booking.id, firstDay)).toBe("confirmed");
  });

  test("of a cleared client is recorded", async () => {
    const booking = await confirmed();
    const firstDay = startOfDay(booking.terms.startsOn, booking.terms.timeZone);

    expect(await admit(booking, firstDay)).toMatchObject({ ok: true, booking: { admission: { outcome: "admitted" } } });
  });
});
