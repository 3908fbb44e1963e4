import { DynamoDBDocumentClient, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Booking } from "@clearing/domain/booking";
import { plusMinutes } from "@clearing/domain/time";
import { handler as adminHandler } from "@clearing/functions/admin";
import { handler } from "@clearing/functions/booking";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { caller } from "../harness/function.ts";
import { heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now = "2027-03-01T17:00:00Z";
let running: TestStore;
let call: ReturnType<typeof caller>;
let admin: ReturnType<typeof caller>;
let booking: Booking;
/** The payer, who also takes part. Each test has a separate account, because accounts have limits on unpaid holds. */
let ada: string;

beforeAll(async () => {
  running = await startTestStore();
  call = caller(handler, running);
  admin = caller(adminHandler, running);
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(now) });
  vi.spyOn(process.stdout, "write").mockImplementation(() => true);
});
afterAll(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await running.stop();
});
beforeEach(async () => {
  const program = sampleProgram();
  const offer = await sampleQuote(
    running.store,
    program,
    await openCohort(running.store, program, { places: 1, now }),
    now,
  );
  ada = ids.next("ada");
  const email = `${ada}@example.com`;
  booking = await heldBooking(running.store, offer, email, now, { sub: ada, email });
});

const get = (path: string, who: { sub?: string; role: string }) =>
  call("GET", `/v1/bookings/${booking.id}${path}`, who);
const owner = () => ({ sub: ada, role: "client" });
const log = async (who: { sub?: string; role: string } = owner(), query = "") =>
  (await get(`/access-log${query}`, who)).body as { items: object[]; nextCursor: string | null };

describe("a read by staff", () => {
  test("of a booking, its agreement, its cancellation or its cohort's roster is recorded, newest first", async () => {
    await get("", { sub: "mia", role: "clinician" });
    await get("/agreement", { sub: "fay", role: "finance" });
    vi.setSystemTime(new Date(plusMinutes(now, 1)));
    await get("/cancellation", { sub: "amy", role: "admin" });
    vi.setSystemTime(new Date(plusMinutes(now, 2)));
    await admin("GET", `/v1/cohorts/${booking.cohortId}/roster`, { sub: "amy", role: "admin" });
    vi.setSystemTime(new Date(now));

    const { items } = await log();

    expect(items.slice(0, 2)).toEqual([
      { at: plusMinutes(now, 2), actor: "amy", role: "admin", action: "read_roster" },
      { at: plusMinutes(now, 1), actor: "amy", role: "admin", action: "preview_cancellation" },
    ]);
    expect(items.slice(2)).toHaveLength(2);
    expect(items).toContainEqual({ at: now, actor: "mia", role: "clinician", action: "read_booking" });
    expect(items).toContainEqual({ at: now, actor: "fay", role: "finance", action: "read_agreement" });
  });

  test("of a cohort's bookings counts as its roster; a list of all bookings is not recorded", async () => {
    const staff = { sub: "fay", role: "finance" };
    const ofCohort = `/v1/bookings?cohortId=${booking.cohortId}`;

    expect((await call("GET", ofCohort, staff)).body).toMatchObject({ items: [{ id: booking.id }] });
    await call("GET", "/v1/bookings", staff);
    await call("GET", ofCohort, { sub: ada, role: "finance" });

    expect((await log()).items).toEqual([{ at: now, actor: "fay", role: "finance", action: "read_roster" }]);
  });

  test("is not answered when it cannot be recorded", async () => {
    const { send } = DynamoDBDocumentClient.prototype;
    const down = Object.assign(new Error("down"), { name: "InternalServerError", $metadata: { httpStatusCode: 500 } });
    const spy = vi.spyOn(DynamoDBDocumentClient.prototype, "send").mockImplementation(function (
      this: DynamoDBDocumentClient,
      command: object,
    ) {
      return command instanceof TransactWriteCommand ? Promise.reject(down) : Reflect.apply(send, this, [command]);
    } as never);
    const staff = { sub: "amy", role: "admin" };
    const told = await Promise.all(["", "/agreement", "/cancellation"].map((path) => get(path, staff)));
    told.push(await admin("GET", `/v1/cohorts/${booking.cohortId}/roster`, staff));
    told.push(await call("GET", `/v1/bookings?cohortId=${booking.cohortId}`, staff));
    const own = await get("", owner());
    spy.mockRestore();

    expect(told.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503]);
    expect(JSON.stringify(told)).not.toContain(booking.participant.name);
    expect(own.status).toBe(200);
  });

  test("shows the participant's telephone number and date of birth only to admins and clinicians", async () => {
    const { name, email, phone, dateOfBirth } = booking.participant;
    const participant = async (who: { sub?: string; role: string }) => (await get("", who)).body.participant;

    for (const role of ["admin", "clinician"]) {
      expect(await participant({ role })).toEqual({ name, email, phone, dateOfBirth });
    }
    for (const who of [{ role: "finance" }, owner(), { sub: ada, role: "admin" }]) {
      expect(await participant(who)).toEqual({ name, email });
    }
  });
});

describe("the access log of a booking", () => {
  test("contains no reads of one's own booking, whatever the role", async () => {
    await get("", owner());
    await get("", { sub: ada, role: "admin" });

    expect(await log()).toEqual({ items: [], nextCursor: null });
  });

  test("is for the owner, the participant and admins", async () => {
    expect((await get("/access-log", owner())).status).toBe(200);
    expect((await get("/access-log", { role: "admin" })).status).toBe(200);
    expect((await get("/access-log", { sub: "eve", role: "client" })).status).toBe(404);
    for (const role of ["clinician", "finance"]) expect((await get("/access-log", { role })).status).toBe(403);
  });

  test("is paged", async () => {
    for (const minute of [1, 2, 3]) {
      vi.setSystemTime(new Date(plusMinutes(now, minute)));
      await get("", { sub: `admin-${minute}`, role: "admin" });
    }
    vi.setSystemTime(new Date(now));

    const first = await log(owner(), "?limit=2");
    const second = await log(owner(), `?limit=2&cursor=${first.nextCursor}`);

    expect(first.items).toMatchObject([{ actor: "admin-3" }, { actor: "admin-2" }]);
    expect(second).toMatchObject({ items: [{ actor: "admin-1" }], nextCursor: null });
  });
});
