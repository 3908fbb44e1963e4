import { type Attempt, isFinal, mayOwe, opened, type PaymentOutcome } from "@clearing/domain/booking";
import { Failure } from "@clearing/domain/failure";
import { type Instant, plusDays, plusHours, plusMinutes } from "@clearing/domain/time";
import type { CheckoutFacts, GatewayFailure, GatewayResult, ListCheckoutSessions } from "@clearing/payments";
import { type AttemptFile, attemptPut, readAttempt, readAttemptFile, readAttempts } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { commit } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord } from "@clearing/store/idempotency";
import { underLease } from "@clearing/store/lease";
import { pagesClosed } from "@clearing/store/pages";
import { isRemoved } from "@clearing/store/removed";
import { mayAskStripe, wayBackPut } from "@clearing/store/way-back";
import { readForSettlement, type SettlementRead, type SettleResult, settleAttempt } from "./apply-settlement.ts";
import { type AttemptRef, attemptMetadata, by, type Context, replayableHours } from "./context.ts";
import { outcomeOf } from "./outcome.ts";
import { shown } from "./shown.ts";

/** `kept`: the record of a request's answer was written with the page that it opened. */
export type Settled = (SettleResult & { kept?: boolean }) | GatewayFailure;

/** The record of the answer to the request that opens a page, as the attempt is then. */
type AnswerOf = (opened: Attempt) => IdempotencyRecord | null;

/**
 * Asks Stripe how one attempt stands and applies the answer. Idempotent and safe to call from everywhere: webhook,
 * return page, reconciler, sweep. An attempt whose session was never heard of is finished first, under its own key.
 * `seen` is the attempt with its booking as a first look has found them.
 */
export function settle(
  context: Context,
  ref: AttemptRef,
  action: string,
  seen?: AttemptFile,
  answer?: AnswerOf,
): Promise<Settled> {
  const waitedEnough = ({ verifyUntil }: Attempt) => verifyUntil !== null && verifyUntil <= context.clock.now();
  return settleOrGiveUp(context, ref, action, waitedEnough, seen, answer);
}

/**
 * How an attempt stands, for who comes back from Stripe's page, or has kept the link: Stripe is asked only while the
 * attempt is under way, and seldom; otherwise the attempt is given as it is stored.
 */
export async function settleOnReturn(context: Context, ref: AttemptRef): Promise<Settled> {
  const { store, clock } = context;
  const file = await readAttemptFile(store, ref.bookingId, ref.attemptId);
  if (file === null) return { ok: false, reason: "not_found" };
  const asks = !isFinal(file.attempt) && (await mayAskStripe(store, ref, clock.now()));
  if (!asks) return { ok: true, attempt: file.attempt };
  return settleAlone(context, file, "checkout_return", ({ attempt }) => isFinal(attempt), returnPatienceMs);
}

/** So long who comes back waits for another consumer that is at it; then the page shows what is stored. */
const returnPatienceMs = 1_500;

/**
 * Settles an attempt while no other consumer works on its booking. Whoever has to wait looks until `isEnough` holds of
 * what is stored; after `patienceMs` it is given as it is, and without that bound it is settled all the same.
 */
export function settleAlone(
  context: Context,
  seen: AttemptFile,
  action: string,
  isEnough: (file: AttemptFile) => boolean,
  patienceMs?: number,
): Promise<Settled> {
  const { store } = context;
  let file = seen;
  const ref = { bookingId: seen.booking.id, attemptId: seen.attempt.id };
  const stored = (): Settled => ({ ok: true, attempt: file.attempt });
  return underLease<Settled>(store, ref.bookingId, {
    look: async () => {
      file = (await readAttemptFile(store, ref.bookingId, ref.attemptId)) ?? file;
      return isEnough(file) ? { done: true, result: stored() } : { done: false };
    },
    act: async () => {
      const result = await settle(context, ref, action, file);
      return { done: result.ok && isOver(result.attempt), result };
    },
    ...(patienceMs === undefined ? {} : { patienceMs, otherwise: async () => stored() }),
  });
}

/** Nothing that Stripe tells of its payment changes such an attempt any more. */
export const isOver = (attempt: Attempt): boolean =>
  isFinal(attempt) && (attempt.status !== "succeeded" || attempt.feePosted);

/** Settles an attempt, and gives it up at once if its bank account is still to be verified. */
export const abandon = (context: Context, ref: AttemptRef, action: string): Promise<Settled> =>
  settleOrGiveUp(context, ref, action, () => true);

