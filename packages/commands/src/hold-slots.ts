import { barredUntil, type HoldLimits, lapsedUnpaid } from "@clearing/domain/booking";
import { earlier, type Instant } from "@clearing/domain/time";
import { readBooking } from "@clearing/store/booking";
import type { Slots } from "@clearing/store/hold-slots";
import { forever } from "@clearing/store/keys";
import type { Store } from "@clearing/store/store";

/** A client account with its limits of unpaid holds. */
export type HoldingAccount = { sub: string; limits: HoldLimits };

/**
 * The limit that is reached, and until when: the account's live unpaid holds, or its holds of the cohort that ended
 * unpaid.
 */
export type NoRoom = { limit: "live" | "unpaid"; until: Instant };

/** `overtaken`: the booking of a lapsed hold that is not ended yet and loses its slot. */
type HoldRoom = { slot: number; overtaken: string | null } | NoRoom;

/**
 * Whether an account may hold one more place of a cohort, given the slots read. Another request can still take the slot
 * until the hold's transaction claims it. A lapsed hold counts as ended even if nothing has ended it yet. Its slot is
 * taken only if no other slot is free.
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
