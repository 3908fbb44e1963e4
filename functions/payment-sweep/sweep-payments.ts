import { carryOutRefund } from "@clearing/operations/refund";
import { closeSession, settle } from "@clearing/operations/settle";
import type { Gateway } from "@clearing/payments";
import type { Deps } from "@clearing/runtime/deps";
import { operationsOf } from "@clearing/runtime/operations";
import { readAttempt } from "@clearing/store/booking";
import { bookingIdIn } from "@clearing/store/keys";
import { dueItems } from "@clearing/store/sweep";

type WithGateway = Deps & { gateway: Gateway };

/** Asks Stripe about every attempt and refund that is due for a look, so that nothing hangs on a webhook. */
export async function sweepPayments(deps: WithGateway): Promise<void> {
  const now = deps.clock.now();
  for await (const key of dueItems(deps.store, "ATTEMPT", now)) {
    await guarded(deps, key.sk, () => sweepAttempt(deps, bookingIdIn(key), key.sk.slice("ATT#".length)));
  }
  for await (const key of dueItems(deps.store, "REFUND", now)) {
    const ref = { bookingId: bookingIdIn(key), refundId: key.sk.slice("REF#".length) };
    await guarded(deps, key.sk, () => carryOutRefund(operationsOf(deps), ref, "sweep:refund"));
  }
}

async function sweepAttempt(deps: WithGateway, bookingId: string, attemptId: string) {
  const operations = operationsOf(deps);
  const attempt = await readAttempt(deps.store, bookingId, attemptId);
  if (attempt === null) return;
  const over = attempt.sessionExpiresAt <= deps.clock.now() && attempt.status === "open";
  // Past its instant a page must take no money any more, whether or not Stripe has closed it by itself.
  if (over) await closeSession(operations, attempt, "sweep:attempt");
  else await settle(operations, { bookingId, attemptId }, "sweep:attempt");
}

async function guarded(deps: Deps, id: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    deps.log.error("payment sweep failed on an item", error, { id });
    deps.log.metric("SweepFailures", 1, "Count");
  }
}
