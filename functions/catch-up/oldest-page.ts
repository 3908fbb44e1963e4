import { hasCome, type Instant, instantOf, plusSeconds } from "@clearing/domain/time";
import type { EventPage, ListEvents } from "@clearing/payments";

/**
 * The oldest page of the events between two instants. Stripe lists the newest first and offers no reverse order, so the
 * span is halved until one page holds all of it: about twenty calls for a month, whatever the number of events.
 */
export async function oldestPage(
  list: (query: ListEvents) => Promise<EventPage>,
  since: Instant,
  until: Instant,
): Promise<EventPage> {
  let page = await list({ createdAfter: since, createdUntil: until });
  let emptyUntil = plusSeconds(since, -1);
  for (;;) {
    const last = page.items.at(-1);
    if (!page.hasMore || last === undefined) return page;
    if (hasCome(last.created, plusSeconds(emptyUntil, 1))) {
      // Older events are of the same second, which halving cannot split.
      page = await list({ createdAfter: since, startingAfter: last.eventId });
      continue;
    }
    const middle = instantOf((Date.parse(emptyUntil) + Date.parse(last.created)) / 2);
    const half = await list({ createdAfter: since, createdUntil: middle });
    if (half.items.length === 0) emptyUntil = middle;
    else page = half;
  }
}
