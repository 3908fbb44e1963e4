import { dateIn, type Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { nextCollection } from "./collection-time.ts";
import { type Due, unpaid } from "./due.ts";
import { isDebited } from "./varied-debit.ts";

/**
 * The dues of the next version. A due that now differs from the permission's list is marked `varied`. A new permission
 * lists the dues as they are, so it clears the marks. A date filled in by the confirmation counts as listed.
 */
export function withVariedDebits(before: Booking, after: Booking, now: Instant): Due[] {
  if (before.permission?.id !== after.permission?.id) return after.dues.map(({ varied: _listed, ...due }) => due);
  if (!isDebited(after)) return after.dues;
  const noticeOn = dateIn(after.terms.timeZone, nextCollection(now, after.terms.timeZone));
  const known = new Map(before.dues.map((due) => [due.id, due]));
  return after.dues.map((due) => {
    const old = known.get(due.id);
    return old !== undefined && isVaried(before, old, due) ? { ...due, varied: { noticeOn, noticedOn: null } } : due;
  });
}

function isVaried({ confirmedAt }: Booking, before: Due, after: Due): boolean {
  if (unpaid(before) === 0 || unpaid(after) === 0) return false;
  const isFilledIn = before.startsBy === "confirmation" && confirmedAt === null;
  return unpaid(before) !== unpaid(after) || (before.dueOn !== after.dueOn && !isFilledIn);
}
