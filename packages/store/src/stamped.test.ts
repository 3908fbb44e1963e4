import { plusSeconds } from "@clearing/domain/time";
import { expect, test } from "vitest";
import { settledAfterSeconds } from "./commit.ts";
import { stampedPage } from "./stamped.ts";
import type { Store } from "./store.ts";

const start = "2027-03-01T17:00:00Z";
const shortlyBefore = plusSeconds(start, -2);

/** A list whose first read takes this many seconds, while an item becomes visible behind the read position. */
function listReadIn(seconds: number) {
  let now = start;
  let stored = ["b", "c", "d"].map((name) => `${shortlyBefore}#${name}`);
  async function* read(from: string) {
    const found = stored;
    if (now === start) {
      now = plusSeconds(now, seconds);
      stored = [`${shortlyBefore}#a`, ...stored];
    }
    yield* found.filter((place) => place >= from);
  }
  const store = { clock: { now: () => now }, sleep: async () => {} } as unknown as Store;
  return { store, list: { read, placeOf: (place: string) => place } };
}

test("a page that takes long to read counts as settled from the start of its read", async () => {
  const { store, list } = listReadIn(settledAfterSeconds);

  const { items, next } = await stampedPage(store, list, { limit: 2, after: "" });

  expect(items).toEqual([`${shortlyBefore}#a`, `${shortlyBefore}#b`]);
  expect(next).toBe(`${shortlyBefore}#b`);
});
