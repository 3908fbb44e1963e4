import { PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { chain } from "@clearing/domain/audit";
import type { Booking } from "@clearing/domain/booking";
import type { DomainEvent } from "@clearing/domain/event";
import {
  type Clearance,
  clearanceSummary,
  type EvaluationKind,
  type EvaluationOutcome,
} from "@clearing/domain/screening";
import { type CalendarDate, dateIn, type Instant } from "@clearing/domain/time";
import type { Occasion } from "./booking.ts";
import { commit, type Guarded } from "./commit.ts";
import { auditPut, outboxPut } from "./facts.ts";
import { type IdempotencyRecord, idempotencyPut } from "./idempotency.ts";
import { fromItem, type Item, toDeadlineItem } from "./items.ts";
import { keys } from "./keys.ts";
import type { Store } from "./store.ts";
import { isVersion } from "./version.ts";

/** A clinician's finding, in the clinical table and nowhere else (I8). */
export type Evaluation = {
  id: string;
  bookingId: string;
  kind: EvaluationKind;
  outcome: EvaluationOutcome;
  validUntil: CalendarDate | null;
  note: string | null;
  by: string;
  at: Instant;
};

/** That a clearance was taken back, and why; in the clinical table and nowhere else. */
export type Withdrawal = { id: string; bookingId: string; note: string; by: string; at: Instant };

const record = (bookingId: string) => `SCR#${bookingId}`;

/** Every evaluation of a booking, newest first. */
export async function readEvaluations(store: Store, bookingId: string): Promise<Evaluation[]> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await store.client.send(
      new QueryCommand({
        TableName: store.tables.clinical,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues: { ":pk": record(bookingId), ":prefix": "EVL#" },
        ScanIndexForward: false,
        ConsistentRead: true,
        ExclusiveStartKey: from,
      }),
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return items.map((item) => fromItem<Evaluation>(item));
}

type ClinicalFact = { evaluation: Evaluation } | { withdrawal: Withdrawal };

/**
 * Writes a clinical fact and, in the same transaction, the one thing that crosses into the core: the clearance, under
 * its version, with its own audit chain and event. `stale`: another clinician was faster; read again.
 */
export async function writeClearance(
  store: Store,
  booking: Booking,
  before: Clearance | null,
  after: Clearance,
  fact: ClinicalFact,
  occasion: Occasion,
  answer: IdempotencyRecord | null,
): Promise<{ ok: true } | { ok: false; reason: "stale" | "replayed" | "conflict" }> {
  const { now } = occasion;
  const today = dateIn(booking.terms.timeZone, now);
  const summary = clearanceSummary(after, today);
  const link = chain(before?.auditHash ?? "", {
    subject: { type: "clearance", id: booking.id },
    sequence: after.version,
    at: now,
    actor: occasion.actor,
    action: occasion.action,
    before: before === null ? null : clearanceSummary(before, today),
    after: summary,
  });
  const event: DomainEvent = {
    name: "ClearanceChanged",
    subject: { type: "clearance", id: booking.id, version: after.version },
    data: { bookingId: booking.id, cohortId: booking.cohortId, ...summary },
  };
  return commit<"stale" | "replayed">(store, [
    ...(answer === null ? [] : [idempotencyPut(store.tables.clinical, answer)]),
    clinicalPut(store, booking.id, fact),
    clearancePut(store, before, { ...after, auditHash: link.hash }),
    auditPut(store, link),
    outboxPut(store, event, now),
  ]);
}

function clinicalPut(store: Store, bookingId: string, fact: ClinicalFact): Guarded<never> {
  const [prefix, item] = "evaluation" in fact ? ["EVL", fact.evaluation] : ["WDR", fact.withdrawal];
  const Item = { ...item, pk: record(bookingId), sk: `${prefix}#${item.at}#${item.id}` };
  return {
    write: { Put: { TableName: store.tables.clinical, Item, ConditionExpression: "attribute_not_exists(pk)" } },
  };
}

function clearancePut(store: Store, before: Clearance | null, after: Clearance): Guarded<"stale"> {
  const put = {
    TableName: store.tables.core,
    Item: toDeadlineItem(after, "CLEARANCE", keys.clearance(after.bookingId)),
  };
  return { write: { Put: { ...put, ...isVersion(before?.version ?? null) } }, refusal: "stale" };
}

/** Who read what of a clinical record, when and why; written before the answer leaves. */
export async function logAccess(
  store: Store,
  access: { id: string; bookingId: string; by: string; purpose: string; what: string; at: Instant },
): Promise<void> {
  const Item = { ...access, pk: record(access.bookingId), sk: `ACCESS#${access.at}#${access.id}` };
  await store.client.send(new PutCommand({ TableName: store.tables.clinical, Item }));
}
