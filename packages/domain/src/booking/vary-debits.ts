import { type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { nextCollection } from "./collection-time.ts";
import { type Due, unpaid, type VariedDebit } from "./due.ts";
import { isCollectable, isDebited } from "./varied-debit.ts";

/**
 * What a permission lists of a due: its unpaid amount, and its date; null if the due gets its date at the confirmation.
 */
export type ListedDebit = { dueId: string; amount: number; dueOn: CalendarDate | null };

const listed = ({ confirmedAt }: Booking, due: Due): ListedDebit => ({
  dueId: due.id,
  amount: unpaid(due),
  dueOn: due.startsBy === "confirmation" && confirmedAt === null ? null : due.dueOn,
});

/** What a permission given now lists. */
export const listedDebits = (booking: Booking): ListedDebit[] =>
  booking.dues.filter((due) => isCollectable(due) && unpaid(due) > 0).map((due) => listed(booking, due));

/**
 * The dues of the next version. A due that now differs from the permission's list is marked `varied`. A date filled in
 * by the confirmation counts as listed. A decision that gives a new permission sets the marks itself.
 */
export function withVariedDebits(before: Booking, after: Booking, now: Instant): Due[] {
  if (before.permission?.id !== after.permission?.id || !isDebited(after)) return after.dues;
  const known = new Map(listedDebits(before).map((one) => [one.dueId, one]));
  return after.dues.map((due) => {
    const old = known.get(due.id);
    return old !== undefined && isVaried(old, due) ? { ...due, varied: variedAt(after, now) } : due;
  });
}

/**
 * The dues under a new permission. A due that is still as listed loses its mark. A due that changed after the list was
 * shown keeps its mark or gets one. Without a list, a due keeps its mark.
 */
export function underPermission(booking: Booking, list: readonly ListedDebit[] | undefined, now: Instant): Due[] {
  const known = new Map(list?.map((one) => [one.dueId, one]));
  return booking.dues.map((due) => {
    const old = known.get(due.id);
    const { varied, ...asListed } = due;
    if (!isDebited(booking) || (old !== undefined && !isVaried(old, due))) return asListed;
    return old === undefined || varied !== undefined ? due : { ...due, varied: variedAt(booking, now) };
  });
}

function variedAt({ terms }: Booking, now: Instant): VariedDebit {
  return { noticeOn: dateIn(terms.timeZone, nextCollection(now, terms.timeZone)), noticedOn: null };
}

const isVaried = (old: ListedDebit, due: Due): boolean =>
  unpaid(due) > 0 && (old.amount !== unpaid(due) || (old.dueOn !== null && old.dueOn !== due.dueOn));
