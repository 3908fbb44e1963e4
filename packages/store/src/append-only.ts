import type { Actor, AuditRecord } from "@clearing/domain/audit";
import type { DomainEvent } from "@clearing/domain/event";
import { conversionEvent, type JournalEntry } from "@clearing/domain/ledger";
import type { Instant } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import { inShard } from "./shards.ts";
import type { Store } from "./store.ts";

/** A message to the bus, sent if and only if the transaction that holds it commits (I7). */
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
 * Entries with what is told of them on the bus: a fact that is posted once is told by one message, however often it
 * is brought again (I4, I7). `stale`: it is posted already, as the next reading shows.
 */
export const journalWrites = (store: Store, entries: readonly JournalEntry[]): Guarded<"stale">[] =>
  entries.flatMap((entry) => {
    const id = store.ids.next("je");
    const event = conversionEvent(entry, id);
    const put = journalPut(store, entry, id);
    return event === null ? [put] : [put, outboxPut(store, event, store.clock.now())];
  });

/**
 * One entry with all its postings is one item, keyed by its business reference: a fact is posted once (I4). It is posted
 * at the instant of the try that commits it.
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
 * The next link of a subject's audit chain; its sequence is the subject's version, so it cannot be written twice (I9).
 * Lists of days and of actors are ordered by the instant of the try that commits it, which the hash does not cover.
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
      // The system is one actor for everything.
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

/** That one of the staff read a booking. */
export type AccessRecord = { at: Instant; actor: string; role: Actor["role"]; action: string };

/** A read stands beside its booking's chain and in no index: nobody lists what one of the staff has read. */
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

/** An audit record with the instant at which it was written, which its hash does not cover. */
export type RecordedAct = AuditRecord & { recordedAt: Instant };

const linkKey = (sequence: number): string => String(sequence).padStart(8, "0");

/** The place of an audit record among all others: by the instant of its commit, then by subject and sequence. */
export const auditPlace = ({ subject, sequence, recordedAt }: RecordedAct): string =>
  `${recordedAt}#${subject.type}#${subject.id}#${linkKey(sequence)}`;
