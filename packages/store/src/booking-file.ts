import type { Attempt, Booking } from "@clearing/domain/booking";
import type { Clearance } from "@clearing/domain/screening";
import { clearanceIn } from "./clearance.ts";
import { fromDeadlineItem } from "./items.ts";
import { bookingIdIn, keys } from "./keys.ts";
import { type Listed, type ListQuery, list } from "./list.ts";
import { readItems } from "./read.ts";
import type { Store } from "./store.ts";
import { readTogether } from "./together.ts";

/** A booking with its clearance: what most decisions on a booking read. */
export type BookingFile = { booking: Booking; clearance: Clearance | null };

/** Bookings with their clearances, in the order of `ids` (at most 100). Missing ids are left out. */
async function readFiles(store: Store, ids: string[]): Promise<BookingFile[]> {
  const items = await Promise.all([
    readItems(store, ids.map(keys.booking)),
    readItems(store, ids.map(keys.clearance), store.tables.clearance),
  ]);
  const found = new Map(items.flat().map((item) => [String(item.pk), item]));
  return ids.flatMap((id) => {
    const booking = found.get(keys.booking(id).pk);
    if (booking === undefined) return [];
    const clearance = found.get(keys.clearance(id).pk);
    return [
      {
        booking: fromDeadlineItem<Booking>(booking),
        clearance: clearance === undefined ? null : fromDeadlineItem<Clearance>(clearance),
      },
    ];
  });
}

/** One page of the bookings that an index lists, with their clearances, filtered by `keep`. */
export const listFiles = (
  store: Store,
  query: ListQuery,
  keep: (file: BookingFile) => boolean,
): Promise<Listed<BookingFile>> =>
  list(store, query, async (found) => {
    const ids = found.map(bookingIdIn);
    const files = new Map((await readFiles(store, ids)).map((file) => [file.booking.id, file]));
    return ids.map((id) => {
      const file = files.get(id);
      return file !== undefined && keep(file) ? file : null;
    });
  });

/** One booking with its clearance, both as of one instant; null if the booking does not exist. */
export async function readFile(store: Store, id: string): Promise<BookingFile | null> {
  const found = await readTogether(store, { booking: keys.booking(id), clearance: clearanceIn(store, id) });
  if (found.booking === null) return null;
  return {
    booking: fromDeadlineItem<Booking>(found.booking),
    clearance: found.clearance && fromDeadlineItem<Clearance>(found.clearance),
  };
}

/**
 * A booking with its clearance and the attempt that `named` picks, all as of one instant. The booking can change after
 * `named` saw it, so the caller must check that it still names that attempt.
 */
export async function readFileWith(
  store: Store,
  id: string,
  named: (booking: Booking) => string | null,
): Promise<(BookingFile & { attempt: Attempt | null }) | null> {
  const file = await readFile(store, id);
  const attemptId = file && named(file.booking);
  if (file === null || attemptId === null) return file && { ...file, attempt: null };
  const found = await readTogether(store, {
    booking: keys.booking(id),
    clearance: clearanceIn(store, id),
    attempt: keys.attempt(id, attemptId),
  });
  if (found.booking === null) return null;
  return {
    booking: fromDeadlineItem<Booking>(found.booking),
    clearance: found.clearance && fromDeadlineItem<Clearance>(found.clearance),
    attempt: found.attempt && fromDeadlineItem<Attempt>(found.attempt),
  };
}
