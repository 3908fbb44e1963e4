import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { chain } from "@clearing/domain/audit";
import {
  type Cohort,
  type CohortStatus,
  complete,
  completesAt,
  type Place,
  saleOf,
  statusEvents,
} from "@clearing/domain/cohort";
import type { DomainEvent } from "@clearing/domain/event";
import type { Program } from "@clearing/domain/program";
import { type Instant, later } from "@clearing/domain/time";
import type { Occasion } from "./booking.ts";
import { type CommitResult, commit, type Guarded, untilFresh } from "./commit.ts";
import { auditPut, outboxPut } from "./facts.ts";
import { type IdempotencyRecord, idempotencyPut } from "./idempotency.ts";
import { fromDeadlineItem, type Item, toDeadlineItem } from "./items.ts";
import { keys } from "./keys.ts";
import { opens, openWrites } from "./open-cohorts.ts";
import { isFreeNow, placeItem, toPlace } from "./place.ts";
import { readProgram } from "./program.ts";
import { type Listed, list } from "./read.ts";
import { inShard, shardsOf } from "./shards.ts";
import type { Store } from "./store.ts";
import { isVersion } from "./version.ts";

export type CohortWithPlaces = { cohort: Cohort; places: Place[] };

/** A cohort with all its places in one consistent read, or null. */
export async function readCohort(store: Store, id: string): Promise<CohortWithPlaces | null> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await store.client.send(
      new QueryCommand({
        TableName: store.tables.core,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": keys.cohort(id).pk },
        ConsistentRead: true,
        ExclusiveStartKey: from,
      }),
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  const cohort = items.find((item) => item.sk === keys.cohort(id).sk);
  if (cohort === undefined) return null;
  return { cohort: fromDeadlineItem<Cohort>(cohort), places: items.filter((item) => item !== cohort).map(toPlace) };
}

/** A cohort alone, read consistently, or null. */
export async function readCohortItem(store: Store, id: string): Promise<Cohort | null> {
  const { Item } = await store.client.send(
    new GetCommand({ TableName: store.tables.core, Key: keys.cohort(id), ConsistentRead: true }),
  );
  return Item === undefined ? null : fromDeadlineItem<Cohort>(Item);
}

/**
 * All cohorts stand in `byList` by their id, and by their first day among those of their status, and of their program
 * and status: a reader of some statuses reads no key of another.
 */
function listKeys({ id, programId, status, startsOn }: Cohort) {
  const byFirstDay = `${startsOn}#${id}`;
  return {
    listPk: inShard("COHORTS", id),
    listSk: id,
    statusPk: inShard(`COHORTS#${status}`, id),
    statusSk: byFirstDay,
    ownerPk: `${programId}#${status}`,
    ownerSk: byFirstDay,
  };
}

