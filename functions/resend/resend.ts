import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { type Instant, plusSeconds } from "@clearing/domain/time";
import type { Deps } from "@clearing/runtime/deps";
import { batches, type Message, messageOf, sendAndDelete } from "../relay/send.ts";

/** The stream takes a second as a rule: what is older than this it has failed at, or given up. */
const LATE_SECONDS = 120;
/** Bounds on one run; the next one goes on. */
const PAGES = 10;
const ITEMS = 500;
const VAIN_CALLS = 3;

type Item = Readonly<Record<string, string>>;

/**
 * Sends again what has stood in the outbox for minutes, such as what the relay's stream parked after hours of failures,
 * so that no committed event stays unsent (I7), and measures how long the oldest of it has waited. The table holds
 * only what is under way, so reading it is cheap. That an event then comes twice is the consumers' to bear.
 */
export async function resend(deps: Deps, bus: EventBridgeClient): Promise<void> {
  const now = deps.clock.now();
  const late = await lateItems(deps, plusSeconds(now, -LATE_SECONDS));
  const waited = late.map(({ createdAt = now }) => Date.parse(now) - Date.parse(createdAt));
  deps.log.metric("OutboxAge", Math.max(0, ...waited), "Milliseconds");
  const messages = late.flatMap((item) => readMessage(item, deps));
  let sent = 0;
  let vain = 0;
  for (const call of batches(messages)) {
    const gone = await sendAndDelete(call, deps, bus);
    sent += gone.size;
    vain += gone.size === 0 ? 1 : 0;
    // The bus is away, and this function's time is not for waiting.
    if (vain === VAIN_CALLS) break;
  }
  if (late.length > 0) deps.log.warn("messages that the stream had not sent", { found: late.length, sent });
}

function readMessage(item: Item, { log, config }: Deps): Message[] {
  const message = messageOf((name) => item[name], config.eventBus);
  if (message === null) log.error("an outbox item that is no message", null, { pk: item.pk });
  return message === null ? [] : [message];
}

async function lateItems({ store }: Deps, before: Instant): Promise<Item[]> {
  const late: Item[] = [];
  let from: Record<string, unknown> | undefined;
  for (let page = 0; page < PAGES && late.length < ITEMS; page += 1) {
    const { Items = [], LastEvaluatedKey } = await store.client.send(
      new ScanCommand({
        TableName: store.tables.outbox,
        FilterExpression: "createdAt < :before",
        ExpressionAttributeValues: { ":before": before },
        ExclusiveStartKey: from,
      }),
    );
    late.push(...(Items as Item[]));
    from = LastEvaluatedKey;
    if (from === undefined) break;
  }
  return late.slice(0, ITEMS);
}
