import { type AuditRecord, type AuditSpan, verifyChain } from "@clearing/domain/audit";
import { addDays, type CalendarDate, later } from "@clearing/domain/time";
import { auditPlace, type RecordedAct } from "./append-only.ts";
import { fromItem, type Item } from "./items.ts";
import { bookingIdIn, keys } from "./keys.ts";
import { listedKeys } from "./list.ts";
import { inBatches } from "./merge.ts";
import { queryItems, readItems } from "./read.ts";
import { shardsOf } from "./shards.ts";
import { type StampedRange, stampedItems, stampedPage } from "./stamped.ts";
import type { Store } from "./store.ts";

/** Index and tracing attributes of the item that are not part of the audit record. */
const besideRecords = new Set(["correlationId", "actorPk", "actorSk", "dayPk", "daySk"]);

const toRecord = (item: Item): RecordedAct =>
  fromItem<RecordedAct>(Object.fromEntries(Object.entries(item).filter(([name]) => !besideRecords.has(name))));

type Subject = AuditRecord["subject"];

/** One subject's audit records in the order of their chain. */
export async function* subjectRecords(store: Store, subject: Subject): AsyncIterable<RecordedAct> {
  const items = queryItems(store, {
    TableName: store.tables.audit,
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": `${subject.type}#${subject.id}` },
    ConsistentRead: true,
  });
  for await (const item of items) yield toRecord(item);
}

/**
 * One page of audit records, of one actor or of all, in the order of writing. `next` is the place (`auditPlace`) to
 * continue from; see `stampedPage`.
 */
export function auditPage(
  store: Store,
  { actor, from, to }: AuditSpan & { actor?: string | undefined },
  page: { limit: number; after: string },
  settledAfter?: number,
): Promise<{ items: RecordedAct[]; next: string | null }> {
  const read = (after: string) => {
    const start = later(from, after);
    return actor === undefined ? dayRecords(store, start, to) : actorRecords(store, actor, start, to);
  };
  return stampedPage(store, { read, placeOf: auditPlace }, page, settledAfter);
}

function actorRecords(store: Store, sub: string, from: string, to: CalendarDate): AsyncIterable<RecordedAct> {
  const partitions = { name: "actorPk", values: shardsOf(sub) };
  return indexed(store, { IndexName: "byActor", partitions, place: "actorSk", from, to });
}

async function* dayRecords(store: Store, from: string, to: CalendarDate): AsyncIterable<RecordedAct> {
  for (let day = from.slice(0, 10); day <= to; day = addDays(day, 1)) {
    const partitions = { name: "dayPk", values: shardsOf(day) };
    yield* indexed(store, { IndexName: "byDay", partitions, place: "daySk", from, to });
  }
}

const recordsAtOnce = 100;

async function* indexed(store: Store, range: Omit<StampedRange, "TableName">): AsyncIterable<RecordedAct> {
  const TableName = store.tables.audit;
  for await (const items of inBatches(stampedItems(store, { TableName, ...range, atOnce: 25 }), recordsAtOnce)) {
    const found = items.map((item) => ({ pk: String(item.pk), sk: String(item.sk) }));
    yield* (await readItems(store, found, TableName)).map(toRecord);
  }
}

const headsAtOnce = 25;

export type AuditVerdict = { records: number; broken: { subject: string; sequence: number }[] };

/**
 * Recomputes the audit chain of every program, cohort, booking, removed booking and clearance, and compares it with the
 * hash stored on the subject.
 */
export async function verifyAudit(store: Store): Promise<AuditVerdict> {
  const verdict: AuditVerdict = { records: 0, broken: [] };
  for (const list of ["PROGRAMS", "COHORTS", "BOOKINGS", "REMOVED"]) {
    const listed = listedKeys(store, { index: "byList", partitions: shardsOf(list), limit: headsAtOnce });
    for await (const found of inBatches(listed, headsAtOnce)) {
      const clearances = list === "BOOKINGS" ? found.map((key) => keys.clearance(bookingIdIn(key))) : [];
      const heads = [
        ...(await readItems(store, found)),
        ...(await readItems(store, clearances, store.tables.clearance)),
      ];
      for (const head of heads) await verifySubject(store, head, verdict);
    }
  }
  return verdict;
}

const subjectTypes: Record<string, Subject["type"]> = {
  PROGRAM: "program",
  COHORT: "cohort",
  BOOKING: "booking",
  REMOVED: "booking",
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

/**
 * A subject's records with its head. Records newer than the listed head can come from a later change, so the head is
 * read again. Records past a head that has not changed are forged.
 */
async function chainOf(store: Store, listed: Item, subject: Subject): Promise<{ head: Item; records: AuditRecord[] }> {
  const records = await Array.fromAsync(subjectRecords(store, subject));
  const sound = records.filter(({ sequence }) => sequence <= Number(listed.version));
  if (sound.length === records.length) return { head: listed, records };
  const table = subject.type === "clearance" ? store.tables.clearance : store.tables.core;
  const pk = String(listed.pk);
  // A booking that was removed in the meantime has its head under another key.
  const heads = [{ pk, sk: String(listed.sk) }, ...(subject.type === "booking" ? [keys.removed(subject.id)] : [])];
  const [head = listed] = await readItems(store, heads, table);
  return head.version === listed.version ? { head, records } : chainOf(store, head, subject);
}
