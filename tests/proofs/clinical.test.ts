import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
} from "@aws-sdk/lib-dynamodb";
import { endEarly } from "@clearing/commands/end-early";
import { lapseHold } from "@clearing/commands/sweep";
import { type Booking, admit as domainAdmit } from "@clearing/domain/booking";
import { personKey } from "@clearing/domain/person";
import { addDays, plusDays } from "@clearing/domain/time";
import { handler } from "@clearing/functions/clinical";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { commit } from "@clearing/store/commit";
import { keys } from "@clearing/store/keys";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { caller } from "../harness/function.ts";
import { acceptSample, actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";
import { storedText } from "../harness/stored-text.ts";

const now = "2027-03-01T17:00:00Z";
const today = "2027-03-01";
const note = "canary-note-5b1e";
let running: TestStore;
let call: ReturnType<typeof caller>;
const lines: string[] = [];

beforeAll(async () => {
  running = await startTestStore();
  call = caller(handler, running);
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(now) });
  vi.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
});
afterAll(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await running.stop();
});

/** A booking held for a cohort that begins in this many days; its clearance deadline is 13 days before that. */
async function booked(inDays = 45): Promise<Booking> {
  const program = sampleProgram();
  const cohort = await openCohort(running.store, program, { places: 1, inDays, now });
  const offer = await sampleQuote(running.store, program, cohort, now);
  return heldBooking(running.store, offer, `${offer.id}@example.com`, now);
}

type Finding = { kind?: string; outcome?: string; validUntil?: string; note?: string };

const evaluate = (bookingId: string, finding: Finding = {}, { sub = "dr-medical", key = "" } = {}) =>
  call("POST", `/v1/screenings/${bookingId}/evaluations`, {
    role: "clinician",
    sub,
    ...(key === "" ? {} : { key }),
    body: { kind: "medical", outcome: "cleared", ...finding },
  });

const withdraw = (bookingId: string, key = "") =>
  call("POST", `/v1/screenings/${bookingId}/withdrawal`, {
    role: "clinician",
    sub: "dr-medical",
    ...(key === "" ? {} : { key }),
    body: { note },
  });

const read = (bookingId: string, headers: Record<string, string> = {}) =>
  call("GET", `/v1/screenings/${bookingId}`, { role: "clinician", sub: "dr-reader", headers });

type Item = Record<string, unknown>;

async function under(table: string, pk: string) {
  const query = {
    TableName: table,
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": pk },
    ConsistentRead: true,
  };
  return (await running.store.client.send(new QueryCommand(query))).Items ?? [];
}
const clinical = (bookingId: string) => under(running.store.tables.clinical, `SCR#${bookingId}`);
const audited = (bookingId: string) => under(running.store.tables.audit, `clearance#${bookingId}`);
const clearance = async (bookingId: string) =>
  (
    await running.store.client.send(
      new GetCommand({
        TableName: running.store.tables.clearance,
        Key: keys.clearance(bookingId),
        ConsistentRead: true,
      }),
    )
  ).Item;

async function outbox(bookingId: string) {
  const { Items = [] } = await running.store.client.send(new ScanCommand({ TableName: running.store.tables.outbox }));
  return Items.map(({ detailType, detail }) => ({ detailType, ...JSON.parse(detail) })).filter(
    ({ detailType, data }) => detailType === "ClearanceChanged" && data.bookingId === bookingId,
  );
}

