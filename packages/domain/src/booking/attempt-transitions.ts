import type { Instant } from "../time/index.ts";
import { type Attempt, type AttemptStatus, type CheckoutAttempt, pollOpenAt } from "./attempt.ts";

/** What happens to one attempt to collect a due. `returned`: the bank took the money back after it had settled. */
export type AttemptFact = "opened" | "under_way" | "paid" | "failed" | "expired" | "refused" | "abandoned" | "returned";

/** The facts that can still happen to an unpaid attempt. */
const unpaid = {
  under_way: "processing",
  paid: "succeeded",
  failed: "failed",
  expired: "expired",
  refused: "refused",
  abandoned: "abandoned",
} as const;

/** A payment can still arrive after a final status; it is never dropped. */
const late = { paid: "succeeded" } as const;

/**
 * The attempt's state machine: status x fact -> next status. A fact that is not listed for a status does not apply to
 * it.
 */
export const attemptTransitions: Record<AttemptStatus, Partial<Record<AttemptFact, AttemptStatus>>> = {
  requested: { opened: "open", ...unpaid },
  open: unpaid,
  processing: unpaid,
  succeeded: { returned: "returned" },
  failed: late,
  expired: late,
  refused: late,
  abandoned: late,
  returned: {},
};

/**
 * The next version of an attempt after a fact. Throws if the fact does not apply; the decision must refuse it first.
 */
export function afterFact<Kind extends Attempt>(attempt: Kind, fact: AttemptFact): Kind {
  const status = attemptTransitions[attempt.status][fact];
  if (status === undefined)
    throw new Error(`${attempt.id}: ${fact} does not apply to an attempt that is ${attempt.status}`);
  return { ...attempt, version: attempt.version + 1, status };
}

/** Records the Checkout Session that Stripe has created: the attempt is open. */
export function opened(
  attempt: CheckoutAttempt,
  session: { id: string; url: string | null },
  now: Instant,
): CheckoutAttempt {
  return {
    ...afterFact(attempt, "opened"),
    sessionId: session.id,
    url: session.url,
    dueAt: pollOpenAt(attempt, now),
  };
}
