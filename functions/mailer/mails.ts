import type { EventName } from "@clearing/domain/event";
import * as booking from "./booking-mails.ts";
import * as clearance from "./clearance-mails.ts";
import * as participation from "./participation-mails.ts";
import * as payment from "./payment-mails.ts";
import * as refund from "./refund-mails.ts";
import type { Write } from "./words.ts";

/** Who is written to. Somebody who pays and takes part gets the payer's words where there are any. */
export type Recipient = "payer" | "participant";

/**
 * The mails that each event sends: about money to the payer, about what a participant has to do to them alone, about the
 * booking's status to both. Neutral words only (I8): no health fact, no reason of a clinician, no name of a program but
 * its public label. Events come late, twice and in any order, so each mail is decided on the booking as it is when the
 * mail is sent: what is no longer true by then is not said.
 */
export const mails: Partial<Record<EventName, Partial<Record<Recipient, Write>>>> = {
  BookingHeld: { payer: booking.held },
  HoldExpired: { payer: booking.holdExpired, participant: booking.holdExpiredForOther },
  ParticipationChanged: { payer: participation.toPayer, participant: participation.toParticipant },
  AgreementSigned: { payer: booking.agreementSigned },
  BookingConfirmed: { payer: booking.confirmedToPayer, participant: booking.confirmed },
  BookingUnconfirmed: { participant: booking.unconfirmed },
  BookingDeclined: { payer: booking.declined, participant: booking.declinedForOther },
  BookingCancelled: { payer: booking.cancelled, participant: booking.cancelledForOther },
  ClearanceChanged: { participant: clearance.lapsed },
  ClearanceReminder: { participant: clearance.reminder },
  PaymentProcessing: { payer: payment.processing },
  PaymentActionRequired: { payer: payment.actionRequired },
  PaymentSettled: { payer: payment.settled },
  PaymentFailed: { payer: payment.failed },
  RefundRequested: { payer: refund.requested },
  RefundSucceeded: { payer: refund.succeeded },
  RefundRefused: { payer: refund.refused },
  RefundFailed: { payer: refund.failed },
};