/** One page of the cohorts of some statuses, of one program or of all, by their first day, with their places. */
export function listCohorts(
  store: Store,
  { programId, statuses }: { programId?: string | undefined; statuses: readonly CohortStatus[] },
  page: { from?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<Listed<CohortWithPlaces>> {
  const listed =
    programId === undefined
      ? ({ index: "byStatus", partitions: statuses.flatMap((status) => shardsOf(`COHORTS#${status}`)) } as const)
      : ({ index: "byOwner", partitions: statuses.map((status) => `${programId}#${status}`) } as const);
  return list(store, { ...listed, ...page }, async (found) => {
    const cohorts = await Promise.all(found.map(({ pk }) => readCohort(store, pk.slice("COH#".length))));
    return cohorts.map((one) => (one !== null && statuses.includes(one.cohort.status) ? one : null));
  });
}

/** The terms are named by their version: each version of a program is in its own chain, with all that it says. */
const audited = ({ status, startsOn, endsOn, timeZone, venue, places, terms, clearanceDeadlineOn }: Cohort) => ({
  status,
  startsOn,
  endsOn,
  timeZone,
  venue,
  places,
  termsVersion: terms?.version ?? null,
  clearanceDeadlineOn,
});

/** The writes of a cohort's next version: itself under its version, its audit record, its events. */
export function cohortWrites(
  store: Store,
  before: Cohort | null,
  after: Cohort,
  events: DomainEvent[],
  occasion: Occasion,
): Guarded<"stale">[] {
  const record = chain(before?.auditHash ?? "", {
    subject: { type: "cohort", id: after.id },
    sequence: after.version,
    at: occasion.now,
    actor: occasion.actor,
    action: occasion.action,
    before: before === null ? null : audited(before),
    after: audited(after),
  });
  const Item = {
    ...toDeadlineItem({ ...after, auditHash: record.hash }, "COHORT", keys.cohort(after.id)),
    ...listKeys(after),
  };
  return [
    { write: { Put: { TableName: store.tables.core, Item, ...isVersion(before?.version ?? null) } }, refusal: "stale" },
    auditPut(store, record),
    ...events.map((event) => outboxPut(store, event, occasion.now)),
  ];
}

export const placePut = (store: Store, place: Place): Guarded<never> => ({
  write: {
    Put: { TableName: store.tables.core, Item: placeItem(place), ConditionExpression: "attribute_not_exists(pk)" },
  },
});

/** Creates a cohort with its places, all of them in one transaction (60 places at the most). */
export function createCohort(
  store: Store,
  cohort: Cohort,
  places: Place[],
  occasion: Occasion,
  idempotency: IdempotencyRecord | null,
): Promise<CommitResult<"stale" | "replayed">> {
  return commit(store, [
    ...(idempotency === null ? [] : [idempotencyPut(store.tables.core, idempotency)]),
    ...cohortWrites(store, null, cohort, [], occasion),
    ...places.map((place) => placePut(store, place)),
  ]);
}

type NotChanged = "not_found" | "not_published" | "replayed" | "conflict";

export type CohortChange<Refusal extends string> = { ok: true; cohort: Cohort } | { ok: false; reason: Refusal };

/** What a decision on a cohort is made on. */
export type CohortState = CohortWithPlaces & { program: Program };

/**
 * Changes a cohort. Terms are copied from the very version of its program that `decide` was given. New dates are written
 * to all its places in the same transaction, each only while it is free: no booking is ever left on a place of other
 * dates. Of everything else the places learn afterwards; whoever dies in between leaves `dueAt` on the cohort, and the
 * sweep goes on. `not_published`: its program is not, so it cannot open. `answer` makes the record of a request that
 * asked for it.
 */
export async function changeCohort<Refusal extends string>(
  store: Store,
  id: string,
  decide: (found: CohortState) => CohortChange<Refusal>,
  occasion: Occasion,
  answer: (after: CohortState) => IdempotencyRecord | null = () => null,
): Promise<{ ok: true } | { ok: false; reason: Refusal | NotChanged }> {
  type Result = { ok: true } | { ok: false; reason: Refusal | NotChanged };
  const once = async (): Promise<Result | { ok: false; reason: "stale" }> => {
    const found = await readCohort(store, id);
    const program = found && (await readProgram(store, found.cohort.programId));
    if (found === null || program === null) return { ok: false, reason: "not_found" };
    const change = decide({ ...found, program });
    if (!change.ok) return change;
    if (opens(found.cohort, change.cohort) && program.status !== "published")
      return { ok: false, reason: "not_published" };
    const moved = change.cohort.datesVersion !== found.cohort.datesVersion;
    const after: Cohort = {
      ...change.cohort,
      version: found.cohort.version + 1,
      dueAt: moved ? completesAt(change.cohort) : occasion.now,
    };
    // As they will be when they have all been told.
    const places = found.places.map((place) => ({ ...place, ...saleOf(after) }));
    const record = answer({ cohort: after, places, program });
    const written = await commit<"stale" | "replayed">(store, [
      ...(record === null ? [] : [idempotencyPut(store.tables.core, record)]),
      ...cohortWrites(store, found.cohort, after, statusEvents(found.cohort, after), occasion),
      ...openWrites(store, { before: found.cohort, after, program }),
      ...(moved ? found.places.map((place) => movePlace(store, place, after, occasion.now)) : []),
    ]);
    if (written.ok) return { ok: true };
    const { reason } = written;
    return reason === "stale" ? { ok: false, reason } : { ok: false, reason };
  };
  const result = await untilFresh<Result>(store, once);
  if (!result.ok) return result as Result;
  return tellPlaces(store, id, occasion);
}

/** Does what is due on a cohort: completes it when its last day is over, and lets its places follow. */
export async function sweepCohort(
  store: Store,
  id: string,
  occasion: Occasion,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  const decide = ({ cohort }: CohortState): CohortChange<"not_over"> => {
    const completed = complete(cohort, occasion.now);
    return completed === null ? { ok: false, reason: "not_over" } : { ok: true, cohort: completed };
  };
  const changed = await changeCohort(store, id, decide, occasion);
  return changed.ok || changed.reason !== "not_over" ? changed : tellPlaces(store, id, occasion);
}

/** Gives a free place its cohort's new dates or zone. A lapsed claim goes: money that comes late must not find its place here. */
function movePlace(store: Store, { cohortId, type, id }: Place, cohort: Cohort, now: Instant): Guarded<"stale"> {
  const { onSale, salesEndAt, endsOn, datesVersion } = saleOf(cohort);
  return {
    write: {
      Update: {
        TableName: store.tables.core,
        Key: keys.place(cohortId, type, id),
        UpdateExpression:
          "SET onSale = :onSale, salesEndAt = :salesEndAt, endsOn = :endsOn, datesVersion = :dates REMOVE claimedBy, claimedUntil",
        ConditionExpression: `attribute_exists(pk) AND ${isFreeNow}`, // I1
        ExpressionAttributeValues: {
          ":onSale": onSale,
          ":salesEndAt": salesEndAt,
          ":endsOn": endsOn,
          ":dates": datesVersion,
          ":now": now,
        },
      },
    },
    refusal: "stale",
  };
}

const chunk = 10;

/**
 * Tells the places that have not learnt it whether their cohort is on sale, and until when, in small chunks; resumable.
 * Terms with an earlier deadline leave a place its later one, for the quotes that were made before them. Each chunk is
 * written under the cohort's version, so that what was read before a later change is not told after it.
 */
function tellPlaces(
  store: Store,
  id: string,
  { now }: Occasion,
): Promise<{ ok: true } | { ok: false; reason: "not_found" | "conflict" }> {
  type Result = { ok: true } | { ok: false; reason: "not_found" | "conflict" };
  return untilFresh<Result>(store, async () => {
    const found = await readCohort(store, id);
    if (found === null) return { ok: false, reason: "not_found" };
    const { cohort, places } = found;
    if (cohort.dueAt === null || cohort.dueAt > now) return { ok: true };
    const { onSale, salesEndAt } = saleOf(cohort);
    const behind = places
      .filter((place) => place.onSale !== onSale || place.salesEndAt < salesEndAt)
      .map((place) => ({ ...place, onSale, salesEndAt: later(place.salesEndAt, salesEndAt) }));
    for (let start = 0; start < behind.length; start += chunk) {
      const told = await commit(store, [
        checkVersion(store, cohort),
        ...behind.slice(start, start + chunk).map((place) => tellPlace(store, place)),
      ]);
      if (!told.ok) return told;
    }
    return restCohort(store, cohort);
  });
}

/** The cohort is still the one that was read: so are its dates, its status and which places it has. */
function checkVersion(store: Store, { id, version }: Cohort): Guarded<"stale"> {
  return {
    write: {
      ConditionCheck: {
        TableName: store.tables.core,
        Key: keys.cohort(id),
        ...isVersion(version),
      },
    },
    refusal: "stale",
  };
}

function tellPlace(store: Store, { cohortId, type, id, onSale, salesEndAt }: Place): Guarded<"stale"> {
  return {
    write: {
      Update: {
        TableName: store.tables.core,
        Key: keys.place(cohortId, type, id),
        UpdateExpression: "SET onSale = :onSale, salesEndAt = :salesEndAt",
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: { ":onSale": onSale, ":salesEndAt": salesEndAt },
      },
    },
    refusal: "stale",
  };
}

/** All places have followed: nothing is due before the cohort's end, unless it has changed again. */
function restCohort(store: Store, cohort: Cohort): Promise<CommitResult<"stale">> {
  const { id, version } = cohort;
  const end = completesAt(cohort);
  return commit(store, [
    {
      write: {
        Update: {
          TableName: store.tables.core,
          Key: keys.cohort(id),
          UpdateExpression: end === null ? "REMOVE duePk, dueAt" : "SET dueAt = :end",
          ConditionExpression: "#version = :version",
          ExpressionAttributeNames: { "#version": "version" },
          ExpressionAttributeValues: { ":version": version, ...(end === null ? {} : { ":end": end }) },
        },
      },
      refusal: "stale",
    },
  ]);
}
