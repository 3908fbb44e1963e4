import { DeleteCommand, PutCommand, QueryCommand, ScanCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type AuditRecord, chain } from "@clearing/domain/audit";
import { handler } from "@clearing/functions/admin";
import { handler as clinicalHandler } from "@clearing/functions/clinical";
import { keys } from "@clearing/store/keys";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { caller } from "../harness/function.ts";
import { programBody } from "../harness/http.ts";
import { heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
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
  // More subjects of one kind than verification reads at a time.
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

type Listed = { items: AuditRecord[]; nextCursor: string | null };
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
  test("of a booking holds its own acts and its clearance's", async () => {
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

  test("of one kind of subject holds that alone", async () => {
    expect(acts((await list(`subject=${encodeURIComponent(`clearance#${bookingId}`)}`)).items)).toEqual([
      "clearance 1",
      "clearance 2",
    ]);
    expect(acts((await list(`subject=${programId}`)).items)).toEqual(["program 1", "program 2"]);
  });

  test("of a subject can be narrowed by actor and by days", async () => {
    expect(acts((await list(`subject=${bookingId}&actor=dr-psychiatric`)).items)).toEqual(["clearance 2"]);
    expect(acts((await list(`subject=${bookingId}&from=2027-03-01&to=2027-03-01`)).items)).toEqual(["booking 1"]);
  });

  test("of an actor holds what that person did", async () => {
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
    // The second day's records one by one; over more than one day; more than one page of each.
    ["from=2027-03-02", [1, 2]],
    ["from=2027-03-01", [9]],
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
  ])("sees what was rewritten in the chain of a %s", async (type, id) => {
    const subject = `${type}#${id()}`;
    const [first = {}] = await recordsOf(subject);
    await put({ ...first, after: { status: "something else" } });
    const verdict = await verify();
    await put(first);

    expect(verdict).toMatchObject({ verified: false, broken: [{ subject, sequence: 1 }] });
    expect((await verify()).verified).toBe(true);
  });

  test("sees a chain that was rewritten as a whole, hashes and all: the subject keeps its head", async () => {
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
  ])("sees that the %s record of a chain is gone", async (_which, at) => {
    const subject = `clearance#${bookingId}`;
    const gone = (await recordsOf(subject)).at(at) ?? {};
    await remove(gone);
    const verdict = await verify();
    await put(gone);

    expect(verdict).toMatchObject({ verified: false, broken: [{ subject }] });
  });

  test("sees a record that was put behind the head, although it links to it", async () => {
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

  test("sees a head that was moved", async () => {
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

  test("takes nothing for broken that is written while it reads", async () => {
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
