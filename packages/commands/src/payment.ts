import { type Attempt, type Charge, sessionOf } from "@clearing/domain/booking";
import { bookingEntries, paymentUnknown } from "@clearing/domain/ledger";
import { dateIn } from "@clearing/domain/time";
import type { GatewayFailure, GatewayResult, StripeCharge, StripePayment, StripeSession } from "@clearing/payments";
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
 * Applies a checkout session to the attempt that it names. Only the attempt's own session settles the attempt; money of
 * any other session is accounted for separately. `not_found`: the session names no attempt of ours.
 */
export async function applySession(services: Services, session: StripeSession, action: string): Promise<Settled> {
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
 * Accounts for one payment intent, once, in whatever order and however often its events arrive. The intent of an
 * attempt's own session settles the attempt. Other money that names a booking is refunded in full; money that names
 * nothing known is posted to `suspense`. Only captured amounts count as money.
 */
export async function applyPayment(services: Services, payment: StripePayment, action: string): Promise<Applied> {
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
 * Settles an attempt if this payment is its own: its intent is the one of the attempt's session, or `sessionId`, which
 * Stripe names as the payment's session, is the attempt's.
 */
async function settleOwn(
  services: Services,
  ref: AttemptRef,
  payment: StripePayment,
  action: string,
  sessionId?: string,
): Promise<Applied | "not_its_own"> {
  let settled = await settle(services, ref, action);
  // Stripe replays a session created under the same key as it was at first; the second read shows the payment.
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
 * A success is a payment's last state. Any other state was fetched before the session was and can be outdated, so the
 * intent is fetched again.
 */
async function latestOf({ gateway }: Services, payment: StripePayment): Promise<GatewayResult<StripePayment>> {
  const { status, paymentIntentId } = payment;
  if (status === "succeeded") return { ok: true, value: payment };
  return requireKnown(await gateway.retrievePaymentIntent(paymentIntentId), paymentIntentId);
}

/** The session can lag behind: the intent, which was fetched too, shows the payment's newer state. */
const isAhead = ({ status }: StripePayment, attempt: Attempt): boolean =>
  status === "succeeded" ? attempt.chargeId === null : status !== "processing" && attempt.status === "processing";

/**
 * Finds the attempt through Stripe's own link from intent to session. This works even if somebody has edited the
 * metadata, or if the session does not show the intent yet.
 */
async function settleBySession(
  services: Services,
  payment: StripePayment,
  action: string,
): Promise<Applied | "not_its_own"> {
  const session = await services.gateway.findCheckoutSession(payment.paymentIntentId);
  if (!session.ok) return session;
  const ref = session.value && (await attemptOf(services, session.value));
  return ref ? settleOwn(services, ref, payment, action, session.value?.sessionId) : "not_its_own";
}

/**
 * Applies a charge that is already posted, and ignores its present metadata. Only Stripe's balance transaction of it can
 * still be missing.
 */
async function applyPosted(
  services: Services,
  charge: StripeCharge,
  bookingId: string | null,
  action: string,
): Promise<Applied> {
  const kept = bookingId === null ? null : await readCharge(services.store, bookingId, charge.chargeId);
  if (kept === null) return postBooking(services, charge, bookingId);
  if (kept.attemptId === null) return bookStray(services, kept, charge);
  return settle(services, { bookingId: kept.bookingId, attemptId: kept.attemptId }, action);
}

/** Posts Stripe's booking of a stray payment and records its balance transaction. */
async function bookStray(
  services: Services,
  { bookingId, id: chargeId, balanceTransactionId }: Charge,
  charge: StripeCharge,
) {
  const posted = await postBooking(services, charge, bookingId);
  const { balanceTransaction } = charge;
  if (!posted.ok || balanceTransaction === null || balanceTransactionId !== null) return posted;
  const booked = chargeBooked(services.store, bookingId, { chargeId, balanceTransactionId: balanceTransaction.id });
  return commit(services.store, [booked]);
}

/** The attempt of a session, by session id; by metadata only if no attempt of ours is recorded under the id. */
const attemptOf = async (services: Services, { sessionId, metadata }: StripeSession): Promise<AttemptRef | null> =>
  (await readWayBack(services.store, sessionId)) ?? attemptNamed(services, metadata);

/** Refunds a payment that no attempt made if it names a booking; posts any other to `suspense`. */
async function postStray(
  services: Services,
  { paymentIntentId, metadata }: StripePayment,
  charge: StripeCharge,
  action: string,
): Promise<Applied> {
  const bookingId = bookingNamed(services, metadata);
  if (bookingId === null) return postUnknownCharge(services, charge);
  const { chargeId, amount, amountCaptured, amountRefunded, currency, created: paidAt, paidWith } = charge;
  const booked = bookedBy(charge.balanceTransaction);
  // The released part of an authorization counts as refunded at Stripe, but was never captured.
  const refunded = Math.max(0, amountRefunded - (amount - amountCaptured));
  const stray = { paymentIntentId, chargeId, amount: amountCaptured, refunded, currency, paidAt, paidWith, booked };
  const ref = { bookingId, refundId: services.ids.next("ref") };
  const recorded = await recordStrayPayment(services.store, ref, stray, occasionFor(services, action));
  return !recorded.ok && recorded.reason === "not_found" ? postUnknownCharge(services, charge) : recorded;
}

/**
 * Posts a charge that belongs to nothing known to `suspense`, without touching a booking. There is no cohort and so no
 * time zone: the dates are in UTC.
 */
export async function postUnknownCharge(services: Services, charge: StripeCharge): Promise<Applied> {
  const { chargeId, amountCaptured, currency, created } = charge;
  if (charge.status !== "succeeded" || !charge.captured) return { ok: true };
  const on = dateIn("UTC", charge.balanceTransaction?.created ?? created);
  const at = { effectiveOn: on, currency };
  const payment = paymentUnknown({ chargeId, amount: amountCaptured }, at);
  const posted = await postOnce(services.store, payment);
  return posted.ok ? postBooking(services, charge, null) : posted;
}

/** Posts how Stripe booked a charge, possibly later than the charge: its fee and, after a conversion, both amounts. */
async function postBooking(
  services: Services,
  { amountCaptured: amount, currency, balanceTransaction }: StripeCharge,
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
