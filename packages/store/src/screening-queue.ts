import { type Booking, mayBeEvaluated } from "@clearing/domain/booking";
import { type Attention, deadlinesOf } from "@clearing/domain/screening";
import type { Instant } from "@clearing/domain/time";
import type { ListQuery } from "./list.ts";
import { inShard, shardsOf } from "./shards.ts";

const queue = "SCREENING";

/** A booking stands in the clinicians' queue while it may be evaluated, the soonest clearance deadline first. */
export const queueKeys = (booking: Booking): { queuePk?: string; queueSk?: string } =>
  mayBeEvaluated(booking)
    ? { queuePk: inShard(queue, booking.id), queueSk: `${booking.clearanceDueAt}#${booking.id}` }
    : {};

/** The part of the queue that can ask for an attention at an instant; all of it where none is asked for. */
export function queuePart(
  attention: Attention | undefined,
  now: Instant,
): Pick<ListQuery, "index" | "partitions" | "from" | "to"> {
  const part = { index: "byQueue", partitions: shardsOf(queue) } as const;
  if (attention === undefined) return part;
  const { from, to } = deadlinesOf(attention, now);
  // "$" comes after "#": past every booking of that deadline.
  return { ...part, ...(from === null ? {} : { from: `${from}$` }), to: `${to}$` };
}
