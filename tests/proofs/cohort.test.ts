import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { writeProgram } from "@clearing/commands/program";
import { lapseHold } from "@clearing/commands/sweep";
import type { Attempt, Booking } from "@clearing/domain/booking";
import type { Program } from "@clearing/domain/program";
import { endOfDay, plusMinutes, plusSeconds } from "@clearing/domain/time";
import { handler } from "@clearing/functions/admin";
import { readCohort } from "@clearing/store/cohort";
import { readProgram } from "@clearing/store/program";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { deadlineWorks } from "../../functions/deadline-worker/deadline-worker.ts";
import { fakeDeps } from "../../packages/runtime/src/testing/fake-deps.ts";
import { dayFrom, timeZone } from "../harness/days.ts";
import { workOffDeadlines } from "../harness/deadlines.ts";
import { caller } from "../harness/function.ts";
import { anyWrite, justBefore } from "../harness/just-before.ts";
import { payingLate, payLate } from "../harness/late-money.ts";
import { actor, heldBooking, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now = "2027-03-01T17:00:00Z";
let running: TestStore;
let call: ReturnType<typeof caller>;

beforeAll(async () => {
  running = await startTestStore();
  call = caller(handler, running);
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(now) });
  vi.spyOn(process.stdout, "write").mockImplementation(() => true);
});
afterAll(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await running.stop();
});

async function publishedProgram(): Promise<Program> {
  const program = sampleProgram();
  const written = await writeProgram(running.store, null, program, [], { actor, action: "sample", now }, null);
  expect(written).toEqual({ ok: true });
  return program;
}

/** A draft cohort that begins in 45 days, of a new published program or of the given one. */
async function draftCohort(of: { places?: number; program?: Program } = {}): Promise<{ id: string; program: Program }> {
  const { places = 2, program = await publishedProgram() } = of;
  const body = {
    programId: program.id,
    ...datesIn(45),
    timeZone,
    venue: "Sample House",
    places: [{ type: "private", count: places }],
  };
  const made = await call("POST", "/v1/cohorts", { role: "admin", body });
  expect(made.status).toBe(201);
  return { id: String(made.body.id), program };
}

/** The end of the last day of a cohort that begins in this many days. */
const endOf = (days: number) => endOfDay(datesIn(days).endsOn, timeZone);
const datesIn = (days: number) => ({ startsOn: dayFrom(now, days), endsOn: dayFrom(now, days + 6) });
const patch = (id: string, body: object) =>
  call("PATCH", id.startsWith("coh") ? `/v1/cohorts/${id}` : `/v1/programs/${id}`, {
    role: "admin",
    body: { ...body },
  });

/** A cohort on sale. */
async function openCohort({ places = 2 } = {}): Promise<{ id: string; program: Program }> {
  const made = await draftCohort({ places });
  expect((await patch(made.id, { status: "open" })).status).toBe(200);
  return made;
}

async function hold({ id, program }: { id: string; program: Program }, at = now): Promise<Booking> {
  const offer = await sampleQuote(running.store, program, (await cohortOf(id)).cohort, at);
  return heldBooking(running.store, offer, `${offer.id}@example.com`, at);
}
const cohortOf = async (id: string) => {
  const found = await readCohort(running.store, id);
  if (found === null) throw new Error(`there is no cohort ${id}`);
  return found;
};

describe("the clearance deadline of a cohort", () => {
  test("depends on its dates: a new venue keeps it, whatever the program says by then; new dates set a new one", async () => {
    const { id, program } = await draftCohort();
    const made = { clearanceDeadlineOn: dayFrom(now, 31), salesEndAt: `${dayFrom(now, 32)}T06:00:00Z` };
    const screening = { ...program.screening, clearanceDeadlineDaysBefore: 7 };
    expect((await patch(program.id, { screening })).status).toBe(200);

    expect((await patch(id, { venue: "Another House" })).status).toBe(200);
    expect((await cohortOf(id)).cohort).toMatchObject({ venue: "Another House", ...made });

    expect((await patch(id, datesIn(52))).status).toBe(200);
    expect((await cohortOf(id)).cohort).toMatchObject({ clearanceDeadlineOn: dayFrom(now, 45) });
  });
});

