import type { Program } from "@clearing/domain/program";
import { handler } from "@clearing/functions/admin";
import { readCohort } from "@clearing/store/cohort";
import { writeProgram } from "@clearing/store/program";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { dayFrom, timeZone } from "../harness/days.ts";
import { caller } from "../harness/function.ts";
import { actor, sampleProgram } from "../harness/sample.ts";
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
