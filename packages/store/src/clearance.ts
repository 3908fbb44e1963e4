import { type Actor, chain } from "@clearing/domain/audit";
import { type Booking, followUpAt } from "@clearing/domain/booking";
import type { DomainEvent } from "@clearing/domain/event";
import { personKey } from "@clearing/domain/person";
import { type Clearance, clearanceSummary } from "@clearing/domain/screening";
import { dateIn, type Instant } from "@clearing/domain/time";
import { auditPut, outboxPut } from "./append-only.ts";
import { bookingUnchanged } from "./booking.ts";
import type { Guarded } from "./commit.ts";
import { fromDeadlineItem, toDeadlineItem } from "./items.ts";
import { keys } from "./keys.ts";
import { type Key, readItem } from "./read.ts";
import type { Store } from "./store.ts";
import { isVersion } from "./version.ts";

/**
 * The key of a booking's clearance. Clearances have a separate table, so that an IAM role can read them without writing
 * them.
 */
export const clearanceIn = (store: Store, bookingId: string): Key & { table: string } => ({
  ...keys.clearance(bookingId),
  table: store.tables.clearance,
});

export async function readClearance(store: Store, bookingId: string): Promise<Clearance | null> {
  return readItem(store, clearanceIn(store, bookingId), fromDeadlineItem<Clearance>);
}

/**
 * The writes of a clearance's next version: the clearance, its audit record and its event. The audit record never says
 * which kind of evaluation changed (I8). The transaction also checks that the booking has not changed (`stale`), so
 * that the follow-up deadline is right.
 */
export function clearanceWrites(
  store: Store,
  booking: Booking,
  before: Clearance | null,
  after: Clearance,
  { actor, action, now }: { actor: Actor; action: string; now: Instant },
): Guarded<"stale">[] {
  const today = dateIn(booking.terms.timeZone, now);
  const summary = clearanceSummary(after, today);
  const link = chain(before?.auditHash ?? "", {
    subject: { type: "clearance", id: booking.id },
    sequence: after.version,
    at: now,
    actor,
    action,
    before: before === null ? null : clearanceSummary(before, today),
    after: summary,
  });
  const event: DomainEvent = {
    name: "ClearanceChanged",
    subject: { type: "clearance", id: booking.id, version: after.version },
    data: { bookingId: booking.id, cohortId: booking.cohortId, ...summary },
  };
  const next = { ...after, dueAt: followUpAt(booking, after, now), auditHash: link.hash };
  return [
    clearancePut(store, before, next),
    bookingUnchanged(store, booking),
    auditPut(store, link),
    outboxPut(store, event, now),
  ];
}

/** Writes a clearance on the condition that the stored version is still `before`; null: none is stored yet. */
export function clearancePut(store: Store, before: Clearance | null, after: Clearance): Guarded<"stale"> {
  const Item = toDeadlineItem(after, "CLEARANCE", keys.clearance(after.bookingId));
  const put = { TableName: store.tables.clearance, Item, ...isVersion(before?.version ?? null) };
  return { write: { Put: put }, refusal: "stale" };
}

/** Checks that the clearance still has the version that was read (`stale`). */
export function clearanceUnchanged(store: Store, bookingId: string, seen: Clearance | null): Guarded<"stale"> {
  const check = { TableName: store.tables.clearance, Key: keys.clearance(bookingId) };
  return { write: { ConditionCheck: { ...check, ...isVersion(seen?.version ?? null) } }, refusal: "stale" };
}

/**
 * Checks that both evaluations are cleared through the cohort's last day, by two people (unless one clinician may sign
 * both), neither of them the participant (I2).
 */
export function checkCleared(store: Store, { id, terms, participant }: Booking): Guarded<"stale"> {
  return {
    write: {
      ConditionCheck: {
        TableName: store.tables.clearance,
        Key: keys.clearance(id),
        ConditionExpression:
          "medical.outcome = :cleared AND psychiatric.outcome = :cleared" + // I2: both evaluations clear
          " AND medical.validUntil >= :lastDay AND psychiatric.validUntil >= :lastDay" + // I2: to the last day
          " AND (medical.#by <> psychiatric.#by OR oneClinicianMaySignBoth = :true)" + // I2: two people agree
          " AND medical.#by <> :participant AND psychiatric.#by <> :participant", // I2: nobody clears themselves
        ExpressionAttributeNames: { "#by": "by" },
        ExpressionAttributeValues: {
          ":cleared": "cleared",
          ":lastDay": terms.endsOn,
          ":true": true,
          ":participant": personKey(participant.email),
        },
      },
    },
    refusal: "stale",
  };
}
