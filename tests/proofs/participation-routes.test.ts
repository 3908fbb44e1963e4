import type { Cohort } from "@clearing/domain/cohort";
import type { Program } from "@clearing/domain/program";
import { instantOf } from "@clearing/domain/time";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { handler as admin } from "../../functions/admin/handler.ts";
import { handler as booking } from "../../functions/booking/handler.ts";
import { handler as clinical } from "../../functions/clinical/handler.ts";
import { caller, type Told } from "../harness/function.ts";
import { participantBody } from "../harness/http.ts";
import { openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

let running: TestStore;
let ask: ReturnType<typeof caller>;
let asClinician: ReturnType<typeof caller>;
let asAdmin: ReturnType<typeof caller>;
let program: Program;
let cohort: Cohort;
beforeAll(async () => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  running = await startTestStore();
  ask = caller(booking, running);
  asClinician = caller(clinical, running);
  asAdmin = caller(admin, running);
  program = sampleProgram();
});
afterAll(() => {
  vi.restoreAllMocks();
  return running.stop();
});
const now = () => instantOf(Date.now());
/** Each test has separate people, because accounts have limits on unpaid holds. */
let testNumber = 0;
beforeEach(async () => {
  testNumber += 1;
  cohort = await openCohort(running.store, program, { places: 6, inDays: 120, now: now() });
});

const as = (name: string, role = "client") => ({ sub: `${name}-${testNumber}`, role });
const address = (name: string) => `${name}-${testNumber}@example.com`;
const never = "9".repeat(64);

async function hold(by: string, name: string, role = "client"): Promise<Told> {
  const { id: quoteId } = await sampleQuote(running.store, program, cohort, now());
  const body = { quoteId, participant: participantBody(address(name)) };
  return ask("POST", "/v1/bookings", { ...as(by, role), key: ids.next("key"), body });
}

async function sign(path: string, by: string): Promise<Told> {
  const { hash } = (await ask("GET", `${path}/agreement`, as(by))).body;
  return ask("POST", `${path}/agreement`, { ...as(by), body: { hash, signature: "Ada Payer", accepted: true } });
}

/** Ada books for Bea, and signs. */
async function invited(): Promise<string> {
  const held = await hold("ada", "bea");
  expect(held.status).toBe(201);
  const path = `/v1/bookings/${held.body.id}`;
  await sign(path, "ada");
  return path;
}

async function accept(path: string, by = "bea", more: { key?: string; role?: string } = {}): Promise<Told> {
  const { hash = never } = (await ask("GET", `${path}/participation`, as(by))).body;
  const body = { accepted: true, hash, signature: "Bea Participant" };
  return ask("POST", `${path}/participation`, { ...as(by), ...more, body });
}

const decline = (path: string, by = "bea", key?: string) =>
  ask("POST", `${path}/participation`, { ...as(by), ...(key ? { key } : {}), body: { accepted: false } });
const correct = (path: string, name: string, changes: Record<string, unknown> = {}) =>
  ask("PUT", `${path}/participant`, { ...as("ada"), body: { ...participantBody(address(name)), ...changes } });

