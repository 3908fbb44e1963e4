import { writeProgram } from "@clearing/commands/program";
import { lapseHold } from "@clearing/commands/sweep";
import type { Quote } from "@clearing/domain/plan";
import { handler as adminHandler } from "@clearing/functions/admin";
import { handler as catalogue } from "@clearing/functions/catalogue";
import { readQuote } from "@clearing/store/quote";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { dayFrom, timeZone } from "../harness/days.ts";
import { caller, type Told } from "../harness/function.ts";
import { anyWrite, justBefore } from "../harness/just-before.ts";
import { payingLate, payLate } from "../harness/late-money.ts";
import { actor, heldBooking, holdSample, sampleProgram } from "../harness/sample.ts";
import { startTestStore, type TestStore } from "../harness/store.ts";

const now = "2027-03-01T17:00:00Z";
const occasion = { actor, action: "sample", now };
let running: TestStore;
let ask: ReturnType<typeof caller>;
let admin: ReturnType<typeof caller>;

beforeAll(async () => {
  running = await startTestStore();
  ask = caller(catalogue, running);
  admin = caller(adminHandler, running);
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(now) });
  vi.spyOn(process.stdout, "write").mockImplementation(() => true);
});
afterAll(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await running.stop();
});

const hold = (offer: Quote) => holdSample(running.store, offer, `${offer.id}@example.com`, now);

/** Patches a program; each call creates a new version. */
const patchProgram = async (id: string, body: object) => {
  const told = await admin("PATCH", `/v1/programs/${id}`, { role: "admin", body: { ...body } });
  expect(told.status).toBe(200);
};
const patchCohort = (id: string, body: object) =>
  admin("PATCH", `/v1/cohorts/${id}`, { role: "admin", body: { ...body } });
const open = (id: string) => patchCohort(id, { status: "open" });

/** A draft cohort that begins in 45 days, of a new published program. */
async function draft({ price }: { price?: number } = {}): Promise<{ id: string; programId: string }> {
  const program = sampleProgram();
  expect(await writeProgram(running.store, null, program, [], occasion, null)).toEqual({ ok: true });
  const dates = { startsOn: dayFrom(now, 45), endsOn: dayFrom(now, 51), timeZone };
  const places = [{ type: "private", count: 2, ...(price === undefined ? {} : { price }) }];
  const body = { programId: program.id, ...dates, venue: "Sample House", places };
  const made = await admin("POST", "/v1/cohorts", { role: "admin", body });
  expect(made.status).toBe(201);
  return { id: String(made.body.id), programId: program.id };
}

async function onSale(of: { price?: number } = {}) {
  const made = await draft(of);
  expect((await open(made.id)).status).toBe(200);
  return made;
}

const quoteOf = (cohortId: string) =>
  ask("POST", "/v1/quotes", {
    role: "client",
    body: { cohortId, placeType: "private", plan: { kind: "deposit_and_balance" } },
  });
const stored = async (quoteId: unknown) => (await readQuote(running.store, String(quoteId), now)) as Quote;

const terms = (id: string) => admin("GET", `/v1/cohorts/${id}/terms`, { role: "admin" });
const take = (id: string, version: unknown, key?: string) =>
  admin("POST", `/v1/cohorts/${id}/terms`, { role: "admin", body: { version }, ...(key === undefined ? {} : { key }) });
/** Copies the program's current terms to the cohort. */
async function takePresent(id: string) {
  const { program } = (await terms(id)).body as { program: { version: number } };
  return take(id, program.version);
}

const dearer = {
  placeTypes: [{ type: "private", price: 1_990_000 }],
  deposit: { kind: "amount", amount: 400_000 },
  plans: [{ kind: "deposit_and_balance", balanceDueDaysBefore: 20 }],
  cancellation: { administrationFee: 90_000, tiers: [{ daysBefore: 0, refundPercent: 0 }] },
  holdMinutes: 5,
};
const deadline = (clearanceDeadlineDaysBefore: number) => ({
  screening: { ...sampleProgram().screening, clearanceDeadlineDaysBefore },
});

