import { type Booking, mayBeEvaluated } from "@clearing/domain/booking";
import { type Attention, deadlinesOf } from "@clearing/domain/screening";
import type { Instant } from "@clearing/domain/time";
import type { ListQuery } from "./list.ts";
import { inShard, shardsOf } from "./shards.ts";

const queue = "SCREENING";

/**
 * The index keys of a booking in the clinicians' queue, ordered by clearance deadline; none unless it may be evaluated.
 */
export const queueKeys = (booking: Booking): { queuePk?: string; queueSk?: string } =>
  mayBeEvaluated(booking)
    ? { queuePk: inShard(queue, booking.id), queueSk: `${booking.clearanceDueAt}#${booking.id}` }
    : {};

/** The range of the queue that can contain an attention at `now`; the whole queue if `attention` is undefined. */
export function queuePart(
  attention: Attention | undefined,
  now: Instant,
): Pick<ListQuery, "index" | "partitions" | "from" | "to"> {
  const part = { index: "byQueue", partitions: shardsOf(queue) } as const;
  if (attention === undefined) return part;
  const { from, to } = deadlinesOf(attention, now);
  // "$" sorts after "#", so the range includes every booking of that deadline.
  return { ...part, ...(from === null ? {} : { from: `${from}$` }), to: `${to}$` };
}