describe("an evaluation", () => {
  test("is written with its clearance, its audit record and its event in one transaction", async () => {
    const { id, cohortId } = await booked();
    const validUntil = addDays(today, 90);

    const told = await evaluate(id, { note });

    expect(told.status).toBe(201);
    expect(told.body).toMatchObject({
      evaluation: { kind: "medical", outcome: "cleared", validUntil, note, by: "dr-medical", at: now },
      clearance: { status: "pending", validUntil: null },
    });
    expect(await clinical(id)).toMatchObject([{ by: "dr-medical", outcome: "cleared", note }]);
    expect(await clearance(id)).toMatchObject({
      version: 1,
      medical: { outcome: "cleared", validUntil },
      psychiatric: null,
    });
    expect(await audited(id)).toMatchObject([
      {
        sequence: 1,
        action: "evaluate",
        before: null,
        after: { status: "pending", validUntil: null },
        actor: { sub: "dr-medical" },
      },
    ]);
    expect(await outbox(id)).toMatchObject([
      {
        subject: { type: "clearance", id, version: 1 },
        data: { bookingId: id, cohortId, status: "pending", validUntil: null },
      },
    ]);
  });

  test("of both kinds by two clinicians clears, to the earlier of both dates", async () => {
    const { id } = await booked();
    await evaluate(id, { outcome: "cleared_with_conditions", validUntil: "2027-05-01" });

    const told = await evaluate(id, { kind: "psychiatric", validUntil: "2027-04-30" }, { sub: "dr-psychiatric" });

    expect(told.body).toMatchObject({ clearance: { status: "cleared", validUntil: "2027-04-30" } });
    expect((await clearance(id))?.dueAt).toBe("2027-05-01T06:00:00Z");
  });

  test("that ends before the cohort's last day warns at once, though it clears", async () => {
    const { id } = await booked();
    const short = await evaluate(id, { validUntil: "2027-04-20" });
    const both = await evaluate(id, { kind: "psychiatric" }, { sub: "dr-psychiatric" });

    expect(short.body).toMatchObject({ clearance: { status: "pending" }, missing: ["psychiatric", "validity"] });
    expect(both.body).toMatchObject({ clearance: { status: "cleared" }, missing: ["validity"] });
    expect((await read(id)).body).toMatchObject({ missing: ["validity"] });
    expect((await evaluate(id)).body.missing).toEqual([]);
  });

  test("records the clearance in the core audit log, and never the kind of evaluation (I8)", async () => {
    const { id } = await booked();
    await evaluate(id);
    await evaluate(id, { kind: "psychiatric", outcome: "not_cleared" }, { sub: "dr-second" });
    await withdraw(id);

    const records = (await audited(id)).map(({ action, before, after }) => ({ action, before, after }));
    expect(records.map(({ action }) => action)).toEqual(["evaluate", "evaluate", "withdraw_clearance"]);
    expect(JSON.stringify(records)).toContain("not_cleared");
    expect(JSON.stringify([records, await outbox(id)])).not.toMatch(/medical|psychiatric/);
  });

  test("that needs information is pending; one that does not clear shows at once and starts the decline clock", async () => {
    const { id } = await booked();
    const asked = await evaluate(id, { outcome: "needs_information" });
    const refused = await evaluate(id, { outcome: "not_cleared" });

    expect(asked.body.clearance).toEqual({ status: "pending", validUntil: null });
    expect(refused.body.clearance).toEqual({ status: "not_cleared", validUntil: null });
    expect((await clearance(id))?.dueAt).toBe("2027-03-02T17:00:00Z");
  });

  test.each([
    ["the past", addDays(today, -1)],
    ["past the program's validity", addDays(today, 91)],
  ])("valid until %s is refused by name, and nothing is written", async (_when, validUntil) => {
    const { id } = await booked();

    const told = await evaluate(id, { validUntil });

    expect(told).toMatchObject({ status: 400, body: { code: "validation_failed", errors: [{ path: "validUntil" }] } });
    expect([...(await clinical(id)), ...(await audited(id))]).toEqual([]);
  });

  test.each([today, addDays(today, 90)])("valid until %s is within bounds", async (validUntil) => {
    expect((await evaluate((await booked()).id, { validUntil })).status).toBe(201);
  });

  test("uses the date of the cohort's zone: in Denver it is still the day before UTC's", async () => {
    const { id } = await booked();
    vi.setSystemTime(new Date("2027-03-02T03:00:00Z"));

    const told = await evaluate(id, { validUntil: today });
    vi.setSystemTime(new Date(now));

    expect(told.status).toBe(201);
  });

  test("of an unknown booking is not found", async () => {
    expect((await evaluate(ids.next("bkg"))).body.code).toBe("not_found");
  });

  test("of a booking that has ended is refused", async () => {
    const { id } = await booked();
    const request = { bookingId: id, by: "operator" as const, refundId: ids.next("ref") };
    await endEarly(running.store, request, { actor, action: "cancel", now });

    expect(await evaluate(id)).toMatchObject({ status: 409, body: { code: "invalid_transition" } });
    expect(await clinical(id)).toEqual([]);
  });

  test("of somebody who was admitted is refused", async () => {
    const { id } = await booked();
    await admit(id);

    expect((await evaluate(id)).body.code).toBe("invalid_transition");
  });

  test("requested twice under one key has one effect and one answer, stored only in the clinical table", async () => {
    const { id } = await booked();
    const first = await evaluate(id, { note }, { key: `once-${id}` });
    const again = await evaluate(id, { note }, { key: `once-${id}` });
    const other = await evaluate(id, { note: "another" }, { key: `once-${id}` });

    expect(again).toMatchObject({ status: 201, body: first.body, headers: { "idempotent-replayed": "true" } });
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency_mismatch" } });
    expect(await clinical(id)).toHaveLength(1);
    expect(storedText(await everythingBut("clinical"))).not.toContain(note);
  });

  test("two at the same instant are both kept, each in its own version", async () => {
    const { id } = await booked();

    const told = await Promise.all([evaluate(id), evaluate(id, { kind: "psychiatric" }, { sub: "dr-psychiatric" })]);

    expect(told.map(({ status }) => status)).toEqual([201, 201]);
    expect(await clearance(id)).toMatchObject({
      version: 2,
      medical: { outcome: "cleared" },
      psychiatric: { outcome: "cleared" },
    });
    expect((await audited(id)).map(({ sequence }) => sequence)).toEqual([1, 2]);
  });
});

