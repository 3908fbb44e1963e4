import { type Attempt, isSetupUnderWay, mayOwe } from "@clearing/domain/booking";
import { readAttempts } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { deleteClosingNote } from "@clearing/store/closing-note";
import { readSetups } from "@clearing/store/method-setup";
import { isRemoved } from "@clearing/store/removed";
import { outcomeOf } from "./outcome.ts";
import type { Services } from "./services.ts";
import { customerGone } from "./session.ts";
import { applyOutcome, changesNothing, type Settled, settle } from "./settle.ts";
import { closeSetup, type SetupSettled } from "./settle-setup.ts";
import { endAtStripe, intentNotKnown } from "./standing.ts";

/** The result of closing an attempt or a setup. */
export type Closed = Settled | SetupSettled;

/**
 * Closes the open attempts of a booking that has ended, on session or off, and its open setups: settles those that were
 * completed in the meantime, and ends the rest at Stripe. Returns the result of each. A failure does not stop the
 * others, but if Stripe does not answer, it stops. A booking that is not over, such as one revived by late money, keeps
 * its attempts and setups.
 */
export async function closeAtStripe(services: Services, bookingId: string, action: string): Promise<Closed[]> {
  // They are read before the booking, so one begun after late money has revived the booking is not among them.
  const [attempts, setups] = await Promise.all([
    readAttempts(services.store, bookingId),
    readSetups(services.store, bookingId),
  ]);
  const booking = await readBooking(services.store, bookingId);
  if (booking === null) return (await isRemoved(services.store, bookingId)) ? [] : [{ ok: false, reason: "not_found" }];
  const results: Closed[] = [];
  let thrown: unknown;
  const isOpen = ({ status }: Attempt) => status === "requested" || status === "open";
  const closings = [
    ...attempts.filter(isOpen).map((attempt) => () => closeAttempt(services, attempt, action)),
    ...setups.filter(isSetupUnderWay).map(
      ({ id }) =>
        () =>
          closeSetup(services, { bookingId, attemptId: id }, action),
    ),
  ];
  for (const close of mayOwe(booking) ? [] : closings) {
    try {
      const closed = await close();
      results.push(closed);
      if (isSilence(closed)) break;
    } catch (error) {
      thrown = error;
    }
  }
  if (thrown !== undefined) throw thrown;
  if (results.every(({ ok }) => ok)) await deleteClosingNote(services.store, booking);
  return results;
}

/** An intent that is not known yet does not count as silence: Stripe has answered. */
const isSilence = (result: Closed): boolean =>
  "kind" in result && (result.kind === "unavailable" || result.kind === "unknown") && !isLeftToItsWorker(result);

/**
 * An off-session attempt without an intent: its worker will not charge it any more. Nothing at Stripe can be ended
 * until then, and the closing note stays.
 */
export const isLeftToItsWorker = (result: Closed): boolean => "kind" in result && result.code === intentNotKnown;

/**
 * Checks an open session before it is returned again, because it may have been paid a moment ago. If its customer was
 * deleted, nobody can pay on it: it is expired and its attempt refused. If Stripe cannot be reached, the session is
 * returned unchanged; the client may still be able to pay on it.
 */
export async function lookAtSession(
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

/** Ends an attempt at Stripe unless it was paid; a paid one is settled. */
export async function closeAttempt(services: Services, attempt: Attempt, action: string): Promise<Settled> {
  const ref = { bookingId: attempt.bookingId, attemptId: attempt.id };
  const settled = await settle(services, ref, action);
  const ended = settled.ok ? await endAtStripe(services, settled.attempt) : null;
  if (ended === null) return settled;
  if (ended.ok) return applyOutcome(services, ref, ended.value, action);
  // It can no longer be ended: it was paid or ended after the first look.
  return ended.kind === "invalid" ? settle(services, ref, action) : ended;
}
