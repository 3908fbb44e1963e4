/**
 * Every published event; `contracts/events.ts` has the schema of its data. An event may get new fields; a field never
 * changes its meaning.
 */
export const eventNames = [
  "ProgramPublished",
  "CohortOpened",
  "CohortClosed",
  "CohortCompleted",
  "PlacesAdded",
  "PlacesRemoved",
  "BookingHeld",
  "HoldExpired",
  "BookingRevived",
  "ParticipationChanged",
  "ParticipantCorrected",
  "AutopayChanged",
  "PaymentMethodSaved",
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
  "ParticipantAdmitted",
  "BookingCompleted",
  "DueBilled",
  "DuePastDue",
  "DueNotice",
  "LateChargeAdded",
  "CollectionTaskOpened",
  "DueWaived",
  "DueDeferred",
  "CollectionChanged",
  "RefundRequested",
  "RefundSucceeded",
  "RefundRefused",
  "RefundFailed",
  "MoneyConverted",
] as const;

export type EventName = (typeof eventNames)[number];

/** The topic of an event: of a booking's parties, only the payer sees `money`, and only the participant `clearance`. */
type Topic = "money" | "clearance" | "other";

const topics: Readonly<Record<EventName, Topic>> = {
  ProgramPublished: "other",
  CohortOpened: "other",
  CohortClosed: "other",
  CohortCompleted: "other",
  PlacesAdded: "other",
  PlacesRemoved: "other",
  BookingHeld: "other",
  HoldExpired: "other",
  BookingRevived: "other",
  ParticipationChanged: "other",
  ParticipantCorrected: "money",
  AutopayChanged: "money",
  PaymentMethodSaved: "money",
  AgreementSigned: "money",
  PaymentSettled: "money",
  PaymentProcessing: "money",
  PaymentFailed: "money",
  PaymentActionRequired: "money",
  ClearanceChanged: "clearance",
  ClearanceReminder: "clearance",
  BookingConfirmed: "other",
  BookingUnconfirmed: "clearance",
  BookingDeclined: "other",
  BookingCancelled: "other",
  ParticipantAdmitted: "other",
  BookingCompleted: "other",
  DueBilled: "money",
  DuePastDue: "money",
  DueNotice: "money",
  LateChargeAdded: "money",
  CollectionTaskOpened: "money",
  DueWaived: "money",
  DueDeferred: "money",
  CollectionChanged: "money",
  RefundRequested: "money",
  RefundSucceeded: "money",
  RefundRefused: "money",
  RefundFailed: "money",
  MoneyConverted: "money",
};

export const topicOf = (name: EventName): Topic => topics[name];

export type EventSubject = {
  type: "program" | "cohort" | "booking" | "clearance" | "entry";
  id: string;
  version: number;
};

/** Ids, statuses, dates and amounts only; never a name, an address or health data (I8). */
export type EventData = Record<string, string | number | boolean | null>;

/** A fact that is published if and only if the change that it reports is committed (I7). */
export type DomainEvent = { name: EventName; subject: EventSubject; data: EventData };
