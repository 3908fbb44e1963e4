import { type Booking, balance, standing } from "@clearing/domain/booking";
import { type Clearance, clearanceSummary } from "@clearing/domain/screening";
import { dateIn, type Instant } from "@clearing/domain/time";

/** A booking as the API shows it, with its clearance in two words and its standing of today. */
export function bookingView(booking: Booking, clearance: Clearance | null, now: Instant) {
  const today = dateIn(booking.terms.timeZone, now);
  const { id, cohortId, placeType, status, currency, participant, holdExpiresAt, version, autopay } = booking;
  const { total, financeCharge, paid, refunded, agreement, admission, timeline } = booking;
  return {
    id,
    cohortId,
    placeType,
    status,
    standing: standing(booking, today),
    currency,
    participant: { name: participant.name, email: participant.email },
    holdExpiresAt,
    version,
    autopay,
    total,
    financeCharge,
    paid,
    refunded,
    balance: balance(booking),
    clearance: clearanceSummary(clearance, today),
    agreement: { version: agreement.version, signedAt: agreement.signedAt, hash: agreement.hash },
    dues: booking.dues.map(({ id: dueId, sequence, kind, dueOn, amount, paid: duePaid, status: dueStatus }) => ({
      id: dueId,
      sequence,
      kind,
      dueOn,
      amount,
      paid: duePaid,
      status: dueStatus,
    })),
    admission,
    timeline,
  };
}
