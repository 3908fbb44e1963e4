import { type FunctionName, functionNames } from "./grants.ts";

export type Subscription = {
  /** Events of `aws.ses` come from the account's default bus, filtered to the stage's own mails. */
  source: "clearing" | "clearing.stripe" | "aws.ses";
  events: readonly string[];
  /** Messages per invocation. */
  batchSize: number;
  /**
   * The function's timeout. Stripe gets 8 seconds per answer, and events of one subject are handled one after another.
   */
  timeoutSeconds: number;
  /** Concurrent invocations: limits the load of a burst on Stripe, SES and hot items. */
  concurrency: number;
};

export type Schedule = { everyMinutes: number };

/** A worker gets one key per invocation, so that an invocation that dies affects no other key. */
export type Worker = {
  timeoutSeconds: number;
  /**
   * Concurrent invocations: items whose deadlines are reached together are worked on in parallel, up to this number.
   */
  concurrency: number;
};

/**
 * What invokes a function: routes of the OpenAPI document, the gateway for a token, a table's stream, events through a
 * queue, a schedule, or keys that the sweep sends to a queue.
 */
export type Trigger =
  | { by: "routes" | "authorizer" | "stream" }
  | ({ by: "events" } & Subscription)
  | ({ by: "schedule" } & Schedule)
  | ({ by: "keys" } & Worker);

/**
 * The trigger of each function. A consumer of events has a queue between the bus and itself; the bus's rules are
 * derived from these rows.
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
    // No event about a confirmation: its transaction checks the clearance, and later changes of the clearance have an
    // event.
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
      "ParticipantCorrected",
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
  // Stripe allows about 25 requests a second for a test account and 100 for a live one.
  "payment-worker": { by: "keys", timeoutSeconds: 40, concurrency: 10 },
  "catch-up": { by: "schedule", everyMinutes: 5 },
};

type TriggerBy<By extends Trigger["by"]> = Extract<Trigger, { by: By }>;

const isBy = <By extends Trigger["by"]>(trigger: Trigger, by: By): trigger is TriggerBy<By> => trigger.by === by;

/** The functions with one kind of trigger, each with its row. */
function calledBy<By extends Trigger["by"]>(by: By): Partial<Record<FunctionName, TriggerBy<By>>> {
  const rows: Partial<Record<FunctionName, TriggerBy<By>>> = {};
  for (const name of functionNames) {
    const trigger = triggers[name];
    if (isBy(trigger, by)) rows[name] = trigger;
  }
  return rows;
}

/** The events that each consumer gets. Each consumer has a separate queue. */
export const subscriptions: Partial<Record<FunctionName, Subscription>> = calledBy("events");

/** The scheduled functions and their periods. */
export const schedules: Partial<Record<FunctionName, Schedule>> = calledBy("schedule");

/** The workers of the keys that the sweep sends. Each worker has a separate queue. */
export const workers: Partial<Record<FunctionName, Worker>> = calledBy("keys");

/** The functions behind routes. */
export const routed: readonly FunctionName[] = functionNames.filter((name) => triggers[name].by === "routes");
