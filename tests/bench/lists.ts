import { BatchWriteCommand, GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Booking, BookingStatus } from "@clearing/domain/booking";
import { type BookingFile, listFiles } from "@clearing/store/booking-file";
import { bookingListKeys, bookingsIn, bookingsOfCohort } from "@clearing/store/booking-lists";
import { keys } from "@clearing/store/keys";
import type { Listed } from "@clearing/store/list";
import type { Store } from "@clearing/store/store";
import { heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore } from "../harness/store.ts";
import { type Figure, inParallel } from "./measure.ts";
import { metered } from "./read-units.ts";

const sizes = [2_000, 100_000];
const pageSize = 20;
const now = "2027-03-01T17:00:00Z";

/** The cost of the first page of some statuses among many abandoned holds. It must not depend on their number. */
export async function listFigures(): Promise<Figure[]> {
  const { store, stop } = await startTestStore();
  try {
    const { cohortId, withStatus } = await storedBooking(store);
    await writeItems(store, 2 * pageSize, () => withStatus("confirmed"));
    const pages = {
      "confirmed bookings": bookingsIn(["confirmed"]),
      "a cohort's roster": bookingsOfCohort(cohortId, ["held", "awaiting_clearance", "confirmed", "completed"]),
    };
    const figures: Figure[] = [];
    const few = new Map<string, number>();
    let written = 0;
    for (const size of sizes) {
      await writeItems(store, size - written, (index) => withStatus(index % 2 === 0 ? "expired" : "cancelled"));
      written = size;
      for (const [name, listing] of Object.entries(pages)) {
        const read = (counted: Store) => listFiles(counted, { ...listing, limit: pageSize }, () => true);
        const { units, ms } = await costOf(store, read);
        const ratio = units / (few.get(name) ?? units);
        if (!few.has(name)) few.set(name, units);
        const what = `first page of ${name} among ${size.toLocaleString("en")} abandoned holds`;
        const value = `${ratio.toFixed(2)} times that among 2,000: ${units} read units, ${ms.toFixed(0)} ms`;
        figures.push({ what, value, bound: { most: 1, ratio } });
      }
    }
    return figures;
  } finally {
    await stop();
  }
}

/** A stored booking. Others are copies with another id and status. */
async function storedBooking(store: Store) {
  const program = sampleProgram();
  const cohort = await openCohort(store, program, { places: 1, now });
  const { id } = await heldBooking(store, await sampleQuote(store, program, cohort, now), "sample@example.com", now);
  const Key = keys.booking(id);
  const { Item = {} } = await store.client.send(new GetCommand({ TableName: store.tables.core, Key }));
  const { duePk: _duePk, dueAt: _dueAt, queuePk: _queuePk, queueSk: _queueSk, ...booking } = Item;
  const withStatus = (status: BookingStatus) => {
    const changed = { ...booking, id: ids.next("bkg"), status, holdExpiresAt: null } as unknown as Booking;
    return { ...changed, ...keys.booking(changed.id), ...bookingListKeys(changed) };
  };
  return { cohortId: cohort.id, withStatus };
}

/** Stores `count` items that `make` returns. */
export async function writeItems(store: Store, count: number, make: (index: number) => object): Promise<void> {
  const starts = Array.from({ length: Math.ceil(count / 25) }, (_, batch) => batch * 25);
  await inParallel(starts, 4, async (start) => {
    const items = Array.from({ length: Math.min(25, count - start) }, (_, index) => make(start + index));
    const puts = items.map((Item) => ({ PutRequest: { Item } }));
    await store.client.send(new BatchWriteCommand({ RequestItems: { [store.tables.core]: puts } }));
  });
}

/** The read units and the time of one read, after a first one for warming up. */
async function costOf(store: Store, read: (counted: Store) => Promise<Listed<BookingFile>>) {
  await read(store);
  const { store: counted, read: used } = metered(store);
  const began = performance.now();
  const { items } = await read(counted);
  if (items.length !== pageSize) throw new Error(`the page has ${items.length} bookings, not ${pageSize}`);
  return { units: used.units, ms: performance.now() - began };
}