async function admit(bookingId: string) {
  const before = (await readBooking(running.store, bookingId)) as Booking;
  const occasion = { actor, action: "admit", now };
  await commit(running.store, bookingWrites(running.store, before, domainAdmit(before, "staff", now), occasion));
}

async function everythingBut(part: keyof TestStore["store"]["tables"]) {
  const { tables, client } = running.store;
  const others = Object.entries(tables).filter(([name]) => name !== part);
  return Promise.all(others.map(([, TableName]) => client.send(new ScanCommand({ TableName }))));
}

describe("two people must agree", () => {
  test("one clinician may not sign both kinds, not even at the same instant", async () => {
    const { id } = await booked();

    const told = await Promise.all([evaluate(id), evaluate(id, { kind: "psychiatric" })]);

    expect(told.map(({ status }) => status).sort()).toEqual([201, 403]);
    expect(told.find(({ status }) => status === 403)?.body).toMatchObject({
      code: "forbidden",
      detail: expect.any(String),
    });
    expect(await clinical(id)).toHaveLength(1);
  });

  test("a clinician who signed may sign the same kind again", async () => {
    const { id } = await booked();
    await evaluate(id, { outcome: "needs_information" });

    expect((await evaluate(id)).status).toBe(201);
  });

  test("only the latest of a kind counts: once somebody else has replaced it, the other kind may be signed", async () => {
    const { id } = await booked();
    await evaluate(id);
    vi.setSystemTime(new Date("2027-03-01T17:00:05Z"));
    await evaluate(id, {}, { sub: "dr-second" });
    const told = await evaluate(id, { kind: "psychiatric" }, { sub: "dr-medical" });
    vi.setSystemTime(new Date(now));

    expect(told.status).toBe(201);
  });

  test("two clinicians sign the same kind at the same instant: both are kept, and the clearance names one", async () => {
    const { id } = await booked();

    const told = await Promise.all([evaluate(id), evaluate(id, {}, { sub: "dr-second" })]);

    expect(told.map(({ status }) => status)).toEqual([201, 201]);
    const kept = await clinical(id);
    expect(kept).toHaveLength(2);
    const { version, medical } = (await clearance(id)) as Item;
    const counts = kept.find((evaluation) => evaluation.id === (medical as Item).evaluationId);
    expect(version).toBe(2);
    expect((medical as Item).by).toBe(personKey(`${counts?.by}@example.com`));
  });

  test("a withdrawal clears both kinds, so that either can be signed first", async () => {
    const { id } = await booked();
    await evaluate(id);
    await withdraw(id);

    expect((await evaluate(id, { kind: "psychiatric" })).status).toBe(201);
    expect((await evaluate(id)).status).toBe(403);
  });

  test("control: where the operator says so, one clinician signs both", async () => {
    const { id } = await booked();
    process.env.ONE_CLINICIAN_MAY_SIGN_BOTH = "true";
    await evaluate(id);
    const told = await evaluate(id, { kind: "psychiatric" });
    delete process.env.ONE_CLINICIAN_MAY_SIGN_BOTH;

    expect(told).toMatchObject({ status: 201, body: { clearance: { status: "cleared" } } });
  });
});

describe("nobody evaluates themselves", () => {
  const own = "own-booking";
  async function bookedBy(owner: string, participant: string): Promise<string> {
    const program = sampleProgram();
    const cohort = await openCohort(running.store, program, { places: 1, now });
    const offer = await sampleQuote(running.store, program, cohort, now);
    const email = `${owner}@example.com`;
    const payer = { sub: `client-${owner}`, email };
    const invited = await heldBooking(running.store, offer, `${participant}@example.com`, now, payer);
    return (await acceptSample(running.store, invited, now)).id;
  }

  test.each([
    ["participant", "somebody", own.toUpperCase()],
    ["payer", own, "somebody"],
  ])("the %s of a booking can neither evaluate nor withdraw, with any account", async (_who, ...of) => {
    const id = await bookedBy(...(of as [string, string]));
    const path = `/v1/screenings/${id}`;
    const as = { role: "clinician", sub: own };

    const evaluated = await call("POST", `${path}/evaluations`, {
      ...as,
      body: { kind: "medical", outcome: "cleared" },
    });
    await evaluate(id);
    const withdrawn = await call("POST", `${path}/withdrawal`, { ...as, body: { note } });

    for (const told of [evaluated, withdrawn]) expect(told).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(await clinical(id)).toHaveLength(1);
  });
});

