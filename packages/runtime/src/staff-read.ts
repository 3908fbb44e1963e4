import type { Booking } from "@clearing/domain/booking";
import { recordAccess } from "@clearing/store/access-log";
import { actorOf, actsAsStaff, callerIn } from "./access.ts";
import type { Refusal } from "./answer.ts";
import type { RequestContext } from "./binding.ts";

type Action =
  | "read_booking"
  | "read_agreement"
  | "preview_cancellation"
  | "read_payoff"
  | "read_receipts"
  | "read_roster";

/**
 * Records, before the answer is sent, that staff read other persons' bookings. Reading one's own booking is not
 * recorded. Returns the refusal if the read cannot be recorded; then nothing may be shown.
 */
export async function recordStaffRead(
  context: RequestContext,
  bookings: readonly Booking[],
  action: Action,
): Promise<Refusal | null> {
  const caller = callerIn(context);
  const others = bookings.filter((booking) => actsAsStaff(caller, booking)).map(({ id }) => id);
  if (others.length === 0) return null;
  const { sub: actor, role } = actorOf(caller, ["admin", "clinician", "finance"]);
  const recorded = await recordAccess(context.deps.store, others, { at: context.now, actor, role, action });
  return recorded.ok ? null : { refused: "unavailable" };
}
