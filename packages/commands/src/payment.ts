import { type Attempt, type Charge, sessionOf } from "@clearing/domain/booking";
import { bookingEntries, paymentUnknown } from "@clearing/domain/ledger";
import { dateIn } from "@clearing/domain/time";
import type { ChargeFacts, CheckoutFacts, GatewayFailure, GatewayResult, PaymentFacts } from "@clearing/payments";
import { readBooking } from "@clearing/store/booking";
import { chargeBooked, readCharge } from "@clearing/store/charge";
import { commit } from "@clearing/store/commit";
import { postOnce, readCredit } from "@clearing/store/journal";
import { readWayBack } from "@clearing/store/way-back";
import { bookedBy, outcomeOfPayment } from "./outcome.ts";
import { requireKnown } from "./require-known.ts";
import { type AttemptRef, attemptNamed, bookingNamed, occasionFor, type Services } from "./services.ts";
import { applyOutcome, type Settled, settle } from "./settle.ts";
import { recordStrayPayment } from "./stray-payment.ts";

export type Applied = { ok: true } | { ok: false; reason: "not_found" | "conflict" } | GatewayFailure;

/**
 * Applies a checkout session to the attempt that it names, and accounts for its money where it is not the attempt's own
 * session. The attempt is settled by its own session alone. `not_found`: the session names no attempt of ours.
 */
export async function applySession(services: Services, session: CheckoutFacts, action: string): Promise<Settled> {
  const ref = await attemptOf(services, session);
  const settled: Settled = ref === null ? { ok: false, reason: "not_found" } : await settle(services, ref, action);
  if (!settled.ok && !isMissing(settled)) return settled;
  const { payment } = session;
  if (payment?.status !== "succeeded") return settled;
  if (settled.ok && settled.attempt.paymentIntentId === payment.paymentIntentId) return settled;
  const applied = await applyPayment(services, payment, action);
  return applied.ok ? settled : applied;
}

/**
 * Accounts for one payment intent, once, however often and in whatever order it is heard of. An attempt's own payment
 * is the intent of the attempt's own session. Other money that names a booking is returned in full; money that names
 * nothing known is posted to `suspense`. What is not captured is no money.
 */
export async function applyPayment(services: Services, payment: PaymentFacts, action: string): Promise<Applied> {
  const ref = attemptNamed(services, payment.metadata);
  if (ref !== null) {
    const own = await settleOwn(services, ref, payment, action);
    if (own !== "not_its_own") return own;
  }
  const { charge } = payment;
  if (payment.status !== "succeeded" || charge === null) return { ok: true };
  const posted = await readCredit(services.store, charge.chargeId);
  if (posted !== null) return applyPosted(services, charge, posted.bookingId, action);
  const byId = await settleBySession(services, payment, action);
  if (byId !== "not_its_own") return byId;
  return postStray(services, payment, charge, action);
}

/**
 * Settles an attempt, and tells whether this payment turned out to be its own: by the intent that its session has brought,
 * or by `sessionId`, the session that Stripe says the payment was made by.
 */
async function settleOwn(
  services: Services,
  ref: AttemptRef,
  payment: PaymentFacts,
  action: string,
  sessionId?: string,
): Promise<Applied | "not_its_own"> {
  let settled = await settle(services, ref, action);
  // A session that was made under its key again is shown as it was at first: what was paid on it shows the next time.
  if (settled.ok && settled.attempt.status === "open" && payment.status === "succeeded") {
    settled = await settle(services, ref, action);
  }
  if (!settled.ok) return isMissing(settled) ? "not_its_own" : settled;
  const { attempt } = settled;
  const isOwn =
    attempt.paymentIntentId === null
      ? sessionId !== undefined && sessionId === sessionOf(attempt)
      : attempt.paymentIntentId === payment.paymentIntentId;
  if (!isOwn) return "not_its_own";
  if (!isAhead(payment, attempt)) return { ok: true };
  const latest = await latestOf(services, payment);
  if (!latest.ok) return latest;
  return isAhead(latest.value, attempt)
    ? applyOutcome(services, ref, outcomeOfPayment(latest.value), action)
    : { ok: true };
}

/**
 * A success is the last that becomes of a payment. Any other fact was fetched before the session was: a payment that
 * had failed then may have been tried again since, so that the intent is fetched once more.
 */
async function latestOf({ gateway }: Services, payment: PaymentFacts): Promise<GatewayResult<PaymentFacts>> {
  const { status, paymentIntentId } = payment;
  if (status === "succeeded") return { ok: true, value: payment };
  return requireKnown(await gateway.retrievePaymentIntent(paymentIntentId), paymentIntentId);
}

