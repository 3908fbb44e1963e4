import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { epochSeconds, type Instant, plusMinutes } from "@clearing/domain/time";
import { type AttemptFile, attemptFileIn, attemptFileKeys } from "./attempt.ts";
import { commit, type Guarded } from "./commit.ts";
import { deadlineKeys, keys } from "./keys.ts";
import { listedKeys } from "./list.ts";
import { type Key, readItem, readItems } from "./read.ts";
import { inShard, shardsOf } from "./shards.ts";
import type { Store } from "./store.ts";

/**
 * What is kept of a Stripe event: enough to fetch its object again, which alone is believed. `attempt` is what the object
 * names in its metadata.
 */
export type StripeEvent = {
  eventId: string;
  type: string;
  objectId: string;
  objectType: string;
  created: Instant;
  attempt?: AttemptRef;
  /** The id of the work that asked Stripe for the object; without one the event begins work under the id that brings it. */
  correlationId?: string;
};
type AttemptRef = { bookingId: string; attemptId: string };

/** What became of an event: `not_handled` is of a kind that this version does nothing on; a later one finds it by type. */
export type StripeEventOutcome = "applied" | "not_handled";

/** Kept so long once it is worked on; an event that waits is kept until it is. */
const keptDays = 90;
/** When an event that is still not worked on is sent again: after a quarter of an hour, then twice as long each time. */
const firstWaitMinutes = 15;
const longestWaitMinutes = 6 * 60;
const waitMinutes = (resends: number): number => Math.min(longestWaitMinutes, firstWaitMinutes * 2 ** resends);

/** Events that were received and not worked on by their first deadline, the one that waits longest first. */
const waitingList = "STRIPE_EVENTS#received";
const notHandledList = (type: string): string => `STRIPE_EVENTS#not_handled#${type}`;

/**
 * Stores a Stripe event as received, once, together with the message that has it worked on, whether the webhook or the
 * catch-up brings it (I4, I7). That it was worked on is a second fact: until `markStripeEvent` says so, the event has
 * a deadline at which it is sent again. `duplicate`: it was here before. `conflict`: others kept writing.
 */
export async function storeStripeEvent(
  store: Store,
  event: StripeEvent,
  now: Instant,
): Promise<"stored" | "duplicate" | "conflict"> {
  const { eventId, type, objectId, objectType, created, attempt, correlationId = store.correlationId } = event;
  const key = keys.stripeEvent(eventId);
  const kept: Guarded<"duplicate"> = {
    write: {
      Put: {
        TableName: store.tables.core,
        Item: {
          ...key,
          type,
          objectId,
          objectType,
          created,
          correlationId,
          ...(attempt && { attempt }),
          status: "received",
          receivedAt: now,
          resends: 0,
          version: 1,
          ...deadlineKeys("STRIPE_EVENT", key, plusMinutes(now, waitMinutes(0))),
        },
        ConditionExpression: "attribute_not_exists(pk)", // I4
      },
    },
    refusal: "duplicate",
  };
  const result = await commit(store, [kept, stripeMessagePut(store, event, now)]);
  return result.ok ? "stored" : result.reason;
}

/** Which of these events are here, received or worked on. At most 100 ids. */
export async function knownStripeEvents(store: Store, ids: string[]): Promise<Set<string>> {
  const items = await readItems(store, ids.map(keys.stripeEvent));
  return new Set(items.map(({ pk }) => String(pk).slice("EVT#".length)));
}

type StoredEvent = StripeEvent & {
  status: "received" | StripeEventOutcome;
  receivedAt: Instant;
  resends: number;
  dueAt: Instant;
};

const readStripeEvent = (store: Store, key: Key): Promise<StoredEvent | null> =>
  readItem(store, key, (item) => item as StoredEvent);

/**
 * Whether an event's work is done, so that a message that comes twice costs a read; and, by the same read, the attempt
 * that it names with its booking, or null.
 */
export async function lookAtStripeEvent(
  store: Store,
  { eventId, attempt }: Pick<StripeEvent, "eventId" | "attempt">,
): Promise<{ isApplied: boolean; named: AttemptFile | null }> {
  const event = keys.stripeEvent(eventId);
  const named = attempt === undefined ? [] : attemptFileKeys(attempt.bookingId, attempt.attemptId);
  const items = await readItems(store, [event, ...named]);
  return {
    isApplied: items.some(({ pk, status }) => pk === event.pk && status === "applied"),
    named: attemptFileIn(items),
  };
}

