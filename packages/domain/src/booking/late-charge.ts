import { addDays, type CalendarDate, dateIn, hasCome, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { type Due, replaceDue, scheduledDue } from "./due.ts";
import { lateChargeDeadline, lateChargeOn, mostDues } from "./late-charge-rule.ts";
import { nextVersion } from "./next-version.ts";
import { isToCancel } from "./non-payment.ts";

/** Days from the creation of a late charge to its due date. */
const payableDays = 10;

/**
 * Adds a late charge for each due that is late past its grace days. Each due is charged once, even if the charge came
 * to nothing. Null if no due is late enough, or if the booking is to be cancelled now.
 */
export function addLateCharges(before: Booking, dueId: () => string, now: Instant): BookingChange | null {
  // Its client would be asked to pay for a booking that the same sweep cancels.
  if (isToCancel(before, now)) return null;
  const late = before.dues.filter((due) => {
    const at = lateChargeDeadline(before, due, now);
    return at !== null && hasCome(at, now);
  });
  if (late.length === 0) return null;
  const dueOn = addDays(dateIn(before.terms.timeZone, now), payableDays);
  let { dues } = before;
  const added: { charge: Due; due: Due }[] = [];
  for (const due of late.slice(0, mostDues - dues.length)) {
    const amount = lateChargeOn(before, due);
    const charge = amount === 0 ? null : chargeOf(dues, { id: dueId(), amount, dueOn });
    dues = replaceDue(dues, { ...due, lateChargeId: charge?.id ?? null });
    if (charge === null) continue;
    dues = [...dues, charge];
    added.push({ charge, due });
  }
  return nextVersion(before, now, { dues }, (booking) => ({
    events: added.map(({ charge, due }) =>
      bookingEvent(booking, "LateChargeAdded", {
        ...{ dueId: charge.id, forDueId: due.id, dueOn: charge.dueOn, amount: charge.amount },
        currency: booking.currency,
      }),
    ),
    journal: [],
  }));
}

const chargeOf = (dues: Due[], { id, amount, dueOn }: { id: string; amount: number; dueOn: CalendarDate }): Due =>
  scheduledDue({
    ...{ id, dueOn, amount, kind: "late_charge", startsBy: "date" },
    sequence: Math.max(...dues.map(({ sequence }) => sequence)) + 1,
    parts: { principal: 0, interest: 0, fee: amount, tax: 0 },
  });
