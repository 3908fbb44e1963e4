import { DeleteCommand, PutCommand, QueryCommand, ScanCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { writeProgram } from "@clearing/commands/program";
import { type AuditRecord, chain } from "@clearing/domain/audit";
import { type Instant, plusSeconds } from "@clearing/domain/time";
import { handler } from "@clearing/functions/admin";
import { handler as clinicalHandler } from "@clearing/functions/clinical";
import { auditPage } from "@clearing/store/audit";
import { settledAfterSeconds } from "@clearing/store/commit";
import { keys } from "@clearing/store/keys";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { caller } from "../harness/function.ts";
import { programBody } from "../harness/http.ts";
import { heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { slowly, storeAt } from "../harness/slow-commit.ts";
import { startTestStore, type TestStore } from "../harness/store.ts";

const firstDay = "2027-03-01T17:00:00Z";
const secondDay = "2027-03-02T17:00:00Z";
const thirdDay = "2027-03-03T17:00:00Z";
let running: TestStore;
let call: ReturnType<typeof caller>;
let bookingId = "";
let programId = "";
const programs = 26;

beforeAll(async () => {
  running = await startTestStore();
  call = caller(handler, running);
  const clinical = caller(clinicalHandler, running);
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(firstDay) });
  // More subjects of one kind than verification reads at once.
  for (let index = 0; index < programs; index++) {
    const made = await call("POST", "/v1/programs", { role: "admin", sub: "one-admin", body: programBody });
    programId = String(made.body.id);
  }
  const program = sampleProgram();
  const cohort = await openCohort(running.store, program, { places: 1, now: firstDay });
  const offer = await sampleQuote(running.store, program, cohort, firstDay);
  bookingId = (await heldBooking(running.store, offer, "sample@example.com", firstDay)).id;

  vi.setSystemTime(new Date(secondDay));
  for (const kind of ["medical", "psychiatric"]) {
    const path = `/v1/screenings/${bookingId}/evaluations`;
    await clinical("POST", path, { role: "clinician", sub: `dr-${kind}`, body: { kind, outcome: "cleared" } });
  }
  vi.setSystemTime(new Date(thirdDay));
  await call("PATCH", `/v1/programs/${programId}`, { role: "admin", sub: "two-admin", body: { status: "published" } });
});
afterAll(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await running.stop();
});

type Listed = { items: (AuditRecord & { recordedAt: string })[]; nextCursor: string | null };
const list = async (query: string): Promise<Listed> =>
  (await call("GET", `/v1/audit?${query}`, { role: "finance" })).body as unknown as Listed;

async function everyPage(query: string, limit: number): Promise<AuditRecord[]> {
  const items: AuditRecord[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const next = await list(`${query}&limit=${limit}${cursor === "" ? "" : `&cursor=${cursor}`}`);
    expect(next.items.length).toBeLessThanOrEqual(limit);
    items.push(...next.items);
    cursor = next.nextCursor;
  }
  return items;
}

const acts = (records: AuditRecord[]) => records.map(({ subject, sequence }) => `${subject.type} ${sequence}`);

