import { DynamoDBDocumentClient, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Booking } from "@clearing/domain/booking";
import type { Program } from "@clearing/domain/program";
import { plusMinutes } from "@clearing/domain/time";
import { handler } from "@clearing/functions/admin";
import { readCohort } from "@clearing/store/cohort";
import { writeProgram } from "@clearing/store/program";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { dayFrom, timeZone } from "../harness/days.ts";
import { caller } from "../harness/function.ts";
import { actor, heldBooking, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { startTestStore, type TestStore } from "../harness/store.ts";

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

/** A published program of the sample, and a draft cohort of it that begins in 45 days. */
async function draftCohort({ places = 2 } = {}): Promise<{ id: string; program: Program }> {
  const program = sampleProgram();
  const written = await writeProgram(running.store, null, program, [], { actor, action: "sample", now }, null);
  expect(written).toEqual({ ok: true });
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

/** Lets something happen just before the first transaction that is sent from now on: between a look and its write. */
function justBeforeTheNextWrite(happens: () => Promise<unknown>): void {
  const { send } = DynamoDBDocumentClient.prototype;
  const spy = vi.spyOn(DynamoDBDocumentClient.prototype, "send").mockImplementation(async function (
    this: DynamoDBDocumentClient,
    command: object,
  ) {
    if (command instanceof TransactWriteCommand) {
      spy.mockRestore();
      await happens();
    }
    return Reflect.apply(send, this, [command]);
  } as never);
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
  test("stands with its dates: another venue leaves it, whatever the program says by then; new dates bring a new one", async () => {
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
  test("is refused when a place is held between the look and the write, and leaves that place its dates", async () => {
    const cohort = await openCohort();
    let booking: Booking | undefined;
    justBeforeTheNextWrite(async () => {
      booking = await hold(cohort);
    });

    const told = await patch(cohort.id, datesIn(52));

    expect(told).toMatchObject({ status: 409, body: { code: "places_in_use" } });
    const { cohort: kept, places } = await cohortOf(cohort.id);
    expect(kept).toMatchObject(datesIn(45));
    expect(places.map(({ endsOn }) => endsOn)).toEqual([booking?.terms.endsOn, booking?.terms.endsOn]);
  });

  test("reaches a place that is added between the look and the write", async () => {
    const { id } = await openCohort();
    justBeforeTheNextWrite(() =>
      call("POST", `/v1/cohorts/${id}/places`, { role: "admin", body: { type: "private", count: 1 } }),
    );

    expect((await patch(id, datesIn(52))).status).toBe(200);

    const { cohort, places } = await cohortOf(id);
    const { salesEndAt, endsOn } = cohort;
    expect(endsOn).toBe(datesIn(52).endsOn);
    expect(places).toMatchObject(Array(3).fill({ onSale: true, salesEndAt, endsOn }));
  });

  test("is one transaction however many the places, and takes lapsed claims off them", async () => {
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
