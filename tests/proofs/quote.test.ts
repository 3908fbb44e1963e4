import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { changeCohort } from "@clearing/commands/cohort";
import { moveDates } from "@clearing/domain/cohort";
import type { Quote } from "@clearing/domain/plan";
import { addDays, instantOf, plusHours, plusSeconds } from "@clearing/domain/time";
import { handler as catalogue } from "@clearing/functions/catalogue";
import { readCohort } from "@clearing/store/cohort";
import { keys } from "@clearing/store/keys";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { caller } from "../harness/function.ts";
import { anyWrite, justBefore } from "../harness/just-before.ts";
import { actor, holdSample, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { startTestStore, type TestStore } from "../harness/store.ts";

const now = "2027-03-01T17:00:00Z";
let running: TestStore;
let ask: ReturnType<typeof caller>;

beforeAll(async () => {
  running = await startTestStore();
  ask = caller(catalogue, running);
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(now) });
  vi.spyOn(process.stdout, "write").mockImplementation(() => true);
});
afterAll(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await running.stop();
});

async function quotedCohort({ places = 2 } = {}): Promise<Quote> {
  const program = sampleProgram();
  return sampleQuote(running.store, program, await openCohort(running.store, program, { places, now }), now);
}

const hold = (offer: Quote) => holdSample(running.store, offer, `${offer.id}@example.com`, now);

type Dates = Parameters<typeof moveDates>[1];
const move = async ({ cohortId }: Quote, to: (dates: Dates) => Dates) => {
  const occasion = { actor, action: "sample", now };
  const moved = await changeCohort(
    running.store,
    cohortId,
    ({ cohort }) => ({ ok: true, cohort: moveDates(cohort, to(cohort), 14) }),
    occasion,
  );
  expect(moved.ok).toBe(true);
};

const moves: [string, (dates: Dates) => Dates][] = [
  ["begins a day later, with the same last day", (dates) => ({ ...dates, startsOn: addDays(dates.startsOn, 1) })],
  ["ends a day later", (dates) => ({ ...dates, endsOn: addDays(dates.endsOn, 1) })],
  ["has another zone", ({ startsOn, endsOn }) => ({ startsOn, endsOn, timeZone: "America/New_York" })],
];

describe("a quote of a cohort's old dates or zone", () => {
  test.each(moves)("has expired once the cohort %s", async (_what, to) => {
    const offer = await quotedCohort();
    await move(offer, to);

    expect(await hold(offer)).toEqual({ ok: false, reason: "quote_expired" });
  });

  test.each(moves)("claims no place if, between the read and the claim, the cohort %s", async (_what, to) => {
    const offer = await quotedCohort({ places: 1 });
    justBefore(anyWrite, () => move(offer, to));

    expect(await hold(offer)).toEqual({ ok: false, reason: "quote_expired" });
    expect((await readCohort(running.store, offer.cohortId))?.places).toMatchObject([{ claim: null, takenBy: null }]);
  });

  test("has expired even if the cohort got its old dates back: the first move ended it", async () => {
    const offer = await quotedCohort();
    const { startsOn, endsOn, timeZone } = offer.terms;
    await move(offer, (dates) => ({ ...dates, startsOn: addDays(dates.startsOn, 1) }));
    await move(offer, () => ({ startsOn, endsOn, timeZone }));

    expect(await hold(offer)).toEqual({ ok: false, reason: "quote_expired" });
  });
});

describe("a quote", () => {
  const timeToLive = async ({ id }: Quote): Promise<string> => {
    const { tables, client } = running.store;
    const { Item } = await client.send(new GetCommand({ TableName: tables.core, Key: keys.quote(id) }));
    return instantOf(Number(Item?.expiresAt) * 1_000);
  };
  const get = async ({ id }: Quote, at: string) => {
    vi.setSystemTime(new Date(at));
    const told = await ask("GET", `/v1/quotes/${id}`, { role: "client" });
    vi.setSystemTime(new Date(now));
    return told.status;
  };

  test("that made no booking is gone two days after it was made, and can be read until then", async () => {
    const offer = await quotedCohort();

    expect(await get(offer, plusHours(now, 25))).toBe(200);
    expect(await get(offer, plusSeconds(plusHours(now, 48), -1))).toBe(200);
    expect(await get(offer, plusHours(now, 48))).toBe(404);
  });

  test("that made a booking stays, and leaves the table later", async () => {
    const offer = await quotedCohort();
    const kept = await timeToLive(offer);
    expect((await hold(offer)).ok).toBe(true);

    expect(await get(offer, plusHours(now, 48))).toBe(200);
    expect(kept).toBe(plusHours(now, 48));
    expect((await timeToLive(offer)) > plusHours(now, 30 * 24)).toBe(true);
  });
});
