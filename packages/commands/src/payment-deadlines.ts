import { readAttemptFile } from "@clearing/store/attempt";
import { closeAtStripe, closeAttempt } from "./close-at-stripe.ts";
import { makeTry } from "./collect.ts";
import { carryOutRefund } from "./refund.ts";
import { continuing, type Services } from "./services.ts";
import { settle } from "./settle.ts";
import { settleSetup } from "./settle-setup.ts";

type Result = { ok: true } | { ok: false; reason: string };

/**
 * Works on an attempt whose deadline was reached: charges it off session, closes its session or settles it. This way no
 * payment depends on a message.
 */
export async function workOnAttempt(services: Services, bookingId: string, attemptId: string): Promise<Result> {
  const file = await readAttemptFile(services.store, bookingId, attemptId);
  if (file === null) return { ok: true };
  const { attempt, booking } = file;
  const own = continuing(services, attempt);
  if (attempt.via === "off_session" && attempt.status === "requested" && attempt.paymentIntentId === null) {
    return told(await makeTry(own, { attempt, booking }, "collect"));
  }
  const over =
    attempt.via === "checkout" && attempt.status === "open" && attempt.sessionExpiresAt <= services.clock.now();
  // After its expiry a session must take no money, whether or not Stripe has closed it.
  return told(
    over
      ? await closeAttempt(own, attempt, "sweep:attempt")
      : await settle(own, { bookingId, attemptId }, "sweep:attempt"),
  );
}

/** Settles a setup whose session is over or was never confirmed by Stripe. */
export const workOnSetup = async (services: Services, bookingId: string, attemptId: string): Promise<Result> =>
  told(await settleSetup(services, { bookingId, attemptId }, "sweep:setup"));

/** Creates a refund at Stripe, or checks its status there. */
export const workOnRefund = async (services: Services, bookingId: string, refundId: string): Promise<Result> =>
  told(await carryOutRefund(services, { bookingId, refundId }, "sweep:refund"));

/** Closes the attempts and setups of an ended booking that its event has left open at Stripe. */
export async function workOnClosingNote(services: Services, bookingId: string): Promise<Result> {
  const results = await closeAtStripe(services, bookingId, "sweep:pages");
  return told(results.find(({ ok }) => !ok) ?? { ok: true });
}

/** A failure as the sweep reports it: Stripe's kind and code, or the store's reason. */
function told(
  result: { ok: true } | { ok: false; reason: string } | { ok: false; kind: string; code: string },
): Result {
  if (result.ok) return { ok: true };
  return { ok: false, reason: "reason" in result ? result.reason : `${result.kind} (${result.code})` };
}
