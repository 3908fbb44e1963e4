import type { DeadlineKind } from "@clearing/store/keys";

/** The functions that work on deadlines. Each has a separate queue. */
export type WorkerName = "deadline-worker" | "payment-worker";

/**
 * The worker for each kind of deadline. Work that calls Stripe has a separate worker, so that a slow Stripe delays
 * nothing else. Stripe's own events have none: the catch-up sends their messages again.
 */
export const workerOf = {
  BOOKING: "deadline-worker",
  CLEARANCE: "deadline-worker",
  COHORT: "deadline-worker",
  ATTEMPT: "payment-worker",
  REFUND: "payment-worker",
  PAGES: "payment-worker",
  STRIPE_EVENT: null,
} as const satisfies Record<DeadlineKind, WorkerName | null>;

/** The kinds that one worker handles. */
export type KindOf<Worker extends WorkerName> = {
  [Kind in DeadlineKind]: (typeof workerOf)[Kind] extends Worker ? Kind : never;
}[DeadlineKind];

/** A message of a worker's queue: the key of an item whose deadline was reached when it was sent. */
export type HandedOut = { kind: DeadlineKind; pk: string; sk: string };