describe("a withdrawal", () => {
  test("takes the clearance back; its note stays in the clinical table", async () => {
    const { id } = await booked();
    await evaluate(id);
    await evaluate(id, { kind: "psychiatric" }, { sub: "dr-psychiatric" });

    const told = await withdraw(id);

    expect(told).toMatchObject({ status: 200, body: { clearance: { status: "withdrawn", validUntil: null } } });
    expect(await clearance(id)).toMatchObject({ version: 3, medical: null, psychiatric: null, revokedAt: now });
    expect((await clinical(id)).filter(({ sk }) => sk.startsWith("WDR#"))).toMatchObject([{ note, by: "dr-medical" }]);
    expect((await audited(id)).at(-1)).toMatchObject({
      before: { status: "cleared", validUntil: "2027-05-30" },
      after: { status: "withdrawn", validUntil: null },
    });
    expect((await outbox(id)).map(({ data }) => data.status).sort()).toEqual(["cleared", "pending", "withdrawn"]);
    expect(storedText(await everythingBut("clinical"))).not.toContain(note);
  });

  test("without a clearance is refused", async () => {
    const { id } = await booked();

    expect(await withdraw(id)).toMatchObject({ status: 409, body: { code: "invalid_transition" } });
    expect(await clinical(id)).toEqual([]);
  });

  test("of an unknown booking is not found, after admission refused", async () => {
    const { id } = await booked();
    await evaluate(id);
    await admit(id);

    expect((await withdraw(id)).body.code).toBe("invalid_transition");
    expect((await withdraw(ids.next("bkg"))).body.code).toBe("not_found");
  });

  test("requested twice under one key happens once", async () => {
    const { id } = await booked();
    await evaluate(id);
    await withdraw(id, `w-${id}`);

    expect((await withdraw(id, `w-${id}`)).headers["idempotent-replayed"]).toBe("true");
    expect((await clearance(id))?.version).toBe(2);
  });
});

describe("reading a screening", () => {
  test("shows the participant, and the evaluations newest first", async () => {
    const { id } = await booked();
    await evaluate(id, { outcome: "needs_information", note });
    vi.setSystemTime(new Date("2027-03-01T17:00:05Z"));
    await evaluate(id, { outcome: "cleared" });
    vi.setSystemTime(new Date(now));

    const { body } = await read(id);

    expect(body).toMatchObject({
      bookingId: id,
      missing: ["psychiatric"],
      participant: { name: "Sample Person", dateOfBirth: "1985-05-17" },
      evaluations: [{ outcome: "cleared" }, { outcome: "needs_information", note }],
    });
  });

  test("leaves an access record with person, purpose and time; treatment unless said otherwise", async () => {
    const { id } = await booked();
    await read(id);
    await read(id, { "access-purpose": "operations" });

    const records = (await clinical(id)).filter(({ sk }) => sk.startsWith("ACCESS#"));
    expect(records).toHaveLength(2);
    expect(records.map(({ purpose }) => purpose).sort()).toEqual(["operations", "treatment"]);
    expect(records[0]).toMatchObject({ by: "dr-reader", at: now, what: "screening" });
  });

  test("fails if the access cannot be logged", async () => {
    const { id } = await booked();
    await evaluate(id, { note });
    const { send } = DynamoDBDocumentClient.prototype;
    const down = vi.spyOn(DynamoDBDocumentClient.prototype, "send").mockImplementation(function (
      this: DynamoDBDocumentClient,
      command: object,
    ) {
      if (command instanceof PutCommand) throw new Error("the table is away");
      return Reflect.apply(send, this, [command]);
    } as never);
    const told = await read(id);
    down.mockRestore();

    expect(told.status).toBe(500);
    expect(told.text).not.toContain(note);
  });

  test("of an unknown booking is not found, and an unknown purpose is refused", async () => {
    expect((await read(ids.next("bkg"))).status).toBe(404);
    expect((await read((await booked()).id, { "access-purpose": "curiosity" })).status).toBe(400);
  });
});

