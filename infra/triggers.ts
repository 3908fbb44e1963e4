import { type FunctionName, functionNames } from "./grants.ts";

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

export type Schedule = { everyMinutes: number };

/** One key in one call, so that a call that dies takes no other key with it. */
export type Worker = {
  timeoutSeconds: number;
  /** Calls at the same time: what is due at once is worked on in parallel, and no more than this of it. */
  concurrency: number;
};

/**
 * What calls a function: routes of the OpenAPI document, the gateway for a token, a table's stream, events by a queue,
 * the clock, keys that the sweep hands out to a queue.
 */
export type Trigger =
  | { by: "routes" | "authorizer" | "stream" }
  | ({ by: "events" } & Subscription)
  | ({ by: "schedule" } & Schedule)
  | ({ by: "keys" } & Worker);

/**
 * What calls each function. One that consumes events has a queue between itself and the bus; the rules on the bus are
 * made from these rows.
 */
export const triggers: Readonly<Record<FunctionName, Trigger>> = {
  catalogue: { by: "routes" },
  booking: { by: "routes" },
  checkout: { by: "routes" },
  admin: { by: "routes" },
  clinical: { by: "routes" },
  finance: { by: "routes" },
  webhook: { by: "routes" },
  authorizer: { by: "authorizer" },
  relay: { by: "stream" },
  resend: { by: "schedule", everyMinutes: 1 },
  progress: {
    by: "events",
    source: "clearing",
    // No confirmation: its transaction holds to the clearance, and what the clearance becomes later has its own event.
    events: ["AgreementSigned", "ParticipationChanged", "PaymentSettled", "ClearanceChanged"],
    batchSize: 10,
    timeoutSeconds: 20,
    concurrency: 10,
  },
  "stripe-events": {
    by: "events",
    source: "clearing.stripe",
    events: ["StripeEventReceived"],
    batchSize: 3,
    timeoutSeconds: 40,
    concurrency: 5,
  },
  "stripe-work": {
    by: "events",
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
    by: "events",
    source: "clearing",
    events: [
      "BookingHeld",
      "ParticipationChanged",
      "AutopayChanged",
      "PaymentMethodSaved",
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
    ],
    batchSize: 10,
    timeoutSeconds: 20,
    concurrency: 5,
  },
  "mail-feedback": {
    by: "events",
    source: "aws.ses",
    events: ["Email Bounced", "Email Complaint Received"],
    batchSize: 10,
    timeoutSeconds: 20,
    concurrency: 2,
  },
  sweep: { by: "schedule", everyMinutes: 1 },
  "deadline-worker": { by: "keys", timeoutSeconds: 30, concurrency: 10 },
  // Stripe takes some 25 requests a second of a test account, and 100 of a live one.
  "payment-worker": { by: "keys", timeoutSeconds: 40, concurrency: 10 },
  "catch-up": { by: "schedule", everyMinutes: 5 },
};

type TriggerBy<By extends Trigger["by"]> = Extract<Trigger, { by: By }>;

const isBy = <By extends Trigger["by"]>(trigger: Trigger, by: By): trigger is TriggerBy<By> => trigger.by === by;

/** The functions that are called in one way, each with its row. */
function calledBy<By extends Trigger["by"]>(by: By): Partial<Record<FunctionName, TriggerBy<By>>> {
  const rows: Partial<Record<FunctionName, TriggerBy<By>>> = {};
  for (const name of functionNames) {
    const trigger = triggers[name];
    if (isBy(trigger, by)) rows[name] = trigger;
  }
  return rows;
}

/** Which function consumes which events. Each consumer has its own queue. */
export const subscriptions: Partial<Record<FunctionName, Subscription>> = calledBy("events");

/** What runs by the clock, and how often. */
export const schedules: Partial<Record<FunctionName, Schedule>> = calledBy("schedule");

/** The workers of the keys that the sweep hands out. Each worker has its own queue. */
export const workers: Partial<Record<FunctionName, Worker>> = calledBy("keys");

/** What answers requests. */
export const routed: readonly FunctionName[] = functionNames.filter((name) => triggers[name].by === "routes");
