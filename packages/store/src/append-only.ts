import type { Actor, AuditRecord } from "@clearing/domain/audit";
import type { DomainEvent } from "@clearing/domain/event";
import { conversionEvent, type JournalEntry } from "@clearing/domain/ledger";
import type { Instant } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import { inShard } from "./shards.ts";
import type { Store } from "./store.ts";

/**
 * The item of an event in the transactional outbox. The event is published if and only if the transaction that contains
 * this write commits (I7).
 */
export function outboxPut(store: Store, event: DomainEvent, now: Instant): Guarded<never> {
  const id = store.ids.next("evt");
  const { correlationId } = store;
  const detail = { id, version: 1, occurredAt: now, correlationId, subject: event.subject, data: event.data };
  return {
    write: {
      Put: {
        TableName: store.tables.outbox,
        Item: {
          pk: id,
          sk: "OUTBOX",
          source: "clearing",
          detailType: event.name,
          detail: JSON.stringify(detail),
          createdAt: now,
        },
        ConditionExpression: "attribute_not_exists(pk)", // I7
      },
    },
  };
}

/**
 * The writes of journal entries and of the events about them. A fact that is posted once is published once, even if it
 * arrives again (I4, I7). Refuses `stale` if an entry exists already; the next read shows it.
 */
export const journalWrites = (store: Store, entries: readonly JournalEntry[]): Guarded<"stale">[] =>
  entries.flatMap((entry) => {
    const id = store.ids.next("je");
    const event = conversionEvent(entry, id);
    const put = journalPut(store, entry, id);
    return event === null ? [put] : [put, outboxPut(store, event, store.clock.now())];
  });

/**
 * One entry with all its postings is one item, keyed by its business reference, so a fact is posted once (I4). Each try
 * of the commit stamps `postedAt` with its own instant.
 */
function journalPut(store: Store, entry: JournalEntry, id: string): Guarded<"stale"> {
  const bookingId = entry.postings.find((posting) => posting.bookingId !== undefined)?.bookingId;
  return {
    write: {
      Put: {
        TableName: store.tables.ledger,
        Item: {
          pk: `JE#${entry.reference}`,
          sk: "ENTRY",
          id,
          ...entry,
        },
        ConditionExpression: "attribute_not_exists(pk)", // I4
      },
    },
    stamp: (postedAt) => ({
      postedAt,
      correlationId: store.correlationId,
      monthPk: inShard(`MONTH#${postedAt.slice(0, 7)}`, id),
      monthSk: `${postedAt}#${id}`,
      ...(bookingId === undefined ? {} : { bookingPk: bookingId, bookingSk: `${postedAt}#${id}` }),
    }),
    refusal: "stale",
  };
}

/**
 * The next link of a subject's audit chain. Its sequence is the subject's version, so a link cannot be written twice
 * (I9). The lists by day and by actor use `recordedAt`, the instant of the try that commits; the hash does not cover
 * it.
 */
export function auditPut(store: Store, record: AuditRecord): Guarded<"stale"> {
  const { subject, sequence, actor } = record;
  return {
    write: {
      Put: {
        TableName: store.tables.audit,
        Item: { pk: `${subject.type}#${subject.id}`, sk: linkKey(sequence), ...record },
        ConditionExpression: "attribute_not_exists(pk)", // I9
      },
    },
    stamp: (recordedAt) => {
      const place = auditPlace({ ...record, recordedAt });
      const dayPk = inShard(recordedAt.slice(0, 10), subject.id);
      // All system actions share one actor; shards spread them over partitions.
      const { correlationId } = store;
      return {
        recordedAt,
        correlationId,
        actorPk: inShard(actor.sub, subject.id),
        actorSk: place,
        dayPk,
        daySk: place,
      };
    },
    refusal: "stale",
  };
}

/** One staff read of a booking. */
export type AccessRecord = { at: Instant; actor: string; role: Actor["role"]; action: string };

/**
 * Stores a staff read beside the booking's audit chain. No index covers reads, so nobody can list what one staff member
 * read.
 */
export function accessPut(store: Store, bookingId: string, record: AccessRecord): Guarded<never> {
  return {
    write: {
      Put: {
        TableName: store.tables.audit,
        Item: { pk: `access#${bookingId}`, sk: `${record.at}#${store.ids.next("acc")}`, ...record },
        ConditionExpression: "attribute_not_exists(pk)",
      },
    },
  };
}

/** An audit record with the instant at which it was written. The hash does not cover that instant. */
export type RecordedAct = AuditRecord & { recordedAt: Instant };

const linkKey = (sequence: number): string => String(sequence).padStart(8, "0");

/** The sort key of an audit record among all others: the instant of its commit, then subject and sequence. */
export const auditPlace = ({ subject, sequence, recordedAt }: RecordedAct): string =>
  `${recordedAt}#${subject.type}#${subject.id}#${linkKey(sequence)}`;
