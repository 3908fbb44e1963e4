import type { CheckoutAttempt } from "@clearing/domain/booking";
import { plusDays, plusHours } from "@clearing/domain/time";
import type { GatewayFailure, GatewayResult, StripeSession } from "@clearing/payments";
import { type Asked, lookUp } from "./look-up.ts";
import { requireKnown } from "./require-known.ts";
import { attemptMetadata, replayableHours, type Services } from "./services.ts";

/**
 * Failure codes of an attempt whose session was not created or belongs to another account. Another attempt may succeed.
 */
export const customerGone = "customer_gone";
export const neverMade = "session_never_made";
export const neverShown = "session_never_shown";

/** How long after its expiry a session that Stripe does not show is waited for: longer than any payment on it takes. */
const shownWithinDays = 30;

/** An attempt's session as Stripe has it now. If none is known, it is created under the attempt's idempotency key. */
export const currentSession = (services: Services, attempt: CheckoutAttempt): Promise<GatewayResult<StripeSession>> =>
  sessionFor(services, attempt, () => createSession(services, attempt));

/** The stored fields of a session that was requested under the id of its attempt or setup. */
type AskedSession = Asked & Pick<CheckoutAttempt, "sessionId" | "sessionExpiresAt">;

/**
 * A session as Stripe has it now. `create` requests it while Stripe surely remembers the idempotency key; later
 * it is looked up. A session that does not exist fails as `invalid` with a code above.
 */
export async function sessionFor(
  services: Services,
  asked: AskedSession,
  create: () => Promise<GatewayResult<StripeSession>>,
): Promise<GatewayResult<StripeSession>> {
  const { sessionId } = asked;
  if (sessionId !== null) {
    const found = await services.gateway.retrieveCheckoutSession(sessionId);
    const isOver = asked.sessionExpiresAt <= plusDays(services.clock.now(), -shownWithinDays);
    const isElsewhere = !found.ok && found.kind === "invalid" && found.code === "resource_missing";
    return isElsewhere && isOver ? { ...found, code: neverShown } : requireKnown(found, sessionId);
  }
  if (asked.createdAt <= plusHours(services.clock.now(), -replayableHours)) return findSession(services, asked);
  const made = await create();
  if (made.ok) return made;
  // The key was used with other parameters before (by an earlier release), or Stripe failed and replays that: look the
  // session up. A session that appears later was never handed out, so nobody pays on it.
  if (made.kind === "idempotency_mismatch" || made.kind === "saved_failure") return findSession(services, asked);
  if (made.kind !== "invalid") return made;
  // Stripe would replay a session created under this key, so none was created, and now it is too late to create one.
  if (made.param === "expires_at") return { ...made, code: neverMade };
  return made.code === "resource_missing" && made.param === "customer" ? withoutCustomer(services, asked, made) : made;
}

/** Stripe rejects the customer: `customer_gone` if Stripe shows it as deleted; otherwise nothing is decided yet. */
async function withoutCustomer(
  { gateway }: Services,
  { customerId }: AskedSession,
  refused: GatewayFailure,
): Promise<GatewayFailure> {
  const customer = requireKnown(await gateway.retrieveCustomer(customerId), customerId);
  if (!customer.ok) return customer;
  return customer.value.deleted ? { ...refused, code: customerGone } : { ...refused, kind: "unavailable" };
}

/**
 * Creates the attempt's session, with the attempt's id as the idempotency key. All parameters are stored with the
 * attempt, so a replay sends the same.
 */
async function createSession(services: Services, attempt: CheckoutAttempt): Promise<GatewayResult<StripeSession>> {
  const wayBack = `${attempt.returnUrl}?attempt=${attempt.id}`;
  return services.gateway.createCheckoutSession(
    {
      customerId: attempt.customerId,
      currency: attempt.currency,
      amount: attempt.amount,
      label: attempt.description,
      methods: attempt.methods,
      saveForLater: attempt.autopay,
      expiresAt: attempt.sessionExpiresAt,
      // A payer who leaves the page may have paid on it in another tab, so both URLs lead to the same check.
      successUrl: wayBack,
      cancelUrl: wayBack,
      metadata: attemptMetadata(services, attempt),
    },
    attempt.id,
  );
}

/** Too old to replay: looked up, never retried under a new key. If it is not in the list, it was never created. */
async function findSession(services: Services, asked: AskedSession): Promise<GatewayResult<StripeSession>> {
  const found = await lookUp(services, asked, services.gateway.listCheckoutSessions, asked.sessionExpiresAt);
  if (!found.ok) return found;
  if (found.value !== null) return { ok: true, value: found.value };
  return { ok: false, kind: "invalid", code: neverMade, message: `${asked.id} has no session` };
}
