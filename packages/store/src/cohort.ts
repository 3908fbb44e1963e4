import { chain } from "@clearing/domain/audit";
import { type Cohort, type CohortStatus, completesAt, type Place } from "@clearing/domain/cohort";
import type { DomainEvent } from "@clearing/domain/event";
import type { ActionContext } from "./action-context.ts";
import { auditPut, outboxPut } from "./append-only.ts";
import type { Guarded } from "./commit.ts";
import { fromDeadlineItem, toDeadlineItem } from "./items.ts";
import { keys } from "./keys.ts";
import { type Listed, list } from "./list.ts";
import { toPlace } from "./place.ts";
import { queryItems, readItem } from "./read.ts";
import { inShard, shardsOf } from "./shards.ts";
import type { Store } from "./store.ts";
import { isVersion } from "./version.ts";

export type CohortWithPlaces = { cohort: Cohort; places: Place[] };

/** A cohort with all its places in one consistent read; null if it does not exist. */
export async function readCohort(store: Store, id: string): Promise<CohortWithPlaces | null> {
  const found = queryItems(store, {
    TableName: store.tables.core,
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": keys.cohort(id).pk },
    ConsistentRead: true,
  });
  const items = await Array.fromAsync(found);
  const cohort = items.find((item) => item.sk === keys.cohort(id).sk);
  if (cohort === undefined) return null;
  return { cohort: fromDeadlineItem<Cohort>(cohort), places: items.filter((item) => item !== cohort).map(toPlace) };
}

/** A cohort without its places, read consistently; null if it does not exist. */
export async function readCohortItem(store: Store, id: string): Promise<Cohort | null> {
  return readItem(store, keys.cohort(id), fromDeadlineItem<Cohort>);
}

/**
 * The index keys of a cohort: by id in `byList`, by first day within its status, and by first day within its program
 * and status. A reader of some statuses reads no key of another.
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

/** One page of the cohorts of some statuses, of one program or of all, by first day, with their places. */
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

/** The audit record names the terms by version only: the program's own chain holds the content of each version. */
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

/**
 * The writes of a cohort's next version: the cohort on the condition that its version has not changed (`stale`), the
 * audit record, the events.
 */
export function cohortWrites(
  store: Store,
  before: Cohort | null,
  after: Cohort,
  events: DomainEvent[],
  occasion: ActionContext,
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

/** Checks that the cohort still has the version that was read, and so its dates, status and places (`stale`). */
export function cohortUnchanged(store: Store, { id, version }: Cohort): Guarded<"stale"> {
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

/**
 * Removes the work deadline once all places have the cohort's current values. What remains due is the cohort's end.
 * Refuses `stale` if the cohort has changed.
 */
export function cohortRests(store: Store, cohort: Cohort): Guarded<"stale"> {
  const { id, version } = cohort;
  const end = completesAt(cohort);
  return {
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
  };
}
