import { barredUntil, type HoldLimits } from "@clearing/domain/booking";
import { earlier, type Instant } from "@clearing/domain/time";
import { readSlots, type Slots } from "@clearing/store/hold-slots";
import { forever } from "@clearing/store/keys";
import type { Store } from "@clearing/store/store";
import { system } from "./context.ts";
import { lapseHold } from "./sweep.ts";

/** A client account, and how many unpaid holds it may have. */
export type HoldingAccount = { sub: string; limits: HoldLimits };

/** Which limit is reached: the account's live unpaid holds, or those of the cohort that ended unpaid; and until when. */
export type NoRoom = { limit: "live" | "unpaid"; until: Instant };

type HoldRoom = { slot: number } | NoRoom;

/**
 * Whether an account may hold one more place of a cohort, by one consistent read. A slot may be lost to another request
 * until the hold's own transaction claims it. A hold of the account that has lapsed unnoticed is ended first, so that it
 * counts though no sweep has run.
 */
export async function roomForHold(
  store: Store,
  account: HoldingAccount,
  cohortId: string,
  now: Instant,
): Promise<HoldRoom> {
  const slots = await readSlots(store, account, cohortId);
  const lapsed = slots.held.filter(({ until }) => until <= now);
  if (lapsed.length === 0) return roomIn(store, account, slots, now);
  for (const { bookingId } of lapsed) await lapseHold(store, bookingId, { actor: system, action: "lapse", now });
  return roomIn(store, account, await readSlots(store, account, cohortId), now);
}

function roomIn(store: Store, { limits }: HoldingAccount, { held, endings }: Slots, now: Instant): HoldRoom {
  const barred = barredUntil(endings, limits, now);
  if (barred !== null) return { limit: "unpaid", until: barred };
  const live = held.filter(({ until }) => until > now);
  const free = Array.from({ length: limits.live }, (_, index) => index + 1).filter(
    (slot) => !live.some((one) => one.slot === slot),
  );
  const slot = free[Math.floor(store.random() * free.length)];
  if (slot !== undefined) return { slot };
  return { limit: "live", until: live.map(({ until }) => until).reduce(earlier, forever) };
}
