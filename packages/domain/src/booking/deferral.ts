import { addDays, type CalendarDate, dateIn, type Instant, later } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { type Due, dueEventData, replaceDue, waitsForConfirmation } from "./due.ts";
import { nextVersion } from "./next-version.ts";
import { changeableDue, type DueRefusal } from "./staff-due.ts";
import { wasDueOn, whenDue } from "./when-due.ts";

/** The longest deferral in days. A date further away is a typing error, and the due would be forgotten. */
export const mostDaysDeferred = 730;

/** `bound` is the first (`not_later`) or the last (`too_late`) date that the due may have. */
export type DeferralRefused =
  | { ok: false; reason: DueRefusal | "no_date_yet" }
  | { ok: false; reason: "not_later" | "too_late"; bound: CalendarDate };

export type DeferralDecision = ({ ok: true } & BookingChange) | DeferralRefused;

/**
 * Defers a due to a date after the one on which it is due, no earlier than today. The amount stays; lateness, notices
 * and tries follow the new date. The ledger does not change.
 */
export function deferDue(before: Booking, dueId: string, dueOn: CalendarDate, now: Instant): DeferralDecision {
  const found = changeableDue(before, dueId);
  if (!found.ok) return found;
  const { due } = found;
  if (waitsForConfirmation(before, due)) return { ok: false, reason: "no_date_yet" };
  const today = dateIn(before.terms.timeZone, now);
  const date = whenDue(before, due, today);
  const dated = date === null || date.isPast ? due.dueOn : date.on;
  const first = later(addDays(dated, 1), today);
  const last = addDays(first, mostDaysDeferred);
  if (dueOn < first) return { ok: false, reason: "not_later", bound: first };
  if (dueOn > last) return { ok: false, reason: "too_late", bound: last };
  const deferred: Due = {
    ...begunAgain(before, due),
    ...{ dueOn, datedOn: today, startsBy: "date", status: "scheduled" },
  };
  const change = nextVersion(before, now, { dues: replaceDue(before.dues, deferred) }, (booking) => ({
    events: [
      bookingEvent(booking, "DueDeferred", {
        ...dueEventData(deferred, booking),
        ...{ from: due.dueOn, wasDueOn: wasDueOn(before, due, now) },
      }),
    ],
    journal: [],
  }));
  return { ok: true, ...change };
}

/**
 * Drops the due's failed tries, so that retries count from the new date. Keeps them if no retry may follow, and for a
 * bank account, since Nacha limits how often the same debit may be retried.
 */
function begunAgain({ savedMethod }: Booking, due: Due): Due {
  const { tries, ...untried } = due;
  const isKept = tries !== undefined && (tries.stopped !== null || savedMethod?.type === "us_bank_account");
  return isKept ? due : untried;
}
