import { dueWaived, firstOf } from "../ledger/index.ts";
import { dateIn, type Instant, later } from "../time/index.ts";
import { type Booking, type BookingChange, billingContext, bookingEvent } from "./booking.ts";
import { type Due, replaceDue, toBill, unpaid, unpaidParts } from "./due.ts";
import { nextVersion } from "./next-version.ts";
import type { Refund } from "./refund.ts";
import { refundRequested } from "./refund-request.ts";
import { settleReleased } from "./settle-ahead.ts";
import { changeableDue, type DueRefusal } from "./staff-due.ts";
import { wasDueOn } from "./when-due.ts";

export type WaiverDecision = ({ ok: true; refund: Refund | null } & BookingChange) | { ok: false; reason: DueRefusal };

type WaiverRequest = { refundId: string; requestedBy: string };

/**
 * Waives the unpaid amount of a due; the due keeps its amount. What was billed of it is reversed where it was credited.
 * What was not billed will not be, and after completion its earned revenue is reversed. If unearned interest that was
 * paid in advance now covers everything that is still open, it pays that, and the excess is refunded.
 */
export function waiveDue(before: Booking, dueId: string, request: WaiverRequest, now: Instant): WaiverDecision {
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
  const waiver = before.version + 1;
  const parts = { billed: unpaidParts(due, currency), notBilled: toBill(due) };
  const today = dateIn(terms.timeZone, now);
  const at = billingContext(before, today);
  const until = before.interestUntil ?? today;
  const isLateCharge = due.kind === "late_charge";
  const on = isLateCharge ? until : later(today, until);
  // Late charges carry no interest.
  const advanced = isLateCharge ? {} : { interestUntil: on };
  const by = { id: `${dueId}:${waiver}`, ...request, on, now };
  const reversed = dueWaived({ dueId, waiver, ...parts }, at);
  const { changes, refund, journal } = settleReleased(before, replaceDue(before.dues, waived), by, reversed);
  const change = nextVersion(before, now, { ...changes, ...advanced }, (booking) => ({
    events: [
      bookingEvent(booking, "DueWaived", {
        ...{ dueId, dueOn: due.dueOn, wasDueOn: wasDueOn(before, due, now), amount, currency },
      }),
      ...(refund === null ? [] : [refundRequested(booking, refund)]),
    ],
    journal: [...reversed, ...journal],
  }));
  return { ok: true, refund, ...change };
}
