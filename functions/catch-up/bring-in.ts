import { Failure } from "@clearing/domain/failure";
import { hasCome, type Instant, later, plusDays, plusMinutes, plusSeconds } from "@clearing/domain/time";
import type { EventPage, Gateway, GatewayFailure, ListEvents } from "@clearing/payments";
import { treatmentOf } from "@clearing/payments/events-acted-on";
import type { Deps } from "@clearing/runtime/deps";
import { type EventCursor, readEventCursor, writeEventCursor } from "@clearing/store/cursor";
import type { Store } from "@clearing/store/store";
import { knownStripeEvents, storeStripeEvent } from "@clearing/store/stripe-event";
import { oldestPage } from "./oldest-page.ts";

type WithGateway = Deps & { gateway: Gateway };

/** Lists lag, and events of one second come in any order, so the next run checks events this young again. */
const overlapMinutes = 10;
const stripeKeepsDays = 30;

/** Bounds of one run, which Lambda ends after 295 seconds; the next run continues. */
export type Bounds = { pages: number; seconds: number };

/**
 * Stores the events that Stripe has and no webhook delivered, oldest first, as the webhook would. Progress is saved per
 * page, so that several runs finish a long backlog. Without a cursor it starts with the oldest event that Stripe still
 * has.
 */
export async function bringInEvents(deps: WithGateway, bounds: Bounds): Promise<void> {
  const { store, gateway, clock, log } = deps;
  const startedAt = clock.now();
  const end = plusSeconds(startedAt, bounds.seconds);
  let cursor = await readCursor(store, startedAt);
  let page = await firstPage(gateway, cursor, startedAt);
  let found = 0;
  for (let pages = 1; ; pages++) {
    found += await storeUnknown(deps, page);
    cursor = cursorAfter(cursor, page, startedAt);
    countNotActedOn(deps, page, cursor);
    await writeEventCursor(store, cursor);
    const [newest] = page.items;
    if (!page.hasMore || newest === undefined) break;
    if (pages >= bounds.pages || hasCome(end, clock.now())) {
      log.warn("too many missed events for one run; the next run continues", { pages });
      break;
    }
    page = await list(gateway, { endingBefore: newest.eventId });
  }
  if (found > 0) log.info("recovered events missed by the webhook", { found });
  log.metric("RecoveredEvents", found, "Count");
}

/** The stored cursor, or one at the start of Stripe's retention. */
async function readCursor(store: Store, now: Instant): Promise<EventCursor> {
  const kept = plusDays(now, -stripeKeepsDays);
  const cursor = await readEventCursor(store);
  return cursor === null ? { event: null, since: kept, next: null } : { ...cursor, since: later(cursor.since, kept) };
}

/** The page of events after the cursor. Without a cursor, or if Stripe no longer knows the event, the oldest page. */
async function firstPage(gateway: Gateway, { event, since, next }: EventCursor, now: Instant): Promise<EventPage> {
  const from = next ?? event;
  if (from !== null) {
    const page = await gateway.listEvents({ endingBefore: from });
    if (page.ok) return page.value;
    if (page.kind !== "invalid" || page.code !== "resource_missing") throw notListed(page);
  }
  const { items } = await oldestPage((query) => list(gateway, query), since, now);
  // The next request tells whether there are newer events.
  return { items, hasMore: true };
}

async function list(gateway: Gateway, query: ListEvents): Promise<EventPage> {
  const page = await gateway.listEvents(query);
  if (!page.ok) throw notListed(page);
  return page.value;
}

const notListed = ({ kind, code }: GatewayFailure) => new Failure("listing stripe events failed", { kind, code });

/** Stores the events that are not stored yet, oldest first, and returns their number. Known events cost one read. */
async function storeUnknown({ store, clock }: Deps, { items }: EventPage): Promise<number> {
  const told = items.filter((event) => treatmentOf(event) === "kept");
  const known = await knownStripeEvents(
    store,
    told.map(({ eventId }) => eventId),
  );
  let found = 0;
  for (const event of told.filter(({ eventId }) => !known.has(eventId)).toReversed()) {
    const stored = await storeStripeEvent(store, event, clock.now());
    if (stored === "conflict")
      throw new Failure("storing stripe event failed after write conflicts", { eventId: event.eventId });
    if (stored === "stored") found++;
  }
  return found;
}

/** Counts each ignored event once, by type, when the cursor passes it, whether or not a webhook delivered it. */
function countNotActedOn({ log }: Deps, { items }: EventPage, { event }: EventCursor): void {
  const place = items.findIndex(({ eventId }) => eventId === event);
  const letGo = place === -1 ? [] : items.slice(place).filter((one) => treatmentOf(one) === "not_acted_on");
  for (const [type, of] of Map.groupBy(letGo, (one) => one.type)) {
    log.metric("StripeEventsNotActedOn", of.length, "Count", { type });
  }
}

/** Moves the cursor to the newest event that is old enough not to be checked again. */
function cursorAfter(before: EventCursor, { items, hasMore }: EventPage, startedAt: Instant): EventCursor {
  const settledBefore = plusMinutes(startedAt, -overlapMinutes);
  const settled = items.find(({ created }) => hasCome(created, settledBefore));
  const next = hasMore ? (items[0]?.eventId ?? null) : null;
  return settled === undefined ? { ...before, next } : { event: settled.eventId, since: settled.created, next };
}
