import type { Actor } from "@clearing/domain/audit";
import {
  type Attempt,
  attemptUnderWay,
  type Booking,
  beginCheckout,
  type CheckoutAttempt,
  type CheckoutDecision,
  type CheckoutRefused,
  methodsFor,
  type PaymentMethod,
  verifiedBy,
} from "@clearing/domain/booking";
import { Failure } from "@clearing/domain/failure";
import { personKey } from "@clearing/domain/person";
import { clearanceSummary } from "@clearing/domain/screening";
import { dateIn, type Instant } from "@clearing/domain/time";
import type { GatewayFailure } from "@clearing/payments";
import { attemptPut, readAttempt } from "@clearing/store/attempt";
import { bookingWrites } from "@clearing/store/booking";
import { type BookingFile, readFileWith } from "@clearing/store/booking-file";
import { clearanceUnchanged } from "@clearing/store/clearance";
import { commit, type Guarded, staleUnless, untilFresh } from "@clearing/store/commit";
import { readCustomer } from "@clearing/store/customer";
import type { IdempotencyRecord } from "@clearing/store/idempotency";
import { type LockRefusal, locksTakenForOwn, lockWrites } from "@clearing/store/locks";
import { moveClaim } from "@clearing/store/place-claim";
import type { Store } from "@clearing/store/store";
import { wayBackPut } from "@clearing/store/way-back";
import { closeAttempt, lookAtSession } from "./close-at-stripe.ts";
import { ensureCustomer } from "./customer.ts";
import { occasionFor, type Services } from "./services.ts";
import { customerGone, neverMade, neverShown } from "./session.ts";
import { abandon, type Settled, settle } from "./settle.ts";

export type CheckoutCommand = {
  bookingId: string;
  purpose: "deposit" | "due" | "payoff";
  dueId?: string | undefined;
  amount?: number | undefined;
  /** Return the payoff's open page, and open none. */
  openOnly?: boolean | undefined;
  method?: PaymentMethod | undefined;
};

export type OpenSession = CheckoutAttempt & { sessionId: string; url: string };

export type OpenCheckout =
  /** `kept`: the idempotency record was written together with the session. */
  { ok: true; attempt: OpenSession; kept: boolean } | CheckoutRefused | GatewayFailure;

/** `abandon`: this attempt blocks a new one and must be abandoned first. */
type Begun = { ok: true; attempt: Attempt; booking: Booking; abandon?: true } | CheckoutRefused;

/** The caller. A booking for which `mayPay` is false is reported as not found. */
export type Payer = {
  mayPay: (booking: Booking) => boolean;
  /** The caller's address. If the caller pays for the booking, the customer is read together with it. */
  email: string;
  /** The idempotency record, written in the transaction that records the session. */
  answer: (session: OpenSession) => IdempotencyRecord | null;
};

/**
 * The maximum number of rounds: one each for a session that expired, one that was never created and a customer that
 * is gone, and one more.
 */
const rounds = 4;

/**
 * Opens Stripe's hosted page for one due, or returns the open one. It records the attempt, calls Stripe under the
 * attempt's idempotency key, and records the outcome; after a crash in between, the next call or the sweep continues.
 * An attempt of the due that waits for the verification of a bank account is abandoned first. If Stripe no longer has
 * the client's customer, the attempt is refused and the next one uses a new customer. An open session is checked at
 * Stripe before it is returned.
 */
export async function openCheckout(
  services: Services,
  command: CheckoutCommand,
  actor: Actor,
  payer?: Payer,
): Promise<OpenCheckout> {
  let gone: string | undefined;
  let unmade = 0;
  for (let round = 0; round < rounds; round++) {
    const begun = await begin(services, command, actor, gone, payer);
    if (!begun.ok) return begun;
    const settled = begun.abandon
      ? await abandon(services, { bookingId: command.bookingId, attemptId: begun.attempt.id }, "checkout")
      : await current(services, begun, payer);
    if (!settled.ok) return settled;
    const session = openSessionOf(settled.attempt);
    const { status, failureCode, customerId } = settled.attempt;
    if (status === "open" && session !== null && session.sessionExpiresAt > services.clock.now()) {
      return { ok: true, attempt: session, kept: settled.kept ?? false };
    }
    if (status === "refused") {
      if (failureCode === customerGone) gone = customerId;
      else if (failureCode !== neverMade && failureCode !== neverShown) return providerRefused(settled.attempt);
      else if (failureCode === neverMade && ++unmade > 1) return makesNone;
    }
    // Paid, processing or expired in the meantime: read the booking again and decide.
  }
  return { ok: false, reason: "conflict" };
}