describe("a program that is patched", () => {
  test("changes no cohort that was ever opened: neither its quotes nor what the public sees of it", async () => {
    const { id, programId } = await onSale();
    await patchCohort(id, { status: "closed" });
    await patchProgram(programId, { ...dearer, ...deadline(30), days: 3, publicLabel: "Another label" });
    await open(id);

    const { body } = await quoteOf(id);
    const shown = await ask("GET", `/v1/cohorts/${id}`, { role: "client" });
    const plans = await ask("GET", `/v1/cohorts/${id}/plans?placeType=private`, { role: "client" });

    expect(body).toMatchObject({
      total: 1_850_000,
      deposit: 250_000,
      lines: [{ label: "Seven-day program, private" }],
    });
    expect((await stored(body.id)).terms).toMatchObject({
      holdMinutes: 30,
      administrationFee: 50_000,
      clearanceDeadlineOn: dayFrom(now, 31),
    });
    expect(shown.body).toMatchObject({ places: [{ price: 1_850_000, available: 2 }] });
    expect(plans.body.items).toHaveLength(3);
  });

  test("leaves every open cohort quotable", async () => {
    const { id, programId } = await onSale({ price: 300_000 });
    await patchProgram(programId, { deposit: { kind: "amount", amount: 300_000 }, plans: [{ kind: "full" }] });
    await patchProgram(programId, { placeTypes: [{ type: "shared", price: 900_000 }], ...deadline(46) });

    expect(await quoteOf(id)).toMatchObject({ status: 201, body: { total: 300_000, deposit: 250_000 } });
  });

  test("keeps each cohort's own length", async () => {
    const { id, programId } = await onSale();
    await patchProgram(programId, { days: 3 });

    expect((await patchCohort(id, { startsOn: dayFrom(now, 46), endsOn: dayFrom(now, 52) })).status).toBe(200);
  });
});

describe("a cohort that opens for the first time", () => {
  test("takes the program's current terms, except its own price", async () => {
    const [made, priced] = [await draft(), await draft({ price: 1_700_000 })];
    for (const { id, programId } of [made, priced]) {
      await patchProgram(programId, { ...dearer, ...deadline(20) });
      expect((await open(id)).status).toBe(200);
    }

    const quoted = await quoteOf(made.id);

    expect(quoted.body).toMatchObject({ total: 1_990_000, deposit: 400_000, termsVersion: 2 });
    expect((await stored(quoted.body.id)).terms.clearanceDeadlineOn).toBe(dayFrom(now, 25));
    expect((await quoteOf(priced.id)).body).toMatchObject({ total: 1_700_000 });
  });

  test.each([
    ["the cohort's price is not above the deposit", { deposit: { kind: "amount", amount: 300_000 } }, "status"],
    ["its length is not that of its program", { days: 6 }, "endsOn"],
    ["its clearance deadline has passed", deadline(46), "startsOn"],
  ])("is refused if %s", async (_what, change, path) => {
    const { id, programId } = await draft({ price: 300_000 });
    await patchProgram(programId, change);

    const told = await open(id);

    expect(told).toMatchObject({ status: 400, body: { code: "validation_failed", errors: [{ path }] } });
  });

  test("has one version of the terms if the program is patched between the read and the write", async () => {
    const { id, programId } = await draft();
    justBefore(anyWrite, () => patchProgram(programId, dearer));

    expect((await open(id)).status).toBe(200);

    expect(await terms(id)).toMatchObject({ body: { version: 2, terms: dearer, differences: [] } });
    expect((await quoteOf(id)).body).toMatchObject({ total: 1_990_000, deposit: 400_000, termsVersion: 2 });
  });
});

