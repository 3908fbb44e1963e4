import type { EventName } from "@clearing/domain/event";
import { autopayChanged, methodSaved } from "./autopay-mails.ts";
import * as booking from "./booking-mails.ts";
import * as clearance from "./clearance-mails.ts";
import * as due from "./due-mails.ts";
import * as exception from "./exception-mails.ts";
import * as participation from "./participation-mails.ts";
import * as payment from "./payment-mails.ts";
import * as refund from "./refund-mails.ts";
import type { Write } from "./words.ts";

/**
 * The recipients. A person who pays and takes part gets the payer's text if there is one; the operator gets mails at
 * the support address.
 */
export type Recipient = "payer" | "participant" | "operator";

type Mails = Partial<Record<Recipient, Write>>;

/**
 * The mails about each event: about money to the payer, about a participant's own duties only to the participant, about
 * the booking's status to both. The texts are neutral (I8): no health data, no clinician's reason, and the program only
 * by its public label. Events can be late, repeated and out of order, so each text is decided from the booking at the
 * time of sending and says nothing that is no longer true.
 */
export const mails: Readonly<Record<EventName, Mails | "no mail">> = {
  ProgramPublished: "no mail",
  CohortOpened: "no mail",
  CohortClosed: "no mail",
  CohortCompleted: "no mail",
  PlacesAdded: "no mail",
  PlacesRemoved: "no mail",
  BookingHeld: { payer: booking.held },
  HoldExpired: { payer: booking.holdExpired, participant: booking.holdExpiredForOther },
  BookingRevived: "no mail",
  ParticipationChanged: { payer: participation.toPayer, participant: participation.toParticipant },
  ParticipantCorrected: { payer: participation.corrected },
  AutopayChanged: { payer: autopayChanged },
  PaymentMethodSaved: { payer: methodSaved },
  AgreementSigned: { payer: booking.agreementSigned },
  PaymentSettled: { payer: payment.settled },
  PaymentProcessing: { payer: payment.processing },
  PaymentFailed: { payer: payment.failed },
  PaymentActionRequired: { payer: payment.actionRequired },
  ClearanceChanged: { participant: clearance.lapsed },
  ClearanceReminder: { participant: clearance.reminder },
  BookingConfirmed: { payer: booking.confirmedToPayer, participant: booking.confirmed },
  BookingUnconfirmed: { participant: booking.unconfirmed },
  BookingDeclined: { payer: booking.declined, participant: booking.declinedForOther },
  BookingCancelled: { payer: booking.cancelled, participant: booking.cancelledForOther },
  ParticipantAdmitted: "no mail",
  BookingCompleted: "no mail",
  DueBilled: "no mail",
  DuePastDue: "no mail",
  DueNotice: { payer: due.notice },
  LateChargeAdded: { payer: due.lateCharge },
  CollectionTaskOpened: { operator: due.task },
  DueWaived: { payer: exception.waived },
  DueDeferred: { payer: exception.deferred },
  CollectionChanged: { payer: exception.collection },
  RefundRequested: { payer: refund.requested },
  RefundSucceeded: { payer: refund.succeeded },
  RefundRefused: { payer: refund.refused },
  RefundFailed: { payer: refund.failed },
  MoneyConverted: "no mail",
};

/** The mails about an event; empty if there are none. */
export function mailsAbout(name: EventName): Mails {
  const about = mails[name];
  return about === "no mail" ? {} : about;
}
