import { barredUntil, type HoldLimits, lapsedUnpaid } from "@clearing/domain/booking";
import { earlier, type Instant } from "@clearing/domain/time";
import { readBooking } from "@clearing/store/booking";
import type { Slots } from "@clearing/store/hold-slots";
import { forever } from "@clearing/store/keys";
import type { Store } from "@clearing/store/store";

/** A client account, and how many unpaid holds it may have. */
export type HoldingAccount = { sub: string; limits: HoldLimits };

/** Which limit is reached: the account's live unpaid holds, or those of the cohort that ended unpaid; and until when. */
export type NoRoom = { limit: "live" | "unpaid"; until: Instant };

/** `overtaken`: the booking of a hold that has lapsed unnoticed, from which the slot is taken. */
type HoldRoom = { slot: number; overtaken: string | null } | NoRoom;

/**
 * Whether an account whose slots were read may hold one more place of a cohort. A slot may be lost to another request
 * until the hold's own transaction claims it. A hold that has lapsed counts as ended though nothing has ended it yet; it
 * stays visible in its slot, which is taken only where no other is free.
 */
export async function roomForHold(
  store: Store,
  { limits }: HoldingAccount,
  cohortId: string,
  { held, endings }: Slots,
  now: Instant,
): Promise<HoldRoom> {
  const lapsed = held.filter(({ until }) => until <= now);
  const unnoticed = await Promise.all(lapsed.map(({ bookingId }) => readBooking(store, bookingId)));
  const lapses = lapsedUnpaid(
    unnoticed.filter((booking) => booking !== null),
    cohortId,
    now,
  );
  const barred = barredUntil([...endings, ...lapses], limits, now);
  if (barred !== null) return { limit: "unpaid", until: barred };
  const unused = Array.from({ length: limits.live }, (_, index) => index + 1).filter(
    (slot) => !held.some((one) => one.slot === slot),
  );
  const slot = unused[Math.floor(store.random() * unused.length)];
  if (slot !== undefined) return { slot, overtaken: null };
  const old = lapsed[Math.floor(store.random() * lapsed.length)];
  if (old !== undefined) return { slot: old.slot, overtaken: old.bookingId };
  return { limit: "live", until: held.map(({ until }) => until).reduce(earlier, forever) };
}
