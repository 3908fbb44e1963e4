import type { Actor } from "@clearing/domain/audit";
import {
  type Attempt,
  attemptUnderWay,
  type Booking,
  beginCheckout,
  type CheckoutDecision,
  type CheckoutRefused,
  methodsFor,
  type PaymentMethod,
} from "@clearing/domain/booking";
import { clearanceSummary } from "@clearing/domain/screening";
import { dateIn, type Instant } from "@clearing/domain/time";
import type { GatewayFailure } from "@clearing/payments";
import { attemptPut, readAttempt } from "@clearing/store/attempt";
import { bookingWrites } from "@clearing/store/booking";
import { readFileWith } from "@clearing/store/booking-file";
import { commit, type Guarded, staleUnless, untilFresh } from "@clearing/store/commit";
import { type LockRefusal, lockWrites } from "@clearing/store/locks";
import { moveClaim } from "@clearing/store/place-claim";
import { wayBackPut } from "@clearing/store/way-back";
import { by, type Context } from "./context.ts";
import { ensureCustomer } from "./customer.ts";
import {
  abandon,
  closeSession,
  customerGone,
  lookAtPage,
  neverMade,
  neverShown,
  type Settled,
  settle,
} from "./settle.ts";

export type CheckoutCommand = {
  bookingId: string;
  purpose: "deposit" | "due";
  dueId?: string | undefined;
  amount?: number | undefined;
  method?: PaymentMethod | undefined;
};

export type OpenCheckout =
  | { ok: true; attempt: Attempt & { sessionId: string; url: string } }
  | CheckoutRefused
  | GatewayFailure;

/** `abandon`: the attempt stands in the way, and is to be given up before another one begins. */
type Begun = { ok: true; attempt: Attempt; abandon?: true } | CheckoutRefused;

/** At the most: a page that has expired meanwhile, one that was never made, a customer that is gone, and then one more. */
const rounds = 4;

/**
 * Opens Stripe's hosted page for one due, or gives the one that is open: the intent is recorded, Stripe is asked under
 * the attempt's own key, the outcome is recorded. What a crash leaves in between, the next call or the sweep finishes.
 * A due's attempt that waits for a bank account to be verified is abandoned for it. Where Stripe no longer has the
 * client's customer, the attempt is refused, and the next one is made for another. A page that is there already is looked
 * at before it is given.
 */
export async function openCheckout(context: Context, command: CheckoutCommand, actor: Actor): Promise<OpenCheckout> {
  let gone: string | undefined;
  let unmade = 0;
  for (let round = 0; round < rounds; round++) {
    const begun = await begin(context, command, actor, gone);
    if (!begun.ok) return begun;
    const settled = begun.abandon
      ? await abandon(context, { bookingId: command.bookingId, attemptId: begun.attempt.id }, "checkout")
      : await current(context, begun.attempt);
    if (!settled.ok) return settled;
    const { sessionId, url, status, failureCode, customerId, sessionExpiresAt } = settled.attempt;
    if (status === "open" && sessionId !== null && url !== null && sessionExpiresAt > context.clock.now()) {
      return { ok: true, attempt: { ...settled.attempt, sessionId, url } };
    }
    if (status === "refused") {
      if (failureCode === customerGone) gone = customerId;
      else if (failureCode !== neverMade && failureCode !== neverShown) return providerRefused(settled.attempt);
      else if (failureCode === neverMade && ++unmade > 1) return makesNone;
    }
    // Paid, processing or expired meanwhile: decide anew on what that made of the booking.
  }
  return { ok: false, reason: "conflict" };
}

/** The attempt as Stripe has it now. */
async function current(context: Context, attempt: Attempt): Promise<Settled> {
  const { status, sessionId, sessionExpiresAt, bookingId, id } = attempt;
  if (status !== "open" || sessionId === null) return settle(context, { bookingId, attemptId: id }, "checkout");
  return sessionExpiresAt > context.clock.now()
    ? lookAtPage(context, { ...attempt, sessionId }, "checkout")
    : closeSession(context, attempt, "checkout");
}

/** Twice in one call Stripe made no session: it is not asked a third time now. */
const makesNone: GatewayFailure = {
  ok: false,
  kind: "unavailable",
  code: neverMade,
  message: "Stripe makes no checkout session now",
};

const providerRefused = ({ failureCode }: Attempt): GatewayFailure => ({
  ok: false,
  kind: "invalid",
  code: failureCode ?? "refused",
  message: "Stripe refused the checkout session",
});

