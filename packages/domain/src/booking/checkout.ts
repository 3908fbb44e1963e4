import { chargeProblem } from "../money/index.ts";
import { dateIn, type Instant, plusMinutes } from "../time/index.ts";
import { type CheckoutAttempt, marginMinutes, type PaymentMethod } from "./attempt.ts";
import { agreementSigned, type Booking, type BookingChange, hasOpenPayoff, mayOwe } from "./booking.ts";
import { awaitsFirstConfirmation, type Due, replaceDue, unpaid } from "./due.ts";
import { nextVersion } from "./next-version.ts";
import { partProblem } from "./part-payment.ts";
import type { PaymentBar } from "./payment-bar.ts";
import { chargeFor, isPaidOff, payoffBar, payoffOn, refusePayoff } from "./payoff.ts";
import { isForOneself } from "./relation.ts";
import { replaceDues } from "./settlement.ts";

/** Stripe requires at least 30 minutes; one more covers the time until the request arrives. */
export const sessionMinutes = 31;

/** How long a hold must last when a deposit's session begins, so that it outlives the session. */
export const reachMinutes = sessionMinutes + marginMinutes;

/**
 * The last instant at which a session for the deposit of a hold can begin; null without a hold. A hold that has been
 * extended is not extended again, so it must outlive the session.
 */
export const lastSessionAt = ({ holdExpiresAt, holdExtended }: Booking): Instant | null =>
  holdExpiresAt === null || !holdExtended ? holdExpiresAt : plusMinutes(holdExpiresAt, -reachMinutes);

/** How long the request that began a checkout has to finish before the sweep takes over, in case it crashed. */
const requestMinutes = 1;

export type CheckoutRefusal =
  | "agreement_required"
  | "clearance_required"
  | "hold_expired"
  | "invalid_transition"
  | "unverified"
  | "conflict"
  | "not_found";

export type CheckoutRequest = {
  purpose: "deposit" | "due" | "payoff";
  dueId?: string | undefined;
  amount?: number | undefined;
  /** Return the open payoff, and begin none: a payment link alone pays no more than its due. */
  openOnly?: boolean | undefined;
  customerId: string;
  methods: PaymentMethod[];
  returnUrl: string;
  attemptId: string;
  /** The clearance shows `not_cleared`. */
  notCleared: boolean;
  /** The payment under way for the due awaits verification of its bank account. */
  verifying: boolean;
};

/** `because` says why a payment cannot begin in the booking's state, `message` which limit the amount breaks. */
export type CheckoutRefused =
  | { ok: false; reason: Exclude<CheckoutRefusal, "invalid_transition"> }
  | { ok: false; reason: "invalid_transition"; because: PaymentBar }
  | { ok: false; reason: "amount_invalid"; message: string };

const barred = (because: PaymentBar) => ({ ok: false, reason: "invalid_transition", because }) as const;

export type CheckoutDecision =
  | { ok: true; kind: "existing" | "abandon"; attemptId: string }
  | ({ ok: true; kind: "begin"; attempt: CheckoutAttempt; holdUntil: Instant | null } & BookingChange)
  | CheckoutRefused;

/** The attempt in processing for the requested due; null if there is none. */
export function attemptUnderWay(booking: Booking, request: Pick<CheckoutRequest, "purpose" | "dueId">): string | null {
  if (request.purpose === "payoff") return null;
  const due = wantedDue(booking, request);
  return due?.status === "processing" ? due.openAttemptId : null;
}

function wantedDue(booking: Booking, { purpose, dueId }: Pick<CheckoutRequest, "purpose" | "dueId">): Due | undefined {
  return purpose === "deposit"
    ? booking.dues.find((due) => due.kind === "deposit")
    : booking.dues.find((due) => due.id === dueId && due.kind !== "deposit");
}

/** Whether an open payoff covers the due together with other dues. */
export const isPaidOffWithOthers = ({ payoff }: Booking, { openAttemptId }: Due): boolean =>
  payoff !== undefined && payoff !== null && payoff.attemptId === openAttemptId && payoff.dues.length > 1;

