import { ThrottlingException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { addPlaces, removePlaces } from "@clearing/commands/capacity";
import { lapseHold } from "@clearing/commands/sweep";
import { isFree } from "@clearing/domain/cohort";
import { plusMinutes } from "@clearing/domain/time";
import { readCohort } from "@clearing/store/cohort";
import { isFreeNow } from "@clearing/store/place";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actor, holdSample, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, seeded, startTestStore, type TestStore } from "../harness/store.ts";

const now = "2027-03-01T17:00:00Z";
const places = 20;
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

type Sent = { held: string[]; refused: string[] };

/** This many contenders at once, each with a separate quote, for the places of one cohort. */
async function stampede(store: Store, contenders: number): Promise<Sent & { cohortId: string }> {
  const program = sampleProgram();
  const cohort = await openCohort(running.store, program, { places, now });
  const offers = await Promise.all(
    Array.from({ length: contenders }, () => sampleQuote(running.store, program, cohort, now)),
  );
  const results = await Promise.all(
    offers.map((offer, index) => holdSample(store, offer, `contender-${index}@example.com`, now)),
  );
  const held = results.flatMap((result) => (result.ok ? [result.booking.placeId] : []));
  return { cohortId: cohort.id, held, refused: results.flatMap((result) => (result.ok ? [] : [result.reason])) };
}

/**
 * The breaches of I1: more bookings than places, two bookings on one place, or a place that names none of its bookings.
 */
async function breaches({ cohortId, held }: Sent & { cohortId: string }): Promise<string[]> {
  const found = await readCohort(running.store, cohortId);
  const taken = found?.places.filter((place) => !isFree(place, now)) ?? [];
  const twice = held.filter((place, index) => held.indexOf(place) !== index);
  return [
    ...twice.map((place) => `${place} is held twice`),
    ...(held.length > places ? [`${held.length} held of ${places}`] : []),
    ...(taken.length === held.length ? [] : [`${taken.length} places are claimed for ${held.length} bookings`]),
  ];
}

type Send = Store["client"]["send"];

/** The same store with `between` around each command to DynamoDB. */
function intercepted(between: (command: object, send: () => Promise<unknown>) => Promise<unknown>): Store {
  const { client } = running.store;
  const send = ((command: Parameters<Send>[0]) => between(command, () => client.send(command))) as Send;
  return { ...running.store, client: Object.assign(Object.create(client), { send }) };
}

const conflict = () =>
  new TransactionCanceledException({
    message: "Transaction cancelled",
    $metadata: {},
    CancellationReasons: [{ Code: "TransactionConflict" }, { Code: "None" }],
  });

describe("a place is never held twice (I1)", () => {
  test("100 contenders hold exactly the 20 places, and every other gets sold_out", async () => {
    const outcome = await stampede(running.store, 100);
    expect(await breaches(outcome)).toEqual([]);
    expect(outcome.held).toHaveLength(places);
    expect(new Set(outcome.refused)).toEqual(new Set(["sold_out"]));
  });

  test("control: without the condition on the place, the same stampede holds a place twice", async () => {
    const careless = intercepted(async (command, send) => {
      if (command instanceof TransactWriteCommand) {
        for (const { Update } of command.input.TransactItems ?? []) {
          if (Update?.ConditionExpression?.includes(isFreeNow)) {
            Update.ConditionExpression = Update.ConditionExpression.replace(isFreeNow, ":now = :now");
          }
        }
      }
      return send();
    });
    expect(await breaches(await stampede(careless, 100))).not.toEqual([]);
  });

  test("the result is the same with 30 % of the transactions in conflict and 10 % throttled, within bounded retries", async () => {
    const random = seeded(7);
    let tries = 0;
    const contended = intercepted(async (command, send) => {
      if (!(command instanceof TransactWriteCommand)) return send();
      tries++;
      const chance = random();
      if (chance < 0.3) throw conflict();
      if (chance < 0.4) throw new ThrottlingException({ message: "Slow down", $metadata: {} });
      return send();
    });
    // The clock stands still, so that a slow machine does not end the hold's five seconds; the number of tries is
    // bounded here.
    const outcome = await stampede({ ...contended, clock: { now: () => now } }, 200);
    expect(await breaches(outcome)).toEqual([]);
    expect(outcome.held).toHaveLength(places);
    expect(outcome.refused.filter((reason) => reason !== "sold_out")).toEqual([]);
    expect(tries).toBeLessThan(200 * 12);
  });

  test("a transaction whose answer is lost is not applied twice", async () => {
    const random = seeded(11);
    const lossy = intercepted(async (command, send) => {
      const answer = await send();
      // The write was applied, but the answer is a fault that asks for a retry.
      if (command instanceof TransactWriteCommand && random() < 0.3) throw conflict();
      return answer;
    });
    const outcome = await stampede(lossy, 100);
    expect(await breaches(outcome)).toEqual([]);
    expect(outcome.held).toHaveLength(places);
  });

  test("it is true while holds lapse and the cohort grows and shrinks", async () => {
    const { store } = running;
    const program = sampleProgram();
    const cohort = await openCohort(store, program, { places, now });
    const offers = await Promise.all(Array.from({ length: 150 }, () => sampleQuote(store, program, cohort, now)));
    const occasion = { actor, action: "capacity", now };
    const later = plusMinutes(now, 31);
    const holds = offers.map(async (offer, index) => {
      // The second half arrives after the holds of the first half have lapsed.
      const held = await holdSample(store, offer, `c${index}@example.com`, index < 75 ? now : later);
      return held.ok ? { id: held.booking.id, placeId: held.booking.placeId, late: index >= 75 } : null;
    });
    const capacity = (async () => {
      for (let round = 0; round < 5; round++) {
        await addPlaces(
          store,
          cohort.id,
          { type: "private", newIds: [ids.next("plc"), ids.next("plc")] },
          occasion,
          () => null,
        );
        await removePlaces(store, cohort.id, { type: "private", count: 1 }, occasion, () => null);
      }
    })();
    const made = (await Promise.all(holds)).filter((one) => one !== null);
    await capacity;
    await Promise.all(made.map(({ id }) => lapseHold(store, id, { actor, action: "lapse", now: later })));

    const found = await readCohort(store, cohort.id);
    const live = found?.places.filter((place) => !isFree(place, later)) ?? [];
    const capacityNow = found?.cohort.places.find(({ type }) => type === "private")?.capacity;
    expect(found?.places.length).toBe(capacityNow);
    expect(new Set(live.map(({ claim }) => claim?.by.id)).size).toBe(live.length);
    const lateHolders = made.filter(({ late }) => late).map(({ id }) => id);
    expect(live.map(({ claim }) => claim?.by.id).sort()).toEqual(lateHolders.sort());
  });
});