describe("an invited participant", () => {
  test("sees status, dates and clearance, and no money", async () => {
    const path = await invited();
    const { body } = await ask("GET", path, as("bea"));
    expect(body).toMatchObject({
      status: "held",
      standing: "current",
      participation: "invited",
      clearance: { status: "pending" },
      total: 0,
      paid: 0,
      refunded: 0,
      balance: 0,
      dues: [],
    });
    expect((body.timeline as { event: string }[]).map(({ event }) => event)).toEqual([
      "BookingHeld",
      "ParticipationChanged",
    ]);
  });

  test("reads the terms without prices, and accepts exactly that document", async () => {
    const path = await invited();
    const shown = (await ask("GET", `${path}/participation`, as("bea"))).body;
    expect(shown.html).toContain("Sample House");
    expect(shown.html).not.toMatch(/\$|18,500|2,500/);
    expect((await ask("GET", path, as("bea"))).body.agreement).toEqual({
      version: 1,
      signedAt: null,
      hash: shown.hash,
    });
    const accepted = await accept(path);
    expect(accepted).toMatchObject({ status: 200, body: { participation: "accepted", total: 0, dues: [] } });
    expect((await ask("GET", `${path}/participation`, as("bea"))).body).toEqual(shown);
    expect((await ask("GET", path, as("ada"))).body).toMatchObject({ participation: "accepted", clearance: null });
  });

  test.each([
    ["GET", "/agreement", undefined],
    ["GET", "/cancellation", undefined],
    ["POST", "/cancellation", { reason: "No" }],
    ["POST", "/agreement", { hash: never, signature: "Bea", accepted: true }],
    ["GET", "/autopay", undefined],
    ["PUT", "/autopay", { enabled: true, hash: never }],
    ["PUT", "/participant", participantBody("bea@example.com")],
  ])("finds nothing at %s %s", async (method, route, body) => {
    const path = await invited();
    await accept(path);
    const told = await ask(method, `${path}${route}`, { ...as("bea"), key: "bea", ...(body ? { body } : {}) });
    expect(told).toMatchObject({ status: 404, body: { code: "not_found" } });
  });

  test("signs with the hash of the current terms and a name", async () => {
    const path = await invited();
    const send = (body: Record<string, unknown>) => ask("POST", `${path}/participation`, { ...as("bea"), body });
    const { body } = await send({ accepted: true });
    expect(body).toMatchObject({ code: "validation_failed", errors: [{ path: "hash" }, { path: "signature" }] });
    const stale = await send({ accepted: true, hash: never, signature: "Bea Participant" });
    expect(stale).toMatchObject({ status: 409, body: { code: "agreement_changed" } });
  });

  test("is answered once per key, and once per signature without one", async () => {
    const path = await invited();
    const first = await accept(path, "bea", { key: "one" });
    const again = await accept(path, "bea", { key: "one" });
    expect(again).toMatchObject({ status: 200, body: first.body, headers: { "idempotent-replayed": "true" } });
    expect((await accept(path)).body).toEqual(first.body);
  });

  test("gets the id of their own blocking booking; others do not", async () => {
    const path = await invited();
    const own = await hold("bea", "bea");
    expect(own.status).toBe(201);
    expect(await accept(path)).toMatchObject({
      status: 409,
      body: {
        ...{ code: "already_booked", bookingId: own.body.id },
        detail:
          "You already take part in another booking in this cohort. To accept this invitation, cancel that booking or withdraw from it first.",
      },
    });
    expect((await ask("GET", path, as("ada"))).body.participation).toBe("invited");
  });

  test("who has accepted gets already_booked when booking for themselves", async () => {
    const path = await invited();
    await accept(path);
    const { status, body } = await hold("bea", "bea");
    const detail = "To book again, cancel the existing booking or withdraw from it first.";
    expect({ status, ...body }).toMatchObject({
      status: 409,
      code: "already_booked",
      bookingId: path.slice(13),
      detail,
    });
  });

  test("may decline: the booking ends with a full refund, and the payer is not told why", async () => {
    const path = await invited();
    const declined = await decline(path);
    expect(declined).toMatchObject({ status: 200, body: { status: "cancelled", participation: "declined" } });
    expect((await ask("GET", path, as("ada"))).body).toMatchObject({ status: "cancelled", participation: "declined" });
    expect(await decline(path)).toMatchObject({ status: 409, body: { code: "invalid_transition" } });
    expect((await hold("ada", "bea")).status).toBe(201);
  });

  test("may withdraw the acceptance", async () => {
    const path = await invited();
    await accept(path);
    expect(await decline(path, "bea", "back")).toMatchObject({ status: 200, body: { participation: "declined" } });
    expect((await hold("bea", "bea")).status).toBe(201);
  });
});

describe("a client's list", () => {
  const listed = async (name: string): Promise<string[]> => {
    const ids: string[] = [];
    let cursor = "";
    do {
      const { body } = await ask("GET", `/v1/bookings?limit=1${cursor}`, as(name));
      ids.push(...(body.items as { id: string }[]).map(({ id }) => id));
      cursor = typeof body.nextCursor === "string" ? `&cursor=${encodeURIComponent(body.nextCursor)}` : "";
    } while (cursor !== "");
    return ids;
  };
  const idOf = (path: string): string => path.slice("/v1/bookings/".length);

  test("includes bookings that others made for them, newest first, page by page", async () => {
    const first = await hold("gil-payer", "gil");
    const own = await hold("gil", "gil");
    const last = await hold("gil-other", "GIL");
    expect(await listed("gil")).toEqual([last, own, first].map(({ body }) => body.id));
    expect(await listed("gil-payer")).toEqual([first.body.id]);
  });

  test("shows no money of those, and follows a corrected address and an ending", async () => {
    const path = `/v1/bookings/${(await hold("ada", "mistake")).body.id}`;
    const { body } = await ask("GET", "/v1/bookings", as("mistake"));
    expect(body.items).toMatchObject([{ total: 0, dues: [] }]);
    await correct(path, "hal");
    await sign(path, "ada");
    expect(await listed("mistake")).toEqual([]);
    await accept(path, "hal");
    await decline(path, "hal");
    expect(await listed("hal")).toEqual([idOf(path)]);
  });
});

