import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { decodeCursor, encodeCursor } from "@clearing/contracts/cursor";
import { listAudit } from "@clearing/contracts/routes/audit";
import { listBookings } from "@clearing/contracts/routes/booking";
import { listCohorts, listPrograms } from "@clearing/contracts/routes/catalogue";
import { getJournal } from "@clearing/contracts/routes/finance";
import { listedKeys } from "@clearing/store/list";
import type { Context } from "aws-lambda";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { httpHandler } from "./api.ts";
import { type Binding, bind } from "./binding.ts";
import { fakeDeps } from "./testing/fake-deps.ts";
import { httpEvent, staffClaims } from "./testing/http-event.ts";

const claims = (sub: string) => staffClaims("[finance]", { sub, email: `${sub}@example.org` });
const place = encodeCursor("COH#coh_1", "COHORT", "2027-03-01#coh_1");

/** A handler of lists that returns the given next cursor and records the cursors it got. */
function setUp() {
  const { deps } = fakeDeps();
  const given: (string | undefined)[] = [];
  const answer = (query: { cursor?: string | undefined }, nextCursor = place) => {
    given.push(query.cursor);
    return { status: 200, body: { items: [], nextCursor } };
  };
  const bindings: Binding[] = [
    bind(listPrograms, async ({ query }) => answer(query)),
    bind(listCohorts, async ({ query }) => answer(query)),
    bind(listBookings, async ({ query }) => answer(query)),
    bind(getJournal, async ({ query }) => answer(query, encodeCursor("2027-03-01T17:00:00Z#je_1"))),
    bind(listAudit, async ({ query }) => answer(query, encodeCursor("2027-03-01T17:00:00Z#booking#bkg_1#00000001"))),
  ];
  const handler = httpHandler(async () => deps, bindings);
  const get = async (path: string, query: Record<string, string>, sub?: string) => {
    const fields = { path, query: new URLSearchParams(query).toString() };
    const event = httpEvent(sub === undefined ? fields : { ...fields, claims: claims(sub) });
    const { statusCode, body = "" } = await handler(event, {} as Context);
    return { status: statusCode, ...JSON.parse(body) };
  };
  return { get, given };
}

const wrong = { status: 400, code: "validation_failed", errors: [{ path: "query.cursor" }] };
beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  return () => vi.restoreAllMocks();
});

describe("a cursor", () => {
  test("continues its list at its place, also with another page length", async () => {
    const { get, given } = setUp();
    const filters = { from: "2027-03-01", status: "open" };
    const { nextCursor } = await get("/v1/cohorts", filters);

    const next = await get("/v1/cohorts", { status: "open", from: "2027-03-01", limit: "7", cursor: nextCursor });

    expect(next).toEqual({ status: 200, items: [], nextCursor });
    expect(given).toEqual([undefined, place]);
  });

  test.each([
    ["a later first day", "/v1/cohorts", { from: "2028-01-01" }],
    ["an earlier first day", "/v1/cohorts", { from: "2026-01-01" }],
    ["no first day", "/v1/cohorts", {}],
    ["an additional filter", "/v1/cohorts", { from: "2027-03-01", status: "open" }],
    ["another list", "/v1/programs", {}],
  ])("of one list is refused with %s", async (_, path, query) => {
    const { get, given } = setUp();
    const { nextCursor } = await get("/v1/cohorts", { from: "2027-03-01" });

    expect(await get(path, { ...query, cursor: nextCursor })).toMatchObject(wrong);
    expect(given).toHaveLength(1);
  });

  test("of one client's list is refused in another's", async () => {
    const { get } = setUp();
    const { nextCursor } = await get("/v1/bookings", {}, "sub-1");

    expect(await get("/v1/bookings", { cursor: nextCursor }, "sub-1")).toMatchObject({ status: 200 });
    expect(await get("/v1/bookings", { cursor: nextCursor }, "sub-2")).toMatchObject(wrong);
  });

  test.each([
    ["made up", encodeCursor("x")],
    ["a valid place without its list", place],
    ["an invalid cursor", "%%%"],
    ["a lone surrogate", Buffer.from('["\\ud800","\\ud800"]').toString("base64url")],
  ])("is refused: %s", async (_, cursor) => {
    expect(await setUp().get("/v1/cohorts", { cursor })).toMatchObject(wrong);
  });

  test.each([
    ["/v1/finance/journal", ["2026-13-01T00:00:00Z#je_1"]],
    ["/v1/finance/journal", ["2026-ab#"]],
    ["/v1/finance/journal", ["2026-12-01T25:00:00Z#je_1"]],
    ["/v1/finance/journal", ["2026-12-01T00:00:00Z#je_1~"]],
    ["/v1/finance/journal", ["2026-12-01T00:00:00Z#bkg_1"]],
    ["/v1/finance/journal", ["2026-12-01T00:00:00Z#je_1", "more"]],
    ["/v1/finance/journal", ["2026-12-01"]],
    ["/v1/audit", ["2026-12-41T00:00:00Z#booking#bkg_1#00000001"]],
    ["/v1/audit", ["2026-12-01#booking#bkg_1#00000001"]],
    ["/v1/audit", ["2026-12-01T00:00:00Z#bkg_1#00000001"]],
    ["/v1/audit", ["2026-12-01T00:00:00Z#booking#bkg_1#1"]],
    ["/v1/bookings", ["BKG#bkg_1", "BOOKING"]],
    ["/v1/bookings", ["BKG#bkg_1", "BOOKING", "1", "2"]],
  ])("of %s is refused with a place of another form: %j", async (path, tampered) => {
    const { get, given } = setUp();
    const { nextCursor } = await get(path, {}, "sub-1");
    const [of = ""] = decodeCursor(nextCursor) ?? [];

    expect(await get(path, { cursor: encodeCursor(of, ...tampered) }, "sub-1")).toMatchObject(wrong);
    expect(await get(path, { cursor: nextCursor }, "sub-1")).toMatchObject({ status: 200 });
    expect(given).toHaveLength(2);
  });

  test("contains no filter and no caller", async () => {
    const { nextCursor } = await setUp().get("/v1/bookings", {}, "sub-1");

    expect(decodeCursor(nextCursor)).toEqual([expect.stringMatching(/^[\w-]{22}$/), ...(decodeCursor(place) ?? [])]);
  });
});

test("a place before the requested range is not sent to DynamoDB, which would refuse it", async () => {
  const { deps, table } = fakeDeps();
  const started = async (from: string) => {
    const query = { index: "byList", partitions: ["COHORTS"], from, limit: 1, cursor: place } as const;
    await Array.fromAsync(listedKeys(deps.store, { ...query, partitions: [...query.partitions] }));
    return table.commandCalls(QueryCommand).at(-1)?.args[0].input.ExclusiveStartKey;
  };

  expect(await started("2027-03-01")).toMatchObject({ listPk: "COHORTS", listSk: "2027-03-01#coh_1" });
  expect(await started("2027-03-02")).toBeUndefined();
});
