import type { Instant } from "@clearing/domain/time";
import { commit, type Guarded } from "./commit.ts";
import type { Store } from "./store.ts";

/** What is kept of a Stripe event: enough to fetch its object anew, which alone is believed. */
export type StripeEvent = { eventId: string; type: string; objectId: string; objectType: string; created: Instant };

const keptDays = 90;

/**
 * Stores a Stripe event once, together with the message that has it worked on, whether the webhook or the reconciler
 * brings it (I4, I7). `duplicate`: it was here before. `conflict`: others kept writing; bring it again.
 */
export async function storeStripeEvent(
  store: Store,
  event: StripeEvent,
  now: Instant,
): Promise<"stored" | "duplicate" | "conflict"> {
  const { eventId, type, objectId, objectType, created } = event;
  const kept: Guarded<"duplicate"> = {
    write: {
      Put: {
        TableName: store.tables.core,
        Item: {
          pk: `EVT#${eventId}`,
          sk: "EVENT",
          type,
          objectId,
          objectType,
          created,
          receivedAt: now,
          expiresAt: Math.floor(Date.parse(now) / 1000) + keptDays * 86_400,
        },
        ConditionExpression: "attribute_not_exists(pk)", // I4
      },
    },
    refusal: "duplicate",
  };
  const result = await commit(store, [kept, stripeMessagePut(store, event, now)]);
  return result.ok ? "stored" : result.reason;
}

/** Stripe's own event id is the message's: unique, and the same however the event came. */
function stripeMessagePut(store: Store, { eventId, type, objectId, objectType, created }: StripeEvent, now: Instant) {
  const detail = {
    id: eventId,
    version: 1,
    occurredAt: created,
    subject: { type: "stripe_event", id: eventId, version: 1 },
    data: { eventId, type, objectId, objectType },
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