describe("a payer for somebody else", () => {
  test("never sees the clearance", async () => {
    const path = await invited();
    const { body } = await ask("GET", path, as("ada"));
    expect(body).toMatchObject({ clearance: null, total: 1_850_000, participation: "invited" });
  });

  test("cannot read or answer the participation", async () => {
    const path = await invited();
    expect((await ask("GET", `${path}/participation`, as("ada"))).status).toBe(404);
    expect((await accept(path, "ada")).status).toBe(404);
    expect((await decline(path, "ada")).status).toBe(404);
  });

  test("corrects the address: the new participant is invited, the old one finds nothing, the agreement is signed again", async () => {
    const path = await invited();
    const corrected = await correct(path, "cal");
    expect(corrected).toMatchObject({
      status: 200,
      body: {
        participation: "invited",
        participant: { email: address("cal") },
        agreement: { version: 2, signedAt: null },
      },
    });
    expect((await ask("GET", path, as("bea"))).status).toBe(404);
    expect((await accept(path, "bea")).status).toBe(404);
    const signed = await sign(path, "ada");
    expect(signed.body).toMatchObject({ agreement: { version: 2, signedAt: expect.any(String) } });
    const { body } = await ask("GET", `${path}/agreement?version=1`, as("ada"));
    expect(body).toMatchObject({ version: 1, signature: "Ada Payer" });
    expect(await accept(path, "cal")).toMatchObject({ status: 200, body: { participation: "accepted" } });
    expect(await correct(path, "bea")).toMatchObject({ status: 409, body: { code: "invalid_transition" } });
  });

  test("cannot correct it to an address that they have booked for already, and is told what to do", async () => {
    const path = await invited();
    const other = await hold("ada", "cal");

    expect(await correct(path, "cal")).toMatchObject({
      status: 409,
      body: {
        ...{ code: "already_booked", bookingId: other.body.id },
        detail: "You have already booked for this address. Cancel that booking first, or enter another address.",
      },
    });
  });

  test("corrects it once a day, never to their own address, and to nobody under age", async () => {
    const path = await invited();
    const own = await correct(path, "ADA");
    expect(own.body).toMatchObject({ code: "validation_failed", errors: [{ path: "email" }] });
    const child = await correct(path, "cal", { dateOfBirth: now().slice(0, 10) });
    expect(child.body).toMatchObject({ code: "validation_failed", errors: [{ path: "dateOfBirth" }] });
    expect((await correct(path, "cal")).status).toBe(200);
    const again = await correct(path, "dan");
    expect(again).toMatchObject({ status: 429, body: { code: "limit_exceeded" } });
    expect(Number(again.headers["retry-after"])).toBeGreaterThan(86_000);
  });

  test("cancels before the answer with a full refund", async () => {
    const path = await invited();
    const preview = await ask("GET", `${path}/cancellation`, as("ada"));
    expect(preview.body).toMatchObject({ refundPercent: 100, administrationFee: 0, next: null });
  });
});

describe("a stranger", () => {
  const without = ({ status, body }: Told) => {
    const {
      id: _id,
      holdExpiresAt: _until,
      participant: _who,
      agreement: _hash,
      dues: _dues,
      timeline: _at,
      ...rest
    } = body;
    return { status, ...rest };
  };

  test("gets the same answer, whatever the person with the typed address has done", async () => {
    await hold("bea", "bea");
    const path = await invited().then(() => hold("mum", "cal"));
    await sign(`/v1/bookings/${path.body.id}`, "mum");
    await accept(`/v1/bookings/${path.body.id}`, "cal");
    const [unknown, booked, accepted] = [
      await hold("eve", "nobody"),
      await hold("eve2", "bea"),
      await hold("eve3", "cal"),
    ];
    expect(without(booked)).toEqual(without(unknown));
    expect(without(accepted)).toEqual(without(unknown));
  });

  test("gets the same answer for a sold-out cohort, too", async () => {
    cohort = await openCohort(running.store, program, { places: 1, inDays: 120, now: now() });
    const own = await hold("bea", "bea");
    expect(await hold("eve", "bea")).toMatchObject({ status: 409, body: { code: "sold_out" } });
    expect((await hold("eve", "bea")).body).not.toHaveProperty("bookingId");
    expect((await hold("bea", "bea")).body).toMatchObject({ code: "already_booked", bookingId: own.body.id });
    const told = await hold("boss", "bea", "admin");
    expect(told.body).toMatchObject({ code: "already_booked", bookingId: own.body.id });
  });
});

