/** Every event name that the bus may carry (api.md, Events). A name's fields may grow, never change meaning. */
export const eventNames = [
  "ProgramPublished",
  "CohortOpened",
  "CohortClosed",
  "CohortCancelled",
  "CohortCompleted",
  "PlacesAdded",
  "PlacesRemoved",
  "BookingHeld",
  "HoldExpired",
  "BookingRevived",
  "ParticipationChanged",
  "AutopayChanged",
  "AgreementSigned",
  "PaymentSettled",
  "PaymentProcessing",
  "PaymentFailed",
  "PaymentActionRequired",
  "ClearanceChanged",
  "ClearanceReminder",
  "BookingConfirmed",
  "BookingUnconfirmed",
  "BookingDeclined",
  "BookingCancelled",
  "BookingTransferred",
  "ParticipantAdmitted",
  "BookingCompleted",
  "DueBilled",
  "DuePastDue",
  "RefundRequested",
  "RefundSucceeded",
  "RefundRefused",
  "RefundFailed",
  "MoneyConverted",
  "DisputeOpened",
  "DisputeClosed",
  "FinancingChanged",
  "WaitlistJoined",
  "PlaceOffered",
  "OfferLapsed",
  "ExceptionOpened",
  "ExceptionResolved",
  "PeriodClosed",
  "AftercareDue",
] as const;

export type EventName = (typeof eventNames)[number];

export type EventSubject = {
  type: "program" | "cohort" | "booking" | "clearance" | "refund" | "entry";
  id: string;
  version: number;
};

/** Ids, statuses, dates and amounts only; never a name, an address or a health fact (I8). */
export type EventData = Record<string, string | number | boolean | null>;

/** A fact to be published if and only if the change that it reports commits (I7). */
export type DomainEvent = { name: EventName; subject: EventSubject; data: EventData };
