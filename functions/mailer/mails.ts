import type { EventName } from "@clearing/domain/event";
import * as booking from "./booking-mails.ts";
import * as payment from "./payment-mails.ts";
import * as refund from "./refund-mails.ts";
import type { Write } from "./words.ts";

/**
 * The mail that each event sends. Neutral words only (I8): no health fact, no reason of a clinician, no name of a program
 * but its public label. Events come late, twice and in any order, so each mail is decided on the booking as it is when
 * the mail is sent: what is no longer true by then is not said.
 */
export const mails: Partial<Record<EventName, Write>> = {
  BookingHeld: booking.held,
  HoldExpired: booking.holdExpired,
  AgreementSigned: booking.agreementSigned,
  BookingConfirmed: booking.confirmed,
  BookingUnconfirmed: booking.unconfirmed,
  BookingDeclined: booking.declined,
  BookingCancelled: booking.cancelled,
  PaymentProcessing: payment.processing,
  PaymentActionRequired: payment.actionRequired,
  PaymentSettled: payment.settled,
  PaymentFailed: payment.failed,
  RefundRequested: refund.requested,
  RefundSucceeded: refund.succeeded,
  RefundRefused: refund.refused,
  RefundFailed: refund.failed,
};
