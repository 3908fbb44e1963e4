import type { Instant } from "../time/index.ts";
import { type Attempt, type AttemptStatus, type CheckoutAttempt, pollOpenAt } from "./attempt.ts";

/** What happens to one try to collect a due. `returned`: its money went back to the bank after it had settled. */
export type AttemptFact = "opened" | "under_way" | "paid" | "failed" | "expired" | "refused" | "abandoned" | "returned";

/** What may still come of an attempt that nobody has paid. */
const unpaid = {
  under_way: "processing",
  paid: "succeeded",
  failed: "failed",
  expired: "expired",
  refused: "refused",
  abandoned: "abandoned",
} as const;

/** Money that comes after all is never dropped. */
const late = { paid: "succeeded" } as const;

/** Status x fact: what an attempt becomes. A fact that is not listed for a status does not apply to it. */
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

/** The next version of an attempt after a fact. Throws where the fact does not apply: its decision should have refused it. */
export function afterFact<Kind extends Attempt>(attempt: Kind, fact: AttemptFact): Kind {
  const status = attemptTransitions[attempt.status][fact];
  if (status === undefined)
    throw new Error(`${attempt.id}: ${fact} does not apply to an attempt that is ${attempt.status}`);
  return { ...attempt, version: attempt.version + 1, status };
}

/** Stripe has made the session: the attempt is open. */
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
