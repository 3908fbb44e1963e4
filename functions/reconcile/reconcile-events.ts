import { type Instant, plusMinutes } from "@clearing/domain/time";
import type { Gateway } from "@clearing/payments";
import type { Deps } from "@clearing/runtime/deps";
import { readCursor, writeCursor } from "@clearing/store/cursor";
import { storeStripeEvent } from "@clearing/store/stripe-event";

/** Lists lag, and events of one second come in any order: every poll looks back over the last one's end. */
const overlapMinutes = 10;
const cursorName = "stripe-events";

/**
 * Brings in every event that Stripe has since the last poll, by the same door as the webhook: one that is here already
 * changes nothing. The cursor moves only when every page has been stored.
 */
export async function reconcileEvents({ store, gateway, clock, log }: Deps & { gateway: Gateway }): Promise<void> {
  const startedAt = clock.now();
  const since: Instant = (await readCursor(store, cursorName)) ?? plusMinutes(startedAt, -overlapMinutes);
  const createdAfter = plusMinutes(since, -overlapMinutes);
  let startingAfter: string | undefined;
  let found = 0;
  do {
    const page = await gateway.listEvents({ createdAfter, ...(startingAfter === undefined ? {} : { startingAfter }) });
    if (!page.ok) throw new Error(`Stripe's events could not be listed: ${page.kind} (${page.code})`);
    for (const event of page.value.items) {
      const stored = await storeStripeEvent(store, event, clock.now());
      if (stored === "conflict") throw new Error(`${event.eventId} could not be stored: others kept writing`);
      if (stored === "stored") found++;
    }
    startingAfter = page.value.nextAfter ?? undefined;
  } while (startingAfter !== undefined);
  await writeCursor(store, cursorName, startedAt);
  if (found > 0) log.info("events that no webhook had brought", { found });
  log.metric("ReconciledEvents", found, "Count");
}