async function begin(
  context: Context,
  command: CheckoutCommand,
  actor: Actor,
  gone: string | undefined,
): Promise<Begun | GatewayFailure> {
  const look = await untilFresh<Decided | CheckoutRefused>(context.store, () =>
    decide(context, command, { customerId: "", methods: ["card"], attemptId: "" }, context.clock.now()),
  );
  if (!look.ok) return look;
  // A refusal, or a page that is open, needs no customer: neither waits for Stripe, and neither makes one there.
  if (look.decision.kind !== "begin") return attemptOf(context, look);
  const customer = await ensureCustomer(context, look.booking.owner.email, gone);
  if (!customer.ok) return customer;
  const debit = await record(
    context,
    command,
    actor,
    customer.customerId,
    methodsFor(look.booking, command, context.clock.now()),
  );
  // Another of the client's deposits is being paid by debit: this one is paid by card.
  return debit.ok || debit.reason !== "debit_busy"
    ? (debit as Begun)
    : ((await record(context, command, actor, customer.customerId, ["card"])) as Begun);
}

type Asked = { customerId: string; methods: PaymentMethod[]; attemptId: string };
type Decided = { ok: true; booking: Booking; decision: Extract<CheckoutDecision, { ok: true }> };

/** What a checkout would do to its booking as it is now. */
async function decide(
  { store, site }: Context,
  command: CheckoutCommand,
  asked: Asked,
  now: Instant,
): Promise<Decided | CheckoutRefused | { ok: false; reason: "stale" }> {
  const file = await readFileWith(store, command.bookingId, (known) => attemptUnderWay(known, command));
  if (file === null) return { ok: false, reason: "not_found" };
  const { booking, clearance, attempt } = file;
  if ((attempt?.id ?? null) !== attemptUnderWay(booking, command)) return { ok: false, reason: "stale" };
  const today = dateIn(booking.terms.timeZone, now);
  const notCleared = clearanceSummary(clearance, today).status === "not_cleared";
  const returnUrl = `${site.publicUrl}/v1/checkout/return`;
  const verifying = attempt !== null && attempt.verifyUntil !== null;
  const decision = beginCheckout(booking, { ...command, ...asked, returnUrl, notCleared, verifying }, now);
  return decision.ok ? { ok: true, booking, decision } : decision;
}

/** The attempt that is there already, to be opened again or abandoned. */
async function attemptOf({ store }: Context, { booking, decision }: Decided): Promise<Begun> {
  if (decision.kind === "begin") throw new Error(`${booking.id} has no attempt yet`);
  const attempt = await readAttempt(store, booking.id, decision.attemptId);
  if (attempt === null) throw new Error(`${booking.id} names ${decision.attemptId}, which does not exist`);
  return { ok: true, attempt, ...(decision.kind === "abandon" ? { abandon: true } : {}) };
}

/** The first transaction: the attempt, the due that it collects, and, for a deposit, the extension of the hold. */
function record(
  context: Context,
  command: CheckoutCommand,
  actor: Actor,
  customerId: string,
  methods: PaymentMethod[],
): Promise<Begun | { ok: false; reason: "debit_busy" }> {
  const { store } = context;
  const attemptId = context.ids.next("att");
  return untilFresh<Begun | { ok: false; reason: "debit_busy" }>(store, async () => {
    const occasion = by(context, "checkout", actor);
    const decided = await decide(context, command, { customerId, methods, attemptId }, occasion.now);
    if (!decided.ok) return decided;
    const { booking, decision } = decided;
    if (decision.kind !== "begin") return attemptOf(context, decided);
    const { attempt, holdUntil } = decision;
    const writes: Guarded<"stale" | LockRefusal>[] = [
      attemptPut(store, attempt),
      wayBackPut(store, attempt.id, { bookingId: booking.id, attemptId: attempt.id }),
      ...bookingWrites(store, booking, decision, occasion),
    ];
    if (holdUntil !== null) {
      const page = methods.includes("us_bank_account") ? "debit_page" : "card_page";
      const locks = await lockWrites(store, booking, page, { until: holdUntil, now: occasion.now });
      writes.push(moveClaim(store, booking, holdUntil), ...locks);
    }
    const result = await commit(store, writes);
    if (result.ok) return { ok: true, attempt };
    if (result.reason === "already_booked") return { ok: false, reason: "hold_expired" };
    return staleUnless(result.reason, "debit_busy");
  });
}
