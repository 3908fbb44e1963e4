import type { FunctionName } from "./access.ts";

export type Subscription = {
  /** `aws.ses` is heard on the account's default bus, of the stage's own mails alone. */
  source: "clearing" | "clearing.stripe" | "aws.ses";
  events: readonly string[];
  /** Messages in one call. */
  batchSize: number;
  /** What one call may take. Stripe is given 8 seconds an answer, and events of one subject are handled in turn. */
  timeoutSeconds: number;
  /** Calls at the same time: a bound on what a burst does to Stripe, to SES, to hot items. */
  concurrency: number;
};

/** Who consumes what, each through a queue of its own. The rules on the bus are made from this table. */
export const subscriptions: Partial<Record<FunctionName, Subscription>> = {
  progress: {
    source: "clearing",
    events: ["AgreementSigned", "ParticipationChanged", "PaymentSettled", "ClearanceChanged", "BookingConfirmed"],
    batchSize: 10,
    timeoutSeconds: 20,
    concurrency: 10,
  },
  "stripe-work": {
    source: "clearing",
    events: [
      "RefundRequested",
      "RefundRefused",
      "HoldExpired",
      "BookingCancelled",
      "BookingDeclined",
      "MoneyConverted",
    ],
    batchSize: 1,
    timeoutSeconds: 40,
    concurrency: 5,
  },
  mailer: {
    source: "clearing",
    events: [
      "BookingHeld",
      "ParticipationChanged",
      "AgreementSigned",
      "PaymentProcessing",
      "PaymentActionRequired",
      "PaymentSettled",
      "PaymentFailed",
      "HoldExpired",
      "BookingConfirmed",
      "BookingUnconfirmed",
      "BookingDeclined",
      "BookingCancelled",
      "ClearanceChanged",
      "ClearanceReminder",
      "RefundRequested",
      "RefundSucceeded",
      "RefundRefused",
      "RefundFailed",
    ],
    batchSize: 10,
    timeoutSeconds: 20,
    concurrency: 5,
  },
  "mail-feedback": {
    source: "aws.ses",
    events: ["Email Bounced", "Email Complaint Received"],
    batchSize: 10,
    timeoutSeconds: 20,
    concurrency: 2,
  },
  "stripe-events": {
    source: "clearing.stripe",
    events: ["StripeEventReceived"],
    batchSize: 3,
    timeoutSeconds: 40,
    concurrency: 5,
  },
};

/** What runs by the clock, and how often. */
export const schedules: Partial<Record<FunctionName, { everyMinutes: number }>> = {
  resend: { everyMinutes: 1 },
  sweep: { everyMinutes: 1 },
  "payment-sweep": { everyMinutes: 1 },
  reconcile: { everyMinutes: 5 },
};
