import type { Booking, BookingChange, HoldEnd } from "@clearing/domain/booking";
import type { ActionContext } from "./action-context.ts";
import { bookingWrites } from "./booking.ts";
import { closingNoteWrites } from "./closing-note.ts";
import type { Guarded } from "./commit.ts";
import { letGoWrites } from "./locks.ts";
import type { Store } from "./store.ts";
import { unpaidEndingWrites } from "./unpaid-endings.ts";

/** How the hold or booking ends, and the attempt that the same transaction settles, if any. */
type Released = { end: HoldEnd; settledAttemptId?: string };

/**
 * The writes of a release: the booking's next version, its place and locks (each only if it still names this booking),
 * one more unpaid ending of the account if the hold ended unpaid, and a closing note for the attempts and setups that are
 * still open at Stripe.
 */
export async function releaseWrites(
  store: Store,
  before: Booking,
  change: BookingChange,
  { end, settledAttemptId }: Released,
  occasion: ActionContext,
): Promise<Guarded<"stale">[]> {
  const [letGo, unpaidEnding] = await Promise.all([
    letGoWrites(store, before),
    unpaidEndingWrites(store, before, end, occasion.now),
  ]);
  return [
    ...bookingWrites(store, before, change, occasion),
    ...letGo,
    ...unpaidEnding,
    ...closingNoteWrites(store, before, occasion.now, settledAttemptId),
  ];
}
