import {
  type Attempt,
  type CheckoutAttempt,
  isUnderWay,
  opened,
  type PaymentOutcome,
  verifiedBy,
} from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import type { GatewayFailure, GatewayResult, StripeSession } from "@clearing/payments";
import { type AttemptFile, attemptPut, readAttempt, readAttemptFile } from "@clearing/store/attempt";
import { commit } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord } from "@clearing/store/idempotency";
import { underLease } from "@clearing/store/lease";
import { mayAskStripe, wayBackPut } from "@clearing/store/way-back";
import { readForSettlement, type SettlementRead, type SettleResult, settleAttempt } from "./apply-settlement.ts";
import { outcomeOf } from "./outcome.ts";
import { requireKnown } from "./require-known.ts";
import { type AttemptRef, occasionFor, type Services } from "./services.ts";
import { neverMade } from "./session.ts";
import { endFailed, intentNeverMade, standingAtStripe } from "./standing.ts";

/** `kept`: the idempotency record was written together with the page. */
export type Settled = (SettleResult & { kept?: boolean }) | GatewayFailure;

/** Makes the idempotency record of the request that opens a page from the opened attempt. */
type AnswerOf = (opened: Attempt) => IdempotencyRecord | null;

/**
 * Asks Stripe for the state of one attempt and applies it. Idempotent, and safe to call from webhook, return page,
 * catch-up and sweep. An attempt without a known session first gets its session, under its own idempotency key. `seen`
 * is the attempt with its booking from an earlier read.
 */
export function settle(
  services: Services,
  ref: AttemptRef,
  action: string,
  seen?: AttemptFile,
  answer?: AnswerOf,
): Promise<Settled> {
  const waitedEnough = (attempt: Attempt) => {
    const until = verifiedBy(attempt);
    return until !== null && until <= services.clock.now();
  };
  return settleOrGiveUp(services, ref, action, waitedEnough, seen, answer);
}

/**
 * The state of an attempt for a client who returns from Stripe's page. Stripe is asked only while the attempt is under
 * way, and at a limited rate; otherwise returns the stored attempt.
 */
export async function settleOnReturn(services: Services, ref: AttemptRef): Promise<Settled> {
  const { store, clock } = services;
  const file = await readAttemptFile(store, ref.bookingId, ref.attemptId);
  if (file === null) return { ok: false, reason: "not_found" };
  const asks = isUnderWay(file.attempt) && (await mayAskStripe(store, ref, clock.now()));
  if (!asks) return { ok: true, attempt: file.attempt };
  return settleAlone(services, file, "checkout_return", ({ attempt }) => !isUnderWay(attempt), returnPatienceMs);
}

/** How long a returning client waits for another consumer that is settling; then the page shows the stored state. */
const returnPatienceMs = 1_500;

/**
 * Settles an attempt under the booking's lease. A consumer that must wait checks until `isEnough` accepts the stored
 * state. After `patienceMs` it returns the stored state; without that bound it settles without the lease.
 */
export function settleAlone(
  services: Services,
  seen: AttemptFile,
  action: string,
  isEnough: (file: AttemptFile) => boolean,
  patienceMs?: number,
): Promise<Settled> {
  const { store } = services;
  let file = seen;
  const ref = { bookingId: seen.booking.id, attemptId: seen.attempt.id };
  const stored = (): Settled => ({ ok: true, attempt: file.attempt });
  return underLease<Settled>(store, seen.booking, {
    look: async () => {
      file = (await readAttemptFile(store, ref.bookingId, ref.attemptId)) ?? file;
      return isEnough(file) ? { done: true, result: stored() } : { done: false, seen: file.booking };
    },
    act: async () => {
      const result = await settle(services, ref, action, file);
      return { moved: result.ok && hasPaid(file.attempt, result.attempt), result };
    },
    ...(patienceMs === undefined ? {} : { patienceMs, otherwise: async () => stored() }),
  });
}

/** The attempt was under way and has succeeded, so the booking has a new version, wherever the money goes. */
const hasPaid = (before: Attempt, after: Attempt): boolean => isUnderWay(before) && after.status === "succeeded";

/** Whether the attempt is final: nothing that Stripe reports about its payment changes it any more. */
export const isOver = (attempt: Attempt): boolean =>
  !isUnderWay(attempt) && (attempt.feePosted || (attempt.status !== "succeeded" && attempt.status !== "returned"));

/** Settles an attempt, and abandons it at once if its bank account is still unverified. */
export const abandon = (services: Services, ref: AttemptRef, action: string): Promise<Settled> =>
  settleOrGiveUp(services, ref, action, () => true);

