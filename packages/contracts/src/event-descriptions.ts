import type { EventName } from "@clearing/domain/event";

/** What each event means to its consumers, shown in the schema registry and in `/docs`. */
export const eventDescriptions: Readonly<Record<EventName, string>> = {
  ProgramPublished: "A program was published.",
  CohortOpened: "A cohort opened for sale.",
  CohortClosed: "A cohort went off sale.",
  CohortCompleted: "A cohort's last day has passed.",
  PlacesAdded: "Places were added to a cohort.",
  PlacesRemoved: "Free places were removed from a cohort.",
  BookingHeld: "A place was held for a client until `holdExpiresAt`.",
  HoldExpired: "A hold expired without a paid deposit, and its place is free again.",
  BookingRevived: "The deposit of an expired hold was paid late, and the booking got a place again.",
  ParticipationChanged: "The participant was invited, accepted the invitation or declined it.",
  ParticipantCorrected:
    "The client corrected the invited participant. The agreement has a new version, `agreementVersion`, to sign.",
  AutopayChanged:
    "Autopay was turned on or off. `reason` says by whom, or why the saved payment method cannot be charged.",
  PaymentMethodSaved: "The client saved another payment method. With `autopay`, later payments are charged to it.",
  AgreementSigned: "The client signed a version of the agreement.",
  PaymentProcessing: "A payment was submitted, and the bank has not confirmed it yet, as with an ACH debit.",
  PaymentSettled: "A payment succeeded.",
  PaymentActionRequired: "The client must verify a bank account by `until` before the payment can start.",
  PaymentFailed: "A payment failed. `reason` is a code, or null if none is known.",
  ClearanceChanged: "A participant's clinical clearance changed.",
  ClearanceReminder: "The clearance deadline is near, and the participant is not cleared yet.",
  BookingConfirmed: "A booking was confirmed: deposit paid, agreement signed, participant cleared.",
  BookingUnconfirmed: "A confirmed booking lost its clearance. It keeps its place and waits for a new clearance.",
  BookingDeclined: "A booking was declined. `by` says why, `refund` how much is paid back.",
  BookingCancelled: "A booking was canceled. `by` says by whom or why, `refund` how much is paid back.",
  ParticipantAdmitted: "The participant arrived.",
  BookingCompleted: "The retreat of a booking is over.",
  DueBilled: "A due became payable on its date.",
  DuePastDue: "A due was not paid by the end of its date.",
  DueNotice: "A notice about a due is sent: before its date, after a change, or when it is past due.",
  LateChargeAdded: "A late charge was added for the due `forDueId`, which is past due.",
  CollectionTaskOpened:
    "Staff must look at a due: it was not paid after its final notice, or the booking is delinquent.",
  DueWaived: "Staff waived the unpaid part of a due.",
  DueDeferred: "Staff moved a due from `from` to `dueOn`.",
  CollectionChanged: "Staff paused or resumed collection for a booking.",
  RefundRequested:
    "A refund was recorded. It is sent to Stripe next, unless staff have already made it there (`made_at_stripe`). `reason` says why.",
  RefundSucceeded: "A refund succeeded.",
  RefundRefused: "Stripe permanently refused a refund. `code` is Stripe's code for the refusal.",
  RefundFailed: "A refund failed after Stripe had accepted it, and the money came back.",
  MoneyConverted:
    "Stripe converted a payment or a refund between currencies. The amount is posted to the account `suspense`.",
};
