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
 * What is stored of a Stripe event: enough to fetch its object again, because only a fetched object is trusted.
 * `attempt` is the attempt that the object's metadata names.
 */
export type StripeEvent = {
  eventId: string;
  type: string;
  objectId: string;
  objectType: string;
  created: Instant;
  attempt?: AttemptRef;
  /**
   * The correlation id of the work that created the object at Stripe; without one, the work is correlated with the
   * request or run that brings the event.
   */
  correlationId?: string;
};
type AttemptRef = { bookingId: string; attemptId: string };

/**
 * The result of an event. `not_handled`: this version does nothing on events of that type; a later version can find
 * them by type.
 */
export type StripeEventOutcome = "applied" | "not_handled";

/** How long an event is kept after it was worked on. A waiting event is kept until then. */
const keptDays = 90;
/** A waiting event is sent again after a quarter of an hour, then after twice as long each time. */
const firstWaitMinutes = 15;
const longestWaitMinutes = 6 * 60;
const waitMinutes = (resends: number): number => Math.min(longestWaitMinutes, firstWaitMinutes * 2 ** resends);

/** Events that were received and not worked on by their first deadline, longest wait first. */
const waitingList = "STRIPE_EVENTS#received";
const notHandledList = (type: string): string => `STRIPE_EVENTS#not_handled#${type}`;

/**
 * Stores a Stripe event as received, once, together with the message that starts its work, for the webhook and for the
 * catch-up alike (I4, I7). Until `markStripeEvent` records the result, the event has a deadline at which it is sent
 * again. `duplicate`: the event is stored already. `conflict`: concurrent writers won until the retries ran out.
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

/** Which of these events are stored, whether received or worked on. At most 100 ids. */
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
 * Whether an event is applied, so that a repeated message costs one read; the same read returns the attempt that the
 * event names, with its booking, or null.
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

/** Records the result of a received event and removes its deadline. */
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
 * Sends the message of a received event again if its deadline has passed, and sets the next deadline. Only then is it
 * listed as waiting: most events are applied within seconds, and each index entry is a write. The message keeps its id,
 * so work that was done in the meantime is not repeated.
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

/** When the longest-waiting event past its first deadline was received; null if no event waits. */
export async function oldestWaitingStripeEvent(store: Store): Promise<Instant | null> {
  const query = { index: "byList", partitions: shardsOf(waitingList), limit: 1 } as const;
  for await (const { place } of listedKeys(store, query)) return place.slice(0, place.indexOf("#"));
  return null;
}

/** The message's id is Stripe's event id, so it is the same whether the webhook or the catch-up brought the event. */
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