async function settleOrGiveUp(
  context: Context,
  ref: AttemptRef,
  action: string,
  givesUp: (attempt: Attempt) => boolean,
  seen?: AttemptFile,
  answer?: AnswerOf,
): Promise<Settled> {
  const { store, clock } = context;
  const attempt = seen?.attempt ?? (await readAttempt(store, ref.bookingId, ref.attemptId));
  if (attempt === null) return { ok: false, reason: "not_found" };
  // Stripe refused its session: there is none to ask for, and none may be made for it any more.
  if (attempt.sessionId === null && isFinal(attempt)) return { ok: true, attempt };
  const [session, read] = await Promise.all([
    currentSession(context, attempt),
    // What it will be decided on is read meanwhile; of a session that is made first, afterwards.
    attempt.sessionId === null ? undefined : readForSettlement(store, ref, seen?.booking),
  ]);
  if (!session.ok) return session.kind === "invalid" ? refuse(context, attempt, session.code, action) : session;
  const outcome = outcomeOf(session.value);
  if (attempt.sessionId === null) {
    const opened = await recordOpened(context, attempt, session.value, answer);
    if (!opened.ok || (opened.attempt !== null && outcome.kind === "open")) return opened;
  } else if (changesNothing(attempt, outcome, clock.now())) return { ok: true, attempt };
  if (outcome.kind !== "verifying" || !givesUp(attempt)) return applyOutcome(context, ref, outcome, action, read);
  const ending = await cancelVerification(context, session.value.sessionId, outcome.paymentIntentId);
  return ending.ok ? applyOutcome(context, ref, ending.value, action) : ending;
}

/**
 * Cancels an intent whose bank account nobody verified. Only its session owns it, so that Stripe's refusal is expected:
 * what has become of the intent meanwhile counts then, and it is abandoned if it still waits.
 */
async function cancelVerification(
  context: Context,
  sessionId: string,
  paymentIntentId: string,
): Promise<GatewayResult<PaymentOutcome>> {
  const abandoned = { ok: true, value: { kind: "abandoned", paymentIntentId } } as const;
  const cancelled = await context.gateway.cancelPaymentIntent(paymentIntentId);
  if (cancelled.ok) return abandoned;
  if (cancelled.kind !== "invalid") return cancelled;
  const session = shown(await context.gateway.retrieveCheckoutSession(sessionId), sessionId);
  if (!session.ok) return session;
  const outcome = outcomeOf(session.value);
  return outcome.kind === "verifying" ? abandoned : { ok: true, value: outcome };
}

/** Applies an outcome that is already known. */
function applyOutcome(
  context: Context,
  ref: AttemptRef,
  outcome: PaymentOutcome,
  action: string,
  read?: SettlementRead,
): Promise<SettleResult> {
  const request = { ...ref, refundId: context.ids.next("ref") };
  return settleAttempt(context.store, request, outcome, by(context, action), read);
}

/** Why an attempt was refused whose session was not made, or is another account's: another attempt may succeed. */
export const customerGone = "customer_gone";
export const neverMade = "session_never_made";
export const neverShown = "session_never_shown";

/** So long after its end a session is waited for that Stripe does not show: longer than any payment on it takes. */
const shownWithinDays = 30;

/** The session as Stripe has it now; made, under the attempt's own key, when nothing is known of one. */
async function currentSession(context: Context, attempt: Attempt): Promise<GatewayResult<CheckoutFacts>> {
  const { sessionId } = attempt;
  if (sessionId !== null) {
    const found = await context.gateway.retrieveCheckoutSession(sessionId);
    const isOver = attempt.sessionExpiresAt <= plusDays(context.clock.now(), -shownWithinDays);
    const isElsewhere = !found.ok && found.kind === "invalid" && found.code === "resource_missing";
    return isElsewhere && isOver ? { ...found, code: neverShown } : shown(found, sessionId);
  }
  if (attempt.createdAt <= plusHours(context.clock.now(), -replayableHours)) return findSession(context, attempt);
  const made = await createSession(context, attempt);
  if (made.ok) return made;
  // Asked for in other words before, as by an earlier release, or failed at Stripe in a way that it will replay: whatever
  // came of that is looked up. A page that shows up only later was given to nobody, so that nobody pays on it.
  if (made.kind === "idempotency_mismatch" || made.kind === "saved_failure") return findSession(context, attempt);
  if (made.kind !== "invalid") return made;
  // Under this key a session that was made is replayed: it was not, and is asked for too late now.
  if (made.param === "expires_at") return { ...made, code: neverMade };
  return made.code === "resource_missing" && made.param === "customer" ? withoutCustomer(context, attempt, made) : made;
}

/** Stripe has no such customer: it is gone where Stripe shows it as deleted, and otherwise nothing is decided. */
async function withoutCustomer(
  { gateway }: Context,
  { customerId }: Attempt,
  refused: GatewayFailure,
): Promise<GatewayFailure> {
  const customer = shown(await gateway.retrieveCustomer(customerId), customerId);
  if (!customer.ok) return customer;
  return customer.value.deleted ? { ...refused, code: customerGone } : { ...refused, kind: "unavailable" };
}

