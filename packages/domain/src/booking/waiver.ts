import { dueWaived, firstOf } from "../ledger/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, billingContext, bookingEvent } from "./booking.ts";
import { type Due, replaceDue, toBill, unpaid, unpaidParts } from "./due.ts";
import { nextVersion } from "./next-version.ts";
import { changeableDue, type DueRefusal } from "./staff-due.ts";

export type WaiverDecision = ({ ok: true } & BookingChange) | { ok: false; reason: DueRefusal };

/**
 * Waives the unpaid amount of a due; the due keeps its amount. What was billed of it is reversed where it was credited.
 * What was not billed will not be, and after completion its earned revenue is reversed.
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
