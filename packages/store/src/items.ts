import type { Instant } from "@clearing/domain/time";
import { type DeadlineKind, deadlineKeys } from "./keys.ts";

export type Item = Record<string, unknown>;

/** What the store keeps beside a value: the keys of table and indexes, and how often a sweep came in vain. */
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

/** A stored item as its domain value, without what belongs to the store alone. */
export function fromItem<Value>(item: Item): Value {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !ownAttributes.includes(name))) as Value;
}

/** A value with a deadline: absent in the item, so that the index stays sparse, and null in the domain. */
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
