import type { CheckoutAttempt } from "@clearing/domain/booking";
import { plusDays, plusHours } from "@clearing/domain/time";
import type { CheckoutFacts, GatewayFailure, GatewayResult } from "@clearing/payments";
import { type Asked, lookUp } from "./look-up.ts";
import { requireKnown } from "./require-known.ts";
import { attemptMetadata, replayableHours, type Services } from "./services.ts";

/** Why an attempt was refused whose session was not made, or is another account's: another attempt may succeed. */
export const customerGone = "customer_gone";
export const neverMade = "session_never_made";
export const neverShown = "session_never_shown";

/** So long after its end a session is waited for that Stripe does not show: longer than any payment on it takes. */
const shownWithinDays = 30;

/** An attempt's session as Stripe has it now; made, under the attempt's own key, when nothing is known of one. */
export const currentSession = (services: Services, attempt: CheckoutAttempt): Promise<GatewayResult<CheckoutFacts>> =>
  sessionOfPage(services, attempt, () => createSession(services, attempt));

/** What is kept of a page that was asked for under its own id. */
type Page = Asked & Pick<CheckoutAttempt, "sessionId" | "sessionExpiresAt">;

/** The session of a page as Stripe has it now; `create` asks for it while its key is remembered for certain. */
export async function sessionOfPage(
  services: Services,
  page: Page,
  create: () => Promise<GatewayResult<CheckoutFacts>>,
): Promise<GatewayResult<CheckoutFacts>> {
  const { sessionId } = page;
  if (sessionId !== null) {
    const found = await services.gateway.retrieveCheckoutSession(sessionId);
    const isOver = page.sessionExpiresAt <= plusDays(services.clock.now(), -shownWithinDays);
    const isElsewhere = !found.ok && found.kind === "invalid" && found.code === "resource_missing";
    return isElsewhere && isOver ? { ...found, code: neverShown } : requireKnown(found, sessionId);
  }
  if (page.createdAt <= plusHours(services.clock.now(), -replayableHours)) return findSession(services, page);
  const made = await create();
  if (made.ok) return made;
  // Asked for in other words before, as by an earlier release, or failed at Stripe in a way that it will replay: whatever
  // came of that is looked up. A page that shows up only later was given to nobody, so that nobody pays on it.
  if (made.kind === "idempotency_mismatch" || made.kind === "saved_failure") return findSession(services, page);
  if (made.kind !== "invalid") return made;
  // Under this key a session that was made is replayed: it was not, and is asked for too late now.
  if (made.param === "expires_at") return { ...made, code: neverMade };
  return made.code === "resource_missing" && made.param === "customer" ? withoutCustomer(services, page, made) : made;
}

/** Stripe has no such customer: it is gone where Stripe shows it as deleted, and otherwise nothing is decided. */
async function withoutCustomer(
  { gateway }: Services,
  { customerId }: Page,
  refused: GatewayFailure,
): Promise<GatewayFailure> {
  const customer = requireKnown(await gateway.retrieveCustomer(customerId), customerId);
  if (!customer.ok) return customer;
  return customer.value.deleted ? { ...refused, code: customerGone } : { ...refused, kind: "unavailable" };
}

/** Makes the attempt's session. All that is asked for is stored with the attempt, so that a replay asks the same. */
async function createSession(services: Services, attempt: CheckoutAttempt): Promise<GatewayResult<CheckoutFacts>> {
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
      // A payer who leaves the page may have paid on it in another tab: both ways back lead to the same question.
      successUrl: wayBack,
      cancelUrl: wayBack,
      metadata: attemptMetadata(services, attempt),
    },
    attempt.id,
  );
}

/** Too old to replay: looked up, and never tried under a new key. That none is listed proves that none was made. */
async function findSession(services: Services, page: Page): Promise<GatewayResult<CheckoutFacts>> {
  const found = await lookUp(services, page, services.gateway.listCheckoutSessions, page.sessionExpiresAt);
  if (!found.ok) return found;
  if (found.value !== null) return { ok: true, value: found.value };
  return { ok: false, kind: "invalid", code: neverMade, message: `${page.id} has no session` };
}