/** Says of a received event what became of it: it has no deadline from then on. */
export async function markStripeEvent(
  store: Store,
  { eventId, type, created }: Pick<StripeEvent, "eventId" | "type" | "created">,
  outcome: StripeEventOutcome,
  now: Instant,
): Promise<void> {
  const list = "listPk = :listPk, listSk = :listSk";
  await store.client.send(
    new UpdateCommand({
      TableName: store.tables.core,
      Key: keys.stripeEvent(eventId),
      UpdateExpression:
        outcome === "applied"
          ? "SET #status = :outcome, appliedAt = :now, expiresAt = :end REMOVE duePk, dueAt, listPk, listSk"
          : `SET #status = :outcome, expiresAt = :end, ${list} REMOVE duePk, dueAt`,
      ConditionExpression: "attribute_exists(pk)",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: {
        ":outcome": outcome,
        ":end": epochSeconds(now) + keptDays * 86_400,
        ...(outcome === "applied"
          ? { ":now": now }
          : { ":listPk": inShard(notHandledList(type), eventId), ":listSk": `${created}#${eventId}` }),
      },
    }),
  );
}

/**
 * Sends the message of an event again that was received and not worked on by its deadline, and gives it the next one. It
 * is listed as waiting from then on: most events are worked on within seconds, and each entry of an index is a write. It
 * is the same message under the same id: what was done meanwhile is not done twice.
 */
export async function resendStripeEvent(
  store: Store,
  key: Key,
  now: Instant,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  const item = await readStripeEvent(store, key);
  if (item?.status !== "received" || item.dueAt > now) return { ok: true };
  const resends = item.resends + 1;
  const eventId = key.pk.slice("EVT#".length);
  const { type, objectId, objectType, created, attempt, correlationId } = item;
  const moved: Guarded<"changed"> = {
    write: {
      Update: {
        TableName: store.tables.core,
        Key: key,
        UpdateExpression: "SET dueAt = :later, resends = :resends, listPk = :listPk, listSk = :listSk",
        ConditionExpression: "#status = :received AND resends = :before",
        ExpressionAttributeNames: { "#status": "status" },
        ExpressionAttributeValues: {
          ":later": plusMinutes(now, waitMinutes(resends)),
          ":resends": resends,
          ":before": item.resends,
          ":received": "received",
          ":listPk": inShard(waitingList, eventId),
          ":listSk": `${item.receivedAt}#${eventId}`,
        },
      },
    },
    refusal: "changed",
  };
  const event = {
    ...{ eventId, type, objectId, objectType, created },
    ...(attempt && { attempt }),
    ...(correlationId && { correlationId }),
  };
  const result = await commit(store, [moved, stripeMessagePut(store, event, now)]);
  return result.ok || result.reason === "changed" ? { ok: true } : result;
}

/** When the event was received that has waited longest for its work, past its first deadline; null when none has. */
export async function oldestWaitingStripeEvent(store: Store): Promise<Instant | null> {
  const query = { index: "byList", partitions: shardsOf(waitingList), limit: 1 } as const;
  for await (const { place } of listedKeys(store, query)) return place.slice(0, place.indexOf("#"));
  return null;
}

/** Stripe's own event id is the message's: unique, and the same however the event came. */
function stripeMessagePut(store: Store, event: StripeEvent, now: Instant) {
  const { eventId, type, objectId, objectType, created, attempt, correlationId = store.correlationId } = event;
  const detail = {
    id: eventId,
    version: 1,
    occurredAt: created,
    correlationId,
    subject: { type: "stripe_event", id: eventId, version: 1 },
    data: { eventId, type, objectId, objectType, ...(attempt && { attempt }) },
  };
  const message: Guarded<never> = {
    write: {
      Put: {
        TableName: store.tables.outbox,
        Item: {
          pk: eventId,
          sk: "OUTBOX",
          source: "clearing.stripe",
          detailType: "StripeEventReceived",
          detail: JSON.stringify(detail),
          createdAt: now,
        },
      },
    },
  };
  return message;
}
