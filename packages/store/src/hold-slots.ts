import type { HoldLimits, UnpaidEndings } from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import { keys } from "./keys.ts";
import { readItems } from "./read.ts";
import type { Store } from "./store.ts";
import { unpaidEndingsIn } from "./unpaid-endings.ts";

type Holder = { sub: string; limits: HoldLimits };

type Slot = { slot: number; bookingId: string; until: Instant };

export type Slots = { held: Slot[]; endings: UnpaidEndings };

/** The occupied hold slots of an account, and when its holds of a cohort ended unpaid, in one consistent read. */
export async function readSlots(store: Store, { sub, limits }: Holder, cohortId: string): Promise<Slots> {
  const wanted = Array.from({ length: limits.live }, (_, index) => index + 1);
  const ended = keys.unpaidEndings(sub, cohortId);
  const items = await readItems(store, [ended, ...wanted.map((slot) => keys.holdSlot(sub, slot))]);
  const itemOf = ({ sk }: { sk: string }) => items.find((item) => item.sk === sk);
  const held = wanted.flatMap((slot): Slot[] => {
    const item = itemOf(keys.holdSlot(sub, slot));
    return item === undefined ? [] : [{ slot, bookingId: String(item.bookingId), until: String(item.until) }];
  });
  return { held, endings: unpaidEndingsIn(itemOf(ended) ?? null) };
}
