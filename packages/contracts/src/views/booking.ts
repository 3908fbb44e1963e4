import { participationDocument } from "@clearing/domain/agreement";
import {
  aboutClearance,
  aboutMoney,
  agreementSigned,
  type Booking,
  balance,
  collectsAutomatically,
  isPaused,
  mayOwe,
  nextChargeAt,
  type Person,
  sightOf,
  standing,
  statusOn,
} from "@clearing/domain/booking";
import { type Clearance, clearanceSummary } from "@clearing/domain/screening";
import { dateIn, type Instant } from "@clearing/domain/time";
import type * as z from "zod/mini";
import type { bookingResponse } from "../booking.ts";

/** A booking in the API's schema. */
export type BookingView = z.input<ReturnType<typeof bookingResponse>>;

/**
 * A booking as its viewer may see it, with the summary of its clearance and today's standing. For a participant who
 * does not pay, amounts are 0, `dues` is empty, and `agreement` is the participation terms. For a payer who does not
 * take part, `clearance` is null, and so is an `admission` that turned the participant away. Throws for a stranger.
 */
export function bookingView(booking: Booking, clearance: Clearance | null, now: Instant, viewer: Person): BookingView {
  const sight = sightOf(viewer, booking);
  if (sight === null) throw new Error(`${booking.id} must not be shown to a stranger`);
  const today = dateIn(booking.terms.timeZone, now);
  const { id, cohortId, placeType, status, currency, participant, holdExpiresAt, version } = booking;
  return {
    id,
    cohortId,
    placeType,
    status,
    currency,
    participant: { name: participant.name, email: participant.email },
    holdExpiresAt,
    version,
    participation: booking.participation,
    clearance: sight.clearance ? clearanceSummary(clearance, today) : null,
    ...(sight.money ? moneyIn(booking, now) : withoutMoney(booking)),
    admission: sight.clearance || booking.admission?.outcome !== "turned_away" ? booking.admission : null,
    timeline: booking.timeline.filter(
      ({ event }) => (sight.money || !aboutMoney(event)) && (sight.clearance || !aboutClearance(event)),
    ),
  };
}

function moneyIn(booking: Booking, now: Instant) {
  const today = dateIn(booking.terms.timeZone, now);
  const { total, financeCharge, paid, refunded, agreement, dues } = booking;
  return {
    standing: standing(booking, today),
    autopay: collectsAutomatically(booking),
    collectionPaused: mayOwe(booking) && isPaused(booking),
    total,
    financeCharge,
    paid,
    refunded,
    balance: balance(booking),
    // A signature applies to one version; the next version must be signed again.
    agreement: {
      version: agreement.version,
      signedAt: agreementSigned(booking) ? agreement.signedAt : null,
      hash: agreement.hash,
    },
    dues: dues.map((due) => ({
      id: due.id,
      sequence: due.sequence,
      kind: due.kind,
      dueOn: due.dueOn,
      amount: due.amount,
      paid: due.paid,
      waived: due.waived ?? 0,
      status: statusOn(booking, due, today),
      nextAttemptAt: due.openAttemptId === null ? nextChargeAt(booking, due, now) : null,
      lastFailure: due.status === "paid" ? null : (due.tries?.lastFailure ?? null),
    })),
  };
}

function withoutMoney(booking: Booking) {
  const { version, hash } = participationDocument(booking);
  return {
    standing: "current" as const,
    autopay: false,
    collectionPaused: false,
    total: 0,
    financeCharge: 0,
    paid: 0,
    refunded: 0,
    balance: 0,
    agreement: { version, signedAt: booking.acceptance?.at ?? null, hash: booking.acceptance?.hash ?? hash },
    dues: [],
  };
}