async function settleOrGiveUp(
  services: Services,
  ref: AttemptRef,
  action: string,
  givesUp: (attempt: Attempt) => boolean,
  seen?: AttemptFile,
  answer?: AnswerOf,
): Promise<Settled> {
  const { store, clock } = services;
  const attempt = seen?.attempt ?? (await readAttempt(store, ref.bookingId, ref.attemptId));
  if (attempt === null) return { ok: false, reason: "not_found" };
  const isMade = attempt.via === "checkout" ? attempt.sessionId !== null : attempt.paymentIntentId !== null;
  // Stripe refused its session: there is no session to ask for, and this attempt gets no other.
  if (!isMade && !isUnderWay(attempt)) return { ok: true, attempt };
  const [standing, read] = await Promise.all([
    standingAtStripe(services, attempt),
    // Reads the state of the settlement in parallel; if the session must be created first, it is read afterwards.
    isMade ? readForSettlement(store, ref, seen?.booking) : undefined,
  ]);
  if (!standing.ok) return standing.kind === "invalid" ? refuse(services, attempt, standing.code, action) : standing;
  const { outcome, session } = standing.value;
  if (attempt.via === "checkout" && attempt.sessionId === null && session !== null) {
    const opened = await recordOpened(services, attempt, session, answer);
    if (!opened.ok || (opened.attempt !== null && outcome.kind === "open")) return opened;
  } else if (changesNothing(attempt, outcome, clock.now())) return { ok: true, attempt };
  if (attempt.via === "off_session" && outcome.kind === "failed" && isUnderWay(attempt)) {
    const ended = await endFailed(services, outcome);
    return ended.ok ? applyOutcome(services, ref, ended.value, action, read) : ended;
  }
  if (outcome.kind !== "verifying" || session === null || !givesUp(attempt)) {
    return applyOutcome(services, ref, outcome, action, read);
  }
  const ending = await cancelVerification(services, session.sessionId, outcome.paymentIntentId);
  return ending.ok ? applyOutcome(services, ref, ending.value, action) : ending;
}

/**
 * Cancels an intent with an unverified bank account. Its session owns the intent, so Stripe's refusal is expected; then
 * the intent's current state counts, and it is abandoned if it still waits.
 */
async function cancelVerification(
  services: Services,
  sessionId: string,
  paymentIntentId: string,
): Promise<GatewayResult<PaymentOutcome>> {
  const abandoned = { ok: true, value: { kind: "abandoned", paymentIntentId } } as const;
  const cancelled = await services.gateway.cancelPaymentIntent(paymentIntentId);
  if (cancelled.ok) return abandoned;
  if (cancelled.kind !== "invalid") return cancelled;
  const session = requireKnown(await services.gateway.retrieveCheckoutSession(sessionId), sessionId);
  if (!session.ok) return session;
  const outcome = outcomeOf(session.value);
  return outcome.kind === "verifying" ? abandoned : { ok: true, value: outcome };
}

/** Applies a known outcome. The first success of a bank debit whose account is saved also asks for its mandate. */
export async function applyOutcome(
  services: Services,
  ref: AttemptRef,
  outcome: PaymentOutcome,
  action: string,
  read?: SettlementRead,
): Promise<SettleResult | GatewayFailure> {
  const known = await withMandate(services, ref, outcome, read);
  if (!known.ok) return known;
  const request = { ...ref, refundId: services.ids.next("ref") };
  return settleAttempt(services.store, request, known.value, occasionFor(services, action), read);
}

/**
 * A success with the mandate's present state: it can be withdrawn while the debit is processed. Stripe does not expand
 * the mandate of a session's charge, which is five levels deep. A mandate that Stripe does not show allows no debit.
 */
async function withMandate(
  { store, gateway }: Services,
  { bookingId, attemptId }: AttemptRef,
  outcome: PaymentOutcome,
  read?: SettlementRead,
): Promise<GatewayResult<PaymentOutcome>> {
  const unchanged = { ok: true, value: outcome } as const;
  if (outcome.kind !== "succeeded" || outcome.methodLost !== undefined) return unchanged;
  const { mandateId, method } = outcome.paidWith;
  if (mandateId === null || method?.type !== "us_bank_account") return unchanged;
  const attempt = read?.ok ? read.state.attempt : await readAttempt(store, bookingId, attemptId);
  if (attempt?.via !== "checkout" || !attempt.autopay || attempt.chargeId !== null) return unchanged;
  const mandate = await gateway.retrieveMandate(mandateId);
  if (!mandate.ok && mandate.kind !== "invalid") return mandate;
  const isUsable = mandate.ok && mandate.value.status !== "inactive";
  return isUsable ? unchanged : { ok: true, value: { ...outcome, methodLost: "mandate_withdrawn" } };
}

/** The page is still open, and the stored attempt says so and its deadline was not reached. */
export const changesNothing = ({ status, dueAt }: Attempt, { kind }: PaymentOutcome, now: Instant): boolean =>
  kind === "open" && status === "open" && (dueAt === null || dueAt > now);

/**
 * Records the attempt's session; a concurrent caller may have recorded the same. The idempotency record is stored with
 * it only while the page can be paid: a page that is over answers no request.
 */
async function recordOpened(
  services: Services,
  attempt: CheckoutAttempt,
  { sessionId, url, status }: StripeSession,
  answer: AnswerOf = () => null,
): Promise<
  { ok: true; attempt: Attempt; kept: boolean } | { ok: true; attempt: null } | { ok: false; reason: "conflict" }
> {
  const { store, clock } = services;
  const next = opened(attempt, { id: sessionId, url }, clock.now());
  const ref = { bookingId: attempt.bookingId, attemptId: attempt.id };
  const isPayable = status === "open" && next.sessionExpiresAt > clock.now();
  const record = isPayable ? answer(next) : null;
  const result = await commit<"stale" | "replayed">(store, [
    ...answerWrites(store.tables.core, record),
    attemptPut(store, next),
    wayBackPut(store, sessionId, ref),
  ]);
  if (result.ok) return { ok: true, attempt: next, kept: record !== null };
  return result.reason === "conflict" ? { ok: false, reason: "conflict" } : { ok: true, attempt: null };
}

/**
 * Stripe refused the session or the intent, never created it or never showed it: the due is free for another attempt.
 */
function refuse(services: Services, { bookingId, id }: Attempt, code: string, action: string) {
  const kind = code === neverMade || code === intentNeverMade ? "never_made" : "refused";
  return applyOutcome(services, { bookingId, attemptId: id }, { kind, code }, action);
}