/** The attempt as Stripe has it now. */
async function current(
  services: Services,
  { attempt, booking }: { attempt: Attempt; booking: Booking },
  payer: Payer | undefined,
): Promise<Settled> {
  const session = openSessionOf(attempt);
  if (session === null || session.status !== "open") {
    const record = (opened: Attempt) => {
      const openedSession = openSessionOf(opened);
      return openedSession === null ? null : (payer?.answer(openedSession) ?? null);
    };
    return settle(
      services,
      { bookingId: attempt.bookingId, attemptId: attempt.id },
      "checkout",
      { attempt, booking },
      record,
    );
  }
  return session.sessionExpiresAt > services.clock.now()
    ? lookAtSession(services, session, "checkout")
    : closeAttempt(services, session, "checkout");
}

/** An attempt with the id and URL of its session; null if it has none. */
function openSessionOf(attempt: Attempt): OpenSession | null {
  if (attempt.via !== "checkout") return null;
  const { sessionId, url } = attempt;
  return sessionId === null || url === null ? null : { ...attempt, sessionId, url };
}

/** Stripe created no session twice in one call; the call does not ask a third time. */
const makesNone: GatewayFailure = {
  ok: false,
  kind: "unavailable",
  code: neverMade,
  message: "stripe cannot create a checkout session now",
};

const providerRefused = ({ failureCode }: Attempt): GatewayFailure => ({
  ok: false,
  kind: "invalid",
  code: failureCode ?? "refused",
  message: "stripe refused the checkout session",
});

/** Begins a checkout, or finds the open one. Offers cards only if the client has another hold by bank debit. */
async function begin(
  services: Services,
  command: CheckoutCommand,
  actor: Actor,
  gone: string | undefined,
  payer: Payer | undefined,
): Promise<Begun | GatewayFailure> {
  const { store, clock } = services;
  const [look, customerAsked] = await Promise.all([
    untilFresh<Decided | CheckoutRefused>(store, async () => {
      const file = await readFileOf(store, command);
      if (!file.ok) return file;
      if (payer?.mayPay(file.booking) === false) return { ok: false, reason: "not_found" };
      return decide(services, command, file, { customerId: "", methods: ["card"], attemptId: "" }, clock.now());
    }),
    payer && gone === undefined ? readCustomer(store, payer.email) : undefined,
  ]);
  if (!look.ok) return look;
  // A refusal or an open session needs no customer, so neither waits for Stripe or creates one there.
  if (look.decision.kind !== "begin") return attemptOf(services, look);
  const { email } = look.booking.owner;
  const known = payer !== undefined && personKey(payer.email) === personKey(email) ? customerAsked : undefined;
  const customer = await ensureCustomer(services, email, { gone, known });
  if (!customer.ok) return customer;
  const asked = { customerId: customer.customerId, methods: methodsFor(look.booking, command, clock.now()) };
  // The transaction checks what was read, however long Stripe took to create the customer.
  const debit = await record(services, command, actor, asked, look.file);
  // The client has another deposit by bank debit under way, so the new page offers cards only.
  return debit.ok || debit.reason !== "debit_busy"
    ? (debit as Begun)
    : ((await record(services, command, actor, { ...asked, methods: ["card"] })) as Begun);
}

type Asked = { customerId: string; methods: PaymentMethod[]; attemptId: string };
type CheckoutFile = BookingFile & { attempt: Attempt | null };
type Decided = {
  ok: true;
  booking: Booking;
  file: CheckoutFile;
  decision: Extract<CheckoutDecision, { ok: true }>;
};

