import { dueWaived, firstOf } from "../ledger/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, billingContext, bookingEvent } from "./booking.ts";
import { type Due, replaceDue, toBill, unpaid, unpaidParts } from "./due.ts";
import { nextVersion } from "./next-version.ts";
import { changeableDue, type DueRefusal } from "./staff-due.ts";

export type WaiverDecision = ({ ok: true } & BookingChange) | { ok: false; reason: DueRefusal };

/**
 * Waives all that is unpaid of a due, which keeps its amount. What was billed of that is taken back from where it was
 * credited; what was not is billed no more, and after completion what was earned of it is taken back.
 */
export function waiveDue(before: Booking, dueId: string, now: Instant): WaiverDecision {
  const found = changeableDue(before, dueId);
  if (!found.ok) return found;
  const { due } = found;
  const { currency, terms } = before;
  const amount = unpaid(due);
  const waived: Due = {
    ...due,
    waived: (due.waived ?? 0) + amount,
    billed: due.paid,
    billedParts: firstOf(due.billedParts, due.paid, currency),
    status: due.paid > 0 ? "paid" : "cancelled",
  };
  const parts = { billed: unpaidParts(due, currency), notBilled: toBill(due) };
  const at = billingContext(before, dateIn(terms.timeZone, now));
  const change = nextVersion(before, now, { dues: replaceDue(before.dues, waived) }, (booking) => ({
    events: [bookingEvent(booking, "DueWaived", { dueId, dueOn: due.dueOn, amount, currency })],
    journal: dueWaived({ dueId, waiver: booking.version, ...parts }, at),
  }));
  return { ok: true, ...change };
}
