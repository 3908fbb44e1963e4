import type { DeadlineKind } from "@clearing/store/keys";

/** The functions that do the work of deadlines, each with a queue of its own. */
export type WorkerName = "deadline-worker" | "payment-worker";

/**
 * Which worker does the work of a kind of deadline: what has to ask Stripe is apart, so that a slow Stripe holds up
 * nothing else. Stripe's own events are not handed out: the catch-up sends their messages again by itself.
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

/** The kinds whose work one worker does. */
export type KindOf<Worker extends WorkerName> = {
  [Kind in DeadlineKind]: (typeof workerOf)[Kind] extends Worker ? Kind : never;
}[DeadlineKind];

/** A message of a worker's queue: the key of an item that was due when it was handed out. */
export type HandedOut = { kind: DeadlineKind; pk: string; sk: string };