describe("the queue", () => {
  type Queued = { bookingId: string; clearanceDueAt: string; attention: string | null; clearance: { status: string } };
  type Queue = { items: Queued[]; nextCursor: string | null };
  async function queue(query: string): Promise<Queue["items"]> {
    const items: Queue["items"] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const path = `/v1/screenings?${query}${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const told = await call("GET", path, { role: "clinician", sub: "dr-reader" });
      const page = told.body as unknown as Queue;
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  test("lists bookings that may be evaluated by clearance deadline, page by page, without names", async () => {
    const far = await booked(50);
    const near = await booked(31);
    const [ended, admitted] = [await booked(40), await booked(41)];
    const request = { bookingId: ended.id, by: "operator" as const, refundId: ids.next("ref") };
    await endEarly(running.store, request, { actor, action: "cancel", now });
    await admit(admitted.id);

    const found = await queue("limit=3");

    const listed = found.map(({ bookingId }) => bookingId);
    const ours = [far, near, ended, admitted].map(({ id }) => id);
    expect(listed.filter((id) => ours.includes(id))).toEqual([near.id, far.id]);
    expect(new Set(listed).size).toBe(listed.length);
    const deadlines = found.map(({ clearanceDueAt }) => clearanceDueAt);
    expect(deadlines).toEqual(deadlines.toSorted());
    expect(JSON.stringify(found)).not.toContain("Sample Person");
  });

  test("is not displaced by 1,100 abandoned holds", async () => {
    const { client, tables } = running.store;
    await booked();
    const abandoned = await booked(16);
    await lapseHold(running.store, abandoned.id, { actor, action: "lapse", now: plusDays(now, 1) });
    const Key = keys.booking(abandoned.id);
    const { Item } = await client.send(new GetCommand({ TableName: tables.core, Key, ConsistentRead: true }));
    const copies = Array.from({ length: 1_100 }, () =>
      JSON.parse(JSON.stringify(Item).replaceAll(abandoned.id, ids.next("bkg"))),
    );
    for (let at = 0; at < copies.length; at += 25) {
      const puts = copies.slice(at, at + 25).map((copy) => ({ PutRequest: { Item: copy } }));
      await client.send(new BatchWriteCommand({ RequestItems: { [tables.core]: puts } }));
    }

    const told = await call("GET", "/v1/screenings?limit=2", { role: "clinician" });

    expect(told.body.items).toHaveLength(2);
  });

  test("shows the attention of each entry, and filters by it", async () => {
    const [urgent, soon, later] = [await booked(20), await booked(40), await booked(60)];
    const cleared = await booked(21);
    await evaluate(cleared.id);
    await evaluate(cleared.id, { kind: "psychiatric" }, { sub: "dr-psychiatric" });
    const ours = [urgent, soon, later, cleared].map(({ id }) => id);
    const shown = async (query: string) =>
      (await queue(`limit=20${query}`))
        .filter(({ bookingId }) => ours.includes(bookingId))
        .map(({ bookingId, attention }) => [bookingId, attention]);

    expect(await shown("")).toEqual([
      [urgent.id, "urgent"],
      [cleared.id, null],
      [soon.id, "soon"],
      [later.id, null],
    ]);
    expect(await shown("&attention=urgent")).toEqual([[urgent.id, "urgent"]]);
    expect(await shown("&attention=soon")).toEqual([[soon.id, "soon"]]);
  });

  test.each(["not base64!", "bnVsbA", "eyJhIjoxfQ", "WzEsMiwzXQ", "W10"])(
    "is refused from the cursor %s, which no page gave",
    async (cursor) => {
      const path = `/v1/screenings?limit=2&cursor=${encodeURIComponent(cursor)}`;
      const told = await call("GET", path, { role: "clinician" });
      expect(told).toMatchObject({
        status: 400,
        body: { code: "validation_failed", errors: [{ path: "query.cursor" }] },
      });
    },
  );

  test("filters by the clearance's status, and logs the read", async () => {
    const { id } = await booked();
    await evaluate(id, { outcome: "not_cleared" });

    const found = await queue("status=not_cleared");

    expect(new Set(found.map(({ clearance: { status } }) => status))).toEqual(new Set(["not_cleared"]));
    expect(found.map(({ bookingId }) => bookingId)).toContain(id);
    expect((await clinical(id)).filter(({ sk }) => sk.startsWith("ACCESS#"))).toMatchObject([
      { what: "queue", by: "dr-reader", purpose: "treatment" },
    ]);
  });
});

test("no line of the log holds a note or an outcome (I8)", () => {
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.join("\n")).not.toContain(note);
  expect(lines.join("\n")).not.toMatch(/needs_information|cleared_with_conditions|Sample Person/);
});