describe("a change of a cohort's dates", () => {
  test("is refused if a place is held between the read and the write, and leaves that place's dates", async () => {
    const cohort = await openCohort();
    let booking: Booking | undefined;
    justBefore(anyWrite, async () => {
      booking = await hold(cohort);
    });

    const told = await patch(cohort.id, datesIn(52));

    expect(told).toMatchObject({ status: 409, body: { code: "places_in_use" } });
    const { cohort: kept, places } = await cohortOf(cohort.id);
    expect(kept).toMatchObject(datesIn(45));
    expect(places.map(({ endsOn }) => endsOn)).toEqual([booking?.terms.endsOn, booking?.terms.endsOn]);
  });

  test("reaches a place that is added between the read and the write", async () => {
    const { id } = await openCohort();
    justBefore(anyWrite, () =>
      call("POST", `/v1/cohorts/${id}/places`, { role: "admin", body: { type: "private", count: 1 } }),
    );

    expect((await patch(id, datesIn(52))).status).toBe(200);

    const { cohort, places } = await cohortOf(id);
    const { salesEndAt, endsOn } = cohort;
    expect(endsOn).toBe(datesIn(52).endsOn);
    expect(places).toMatchObject(Array(3).fill({ onSale: true, salesEndAt, endsOn }));
  });

  test("is one transaction for any number of places, and removes lapsed claims", async () => {
    const cohort = await openCohort({ places: 60 });
    const booking = await hold(cohort);
    vi.setSystemTime(new Date(plusMinutes(now, 31)));
    const told = await patch(cohort.id, { ...datesIn(52), status: "closed" });
    vi.setSystemTime(new Date(now));

    expect(told.status).toBe(200);
    const { cohort: moved, places } = await cohortOf(cohort.id);
    const { salesEndAt, endsOn } = moved;
    expect(endsOn > booking.terms.endsOn).toBe(true);
    expect(places).toMatchObject(Array(60).fill({ onSale: false, salesEndAt, endsOn, claim: null, takenBy: null }));
  });
});

describe("late money", () => {
  const occasion = (at: string) => ({ actor, action: "sample", now: at });

  const lateIn = async (cohort: Parameters<typeof hold>[0]) => payingLate(running.store, await hold(cohort), now);
  const pay = (attempt: Attempt, at: string) => payLate(running.store, attempt, at);

  async function move(id: string, at: string, to: object = datesIn(52)) {
    vi.setSystemTime(new Date(at));
    const told = await patch(id, to);
    vi.setSystemTime(new Date(now));
    expect(told.status).toBe(200);
  }

  test("revives the booking while the dates are the booked ones", async () => {
    const cohort = await openCohort();
    const { attempt, lapsedAt } = await lateIn(cohort);
    await lapseHold(running.store, attempt.bookingId, occasion(lapsedAt));

    expect(await pay(attempt, lapsedAt)).toMatchObject({ status: "awaiting_clearance", refunded: 0 });
  });

  test.each([
    ["has expired", "other dates", true, datesIn(52)],
    ["has lapsed but no sweep has ended it", "other dates", false, datesIn(52)],
    ["has expired", "another zone", true, { timeZone: "America/New_York" }],
    ["has lapsed but no sweep has ended it", "another zone", false, { timeZone: "America/New_York" }],
  ])("is refunded in full if the booking %s and its cohort has %s", async (_state, _what, swept, to) => {
    const cohort = await openCohort();
    const { attempt, lapsedAt } = await lateIn(cohort);
    if (swept) await lapseHold(running.store, attempt.bookingId, occasion(lapsedAt));
    await move(cohort.id, lapsedAt, to);

    const booking = await pay(attempt, lapsedAt);

    expect(booking).toMatchObject({ status: "expired", paid: attempt.amount, refunded: attempt.amount });
    expect((await cohortOf(cohort.id)).places.every(({ takenBy }) => takenBy === null)).toBe(true);
  });

  test("is refunded in full if the cohort is moved between the search for a place and the write", async () => {
    const cohort = await openCohort({ places: 1 });
    const { attempt, lapsedAt } = await lateIn(cohort);
    await lapseHold(running.store, attempt.bookingId, occasion(lapsedAt));
    justBefore(anyWrite, () => move(cohort.id, lapsedAt));

    expect(await pay(attempt, lapsedAt)).toMatchObject({ status: "expired", refunded: attempt.amount });
  });
});

describe("a change that reaches the places in chunks", () => {
  const onSale = async (id: string) => (await cohortOf(id)).places.filter((place) => place.onSale).length;

  test("is not written by a process that read the cohort before a later change", async () => {
    const cohort = await draftCohort({ places: 25 });
    const tellsPlaces = /SET onSale = :onSale, salesEndAt = :salesEndAt"/;
    // The cohort is closed again after the opening has updated the first ten places.
    justBefore(tellsPlaces, async () =>
      justBefore(tellsPlaces, async () => {
        expect((await patch(cohort.id, { status: "closed" })).status).toBe(200);
      }),
    );

    // The answer, and the stored record of it, is this request's effect; the cohort has the later change.
    expect(await patch(cohort.id, { status: "open" })).toMatchObject({ status: 200, body: { status: "open" } });

    expect((await cohortOf(cohort.id)).cohort).toMatchObject({ status: "closed", dueAt: endOf(45) });
    expect(await onSale(cohort.id)).toBe(0);
  });

  test("reaches every place, even if one is removed in the meantime", async () => {
    const { id } = await draftCohort({ places: 12 });
    justBefore(/SET onSale = :onSale, salesEndAt = :salesEndAt"/, () =>
      call("DELETE", `/v1/cohorts/${id}/places?type=private&count=1`, { role: "admin" }),
    );

    expect((await patch(id, { status: "open" })).status).toBe(200);

    expect(await onSale(id)).toBe(11);
    expect((await cohortOf(id)).places).toHaveLength(11);
  });
});

