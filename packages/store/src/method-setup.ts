import type { Booking, MethodSetup } from "@clearing/domain/booking";
import { readChildren } from "./booking-children.ts";
import type { Guarded } from "./commit.ts";
import { fromDeadlineItem, toDeadlineItem } from "./items.ts";
import { keys } from "./keys.ts";
import { readItem, readItems } from "./read.ts";
import type { Store } from "./store.ts";
import { follows } from "./version.ts";

/** A booking's attempts to save another payment method, oldest first. Consistent read. */
export async function readSetups(store: Store, bookingId: string): Promise<MethodSetup[]> {
  return (await readChildren(store, bookingId, "SET#")).map((item) => fromDeadlineItem<MethodSetup>(item));
}

export const readSetup = (store: Store, bookingId: string, id: string): Promise<MethodSetup | null> =>
  readItem(store, keys.setup(bookingId, id), fromDeadlineItem<MethodSetup>);

/** A setup with its booking in one batch read; null if either is missing. */
export async function readSetupFile(
  store: Store,
  bookingId: string,
  id: string,
): Promise<{ setup: MethodSetup; booking: Booking } | null> {
  const items = await readItems(store, [keys.booking(bookingId), keys.setup(bookingId, id)]);
  const booking = items.find(({ sk }) => sk === "BOOKING");
  const setup = items.find(({ sk }) => sk !== "BOOKING");
  if (booking === undefined || setup === undefined) return null;
  return { booking: fromDeadlineItem<Booking>(booking), setup: fromDeadlineItem<MethodSetup>(setup) };
}

/**
 * Writes a setup's next version; version 1 must not exist yet (`stale`). A setup has deadlines in the same index as
 * attempts, for the worker that asks Stripe.
 */
export function setupPut(store: Store, setup: MethodSetup): Guarded<"stale"> {
  const Item = toDeadlineItem(setup, "ATTEMPT", keys.setup(setup.bookingId, setup.id));
  return { write: { Put: { TableName: store.tables.core, Item, ...follows(setup.version) } }, refusal: "stale" };
}

/** The id of the booking's latest setup; null if it has none. */
export const readLatestSetup = (store: Store, bookingId: string): Promise<string | null> =>
  readItem(store, keys.latestSetup(bookingId), ({ setupId }) => String(setupId));

/**
 * Makes a new setup the booking's latest, in the transaction that writes it, only if `before` still is. Of several
 * clicks at once, one begins a setup and the others read it.
 */
export function latestSetupPut(
  store: Store,
  { bookingId, id }: Pick<MethodSetup, "bookingId" | "id">,
  before: string | null,
): Guarded<"stale"> {
  const condition =
    before === null
      ? { ConditionExpression: "attribute_not_exists(pk)" }
      : { ConditionExpression: "setupId = :before", ExpressionAttributeValues: { ":before": before } };
  const Item = { ...keys.latestSetup(bookingId), setupId: id };
  return { write: { Put: { TableName: store.tables.core, Item, ...condition } }, refusal: "stale" };
}