describe("the terms of a cohort", () => {
  test("are shown beside the program's current ones, with the differences", async () => {
    const { id, programId } = await draft();
    expect(await terms(id)).toMatchObject({
      status: 200,
      body: { version: null, terms: null, program: { version: 1, terms: { days: 7 } }, differences: [] },
    });
    await open(id);
    await patchProgram(programId, { deposit: { kind: "amount", amount: 300_000 }, summary: "New words" });

    expect(await terms(id)).toMatchObject({
      body: {
        version: 1,
        terms: { deposit: { amount: 250_000 } },
        program: { version: 2, terms: { deposit: { amount: 300_000 } } },
        differences: [{ path: "deposit.amount", from: 250_000, to: 300_000 }],
      },
    });
  });

  test("apply to later quotes, and every earlier quote can still be booked", async () => {
    const { id, programId } = await onSale();
    const before = (await quoteOf(id)).body;
    await patchProgram(programId, { ...dearer, ...deadline(30) });

    expect(await take(id, 2)).toMatchObject({ status: 200, body: { version: 2, terms: dearer, differences: [] } });

    const after = (await quoteOf(id)).body;
    expect(after).toMatchObject({ total: 1_990_000, termsVersion: 2 });
    expect((await stored(after.id)).terms).toMatchObject({ clearanceDeadlineOn: dayFrom(now, 15) });
    expect(await hold(await stored(before.id))).toMatchObject({ ok: true, booking: { total: 1_850_000 } });
    expect(await hold(await stored(after.id))).toMatchObject({ ok: true, booking: { total: 1_990_000 } });
    const shown = await ask("GET", `/v1/cohorts/${id}`, { role: "client" });
    expect(shown.body).toMatchObject({ places: [{ price: 1_990_000 }] });
  });

  test("with a later clearance deadline extend the sale to it", async () => {
    const { id, programId } = await onSale();
    await patchProgram(programId, deadline(7));
    expect((await takePresent(id)).status).toBe(200);
    const late = `${dayFrom(now, 36)}T17:00:00Z`;
    vi.setSystemTime(new Date(late));
    const { body } = await quoteOf(id);
    vi.setSystemTime(new Date(now));

    expect(await holdSample(running.store, await stored(body.id), "late@example.com", late)).toMatchObject({
      ok: true,
    });
  });

  test("with an earlier clearance deadline leave earlier quotes their deadline", async () => {
    const { id, programId } = await onSale();
    const [morning, evening] = [`${dayFrom(now, 30)}T17:00:00Z`, `${dayFrom(now, 31)}T10:00:00Z`];
    vi.setSystemTime(new Date(morning));
    const offer = await stored((await quoteOf(id)).body.id);
    await patchProgram(programId, deadline(15));
    expect((await takePresent(id)).status).toBe(200);
    vi.setSystemTime(new Date(evening));
    const refused = await quoteOf(id);
    vi.setSystemTime(new Date(now));

    expect(refused.body.code).toBe("not_on_sale");
    expect(await holdSample(running.store, offer, "early@example.com", evening)).toMatchObject({ ok: true });
  });

  test("require the program's current version, or it is a conflict, even if it is patched concurrently", async () => {
    const { id, programId } = await onSale();
    await patchProgram(programId, dearer);
    expect(await take(id, 1)).toMatchObject({ status: 409, body: { code: "conflict" } });
    justBefore(anyWrite, () => patchProgram(programId, { holdMinutes: 7 }));
    expect(await take(id, 2)).toMatchObject({ status: 409, body: { code: "conflict" } });

    expect((await terms(id)).body.version).toBe(1);
  });

  test("cannot be taken before the first opening or after the cohort's end", async () => {
    const refused = { status: 409, body: { code: "invalid_transition" } };
    expect(await take((await draft()).id, 1)).toMatchObject(refused);
    const { id } = await onSale();
    vi.setSystemTime(new Date(`${dayFrom(now, 53)}T17:00:00Z`));
    const told = await take(id, 1);
    vi.setSystemTime(new Date(now));

    expect(told).toMatchObject(refused);
  });

  test("under which nothing could be sold are refused", async () => {
    const { id, programId } = await onSale({ price: 300_000 });
    await patchProgram(programId, { deposit: { kind: "amount", amount: 300_000 } });

    expect(await takePresent(id)).toMatchObject({ status: 400, body: { errors: [{ path: "version" }] } });
  });

  test("are taken once per key, and recorded in the audit log", async () => {
    const { id, programId } = await onSale();
    await patchProgram(programId, dearer);
    const taken = await take(id, 2, "one-key");

    expect(await take(id, 2, "one-key")).toMatchObject({
      body: taken.body,
      headers: { "idempotent-replayed": "true" },
    });
    const { body } = await admin("GET", `/v1/audit?subject=${id}`, { role: "admin" });
    expect(body.items).toMatchObject([
      { action: "create_cohort", after: { termsVersion: null } },
      { action: "change_cohort", after: { termsVersion: 1 } },
      { action: "take_terms", before: { termsVersion: 1 }, after: { termsVersion: 2 } },
    ]);
  });
});

