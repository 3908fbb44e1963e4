import { type Attempt, mayOwe, sessionOf } from "@clearing/domain/booking";
import { readAttempts } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { pagesClosed } from "@clearing/store/pages";
import { isRemoved } from "@clearing/store/removed";
import type { Context } from "./context.ts";
import { outcomeOf } from "./outcome.ts";
import { customerGone } from "./session.ts";
import { applyOutcome, changesNothing, type Settled, settle } from "./settle.ts";

/**
 * Closes the pages that a booking still has open once it has ended: what was paid meanwhile is settled, the rest is
 * expired at Stripe. Gives the pages' results; one that fails keeps no other open, but a Stripe that does not answer is
 * asked no more. A booking that goes on, such as one that late money has revived, keeps its pages.
 */
export async function closePages(context: Context, bookingId: string, action: string): Promise<Settled[]> {
  // The pages are read before the booking: one that is opened after late money has revived it is not among them.
  const attempts = await readAttempts(context.store, bookingId);
  const booking = await readBooking(context.store, bookingId);
  if (booking === null) return (await isRemoved(context.store, bookingId)) ? [] : [{ ok: false, reason: "not_found" }];
  const results: Settled[] = [];
  let thrown: unknown;
  const isOpen = ({ status }: Attempt) => status === "requested" || status === "open";
  for (const attempt of mayOwe(booking) ? [] : attempts.filter(isOpen)) {
    try {
      const closed = await closeSession(context, attempt, action);
      results.push(closed);
      if (isSilence(closed)) break;
    } catch (error) {
      thrown = error;
    }
  }
  if (thrown !== undefined) throw thrown;
  if (results.every(({ ok }) => ok)) await pagesClosed(context.store, booking);
  return results;
}

const isSilence = (result: Settled): boolean =>
  "kind" in result && (result.kind === "unavailable" || result.kind === "unknown");

/**
 * Looks at an open page before it is given out again: it may have been paid a moment ago. One whose customer was deleted
 * since is ended, since nobody can pay on it, and its attempt refused. A page that cannot be looked at now is given as it
 * is: the client may be able to pay on it all the same.
 */
export async function lookAtPage(
  context: Context,
  attempt: Attempt & { sessionId: string },
  action: string,
): Promise<Settled> {
  const { gateway } = context;
  const { sessionId, bookingId } = attempt;
  const ref = { bookingId, attemptId: attempt.id };
  const [session, customer] = await Promise.all([
    gateway.retrieveCheckoutSession(sessionId),
    gateway.retrieveCustomer(attempt.customerId),
  ]);
  if (!session.ok) return { ok: true, attempt };
  const isGone = customer.ok && customer.value.deleted;
  const ended = isGone && session.value.status === "open" ? await gateway.expireCheckoutSession(sessionId) : session;
  if (!ended.ok) return ended.kind === "invalid" ? settle(context, ref, action) : { ok: true, attempt };
  const outcome = outcomeOf(ended.value);
  if (changesNothing(attempt, outcome, context.clock.now())) return { ok: true, attempt };
  const withdrawn = { kind: "withdrawn", code: customerGone } as const;
  return applyOutcome(context, ref, isGone && outcome.kind === "expired" ? withdrawn : outcome, action);
}

/** Expires one session at Stripe, unless it was paid: then it is settled. */
export async function closeSession(context: Context, attempt: Attempt, action: string): Promise<Settled> {
  const ref = { bookingId: attempt.bookingId, attemptId: attempt.id };
  const settled = await settle(context, ref, action);
  const sessionId = settled.ok && settled.attempt.status === "open" ? sessionOf(settled.attempt) : null;
  if (sessionId === null) return settled;
  const expired = await context.gateway.expireCheckoutSession(sessionId);
  if (expired.ok) return applyOutcome(context, ref, outcomeOf(expired.value), action);
  // No longer open: paid or expired since it was looked at.
  return expired.kind === "invalid" ? settle(context, ref, action) : expired;
}