describe("the audit log", () => {
  test("of a booking contains its own acts and its clearance's", async () => {
    const { items } = await list(`subject=${bookingId}`);
    expect(acts(items)).toEqual(["booking 1", "clearance 1", "clearance 2"]);
    expect(items[1]).toMatchObject({
      subject: { type: "clearance", id: bookingId },
      at: secondDay,
      actor: { sub: "dr-medical", role: "clinician" },
      before: null,
      after: { status: "pending", validUntil: null },
    });
  });

  test("of one kind of subject contains only that kind", async () => {
    expect(acts((await list(`subject=${encodeURIComponent(`clearance#${bookingId}`)}`)).items)).toEqual([
      "clearance 1",
      "clearance 2",
    ]);
    expect(acts((await list(`subject=${programId}`)).items)).toEqual(["program 1", "program 2"]);
  });

  test("of a subject can be filtered by actor and by days", async () => {
    expect(acts((await list(`subject=${bookingId}&actor=dr-psychiatric`)).items)).toEqual(["clearance 2"]);
    expect(acts((await list(`subject=${bookingId}&from=2027-03-01&to=2027-03-01`)).items)).toEqual(["booking 1"]);
  });

  test("of an actor contains that person's acts", async () => {
    expect(acts((await list("actor=two-admin")).items)).toEqual(["program 2"]);
    expect((await list("actor=one-admin")).items).toHaveLength(programs);
    expect((await list("actor=nobody")).items).toEqual([]);
  });

  test.each([
    ["from=2027-03-02&to=2027-03-02", 2],
    ["from=2027-03-02", 3],
    ["from=2027-03-03&to=2027-03-03", 1],
    ["actor=one-admin&from=2027-03-02", 0],
    ["actor=one-admin&to=2027-03-01", programs],
    ["from=2027-03-04", 0],
    ["from=2027-03-03&to=2027-03-01", 0],
    ["actor=one-admin&from=2027-03-03&to=2027-03-01", 0],
    ["from=0000-01-01&to=2025-01-01", 0],
    ["to=0000-01-01", 0],
    ["from=2027-03-02&to=9999-12-31", 3],
  ])("answers %s, both days inclusive, with %i records", async (query, count) => {
    expect((await list(query)).items).toHaveLength(count);
  });

  test.each([
    // The second day's records one by one; more than one day; more than one page of each.
    ["from=2027-03-02", [1, 2]],
    ["from=2027-03-01", [9]],
    ["from=2027-03-02&to=2027-03-02", [1]],
    ["actor=one-admin&to=2027-03-01", [7]],
    ["actor=one-admin", [7]],
    ["subject", [1, 2]],
  ])("comes in pages of %s, each record once", async (query, limits) => {
    const asked = query === "subject" ? `subject=${bookingId}` : query;
    const whole = (await list(`${asked}&limit=100`)).items;
    const hashes = (records: AuditRecord[]) => records.map(({ hash }) => hash);
    for (const limit of limits) expect(hashes(await everyPage(asked, limit))).toEqual(hashes(whole));
  });

  test.each(["client", "clinician"])("is not for a %s", async (role) => {
    expect((await call("GET", "/v1/audit", { role })).status).toBe(403);
    expect((await call("GET", "/v1/audit/verification", { role })).status).toBe(403);
  });
});

describe("paging through the audit log while others act", () => {
  const act = (store: Store, sub: string, publicLabel: string, askedAt: Instant) =>
    writeProgram(
      store,
      null,
      sampleProgram({ publicLabel }),
      [],
      { actor: { sub, role: "admin" }, action: "sample", now: askedAt },
      null,
    );
  const labels = (records: AuditRecord[]) => records.map(({ after }) => after?.publicLabel);

  /** Four acts, and a fifth that is requested between them and written after the first page was read. */
  async function paged(sub: string, span: { actor?: string; from: string; to: string }, settledAfter?: number) {
    const at = (seconds: number) => plusSeconds(`${span.from}T12:00:00Z`, seconds);
    const { store, time } = storeAt(running.store, at(0));
    const acted = async (label: string, seconds: number) => {
      time.now = at(seconds);
      expect(await act(store, sub, label, time.now)).toEqual({ ok: true });
    };
    await acted("a", 0);
    const slow = slowly(running.store, at(30), (delayed) => act(delayed, sub, "slow", at(30)));
    await acted("b", 31);
    await acted("c", 32);
    await acted("d", 33);
    const pages: unknown[][] = [];
    let place: string | null = "";
    while (place !== null) {
      const page: Awaited<ReturnType<typeof auditPage>> = await auditPage(
        store,
        span,
        { limit: 2, after: place },
        settledAfter,
      );
      if (pages.length === 0) expect(await slow.land()).toEqual({ ok: true });
      pages.push(labels(page.items));
      place = page.next;
    }
    return { pages, waited: time.waited };
  }

  test.each([
    ["of a day", { from: "2027-04-02", to: "2027-04-02" }],
    ["of an actor", { actor: "paged-admin", from: "2027-04-03", to: "2027-04-04" }],
  ])("misses nothing %s that was stamped earlier and became visible later", async (_which, span) => {
    const { pages, waited } = await paged("paged-admin", span);

    expect(pages).toEqual([["a"], ["slow", "b"], ["c", "d"]]);
    expect(waited).toBe(settledAfterSeconds - 2);
  });

  test.each([
    ["of a day", { from: "2027-04-05", to: "2027-04-05" }],
    ["of an actor", { actor: "missed-admin", from: "2027-04-06", to: "2027-04-06" }],
  ])("control: misses it %s if a page can end anywhere", async (_which, span) => {
    const { pages } = await paged("missed-admin", span, 0);

    expect(pages.flat()).toEqual(["a", "b", "c", "d"]);
  });

  test("finds an act at its write, not at its request", async () => {
    const { store, time } = storeAt(running.store, "2027-04-08T00:00:05Z");
    await act(store, "late-admin", "prompt", "2027-04-08T00:00:04Z");
    time.now = "2027-04-08T00:00:15Z";
    await act(store, "late-admin", "late", "2027-04-07T23:59:50Z");
    vi.setSystemTime(new Date("2027-04-09T17:00:00Z"));

    const onItsDay = await list("actor=late-admin&from=2027-04-08&to=2027-04-08");

    expect(labels(onItsDay.items)).toEqual(["prompt", "late"]);
    expect(onItsDay.items[1]).toMatchObject({ at: "2027-04-07T23:59:50Z", recordedAt: "2027-04-08T00:00:15Z" });
    const late = `program#${onItsDay.items[1]?.subject.id}`;
    for (const query of ["actor=late-admin", `subject=${encodeURIComponent(late)}`]) {
      expect((await list(`${query}&from=2027-04-07&to=2027-04-07`)).items).toEqual([]);
    }
    expect((await list(`subject=${encodeURIComponent(late)}&from=2027-04-08&to=2027-04-08`)).items).toHaveLength(1);
  });
});

type Item = Record<string, unknown>;

describe("verification (I9)", () => {
  const verify = async () => (await call("GET", "/v1/audit/verification", { role: "finance" })).body;
  const table = () => running.store.tables.audit;

  async function recordsOf(subject: string): Promise<Item[]> {
    const query = { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": subject } };
    return (await running.store.client.send(new QueryCommand({ TableName: table(), ...query }))).Items ?? [];
  }
  const put = (Item: Item) => running.store.client.send(new PutCommand({ TableName: table(), Item }));
  const remove = ({ pk, sk }: Item) =>
    running.store.client.send(new DeleteCommand({ TableName: table(), Key: { pk, sk } }));

  test("counts every record of every subject", async () => {
    const { Count } = await running.store.client.send(new ScanCommand({ TableName: table(), Select: "COUNT" }));
    expect(await verify()).toEqual({ verified: true, records: Count, broken: [] });
  });

  test.each([
    ["program", () => programId],
    ["booking", () => bookingId],
    ["clearance", () => bookingId],
  ])("detects a rewritten record in the chain of a %s", async (type, id) => {
    const subject = `${type}#${id()}`;
    const [first = {}] = await recordsOf(subject);
    await put({ ...first, after: { status: "something else" } });
    const verdict = await verify();
    await put(first);

    expect(verdict).toMatchObject({ verified: false, broken: [{ subject, sequence: 1 }] });
    expect((await verify()).verified).toBe(true);
  });

  test("detects a chain that was rewritten as a whole, with hashes: the subject keeps its head", async () => {
    const [item = {}] = await recordsOf(`booking#${bookingId}`);
    const { pk, sk, actorPk, actorSk, dayPk, daySk, previousHash: _previous, hash: _hash, ...fact } = item;
    const forged = chain("", { ...(fact as unknown as AuditRecord), after: { status: "something else" } });
    await put({ ...forged, pk, sk, actorPk, actorSk, dayPk, daySk });
    const verdict = await verify();
    await put(item);

    expect(verdict).toMatchObject({ verified: false, broken: [{ subject: `booking#${bookingId}`, sequence: 2 }] });
  });

  test.each([
    ["first", 0],
    ["last", -1],
  ])("detects that the %s record of a chain is missing", async (_which, at) => {
    const subject = `clearance#${bookingId}`;
    const gone = (await recordsOf(subject)).at(at) ?? {};
    await remove(gone);
    const verdict = await verify();
    await put(gone);

    expect(verdict).toMatchObject({ verified: false, broken: [{ subject }] });
  });

  test("detects a record added after the head, although it links to it", async () => {
    const subject = `booking#${bookingId}`;
    const [last] = (await recordsOf(subject)) as [AuditRecord & Item];
    const { subject: of, actor, action, before, after, hash } = last;
    const forged = chain(hash, { subject: of, sequence: 2, at: thirdDay, actor, action, before, after });
    const item = { ...forged, pk: subject, sk: "00000002" };
    await put(item);
    const verdict = await verify();
    await remove(item);

    expect(verdict).toMatchObject({ verified: false, broken: [{ subject }] });
  });

  test("detects a head that was moved", async () => {
    const head = (auditHash: string) =>
      running.store.client.send(
        new UpdateCommand({
          TableName: running.store.tables.core,
          Key: keys.program(programId),
          UpdateExpression: "SET auditHash = :hash",
          ExpressionAttributeValues: { ":hash": auditHash },
        }),
      );
    const records = await recordsOf(`program#${programId}`);
    await head("0".repeat(64));
    const verdict = await verify();
    await head(String(records.at(-1)?.hash));

    expect(verdict).toMatchObject({ verified: false, broken: [{ subject: `program#${programId}` }] });
    expect((await verify()).verified).toBe(true);
  });

  test("does not report records written during the verification", async () => {
    let status = "retired";
    const act = async () => {
      const sub = "busy-admin";
      for (let turn = 0; turn < 12; turn++) {
        await call("PATCH", `/v1/programs/${programId}`, { role: "admin", sub, body: { status } });
        status = status === "retired" ? "published" : "retired";
      }
    };
    const [, ...verdicts] = await Promise.all([act(), verify(), verify(), verify(), verify()]);

    expect(verdicts.map(({ verified }) => verified)).toEqual([true, true, true, true]);
    expect((await list("actor=busy-admin")).items.length).toBeGreaterThan(1);
  });
});
