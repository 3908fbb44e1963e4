import { progressBooking } from "@clearing/commands/progress";
import { system } from "@clearing/commands/services";
import { mayMoveOn } from "@clearing/domain/booking";
import { Failure } from "@clearing/domain/failure";
import type { BusEvent } from "@clearing/runtime/consumer";
import type { Deps } from "@clearing/runtime/deps";
import { isRemoved } from "@clearing/store/removed";

/** Advances the booking that an event is about, unless it is a hold. */
export async function progressOn({ name, data }: BusEvent, { store, ids, clock }: Deps): Promise<string> {
  const { bookingId } = data;
  if (typeof bookingId !== "string") throw new Failure("event without booking id", { event: name });
  if (!mayMoveOn(data.status)) return "nothing_to_do";
  const occasion = { actor: system, action: `event:${name}`, now: clock.now() };
  const result = await progressBooking(store, { bookingId, refundId: ids.next("ref") }, occasion);
  if (!result.ok && result.reason === "not_found" && (await isRemoved(store, bookingId))) return "removed";
  if (!result.ok) throw new Failure("booking progress failed", { bookingId, reason: result.reason });
  return result.steps.join("_then_") || "nothing_to_do";
}
