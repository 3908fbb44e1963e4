import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { plusSeconds } from "@clearing/domain/time";
import type { Deps } from "@clearing/runtime/deps";
import { scanPages } from "@clearing/store/read";
import { batches, lateSeconds, type Message, messageOf, reportUnsendable, sendAndDelete } from "../relay/send.ts";

/** How far another machine's clock may be ahead. */
const skewSeconds = 120;
/** Bounds of one run; the next run continues. */
const maxPages = 10;
const itemsPerPage = 500;
const maxFailedCalls = 3;

type Late = { messages: Message[]; unsendable: unknown[] };

/**
 * Sends again the items that have been in the outbox for minutes, such as those that the stream gave up after hours of
 * failures, so that no committed event stays unsent (I7). Measures how long the oldest has waited. Scanning is cheap,
 * because the table holds only unsent items. An event can reach consumers twice; they are idempotent. Items that can
 * never be sent are reported each minute and counted separately, so they do not affect the age or the bounds.
 */
export async function resend(deps: Deps, bus: EventBridgeClient): Promise<void> {
  const late = await lateItems(deps);
  const unsendable = [...late.unsendable];
  const waiting = new Set(late.messages);
  let sent = 0;
  let vain = 0;
  for (const call of batches(late.messages)) {
    const { gone, refused } = await sendAndDelete(call, deps, bus);
    for (const message of refused) {
      unsendable.push(message.pk);
      waiting.delete(message);
    }
    sent += gone.size;
    vain += gone.size + refused.size === 0 ? 1 : 0;
    // The bus is down; do not spend the function's time on waiting.
    if (vain === maxFailedCalls) break;
  }
  reportUnsendable(unsendable, deps);
  const now = Date.parse(deps.clock.now());
  const waited = [...waiting].map(({ entry }) => now - (entry.Time?.getTime() ?? now));
  deps.log.metric("OutboxAge", Math.max(0, ...waited), "Milliseconds");
  if (waiting.size > 0) deps.log.warn("resent outbox messages missed by the stream", { found: waiting.size, sent });
}

/** All items except fresh ones. An item without a readable instant also counts as late: the stream will not send it. */
async function lateItems({ store, clock, config }: Deps): Promise<Late> {
  const late: Late = { messages: [], unsendable: [] };
  const now = clock.now();
  const scanned = scanPages(store, {
    TableName: store.tables.outbox,
    FilterExpression: "NOT createdAt BETWEEN :before AND :ahead",
    ExpressionAttributeValues: { ":before": plusSeconds(now, -lateSeconds), ":ahead": plusSeconds(now, skewSeconds) },
  });
  let pages = 0;
  for await (const items of scanned) {
    for (const item of items) {
      const message = messageOf((name) => item[name], config.eventBus);
      if (message === null) late.unsendable.push(item.pk);
      else if (late.messages.length < itemsPerPage) late.messages.push(message);
    }
    pages += 1;
    if (pages === maxPages || late.messages.length === itemsPerPage) break;
  }
  return late;
}