describe("staff on their own booking", () => {
  test("a booking that an admin makes is the participant's own, who accepts by signing", async () => {
    const made = await hold("boss", "bea", "admin");
    expect(made.body).toMatchObject({ participation: "accepted" });
    const path = `/v1/bookings/${made.body.id}`;
    expect((await sign(path, "bea")).body).toMatchObject({ participation: "accepted", total: 1_850_000 });
    expect((await ask("GET", `${path}/participation`, as("bea"))).status).toBe(404);
  });

  test("an admin cancels their own as a client, by the policy", async () => {
    const held = await hold("boss", "boss");
    const path = `/v1/bookings/${held.body.id}`;
    const { body } = await ask("GET", `${path}/cancellation`, as("boss", "admin"));
    expect(body).toMatchObject({ administrationFee: 50_000 });
    const other = await ask("GET", `${path}/cancellation`, as("other", "admin"));
    expect(other.body).toMatchObject({ administrationFee: 0, refundPercent: 100 });
  });

  test("an admin who only takes part sees no money and cancels nothing", async () => {
    const held = await hold("ada", "boss");
    const path = `/v1/bookings/${held.body.id}`;
    const boss = as("boss", "admin");
    expect((await ask("GET", path, boss)).body).toMatchObject({ total: 0, dues: [] });
    expect((await ask("GET", `${path}/agreement`, boss)).status).toBe(404);
    const cancelled = await ask("POST", `${path}/cancellation`, { ...boss, key: "boss", body: { reason: "No" } });
    expect(cancelled.status).toBe(404);
    const admitted = await ask("POST", `${path}/admission`, { ...boss, body: { outcome: "admitted" } });
    expect(admitted).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  test("a clinician who pays or takes part cannot read the screening or see it in the queue", async () => {
    const path = await invited();
    await accept(path);
    const bookingId = path.slice(13);
    const queued = async (by: string) => {
      const { body } = await asClinician("GET", "/v1/screenings?limit=100", as(by, "clinician"));
      return (body.items as { bookingId: string }[]).some((item) => item.bookingId === bookingId);
    };
    for (const by of ["ada", "bea"]) {
      const read = await asClinician("GET", `/v1/screenings/${bookingId}`, as(by, "clinician"));
      expect(read).toMatchObject({ status: 403, body: { code: "forbidden" } });
      expect(read.body).not.toHaveProperty("evaluations");
      expect(await queued(by)).toBe(false);
    }
    expect((await asClinician("GET", `/v1/screenings/${bookingId}`, as("doctor", "clinician"))).status).toBe(200);
    expect(await queued("doctor")).toBe(true);
  });

  test("an admin who pays sees no clearance in the audit log, one who takes part no money, and others both", async () => {
    const path = await invited();
    await accept(path);
    const bookingId = path.slice(13);
    const body = { kind: "medical", outcome: "cleared" };
    await asClinician("POST", `/v1/screenings/${bookingId}/evaluations`, { ...as("doctor", "clinician"), body });
    type Records = { subject: { type: string } }[];
    const audited = async (by: string) => {
      const told = await asAdmin("GET", `/v1/audit?limit=100&subject=${bookingId}`, as(by, "admin"));
      return [...new Set((told.body.items as Records).map(({ subject }) => subject.type))].sort();
    };
    expect(await audited("ada")).toEqual(["booking"]);
    expect(await audited("bea")).toEqual(["clearance"]);
    expect(await audited("boss")).toEqual(["booking", "clearance"]);
  });

  test("nobody is evaluated before they have accepted", async () => {
    const path = await invited();
    const evaluate = () =>
      asClinician("POST", `/v1/screenings/${path.slice(13)}/evaluations`, {
        ...as("doctor", "clinician"),
        body: { kind: "medical", outcome: "cleared" },
      });
    const detail = "The participant has not accepted the invitation yet.";
    expect(await evaluate()).toMatchObject({ status: 409, body: { code: "invalid_transition", detail } });
    await accept(path);
    expect((await evaluate()).status).toBe(201);
  });
});
