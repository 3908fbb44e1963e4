import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { type AuditRecord, verifyChain } from "@clearing/domain/audit";
import { addDays, type CalendarDate } from "@clearing/domain/time";
import { fromItem, type Item } from "./items.ts";
import { bookingIdIn, keys } from "./keys.ts";
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

/** Where a reading begins and ends in the order of `auditOrder`: dates, instants or whole orders, both inclusive. */
export type AuditSpan = { from: string; to: string };

/** One person's records, in the order of their instants. */
export function actorRecords(store: Store, sub: string, span: AuditSpan): AsyncIterable<AuditRecord> {
  return indexed(store, { IndexName: "byActor", pk: "actorPk", value: sub, sk: "actorSk" }, span);
}

/** Everybody's records, day by day (UTC), in the order of their instants. */
export async function* dayRecords(store: Store, span: AuditSpan): AsyncIterable<AuditRecord> {
  const last = span.to.slice(0, 10);
  for (let day = span.from.slice(0, 10); day <= last; day = addDays(day, 1)) {
    yield* indexed(store, { IndexName: "byDay", pk: "dayPk", value: day, sk: "daySk" }, span);
  }
}

/** No audit record is older than the product. */
export const auditBegins: CalendarDate = "2026-01-01";

async function* indexed(
  store: Store,
  index: { IndexName: string; pk: string; value: string; sk: string },
  { from, to }: AuditSpan,
) {
  // DynamoDB takes a range that ends before it begins for a mistake, where it is merely empty.
  if (from > to) return;
  let start: Item | undefined;
  do {
    const page = await store.client.send(
      new QueryCommand({
        TableName: store.tables.audit,
        IndexName: index.IndexName,
        KeyConditionExpression: "#pk = :pk AND #sk BETWEEN :from AND :to",
        ExpressionAttributeNames: { "#pk": index.pk, "#sk": index.sk },
        ExpressionAttributeValues: { ":pk": index.value, ":from": from, ":to": `${to}~` },
        ExclusiveStartKey: start,
        Limit: 100,
      }),
    );
    const found = (page.Items ?? []).map((item) => ({ pk: String(item.pk), sk: String(item.sk) }));
    yield* (await readItems(store, found, store.tables.audit)).map(toRecord);
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

export type AuditVerdict = { records: number; broken: { subject: string; sequence: number }[] };

/** Re-computes the chain of every program, cohort, booking and clearance, and holds it against the subject's head. */
export async function verifyAudit(store: Store): Promise<AuditVerdict> {
  const verdict: AuditVerdict = { records: 0, broken: [] };
  for (const list of ["PROGRAMS", "COHORTS", "BOOKINGS"]) {
    let cursor: string | undefined;
    do {
      const page = await listKeys(store, { index: "byList", partitions: [list], limit: 25, cursor });
      const bookings = list === "BOOKINGS" ? page.items.map((key) => keys.clearance(bookingIdIn(key))) : [];
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

async function verifySubject(store: Store, listed: Item, verdict: AuditVerdict): Promise<void> {
  const type = subjectTypes[String(listed.sk)];
  if (type === undefined) return;
  const id = String(listed.pk).slice(String(listed.pk).indexOf("#") + 1);
  const { head, records } = await chainOf(store, listed, { type, id });
  verdict.records += records.length;
  const chain = verifyChain(records, String(head.auditHash));
  if (!chain.verified) verdict.broken.push({ subject: `${type}#${id}`, sequence: chain.brokenAt });
}

/** A subject's records with a head that was read later, unless nothing is past it: what goes on past that is forged. */
async function chainOf(store: Store, listed: Item, subject: Subject): Promise<{ head: Item; records: AuditRecord[] }> {
  const records = await Array.fromAsync(subjectRecords(store, subject));
  const sound = records.filter(({ sequence }) => sequence <= Number(listed.version));
  if (sound.length === records.length) return { head: listed, records };
  const [head = listed] = await readItems(store, [{ pk: String(listed.pk), sk: String(listed.sk) }]);
  return head.version === listed.version ? { head, records } : chainOf(store, head, subject);
}
