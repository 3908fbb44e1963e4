import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { plusDays } from "@clearing/domain/time";
import { reachedDeadlines } from "@clearing/store/deadlines";
import { type DeadlineKind, deadlineKeys, keys } from "@clearing/store/keys";
import type { Store } from "@clearing/store/store";
import { workerOf } from "../../packages/runtime/src/handed-out.ts";
import { heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore } from "../harness/store.ts";
import { writeItems } from "./lists.ts";
import type { Figure } from "./measure.ts";
import { metered } from "./read-units.ts";

const sizes = [1_000, 10_000];
const due = 10;
const now = "2027-03-01T17:00:00Z";

/** The reads of a sweep that finds 10 reached deadlines: the same among 10,000 bookings as among 1,000. */
export async function sweepReadFigures(): Promise<Figure[]> {
  const { store, stop } = await startTestStore();
  try {
    const { duePk: _duePk, dueAt: _dueAt, ...booking } = await storedBooking(store);
    const dueOn = (dueAt: string) => {
      const key = keys.booking(ids.next("bkg"));
      return { ...booking, ...key, ...deadlineKeys("BOOKING", key, dueAt) };
    };
    await writeItems(store, due, () => dueOn(plusDays(now, -1)));
    const figures: Figure[] = [];
    let written = due;
    let few = 0;
    for (const size of sizes) {
      await writeItems(store, size - written, (index) => dueOn(plusDays(now, 1 + (index % 300))));
      written = size;
      const { units, calls } = await readBy(store);
      few ||= units;
      const what = `what the sweep reads for ${due} due among ${size.toLocaleString("en")} bookings`;
      const value = `${(units / few).toFixed(2)} times that among 1,000: ${units} read units, ${calls} queries`;
      figures.push({ what, value, bound: { most: 1, ratio: units / few } });
    }
    return figures;
  } finally {
    await stop();
  }
}

/** One sweep over all kinds of deadlines. */
async function readBy(store: Store) {
  const { store: counted, read } = metered(store);
  let found = 0;
  for (const kind of Object.keys(workerOf) as DeadlineKind[]) {
    for await (const _key of reachedDeadlines(counted, kind, now)) found++;
  }
  if (found !== due) throw new Error(`the sweep found ${found} reached deadlines, not ${due}`);
  return read;
}

/** The stored booking that the others are copied from. Its deadline is not reached yet. */
async function storedBooking(store: Store): Promise<Record<string, unknown>> {
  const program = sampleProgram();
  const cohort = await openCohort(store, program, { places: 1, now });
  const { id } = await heldBooking(store, await sampleQuote(store, program, cohort, now), "sample@example.com", now);
  const { Item = {} } = await store.client.send(
    new GetCommand({ TableName: store.tables.core, Key: keys.booking(id) }),
  );
  return Item;
}
