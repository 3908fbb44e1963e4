import type { Instant } from "@clearing/domain/time";
import { type DeadlineKind, deadlineKeys } from "./keys.ts";

export type Item = Record<string, unknown>;

/**
 * The attributes that belong to the store: keys of the table and indexes, the TTL, and the count of fruitless sweeps.
 */
const ownAttributes = [
  "pk",
  "sk",
  "listPk",
  "listSk",
  "statusPk",
  "statusSk",
  "ownerPk",
  "ownerSk",
  "cohortPk",
  "cohortSk",
  "participantPk",
  "participantSk",
  "queuePk",
  "queueSk",
  "duePk",
  "vain",
  "expiresAt",
];

/** A stored item as its domain value, without the store's own attributes. */
export function fromItem<Value>(item: Item): Value {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !ownAttributes.includes(name))) as Value;
}

/**
 * A value with a deadline. `dueAt: null` in the domain is an absent attribute in the item, which keeps the index
 * sparse.
 */
export function fromDeadlineItem<Value extends { dueAt: Instant | null }>(item: Item): Value {
  return fromItem<Value>({ ...item, dueAt: item.dueAt ?? null });
}

export function toDeadlineItem<Value extends { dueAt: Instant | null }>(
  value: Value,
  kind: DeadlineKind,
  key: { pk: string; sk: string },
): Item {
  const { dueAt, ...item } = value;
  return { ...item, ...key, ...deadlineKeys(kind, key, dueAt) };
}
