import { type Attempt, mayOwe } from "@clearing/domain/booking";
import { readAttempts } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { pagesClosed } from "@clearing/store/pages";
import { isRemoved } from "@clearing/store/removed";
import { outcomeOf } from "./outcome.ts";
import type { Services } from "./services.ts";
import { customerGone } from "./session.ts";
import { applyOutcome, changesNothing, type Settled, settle } from "./settle.ts";
import { endAtStripe, intentNotKnown } from "./standing.ts";

/**
 * Closes the attempts that a booking still has open once it has ended, on a page or with a saved method: what was paid
 * meanwhile is settled, the rest is ended at Stripe. Gives what became of each; one that fails keeps no other open, but a
 * Stripe that does not answer is asked no more. A booking that goes on, such as one that late money has revived, keeps
 * its pages.
 */
export async function closePages(services: Services, bookingId: string, action: string): Promise<Settled[]> {
  // The pages are read before the booking: one that is opened after late money has revived it is not among them.
  const attempts = await readAttempts(services.store, bookingId);
  const booking = await readBooking(services.store, bookingId);
  if (booking === null) return (await isRemoved(services.store, bookingId)) ? [] : [{ ok: false, reason: "not_found" }];
  const results: Settled[] = [];
  let thrown: unknown;
  const isOpen = ({ status }: Attempt) => status === "requested" || status === "open";
  for (const attempt of mayOwe(booking) ? [] : attempts.filter(isOpen)) {
    try {
      const closed = await closeAttempt(services, attempt, action);
      results.push(closed);
      if (isSilence(closed)) break;
    } catch (error) {
      thrown = error;
    }
  }
  if (thrown !== undefined) throw thrown;
  if (results.every(({ ok }) => ok)) await pagesClosed(services.store, booking);
  return results;
}

/** An intent that is not known yet is no silence: Stripe has answered. */
const isSilence = (result: Settled): boolean =>
  "kind" in result && (result.kind === "unavailable" || result.kind === "unknown") && !isLeftToItsWorker(result);

/**
 * A try that was begun and has no intent yet: its worker, for which it is due, makes it no more. There is nothing at Stripe
 * to end meanwhile, and the note of the ending stays until that is so.
 */
export const isLeftToItsWorker = (result: Settled): boolean => "kind" in result && result.code === intentNotKnown;

/**
 * Looks at an open page before it is given out again: it may have been paid a moment ago. One whose customer was deleted
 * since is ended, since nobody can pay on it, and its attempt refused. A page that cannot be looked at now is given as it
 * is: the client may be able to pay on it all the same.
 */
export async function lookAtPage(
  services: Services,
  attempt: Attempt & { sessionId: string },
  action: string,
): Promise<Settled> {
  const { gateway } = services;
  const { sessionId, bookingId } = attempt;
  const ref = { bookingId, attemptId: attempt.id };
  const [session, customer] = await Promise.all([
    gateway.retrieveCheckoutSession(sessionId),
    gateway.retrieveCustomer(attempt.customerId),
  ]);
  if (!session.ok) return { ok: true, attempt };
  const isGone = customer.ok && customer.value.deleted;
  const ended = isGone && session.value.status === "open" ? await gateway.expireCheckoutSession(sessionId) : session;
  if (!ended.ok) return ended.kind === "invalid" ? settle(services, ref, action) : { ok: true, attempt };
  const outcome = outcomeOf(ended.value);
  if (changesNothing(attempt, outcome, services.clock.now())) return { ok: true, attempt };
  const withdrawn = { kind: "withdrawn", code: customerGone } as const;
  return applyOutcome(services, ref, isGone && outcome.kind === "expired" ? withdrawn : outcome, action);
}

/** Ends what an attempt can still be paid by, unless it was paid: then it is settled. */
export async function closeAttempt(services: Services, attempt: Attempt, action: string): Promise<Settled> {
  const ref = { bookingId: attempt.bookingId, attemptId: attempt.id };
  const settled = await settle(services, ref, action);
  const ended = settled.ok ? await endAtStripe(services, settled.attempt) : null;
  if (ended === null) return settled;
  if (ended.ok) return applyOutcome(services, ref, ended.value, action);
  // It can be ended no more: paid or over since it was looked at.
  return ended.kind === "invalid" ? settle(services, ref, action) : ended;
}
