import {
  decideSetup,
  isSetupUnderWay,
  type MethodSetup,
  type PaymentMethod,
  type SetupOutcome,
} from "@clearing/domain/booking";
import type { GatewayFailure, GatewayResult, StripeSession } from "@clearing/payments";
import { bookingWrites } from "@clearing/store/booking";
import { commit, untilFresh } from "@clearing/store/commit";
import { readSetup, readSetupFile, setupPut } from "@clearing/store/method-setup";
import { mayAskStripe, readWayBack, wayBackPut } from "@clearing/store/way-back";
import type { Applied } from "./payment.ts";
import { type AttemptRef, attemptMetadata, attemptNamed, occasionFor, type Services } from "./services.ts";
import { sessionFor } from "./session.ts";

export type SetupSettled =
  | { ok: true; setup: MethodSetup }
  | { ok: false; reason: "not_found" | "conflict" }
  | GatewayFailure;

/** Whether the id names an attempt to save a payment method, not one to pay. */
export const isSetup = ({ attemptId }: AttemptRef): boolean => attemptId.startsWith("set_");

/**
 * Asks Stripe for the state of a setup and applies it. Idempotent, and safe to call from webhook, return page, sweep or
 * a client's next click. A setup without a known session first gets its session, under its own idempotency key.
 */
export async function settleSetup(services: Services, ref: AttemptRef, action: string): Promise<SetupSettled> {
  const { bookingId, attemptId: id } = ref;
  const setup = await readSetup(services.store, bookingId, id);
  if (setup === null) return { ok: false, reason: "not_found" };
  if (!isSetupUnderWay(setup)) return { ok: true, setup };
  const session = await sessionFor(services, setup, () => createSession(services, setup));
  if (session.ok) return applySetup(services, ref, session.value, outcomeOf(session.value), action);
  if (session.kind !== "invalid") return session;
  return applySetup(services, ref, null, { kind: "refused", code: session.code }, action);
}

/** Ends a setup whose page is open, unless the client has completed it: then its method is saved. */
export async function closeSetup(services: Services, ref: AttemptRef, action: string): Promise<SetupSettled> {
  const settled = await settleSetup(services, ref, action);
  if (!settled.ok || settled.setup.status !== "open" || settled.setup.sessionId === null) return settled;
  const ended = await services.gateway.expireCheckoutSession(settled.setup.sessionId);
  if (ended.ok) return applySetup(services, ref, ended.value, outcomeOf(ended.value), action);
  // It can no longer be ended: completed or over since it was looked at.
  return ended.kind === "invalid" ? settleSetup(services, ref, action) : ended;
}

/** The state of a setup for a client who returns from Stripe's page. Stripe is asked at a limited rate. */
export async function settleSetupOnReturn(services: Services, ref: AttemptRef): Promise<SetupSettled> {
  if (await mayAskStripe(services.store, ref, services.clock.now()))
    return settleSetup(services, ref, "checkout_return");
  const setup = await readSetup(services.store, ref.bookingId, ref.attemptId);
  return setup === null ? { ok: false, reason: "not_found" } : { ok: true, setup };
}

/** Settles the setup of a session that saves a method. A session of another system changes nothing. */
export async function applySetupSession(services: Services, session: StripeSession, action: string): Promise<Applied> {
  const { sessionId, metadata } = session;
  const ref = (await readWayBack(services.store, sessionId)) ?? attemptNamed(services, metadata);
  if (ref === null || !isSetup(ref)) return { ok: true };
  const settled = await settleSetup(services, ref, action);
  return !settled.ok && "reason" in settled && settled.reason === "not_found" ? { ok: true } : settled;
}

function createSession(services: Services, setup: MethodSetup): Promise<GatewayResult<StripeSession>> {
  const { id, customerId, currency, methods, description, sessionExpiresAt, returnUrl } = setup;
  const wayBack = `${returnUrl}?attempt=${id}`;
  return services.gateway.createSetupSession(
    {
      ...{ customerId, currency, methods, label: description, expiresAt: sessionExpiresAt },
      metadata: attemptMetadata(services, setup),
      ...{ successUrl: wayBack, cancelUrl: wayBack },
    },
    id,
  );
}

/** The outcome of a setup according to its session. A completed page has a method, or Stripe is still verifying it. */
function outcomeOf({ status, setup, customerId }: StripeSession): SetupOutcome {
  if (status !== "complete") return { kind: status };
  const { method = null, mandateId = null, methodLost } = setup ?? {};
  if (setup?.status === "canceled") return { kind: "expired" };
  if (setup?.status !== "succeeded" || method === null || customerId === null) return { kind: "pending" };
  if (methodLost !== undefined) return { kind: "refused", code: methodLost };
  const { methodId: id, type, fingerprint, last4, expiresOn } = method;
  if (!isOffered(type)) return { kind: "refused", code: "method_not_offered" };
  return { kind: "saved", method: { id, customerId, type, fingerprint, last4, expiresOn, mandateId } };
}

const isOffered = (type: string): type is PaymentMethod => type === "card" || type === "us_bank_account";

/** Writes the outcome of a setup together with the booking that it changes. */
function applySetup(
  services: Services,
  { bookingId, attemptId }: AttemptRef,
  session: StripeSession | null,
  outcome: SetupOutcome,
  action: string,
): Promise<SetupSettled> {
  const { store } = services;
  const shown = session && { id: session.sessionId, url: session.url };
  return untilFresh<SetupSettled>(store, async () => {
    const occasion = occasionFor(services, action);
    const file = await readSetupFile(store, bookingId, attemptId);
    if (file === null) return { ok: false, reason: "not_found" };
    const { booking, setup } = file;
    const decided = decideSetup(booking, setup, shown, outcome, occasion.now);
    if (decided === null) return { ok: true, setup };
    const { setup: next, change } = decided;
    const isNamed = shown !== null && setup.sessionId === null;
    const result = await commit<"stale">(store, [
      setupPut(store, next),
      ...(isNamed ? [wayBackPut(store, shown.id, { bookingId, attemptId })] : []),
      ...(change === null ? [] : bookingWrites(store, booking, change, occasion)),
    ]);
    return result.ok ? { ok: true, setup: next } : result;
  });
}