describe("a program and its open cohorts", () => {
  const retire = ({ id }: Program) => patch(id, { status: "retired" });
  const refused = { status: 409, body: { code: "invalid_transition" } };

  test("a program is retired once the last of them is closed", async () => {
    const { id, program } = await openCohort();
    const other = await draftCohort({ program });
    await patch(other.id, { status: "open" });
    expect(await retire(program)).toMatchObject(refused);
    await patch(id, { status: "closed" });
    expect(await retire(program)).toMatchObject(refused);
    await patch(other.id, { status: "closed" });

    expect(await retire(program)).toMatchObject({ status: 200, body: { status: "retired" } });
    expect(await patch(id, { status: "open" })).toMatchObject(refused);
  });

  test("a cohort that is opened between the read and the write keeps its program from being retired", async () => {
    const { id, program } = await draftCohort();
    justBefore(anyWrite, async () => expect((await patch(id, { status: "open" })).status).toBe(200));

    expect(await retire(program)).toMatchObject(refused);
    expect(await readProgram(running.store, program.id)).toMatchObject({ status: "published" });
  });

  test("a program that is retired between the read and the write keeps its cohort from being opened", async () => {
    const { id, program } = await draftCohort();
    justBefore(anyWrite, async () => expect((await retire(program)).status).toBe(200));

    expect(await patch(id, { status: "open" })).toMatchObject(refused);
    expect((await cohortOf(id)).cohort.status).toBe("draft");
  });
});

describe("the end of a cohort", () => {
  async function sweep(at: string) {
    const { deps } = fakeDeps({ store: running.store, ids, clock: { now: () => at } });
    await workOffDeadlines(deps, "deadline-worker", deadlineWorks);
  }
  const events = async (id: string) => {
    const { Items = [] } = await running.store.client.send(new ScanCommand({ TableName: running.store.tables.outbox }));
    return Items.filter(({ detail }) => JSON.parse(detail).subject.id === id).map(({ detailType }) => detailType);
  };

  test("is its deadline once its places are updated; a draft has none", async () => {
    const { id } = await draftCohort();
    await patch(id, { venue: "Another House" });
    expect((await cohortOf(id)).cohort.dueAt).toBeNull();
    await patch(id, { status: "open" });
    expect((await cohortOf(id)).cohort.dueAt).toBe(endOf(45));
    await patch(id, datesIn(52));
    expect((await cohortOf(id)).cohort.dueAt).toBe(endOf(52));
  });

  test("completes an open or closed cohort after its last day in its zone; a draft stays a draft", async () => {
    const [open, closed, draft] = [await openCohort(), await openCohort(), await draftCohort()];
    await patch(closed.id, { status: "closed" });
    const statuses = async () =>
      Promise.all([open, closed, draft].map(async ({ id }) => (await cohortOf(id)).cohort.status));

    await sweep(plusSeconds(endOf(45), -1));
    expect(await statuses()).toEqual(["open", "closed", "draft"]);
    await sweep(endOf(45));
    expect(await statuses()).toEqual(["completed", "completed", "draft"]);

    const { cohort, places } = await cohortOf(open.id);
    expect(cohort.dueAt).toBeNull();
    expect(places.filter(({ onSale }) => onSale)).toEqual([]);
    expect((await events(open.id)).filter((name) => name === "CohortCompleted")).toHaveLength(1);
    expect((await patch(open.program.id, { status: "retired" })).status).toBe(200);
  });

  test("forbids every later change, with or without the sweep", async () => {
    const { id } = await openCohort();
    const changes = () => [
      patch(id, { venue: "Another House" }),
      patch(id, { status: "closed" }),
      patch(id, datesIn(90)),
      call("POST", `/v1/cohorts/${id}/places`, { role: "admin", body: { type: "private", count: 1 } }),
      call("DELETE", `/v1/cohorts/${id}/places?type=private&count=1`, { role: "admin" }),
    ];
    const codes = async () => {
      vi.setSystemTime(new Date(endOf(45)));
      const told = await Promise.all(changes());
      vi.setSystemTime(new Date(now));
      return told.map(({ body }) => body.code);
    };

    expect(await codes()).toEqual(Array(5).fill("invalid_transition"));
    await sweep(endOf(45));
    expect(await codes()).toEqual(Array(5).fill("invalid_transition"));
    expect((await patch(id, { status: "completed" })).body.code).toBe("validation_failed");
  });
});
