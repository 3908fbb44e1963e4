import { signAgreement } from "@clearing/commands/agreement";
import { settleAttempt } from "@clearing/commands/apply-settlement";
import { type Attempt, type Booking, beginCheckout } from "@clearing/domain/booking";
import { card } from "@clearing/domain/testing/retreat";
import { type Instant, plusMinutes } from "@clearing/domain/time";
import { attemptPut } from "@clearing/store/attempt";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { commit } from "@clearing/store/commit";
import type { Store } from "@clearing/store/store";
import { actor } from "./sample.ts";
import { ids } from "./store.ts";

const occasion = (now: Instant) => ({ actor, action: "sample", now });

/**
 * Signs a held booking and starts to pay its deposit. Returns the attempt, and an instant after the hold has lapsed.
 */
export async function payingLate(
  store: Store,
  held: Booking,
  now: Instant,
): Promise<{ attempt: Attempt; lapsedAt: Instant }> {
  const { hash } = held.agreement;
  const evidence = { signature: "Sample Person", sourceIp: "", userAgent: "", signedBy: "", autopay: false };
  const signed = await signAgreement(store, held.id, { hash, ...evidence }, occasion(now), () => null);
  if (!signed.ok) throw new Error(`the sample agreement could not be signed: ${signed.reason}`);
  const before = await readBooking(store, held.id);
  if (before === null) throw new Error(`${held.id} does not exist`);
  const returnUrl = "https://example.org";
  const checkout = { purpose: "deposit", customerId: "cus_sample", notCleared: false, verifying: false } as const;
  const attemptId = ids.next("att");
  const begun = beginCheckout(before, { ...checkout, returnUrl, attemptId, methods: ["card"] }, now);
  if (!begun.ok || begun.kind !== "begin") throw new Error("the sample checkout did not begin");
  await commit(store, [attemptPut(store, begun.attempt), ...bookingWrites(store, before, begun, occasion(now))]);
  return { attempt: begun.attempt, lapsedAt: plusMinutes(begun.holdUntil ?? now, 1) };
}

/** Settles the attempt as paid, and returns the booking. */
export async function payLate(
  store: Store,
  { id, bookingId, amount, currency }: Attempt,
  now: Instant,
): Promise<Booking> {
  const booked = { balanceTransactionId: `txn_${id}`, amount, fee: 100, currency, at: now };
  const payment = {
    paymentIntentId: `pi_${id}`,
    chargeId: `ch_${id}`,
    amount,
    currency,
    paidAt: now,
    paidWith: card,
    booked,
  };
  const of = { bookingId, attemptId: id, refundId: ids.next("ref") };
  const settled = await settleAttempt(store, of, { kind: "succeeded", ...payment }, occasion(now));
  const booking = await readBooking(store, bookingId);
  if (!settled.ok || booking === null) throw new Error("the sample payment was not settled");
  return booking;
}