/** The session was shown as it was before: the intent, which was fetched too, tells what has become of the payment. */
const isAhead = ({ status }: PaymentFacts, attempt: Attempt): boolean =>
  status === "succeeded" ? attempt.chargeId === null : status !== "processing" && attempt.status === "processing";

/**
 * Stripe knows which session an intent belongs to, also where somebody has edited its metadata, or where the session does
 * not show it yet.
 */
async function settleBySession(
  services: Services,
  payment: PaymentFacts,
  action: string,
): Promise<Applied | "not_its_own"> {
  const session = await services.gateway.findCheckoutSession(payment.paymentIntentId);
  if (!session.ok) return session;
  const ref = session.value && (await attemptOf(services, session.value));
  return ref ? settleOwn(services, ref, payment, action, session.value?.sessionId) : "not_its_own";
}

/** A charge that is posted where it belongs, whatever its metadata says now: what may be missing yet is Stripe's booking. */
async function applyPosted(
  services: Services,
  charge: ChargeFacts,
  bookingId: string | null,
  action: string,
): Promise<Applied> {
  const kept = bookingId === null ? null : await readCharge(services.store, bookingId, charge.chargeId);
  if (kept === null) return postBooking(services, charge, bookingId);
  if (kept.attemptId === null) return bookStray(services, kept, charge);
  return settle(services, { bookingId: kept.bookingId, attemptId: kept.attemptId }, action);
}

/** A stray payment that Stripe has booked: its entries, and by which balance transaction. */
async function bookStray(
  services: Services,
  { bookingId, id: chargeId, balanceTransactionId }: Charge,
  charge: ChargeFacts,
) {
  const posted = await postBooking(services, charge, bookingId);
  const { balanceTransaction } = charge;
  if (!posted.ok || balanceTransaction === null || balanceTransactionId !== null) return posted;
  const booked = chargeBooked(services.store, bookingId, { chargeId, balanceTransactionId: balanceTransaction.id });
  return commit(services.store, [booked]);
}

/** The attempt of a session by the session's own id; by its metadata only where none of ours is recorded under the id. */
const attemptOf = async (services: Services, { sessionId, metadata }: CheckoutFacts): Promise<AttemptRef | null> =>
  (await readWayBack(services.store, sessionId)) ?? attemptNamed(services, metadata);

async function postStray(
  services: Services,
  { paymentIntentId, metadata }: PaymentFacts,
  charge: ChargeFacts,
  action: string,
): Promise<Applied> {
  const bookingId = bookingNamed(services, metadata);
  if (bookingId === null) return postUnknownCharge(services, charge);
  const { chargeId, amount, amountCaptured, amountRefunded, currency, created: paidAt, paidWith } = charge;
  const booked = bookedBy(charge.balanceTransaction);
  // What an authorization let go was never taken, and counts at Stripe as refunded.
  const refunded = Math.max(0, amountRefunded - (amount - amountCaptured));
  const stray = { paymentIntentId, chargeId, amount: amountCaptured, refunded, currency, paidAt, paidWith, booked };
  const ref = { bookingId, refundId: services.ids.next("ref") };
  const recorded = await recordStrayPayment(services.store, ref, stray, occasionFor(services, action));
  return !recorded.ok && recorded.reason === "not_found" ? postUnknownCharge(services, charge) : recorded;
}

/**
 * A charge that belongs to nothing known: its money is accounted for, and no booking is touched. Without a booking there
 * is no cohort's zone, so its dates are UTC's.
 */
export async function postUnknownCharge(services: Services, charge: ChargeFacts): Promise<Applied> {
  const { chargeId, amountCaptured, currency, created } = charge;
  if (charge.status !== "succeeded" || !charge.captured) return { ok: true };
  const on = dateIn("UTC", charge.balanceTransaction?.created ?? created);
  const at = { effectiveOn: on, currency };
  const payment = paymentUnknown({ chargeId, amount: amountCaptured }, at);
  const posted = await postOnce(services.store, payment);
  return posted.ok ? postBooking(services, charge, null) : posted;
}

/** How Stripe booked a charge, which may be later than the charge: its fee and, where it converted, both amounts. */
async function postBooking(
  services: Services,
  { amountCaptured: amount, currency, balanceTransaction }: ChargeFacts,
  bookingId: string | null,
): Promise<Applied> {
  const booked = bookedBy(balanceTransaction);
  if (booked === null) return { ok: true };
  const booking = bookingId === null ? null : await readBooking(services.store, bookingId);
  const effectiveOn = dateIn(booking?.terms.timeZone ?? "UTC", booked.at);
  const at = { effectiveOn, currency, ...(bookingId === null ? {} : { bookingId }) };
  const entries = bookingEntries({ amount, direction: "in", booked }, at);
  return postOnce(services.store, entries);
}

const isMissing = (settled: Settled): boolean => !settled.ok && "reason" in settled && settled.reason === "not_found";
