import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { type AuditRecord, verifyChain } from "@clearing/domain/audit";
import type { CalendarDate } from "@clearing/domain/time";
import { fromItem, type Item } from "./items.ts";
import { keys } from "./keys.ts";
import { listKeys, readItems } from "./read.ts";
import type { Store } from "./store.ts";

const auditKeys = new Set(["actorPk", "actorSk", "dayPk", "daySk"]);

const toRecord = (item: Item): AuditRecord =>
  fromItem<AuditRecord>(Object.fromEntries(Object.entries(item).filter(([name]) => !auditKeys.has(name))));

type Subject = AuditRecord["subject"];

/** One subject's records in the order of their chain. */
export async function* subjectRecords(store: Store, subject: Subject): AsyncIterable<AuditRecord> {
  let from: Item | undefined;
  do {
    const page = await store.client.send(
      new QueryCommand({
        TableName: store.tables.audit,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": `${subject.type}#${subject.id}` },
        ConsistentRead: true,
        ExclusiveStartKey: from,
      }),
    );
    yield* (page.Items ?? []).map(toRecord);
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}

/** One person's records, in the order of their instants. */
export function actorRecords(store: Store, sub: string): AsyncIterable<AuditRecord> {
  return indexed(store, { IndexName: "byActor", name: "actorPk", value: sub });
}

/** The records of every day from one date to another (UTC), both inclusive. */
export async function* dayRecords(store: Store, days: Iterable<CalendarDate>): AsyncIterable<AuditRecord> {
  for (const day of days) yield* indexed(store, { IndexName: "byDay", name: "dayPk", value: day });
}

async function* indexed(store: Store, index: { IndexName: string; name: string; value: string }) {
  let from: Item | undefined;
  do {
    const page = await store.client.send(
      new QueryCommand({
        TableName: store.tables.audit,
        IndexName: index.IndexName,
        KeyConditionExpression: "#pk = :pk",
        ExpressionAttributeNames: { "#pk": index.name },
        ExpressionAttributeValues: { ":pk": index.value },
        ExclusiveStartKey: from,
        Limit: 100,
      }),
    );
    const found = (page.Items ?? []).map((item) => ({ pk: String(item.pk), sk: String(item.sk) }));
    yield* (await readItems(store, found, store.tables.audit)).map(toRecord);
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}

export type AuditVerdict = { records: number; broken: { subject: string; sequence: number }[] };

/** Re-computes the chain of every program, cohort, booking and clearance, and holds it against the subject's head. */
export async function verifyAudit(store: Store): Promise<AuditVerdict> {
  const verdict: AuditVerdict = { records: 0, broken: [] };
  for (const list of ["PROGRAMS", "COHORTS", "BOOKINGS"]) {
    let cursor: string | undefined;
    do {
      const page = await listKeys(store, { index: "byList", partition: list, limit: 25, cursor });
      const bookings = list === "BOOKINGS" ? page.items.map(({ pk }) => keys.clearance(pk.slice("BKG#".length))) : [];
      const heads = await readItems(store, [...page.items, ...bookings]);
      for (const head of heads) await verifySubject(store, head, verdict);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }
  return verdict;
}

const subjectTypes: Record<string, Subject["type"]> = {
  PROGRAM: "program",
  COHORT: "cohort",
  BOOKING: "booking",
  CLEARANCE: "clearance",
};

async function verifySubject(store: Store, head: Item, verdict: AuditVerdict): Promise<void> {
  const type = subjectTypes[String(head.sk)];
  if (type === undefined) return;
  const id = String(head.pk).slice(String(head.pk).indexOf("#") + 1);
  const found = await Array.fromAsync(subjectRecords(store, { type, id }));
  // What was written after the head was read is the next verification's.
  const records = found.filter(({ sequence }) => sequence <= Number(head.version));
  verdict.records += records.length;
  const chain = verifyChain(records, String(head.auditHash));
  if (!chain.verified) verdict.broken.push({ subject: `${type}#${id}`, sequence: chain.brokenAt });
}
