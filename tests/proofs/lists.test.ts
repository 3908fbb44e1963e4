import { BatchWriteCommand, DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { writeProgram } from "@clearing/commands/program";
import type { Booking, BookingStatus } from "@clearing/domain/booking";
import { handler as adminHandler } from "@clearing/functions/admin";
import { handler } from "@clearing/functions/booking";
import { handler as catalogueHandler } from "@clearing/functions/catalogue";
import { bookingListKeys } from "@clearing/store/booking-lists";
import { keys } from "@clearing/store/keys";
import { list } from "@clearing/store/list";
import { listPrograms } from "@clearing/store/program";
import { inShard, shardsOf } from "@clearing/store/shards";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { caller } from "../harness/function.ts";
import { actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now = "2027-03-01T17:00:00Z";
const occasion = { actor, action: "sample", now };
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await running.stop();
});

test("a page of a list has the requested length, however many items are filtered out", async () => {
  const programs = [];
  for (let index = 0; index < 120; index++) {
    const program = sampleProgram({ status: "retired" });
    await writeProgram(running.store, null, program, [], occasion, null);
    programs.push(program.id);
  }
  const kept = programs.filter((_, index) => index % 30 === 29);
  const query = { index: "byStatus", partitions: shardsOf("PROGRAMS#retired") } as const;
  const page = (limit: number, cursor?: string) =>
    list(running.store, { ...query, limit, cursor }, async (found) =>
      found.map(({ pk }) => kept.find((id) => pk === `PROG#${id}`) ?? null),
    );

  const first = await page(3);
  const second = await page(3, first.nextCursor ?? undefined);

  expect([first.items, second]).toEqual([kept.slice(0, 3), { items: kept.slice(3), nextCursor: null }]);
  expect((await page(100)).items).toEqual(kept);
  expect((await listPrograms(running.store, "retired", { limit: 100 })).items.map(({ id }) => id)).toEqual(
    programs.slice(0, 100),
  );
});

/** DynamoDB's requests and consumed units while `read` runs. */
async function costOf(read: () => Promise<unknown>): Promise<{ requests: number; units: number }> {
  const cost = { requests: 0, units: 0 };
  const send = DynamoDBDocumentClient.prototype.send as (command: { input: object }) => Promise<object>;
  const spy = vi.spyOn(DynamoDBDocumentClient.prototype, "send").mockImplementation(async function (
    this: unknown,
    command: { input: object },
  ) {
    Object.assign(command.input, { ReturnConsumedCapacity: "TOTAL" });
    const told = (await send.call(this, command)) as { ConsumedCapacity?: unknown };
    cost.requests++;
    for (const one of [told.ConsumedCapacity].flat()) cost.units += Number(Object(one).CapacityUnits ?? 0);
    return told;
  } as never);
  await read();
  spy.mockRestore();
  return cost;
}

async function store(items: object[]): Promise<void> {
  const { client, tables } = running.store;
  for (let start = 0; start < items.length; start += 25) {
    const puts = items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [tables.core]: puts } }));
  }
}

describe("first pages", () => {
  const statuses: BookingStatus[] = ["held", "awaiting_clearance", "confirmed", "completed"];
  const sub = "sample-owner";

  /** A stored booking, from which others with different ids and statuses are made. */
  async function stored() {
    const { client, tables } = running.store;
    const program = sampleProgram();
    await writeProgram(running.store, null, program, [], occasion, null);
    const cohort = await openCohort(running.store, program, { places: 1, now });
    const offer = await sampleQuote(running.store, program, cohort, now);
    const owner = { sub, email: `${sub}@example.com` };
    const { id } = await heldBooking(running.store, offer, owner.email, now, owner);
    const { Item = {} } = await client.send(new GetCommand({ TableName: tables.core, Key: keys.booking(id) }));
    const { duePk: _duePk, dueAt: _dueAt, ...booking } = Item;
    const withStatus = (status: BookingStatus) => {
      const changed = { ...booking, id: ids.next("bkg"), status, holdExpiresAt: null } as unknown as Booking;
      return { ...changed, ...keys.booking(changed.id), ...bookingListKeys(changed) };
    };
    return { cohortId: cohort.id, withStatus };
  }

  test("cost the same at 20 and at 400 abandoned holds, and show the requested bookings", async () => {
    const { cohortId, withStatus } = await stored();
    const live = statuses.map(withStatus);
    await store(live);
    const abandoned = (count: number) =>
      store(Array.from({ length: count }, (_, index) => withStatus(index % 2 === 0 ? "expired" : "cancelled")));
    const [bookings, admin] = [caller(handler, running), caller(adminHandler, running)];
    const staff = (query: string) => () => bookings("GET", `/v1/bookings?${query}`, { role: "admin" });
    const pages: Record<string, () => Promise<{ body: Record<string, unknown> }>> = {
      confirmed: staff("status=confirmed"),
      "paid in full": staff("standing=paid_in_full"),
      "confirmed of a cohort": staff(`cohortId=${cohortId}&status=confirmed`),
      "paid in full of a cohort": staff(`cohortId=${cohortId}&standing=paid_in_full`),
      roster: () => admin("GET", `/v1/cohorts/${cohortId}/roster`, { role: "admin" }),
      "one's own": () => bookings("GET", "/v1/bookings?status=confirmed", { role: "client", sub }),
    };
    const measured = async () => {
      const costs: Record<string, unknown> = {};
      for (const [name, read] of Object.entries(pages)) {
        await read();
        costs[name] = await costOf(read);
      }
      return costs;
    };
    await abandoned(20);
    const few = await measured();

    await abandoned(380);

    expect(await measured()).toEqual(few);
    const shown = await Promise.all(Object.values(pages).map(async (read) => (await read()).body.items as object[]));
    const confirmed = [expect.objectContaining({ id: live[2]?.id })];
    expect(shown.map((items) => items.length)).toEqual([1, 0, 1, 0, 5, 1]);
    expect([shown[0], shown[2], shown[5]]).toEqual([confirmed, confirmed, confirmed]);
  });

  test("of the catalogue show what is for sale, however many are drafts, retired or over", async () => {
    const catalogue = caller(catalogueHandler, running);
    const get = async (path: string) =>
      (await catalogue("GET", path, { role: "client" })).body.items as { id: string }[];
    const program = sampleProgram();
    await writeProgram(running.store, null, program, [], occasion, null);
    const open = await openCohort(running.store, program, { places: 1, inDays: 300, now });
    const key = keys.cohort(open.id);
    const { Item = {} } = await running.store.client.send(
      new GetCommand({ TableName: running.store.tables.core, Key: key }),
    );
    const others = (["draft", "completed", "cancelled"] as const).flatMap((status) =>
      Array.from({ length: 350 }, () => {
        const id = ids.next("coh");
        const startsOn = "2027-04-01";
        const order = { statusPk: inShard(`COHORTS#${status}`, id), statusSk: `${startsOn}#${id}` };
        const own = { ownerPk: `${program.id}#${status}`, ownerSk: order.statusSk, listSk: id };
        return { ...Item, ...keys.cohort(id), id, status, startsOn, ...order, ...own };
      }),
    );
    await store(others);

    expect((await get("/v1/cohorts?status=open&limit=1&from=2027-05-01"))[0]?.id).toBe(open.id);
    expect((await get(`/v1/cohorts?status=open&limit=1&programId=${program.id}`)).map(({ id }) => id)).toEqual([
      open.id,
    ]);
    expect((await get("/v1/programs?limit=1")).length).toBe(1);
  });
});