describe("late money", () => {
  const lateIn = async (id: string) => {
    const offer = await stored((await quoteOf(id)).body.id);
    return payingLate(running.store, await heldBooking(running.store, offer, `${offer.id}@example.com`, now), now);
  };

  test("revives the booking at the agreed price, even if the cohort has new terms", async () => {
    const { id, programId } = await onSale();
    const { attempt, lapsedAt } = await lateIn(id);
    await patchProgram(programId, dearer);
    expect((await takePresent(id)).status).toBe(200);
    await lapseHold(running.store, attempt.bookingId, { ...occasion, now: lapsedAt });

    expect(await payLate(running.store, attempt, lapsedAt)).toMatchObject({
      status: "awaiting_clearance",
      total: 1_850_000,
      refunded: 0,
    });
  });

  test("is refunded in full after the agreed clearance deadline, even if later terms extend the sale", async () => {
    const { id, programId } = await onSale();
    const { attempt } = await lateIn(id);
    await patchProgram(programId, deadline(7));
    expect((await takePresent(id)).status).toBe(200);
    const late = `${dayFrom(now, 33)}T17:00:00Z`;
    await lapseHold(running.store, attempt.bookingId, { ...occasion, now: late });

    expect(await payLate(running.store, attempt, late)).toMatchObject({ status: "expired", refunded: attempt.amount });
  });
});

describe("drafts", () => {
  const ids = ({ body }: Told) => (body.items as { id: string }[]).map((item) => item.id);
  const read = (path: string, role = "admin") => admin("GET", `/v1/drafts/${path}`, { role });

  test("are listed and read by admins, and by nobody else", async () => {
    const program = sampleProgram({ status: "draft" });
    await writeProgram(running.store, null, program, [], occasion, null);
    const cohort = await draft();

    expect(ids(await read("programs"))).toEqual([program.id]);
    expect(await read(`programs/${program.id}`)).toMatchObject({
      status: 200,
      body: { id: program.id, status: "draft" },
    });
    expect(ids(await read("cohorts"))).toContain(cohort.id);
    expect(await read(`cohorts/${cohort.id}`)).toMatchObject({ status: 200, body: { id: cohort.id, status: "draft" } });
    for (const path of ["programs", `programs/${program.id}`, "cohorts", `cohorts/${cohort.id}`]) {
      for (const role of ["client", "clinician", "finance"]) expect((await read(path, role)).status).toBe(403);
    }
    for (const path of [
      `programs/${program.id}`,
      `cohorts/${cohort.id}`,
      `cohorts/${cohort.id}/plans?placeType=private`,
    ]) {
      expect((await ask("GET", `/v1/${path}`, { role: "admin" })).status).toBe(404);
    }
    expect((await quoteOf(cohort.id)).status).toBe(404);
    for (const list of ["programs", "cohorts", "cohorts?status=draft"]) {
      const shown = ids(await ask("GET", `/v1/${list}`, { role: "admin" }));
      expect(shown).not.toContain(program.id);
      expect(shown).not.toContain(cohort.id);
    }
  });

  test("are no longer listed once they are published or opened", async () => {
    const { id, programId } = await onSale();

    expect((await read(`programs/${programId}`)).status).toBe(404);
    expect((await read(`cohorts/${id}`)).status).toBe(404);
    expect(ids(await read("cohorts"))).not.toContain(id);
  });

  test("show the prices with which they would open", async () => {
    const { id, programId } = await draft();
    await patchProgram(programId, dearer);

    expect(await read(`cohorts/${id}`)).toMatchObject({ body: { places: [{ price: 1_990_000 }] } });
  });
});
