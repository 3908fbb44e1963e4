import { dateIn, type Instant } from "../time/index.ts";
import { type Booking, mayOwe } from "./booking.ts";
import type { Charge } from "./charge.ts";
import { cancelDue, replaceDue } from "./due.ts";
import { unpayDue } from "./resting.ts";

/** The changes of a booking and one of its charges. */
type Undone = Pick<Booking, "dues" | "applied"> & { charge: Charge };

/**
 * Reverses a payment whose money went back to the bank. The charge no longer pays anything, on the booking and on the
 * charge, and none of it can be refunded (I6). Its due is owed again; on a booking that has ended it stays cancelled.
 * An amount that was already refunded is not owed again. The rule of returned debits decides on entries, notices and
 * status. Throws if a payoff, or interest that was paid in advance, has settled the charge's due: its unearned interest is
 * removed, and the charge does not say what it paid of each due.
 */
export function undoPayment(booking: Booking, charge: Charge, now: Instant): Undone {
  const { currency, terms } = booking;
  const undone = { ...charge, applied: 0, refundable: 0 };
  if (charge.dueIds !== undefined) throw new Error(`${charge.id} paid several dues, so it cannot be undone on one`);
  const paid = booking.dues.find(({ id }) => id === charge.dueId);
  if (paid?.paidOffOn !== undefined) throw new Error(`${paid.id} was paid off, so ${charge.id} cannot be undone on it`);
  const applied = booking.applied - charge.applied;
  if (paid === undefined || charge.applied === 0) return { dues: booking.dues, applied, charge: undone };
  const owed = unpayDue(paid, charge.applied, { booking, today: dateIn(terms.timeZone, now) });
  const due = mayOwe(booking) ? owed : cancelDue(owed, currency);
  return { dues: replaceDue(booking.dues, due), applied, charge: undone };
}
