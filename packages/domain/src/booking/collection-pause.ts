import { dateIn, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent, mayOwe, type Pause } from "./booking.ts";
import { countsFrom, nextCollection } from "./collection-time.ts";
import { type Due, unpaid, waitsForConfirmation } from "./due.ts";
import { nextVersion } from "./next-version.ts";
import { isPaused } from "./pause.ts";
import { isDebited, isListed } from "./varied-debit.ts";

/** `null`: collection is in that state already. */
export type PauseDecision = ({ ok: true } & BookingChange) | { ok: false; reason: "booking_over" } | null;

/**
 * Pauses a booking's collection, or resumes it. Paused days do not count: from the day of the pause until the first
 * collection time after staff resume. Refuses `booking_over`.
 */
export function setCollection(before: Booking, paused: boolean, now: Instant): PauseDecision {
  if (!mayOwe(before)) return { ok: false, reason: "booking_over" };
  if (isPaused(before) === paused) return null;
  const pauses = paused ? begun(before, now) : ended(before, now);
  const dues = paused ? before.dues : movedBy(before, pauses, now);
  const change = nextVersion(before, now, { pauses, dues }, (booking) => ({
    events: [bookingEvent(booking, "CollectionChanged", { paused })],
    journal: [],
  }));
  return { ok: true, ...change };
}

/** A pause that begins before the last one is over continues it, so that there is at most one a day. */
function begun({ pauses = [], terms }: Booking, now: Instant): Pause[] {
  const from = dateIn(terms.timeZone, now);
  const last = pauses.at(-1);
  return last?.until && last.until >= from
    ? [...pauses.slice(0, -1), { ...last, until: null }]
    : [...pauses, { from, until: null }];
}

function ended({ pauses = [], terms }: Booking, now: Instant): Pause[] {
  const until = dateIn(terms.timeZone, nextCollection(now, terms.timeZone));
  const last = pauses.at(-1);
  const before = pauses.slice(0, -1);
  return last === undefined || last.from >= until ? before : [...before, { from: last.from, until }];
}

/**
 * The dues after staff resume. A bank debit whose date came during the pause is now made on another date than the
 * permission lists, so it is marked `varied`.
 */
function movedBy(booking: Booking, pauses: readonly Pause[], now: Instant): Due[] {
  const { timeZone } = booking.terms;
  const until = dateIn(timeZone, nextCollection(now, timeZone));
  if (!isDebited(booking) || pauses.at(-1)?.until !== until) return booking.dues;
  const isMoved = (due: Due) =>
    isListed(due) &&
    due.status !== "processing" &&
    due.tries === undefined &&
    unpaid(due) > 0 &&
    !waitsForConfirmation(booking, due) &&
    countsFrom(booking, due) < until;
  return booking.dues.map((due) => (isMoved(due) ? { ...due, varied: { noticeOn: until, noticedOn: null } } : due));
}
