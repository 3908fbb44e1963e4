import { dateIn, type Instant } from "../time/index.ts";
import { type Booking, mayOwe } from "./booking.ts";
import type { Charge } from "./charge.ts";
import { cancelDue, replaceDue } from "./due.ts";
import { unpayDue } from "./resting.ts";

/** What changes of a booking and of a charge of it. */
type Undone = Pick<Booking, "dues" | "applied"> & { charge: Charge };

/**
 * Takes a payment back whose money has gone back to its bank. What the charge still applies pays nothing any more, on the
 * booking and on the charge, and nothing can be refunded of it (I6). Its due is owed again by as much; on a booking that
 * has ended nothing is, and the due stays cancelled. What was refunded before is not owed a second time. The entries, the
 * notices and what becomes of the booking are for the rule of returned debits to say.
 */
export function undoPayment(booking: Booking, charge: Charge, now: Instant): Undone {
  const { currency, terms } = booking;
  const undone = { ...charge, applied: 0, refundable: 0 };
  const paid = booking.dues.find(({ id }) => id === charge.dueId);
  const applied = booking.applied - charge.applied;
  if (paid === undefined || charge.applied === 0) return { dues: booking.dues, applied, charge: undone };
  const owed = unpayDue(paid, charge.applied, { booking, today: dateIn(terms.timeZone, now) });
  const due = mayOwe(booking) ? owed : cancelDue(owed, currency);
  return { dues: replaceDue(booking.dues, due), applied, charge: undone };
}