/** Whether an open payoff leaves the due out. No other payment begins until the payoff ends. */
export const waitsForPayoff = (booking: Booking, { openAttemptId }: Due): boolean =>
  hasOpenPayoff(booking) && openAttemptId === null;

/** A new payment may replace one that awaits verification, but not while another payment pays off the other dues. */
const mayReplace = (booking: Booking, { openAttemptId }: Due): boolean =>
  !hasOpenPayoff(booking) || booking.payoff?.attemptId === openAttemptId;

const refused = (reason: Exclude<CheckoutRefusal, "invalid_transition">) => ({ ok: false, reason }) as const;

/** Why a due cannot be paid in its booking's status, or while another payment is under way; null if it can. */
function refusal(booking: Booking, due: Due, request: CheckoutRequest, now: Instant): CheckoutRefused | null {
  if (!agreementSigned(booking)) return refused("agreement_required");
  if (request.purpose === "deposit") {
    if (booking.status === "expired") return refused("hold_expired");
    if (booking.status !== "held") return barred("deposit_paid");
    // A refusal would tell a payer who does not take part. Their deposit is taken, and refunded if we decline.
    if (request.notCleared && isForOneself(booking)) return refused("clearance_required");
    if (due.status === "processing") return request.verifying ? refused("unverified") : barred("deposit_in_progress");
    if (booking.holdExpiresAt === null || booking.holdExpiresAt <= now) return refused("hold_expired");
    return null;
  }
  return refusalOfDue(booking, due, request);
}

/** Why a due other than the deposit cannot be paid once the agreement is signed; null if it can. */
function refusalOfDue(
  booking: Booking,
  due: Due,
  { verifying }: Pick<CheckoutRequest, "verifying">,
): CheckoutRefused | null {
  if (booking.status === "held") return barred("deposit_first");
  if (awaitsFirstConfirmation(booking, due)) return refused("clearance_required");
  if (!mayOwe(booking)) return barred("ended");
  if (unpaid(due) === 0) return barred("paid");
  if (isPaidOffWithOthers(booking, due) || waitsForPayoff(booking, due)) return barred(payoffBar(booking));
  if (due.status !== "processing") return null;
  return verifying && mayReplace(booking, due) ? null : barred("in_progress");
}

/**
 * Whether a checkout can begin or go on for something that is owed after the deposit: a due, or a payoff whose page is
 * open.
 */
export const canPayNow = (booking: Booking): boolean =>
  agreementSigned(booking) &&
  ((hasOpenPayoff(booking) && payoffBar(booking) === "payoff_open") ||
    booking.dues.some((due) => due.kind !== "deposit" && refusalOfDue(booking, due, { verifying: false }) === null));

/**
 * Begins a checkout for one due or a payoff, or returns the one that is open. A refused request abandons nothing. If
 * the due's bank account awaits verification, that attempt is abandoned first; for a deposit the request is refused
 * (`unverified`). A deposit's checkout extends the hold past the session's end, at most once, and once more after a
 * failed bank debit. Any other session that would outlive the hold is refused (`hold_expired`). `amount` (minor units)
 * applies to a `due` only, within the limits of part payments (`amount_invalid`).
 */
export function beginCheckout(before: Booking, request: CheckoutRequest, now: Instant): CheckoutDecision {
  if (request.purpose === "payoff") return beginPayoff(before, request, now);
  const due = wantedDue(before, request);
  if (due === undefined) return { ok: false, reason: "not_found" };
  const no = refusal(before, due, request, now);
  if (no !== null) return no;
  const open = unpaid(due);
  const today = dateIn(before.terms.timeZone, now);
  const isAll = request.amount === undefined || request.amount >= open;
  if (isAll && due.openAttemptId === null && isPaidOff(before, due, today)) return beginPayoff(before, request, now);
  const amount = request.amount ?? open;
  // The due's own attempt is reused or abandoned, so it does not count as another part payment.
  const free: Due = { ...due, openAttemptId: null };
  const message = partProblem({ ...before, dues: replaceDue(before.dues, free) }, free, amount);
  if (message !== null) return { ok: false, reason: "amount_invalid", message };
  if (due.openAttemptId !== null) {
    return { ok: true, kind: request.verifying ? "abandon" : "existing", attemptId: due.openAttemptId };
  }

  const isDeposit = request.purpose === "deposit";
  const last = isDeposit ? lastSessionAt(before) : null;
  if (last !== null && last < now) return { ok: false, reason: "hold_expired" };
  const sessionExpiresAt = plusMinutes(now, sessionMinutes);
  const reach = plusMinutes(now, reachMinutes);
  const held = isDeposit ? before.holdExpiresAt : null;
  const heldUntil = held !== null && held < reach ? held : null;
  const attempt = sessionAttempt(before, due, { request, amount, sessionExpiresAt, heldUntil }, now);
  const dues = replaceDue(before.dues, { ...due, openAttemptId: attempt.id, openPart: amount < open });
  const extension = heldUntil === null ? {} : { holdExpiresAt: reach, holdExtended: true };
  const change = nextVersion(before, now, { dues, ...extension }, () => ({ events: [], journal: [] }));
  return { ok: true, kind: "begin", attempt, holdUntil: heldUntil === null ? held : reach, ...change };
}

