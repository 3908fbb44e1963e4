import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type Claimant, newPlace, type Place } from "@clearing/domain/cohort";
import { plusMinutes } from "@clearing/domain/time";
import { commit, type Guarded } from "@clearing/store/commit";
import { freePlaces, isOurs, placeItem, placeKey, toPlace } from "@clearing/store/place";
import { claimPlace, moveClaim, releasePlace, takeFreePlace, takePlace } from "@clearing/store/place-claim";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCohort, sampleProgram } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now = "2027-03-01T17:00:00Z";
const until = plusMinutes(now, 30);
const later = plusMinutes(now, 60);
let running: TestStore;
let cohort: Awaited<ReturnType<typeof openCohort>>;
beforeAll(async () => {
  running = await startTestStore();
  cohort = await openCohort(running.store, sampleProgram(), { places: 1, now });
});
afterAll(() => running.stop());

/** A stored place that is claimed until `until`, and a booking that names this place. */
async function claimed(by: Claimant) {
  const place: Place = { ...newPlace(cohort, { id: ids.next("plc"), type: "private" }), claim: { by, until } };
  await running.store.client.send(new PutCommand({ TableName: running.store.tables.core, Item: placeItem(place) }));
  return { cohortId: cohort.id, placeType: "private", placeId: place.id, terms: { datesVersion: cohort.datesVersion } };
}

async function stored(of: Awaited<ReturnType<typeof claimed>>): Promise<Place> {
  const { client, tables } = running.store;
  const { Item } = await client.send(
    new GetCommand({ TableName: tables.core, Key: placeKey(of), ConsistentRead: true }),
  );
  if (Item === undefined) throw new Error("the place does not exist");
  return toPlace(Item);
}

type Named = Awaited<ReturnType<typeof claimed>> & { id: string };

/** Every write that requires the booking's own claim. */
const ofOwnClaim: [string, (booking: Named) => Guarded<"stale">][] = [
  ["moves its claim", (booking) => moveClaim(running.store, booking, later)],
  ["takes its place", (booking) => takePlace(running.store, booking)],
  ["releases its place", (booking) => releasePlace(running.store, booking)],
];

describe("a claim names its claimant (I1)", () => {
  test.each(ofOwnClaim)("a booking %s", async (_, write) => {
    const id = ids.next("bkg");
    const place = await claimed({ kind: "booking", id });
    expect(await commit(running.store, [write({ ...place, id })])).toEqual({ ok: true });
  });

  test.each(ofOwnClaim)("a booking that %s cannot use an offer's claim of the same id", async (_, write) => {
    const id = ids.next("bkg");
    const by = { kind: "offer", id } as const;
    const place = await claimed(by);
    expect(await commit(running.store, [write({ ...place, id })])).toEqual({ ok: false, reason: "stale" });
    expect(await stored(place)).toMatchObject({ claim: { by, until }, takenBy: null });
  });

  test.each([
    ["claims", (booking: Named, at: string) => claimPlace(running.store, booking, plusMinutes(at, 30), at)],
    ["takes", (booking: Named, at: string) => takeFreePlace(running.store, booking, at)],
  ])("a buyer %s an offered place only once the offer's claim has lapsed", async (_, write) => {
    const id = ids.next("bkg");
    const place = await claimed({ kind: "offer", id });
    const sold = async (at: string) =>
      (await freePlaces(running.store, cohort.id, "private", at)).places.some((free) => free.id === place.placeId);

    expect(await sold(now)).toBe(false);
    expect(await commit(running.store, [write({ ...place, id }, now)])).toEqual({ ok: false, reason: "place_gone" });
    expect(await sold(until)).toBe(true);
    expect(await commit(running.store, [write({ ...place, id }, until)])).toEqual({ ok: true });
    expect(isOurs(await stored(place), id)).toBe(true);
  });

  test("a place belongs to a booking only by a booking's claim", async () => {
    const id = ids.next("bkg");
    expect(isOurs(await stored(await claimed({ kind: "booking", id })), id)).toBe(true);
    expect(isOurs(await stored(await claimed({ kind: "offer", id })), id)).toBe(false);
    expect(isOurs(await stored(await claimed({ kind: "booking", id: ids.next("bkg") })), id)).toBe(false);
  });
});