/** A booking with the attempt that is under way for the requested due, both as of one instant. */
async function readFileOf(
  store: Store,
  command: CheckoutCommand,
): Promise<({ ok: true } & CheckoutFile) | { ok: false; reason: "not_found" | "stale" }> {
  const file = await readFileWith(store, command.bookingId, (known) => attemptUnderWay(known, command));
  if (file === null) return { ok: false, reason: "not_found" };
  const isWhole = (file.attempt?.id ?? null) === attemptUnderWay(file.booking, command);
  return isWhole ? { ok: true, ...file } : { ok: false, reason: "stale" };
}

/** Decides what a checkout does to its booking. */
function decide(
  { site }: Services,
  command: CheckoutCommand,
  file: CheckoutFile,
  asked: Asked,
  now: Instant,
): Decided | CheckoutRefused {
  const { booking, clearance, attempt } = file;
  const today = dateIn(booking.terms.timeZone, now);
  const notCleared = clearanceSummary(clearance, today).status === "not_cleared";
  const returnUrl = `${site.publicUrl}/v1/checkout/return`;
  const verifying = attempt !== null && verifiedBy(attempt) !== null;
  const decision = beginCheckout(booking, { ...command, ...asked, returnUrl, notCleared, verifying }, now);
  return decision.ok ? { ok: true, booking, file, decision } : decision;
}

/** The existing attempt, to be opened again or abandoned. */
async function attemptOf({ store }: Services, { booking, decision }: Decided): Promise<Begun> {
  if (decision.kind === "begin") throw new Error(`${booking.id}: the decision begins an attempt, so none exists yet`);
  const attempt = await readAttempt(store, booking.id, decision.attemptId);
  if (attempt === null) throw new Failure("attempt not found", { bookingId: booking.id, objectId: decision.attemptId });
  // A charge of the saved method is under way: it has no session, and nothing else may collect its due.
  if (attempt.via === "off_session") return { ok: false, reason: "invalid_transition", because: "in_progress" };
  return { ok: true, attempt, booking, ...(decision.kind === "abandon" ? { abandon: true } : {}) };
}

/**
 * The first transaction: the attempt, the due that it collects and, for a deposit, the extension of the hold, on the
 * condition that the clearance read has not changed. `seen` is the booking as read a moment ago; its locks are then
 * assumed to be held, which the transaction checks.
 */
function record(
  services: Services,
  command: CheckoutCommand,
  actor: Actor,
  { customerId, methods }: Omit<Asked, "attemptId">,
  seen?: CheckoutFile,
): Promise<Begun | { ok: false; reason: "debit_busy" }> {
  const { store } = services;
  const attemptId = services.ids.next("att");
  let first = seen;
  return untilFresh<Begun | { ok: false; reason: "debit_busy" }>(store, async () => {
    const occasion = occasionFor(services, "checkout", actor);
    const held = first && locksTakenForOwn(first.booking);
    const file = first === undefined ? await readFileOf(store, command) : { ok: true as const, ...first };
    first = undefined;
    if (!file.ok) return file;
    const decided = decide(services, command, file, { customerId, methods, attemptId }, occasion.now);
    if (!decided.ok) return decided;
    const { booking, decision } = decided;
    if (decision.kind !== "begin") return attemptOf(services, decided);
    const { holdUntil } = decision;
    const attempt = { ...decision.attempt, correlationId: store.correlationId };
    const writes: Guarded<"stale" | LockRefusal>[] = [
      attemptPut(store, attempt),
      wayBackPut(store, attempt.id, { bookingId: booking.id, attemptId: attempt.id }),
      ...bookingWrites(store, booking, decision, occasion),
    ];
    if (holdUntil !== null) {
      const move = methods.includes("us_bank_account") ? "debit_session" : "card_session";
      const locks = await lockWrites(store, booking, move, { until: holdUntil, now: occasion.now }, held);
      // A `not_cleared` recorded while Stripe creates a customer makes the transaction refuse the deposit.
      const cleared = clearanceUnchanged(store, booking.id, file.clearance);
      writes.push(moveClaim(store, booking, holdUntil), ...locks, cleared);
    }
    const result = await commit(store, writes);
    if (result.ok) return { ok: true, attempt, booking: decision.booking };
    if (result.reason === "already_booked") return { ok: false, reason: "hold_expired" };
    return staleUnless(result.reason, "debit_busy");
  });
}