/** Makes the attempt's session. All that is asked for is stored with the attempt, so that a replay asks the same. */
async function createSession(context: Context, attempt: Attempt): Promise<GatewayResult<CheckoutFacts>> {
  const wayBack = `${attempt.returnUrl}?attempt=${attempt.id}`;
  return context.gateway.createCheckoutSession(
    {
      customerId: attempt.customerId,
      currency: attempt.currency,
      amount: attempt.amount,
      label: attempt.description,
      methods: attempt.methods,
      saveForLater: attempt.autopay,
      expiresAt: attempt.sessionExpiresAt,
      // Whoever leaves the page may have paid on it in another tab: both ways back lead to the same question.
      successUrl: wayBack,
      cancelUrl: wayBack,
      metadata: attemptMetadata(context, attempt.bookingId, attempt.dueId, attempt.id),
    },
    attempt.id,
  );
}

/**
 * Too old to replay: looked up among the customer's sessions, and never tried under a new key. Those of a customer that
 * was deleted since are found by the time in which they can have been made.
 */
async function findSession(context: Context, attempt: Attempt): Promise<GatewayResult<CheckoutFacts>> {
  const { customerId, createdAt, sessionExpiresAt } = attempt;
  const listed = await searchSessions(context, attempt, { customerId });
  if (listed.ok || listed.kind !== "invalid") return orNeverMade(listed, attempt);
  // A customer that Stripe does not even show as deleted is one of another account: nothing can be told from here.
  const customer = shown(await context.gateway.retrieveCustomer(customerId), customerId);
  if (!customer.ok) return customer;
  if (!customer.value.deleted)
    throw new Failure("Stripe lists nothing of a customer that it has", { customerId, code: listed.code });
  const made = { createdFrom: plusMinutes(createdAt, -clockMinutes), createdTo: sessionExpiresAt };
  return orNeverMade(await searchSessions(context, attempt, made), attempt);
}

/** How far Stripe's clock may be from ours. */
const clockMinutes = 5;

async function searchSessions(
  { gateway }: Context,
  attempt: Attempt,
  query: ListCheckoutSessions,
): Promise<GatewayResult<CheckoutFacts | null>> {
  let after: string | undefined;
  let oldest: CheckoutFacts | undefined;
  do {
    const page = await gateway.listCheckoutSessions(query, after);
    if (!page.ok) return page;
    oldest = page.value.items.findLast(({ metadata }) => metadata.attemptId === attempt.id) ?? oldest;
    after = page.value.nextAfter ?? undefined;
  } while (after !== undefined);
  // Ours was the first to carry the attempt's id: a later one is a copy.
  return { ok: true, value: oldest ?? null };
}

/** That none is listed proves that none was made. */
function orNeverMade(found: GatewayResult<CheckoutFacts | null>, { id }: Attempt): GatewayResult<CheckoutFacts> {
  if (!found.ok) return found;
  if (found.value !== null) return { ok: true, value: found.value };
  return { ok: false, kind: "invalid", code: neverMade, message: `${id} has no session` };
}

/** A page that is still open, on an attempt that is known to be so and is not due for a look. */
const changesNothing = ({ status, dueAt }: Attempt, { kind }: PaymentOutcome, now: Instant): boolean =>
  kind === "open" && status === "open" && (dueAt === null || dueAt > now);

/** Records that the session is there, with the answer that gives it out; whoever was faster has recorded the same. */
async function recordOpened(
  context: Context,
  attempt: Attempt,
  { sessionId, url }: CheckoutFacts,
  answer: AnswerOf = () => null,
): Promise<
  { ok: true; attempt: Attempt; kept: boolean } | { ok: true; attempt: null } | { ok: false; reason: "conflict" }
> {
  const { store, clock } = context;
  const next = opened(attempt, { id: sessionId, url }, clock.now());
  const ref = { bookingId: attempt.bookingId, attemptId: attempt.id };
  const record = answer(next);
  const result = await commit<"stale" | "replayed">(store, [
    ...answerWrites(store.tables.core, record),
    attemptPut(store, next),
    wayBackPut(store, sessionId, ref),
  ]);
  if (result.ok) return { ok: true, attempt: next, kept: record !== null };
  return result.reason === "conflict" ? { ok: false, reason: "conflict" } : { ok: true, attempt: null };
}

/** Stripe refused the session, never made it or never showed it: the due is free for another attempt. */
function refuse(context: Context, { bookingId, id }: Attempt, code: string, action: string) {
  const kind = code === neverMade ? "never_made" : "refused";
  return applyOutcome(context, { bookingId, attemptId: id }, { kind, code }, action);
}

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
  if (!settled.ok || settled.attempt.status !== "open" || settled.attempt.sessionId === null) return settled;
  const expired = await context.gateway.expireCheckoutSession(settled.attempt.sessionId);
  if (expired.ok) return applyOutcome(context, ref, outcomeOf(expired.value), action);
  // No longer open: paid or expired since it was looked at.
  return expired.kind === "invalid" ? settle(context, ref, action) : expired;
}
