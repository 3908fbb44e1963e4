import { closePages, closeSession } from "@clearing/commands/pages";
import { carryOutRefund } from "@clearing/commands/refund";
import { settle } from "@clearing/commands/settle";
import type { Gateway } from "@clearing/payments";
import { contextOf } from "@clearing/runtime/commands";
import type { Deps } from "@clearing/runtime/deps";
import { type DueWork, workOff } from "@clearing/runtime/due-work";
import { readAttempt } from "@clearing/store/attempt";
import { bookingIdIn } from "@clearing/store/keys";

type WithGateway = Deps & { gateway: Gateway };
type Done = Awaited<ReturnType<DueWork["act"]>>;

/** Asks Stripe about every attempt, refund and ended booking that is due for a look, so that nothing hangs on a message. */
export function sweepPayments(deps: WithGateway): Promise<void> {
  const context = contextOf(deps);
  return workOff(deps, [
    {
      kind: "ATTEMPT",
      act: (key) => sweepAttempt(deps, bookingIdIn(key), key.sk.slice("ATT#".length)),
    },
    {
      kind: "REFUND",
      act: async (key) => {
        const ref = { bookingId: bookingIdIn(key), refundId: key.sk.slice("REF#".length) };
        return done(await carryOutRefund(context, ref, "sweep:refund"));
      },
    },
    {
      kind: "PAGES",
      act: async (key) => {
        const results = await closePages(context, bookingIdIn(key), "sweep:pages");
        return done(results.find(({ ok }) => !ok) ?? { ok: true });
      },
    },
  ]);
}

async function sweepAttempt(deps: WithGateway, bookingId: string, attemptId: string): Promise<Done> {
  const context = contextOf(deps);
  const attempt = await readAttempt(deps.store, bookingId, attemptId);
  if (attempt === null) return { ok: true };
  const over = attempt.sessionExpiresAt <= deps.clock.now() && attempt.status === "open";
  // Past its instant a page must take no money any more, whether or not Stripe has closed it by itself.
  return done(
    over
      ? await closeSession(context, attempt, "sweep:attempt")
      : await settle(context, { bookingId, attemptId }, "sweep:attempt"),
  );
}

/** A failure in the words of a sweep: Stripe's kind and code, or the store's reason. */
function done(result: { ok: true } | { ok: false; reason: string } | { ok: false; kind: string; code: string }): Done {
  if (result.ok) return { ok: true };
  return { ok: false, reason: "reason" in result ? result.reason : `${result.kind} (${result.code})` };
}