/** The attempt for a session, with every parameter of the Stripe request stored in it. */
const sessionAttempt = (
  booking: Booking,
  due: Due,
  {
    request,
    amount,
    sessionExpiresAt,
    heldUntil,
  }: Pick<CheckoutAttempt, "amount" | "sessionExpiresAt" | "heldUntil"> & { request: CheckoutRequest },
  now: Instant,
): CheckoutAttempt => ({
  id: request.attemptId,
  version: 1,
  bookingId: booking.id,
  dueId: due.id,
  purpose: request.purpose,
  amount,
  currency: booking.currency,
  customerId: request.customerId,
  description: booking.terms.publicLabel,
  via: "checkout",
  methods: request.methods,
  returnUrl: request.returnUrl,
  // Only a deposit saves its method. A payment by link does not change the saved method, since the permission names it.
  autopay: request.purpose === "deposit" && booking.autopay,
  status: "requested",
  sessionId: null,
  url: null,
  sessionExpiresAt,
  heldUntil,
  verifyUntil: null,
  paymentIntentId: null,
  chargeId: null,
  feePosted: false,
  failureCode: null,
  createdAt: now,
  dueAt: plusMinutes(now, requestMinutes),
});

/**
 * Begins a payoff: one attempt collects everything that is open at today's price, whenever it settles. It reserves each
 * due that it covers.
 */
function beginPayoff(before: Booking, request: CheckoutRequest, now: Instant): CheckoutDecision {
  if (!agreementSigned(before)) return { ok: false, reason: "agreement_required" };
  const open = before.payoff?.attemptId;
  if (open !== undefined) {
    const bar = payoffBar(before);
    return bar === "payoff_in_progress" ? barred(bar) : { ok: true, kind: "existing", attemptId: open };
  }
  if (request.openOnly) return barred("nothing_open");
  const no = refusePayoff(before);
  if (no !== null) return { ok: false, ...no };
  const { on, amount, dues, unearned } = payoffOn(before, dateIn(before.terms.timeZone, now));
  // Interest that was paid in advance covers what is open, and a payment under way will settle it.
  if (amount <= 0) return barred("covered");
  const charged = chargeFor(amount, before.currency);
  const message = chargeProblem(charged, before.currency);
  if (message !== null) return { ok: false, reason: "amount_invalid", message };
  const covered = before.dues.filter(({ id }) => dues.some(({ dueId }) => dueId === id));
  const [first] = covered;
  if (first === undefined) return barred("nothing_open");
  const sessionExpiresAt = plusMinutes(now, sessionMinutes);
  const attempt = {
    ...sessionAttempt(before, first, { request, amount: charged, sessionExpiresAt, heldUntil: null }, now),
    purpose: "payoff" as const,
  };
  const payoff = { attemptId: attempt.id, on, dues, unearned };
  const taken = covered.map((due): Due => ({ ...due, openAttemptId: attempt.id, openPart: false }));
  const change = nextVersion(before, now, { dues: replaceDues(before.dues, taken), payoff }, () => ({
    events: [],
    journal: [],
  }));
  return { ok: true, kind: "begin", attempt, holdUntil: null, ...change };
}
