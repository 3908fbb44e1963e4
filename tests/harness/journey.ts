import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { admitBooking } from "@clearing/commands/admission";
import { signAgreement } from "@clearing/commands/agreement";
import { settleAttempt } from "@clearing/commands/apply-settlement";
import { changeAutopay } from "@clearing/commands/autopay";
import { openCheckout } from "@clearing/commands/checkout";
import { endEarly } from "@clearing/commands/end-early";
import { writeClearance } from "@clearing/commands/evaluation";
import { makeException } from "@clearing/commands/exceptions";
import { methodInWords } from "@clearing/commands/permission";
import { progressBooking } from "@clearing/commands/progress";
import { recordStripeRefund } from "@clearing/commands/refund-by-hand";
import { settleRefundPart, spreadOverCharges } from "@clearing/commands/refund-parts";
import type { Services } from "@clearing/commands/services";
import { lapseHold } from "@clearing/commands/sweep";
import { permissionDocument } from "@clearing/domain/agreement";
import {
  type Attempt,
  type Booking,
  type PaymentOutcome,
  type Refund,
  type RefundOutcome,
  type SavedMethod,
  waiveDue,
} from "@clearing/domain/booking";
import type { Quote } from "@clearing/domain/plan";
import { afterEvaluation } from "@clearing/domain/screening";
import { card } from "@clearing/domain/testing/retreat";
import { type Instant, plusMinutes, startOfDay } from "@clearing/domain/time";
import type { Gateway, StripeSession } from "@clearing/payments";
import { readAttempts } from "@clearing/store/attempt";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { readFile } from "@clearing/store/booking-file";
import { commit, untilFresh } from "@clearing/store/commit";
import type { IdempotencyRecord } from "@clearing/store/idempotency";
import { keys } from "@clearing/store/keys";
import type { Store } from "@clearing/store/store";
import { contextAt } from "./context.ts";
import { actor, asStored, heldBooking, openCohort, sampleProgram, sampleQuote } from "./sample.ts";
import { openSession } from "./session.ts";
import { ids } from "./store.ts";

/** The instants at which a sample booking is held, is paid a moment later, and has lost its hold. */
export const now: Instant = "2027-03-01T17:00:00Z";
export const later = plusMinutes(now, 5);
export const lapsedAt = plusMinutes(now, 45);

export const occasionAt = (at: Instant) => ({ actor, action: "sample", now: at });

type Answer = () => IdempotencyRecord | null;
const noAnswer: Answer = () => null;

const sessions = new Map<string, StripeSession>();
const stripe: Partial<Gateway> = {
  createCustomer: async () => ({ ok: true, value: { customerId: "cus_1" } }),
  retrieveCustomer: async () => ({ ok: true, value: { deleted: false } }),
  async createCheckoutSession(asked) {
    const value = openSession(asked, now);
    sessions.set(value.sessionId, value);
    return { ok: true, value };
  },
  retrieveCheckoutSession: async (id) => ({ ok: true, value: sessions.get(id) as StripeSession }),
};

export const contextOf = (store: Store, at = now): Services => contextAt(store, stripe, at);

/** Two quotes for the only place of a cohort. */
export async function offers(store: Store): Promise<[Quote, Quote]> {
  const program = sampleProgram();
  const cohort = await openCohort(store, program, { places: 1, now });
  return [await sampleQuote(store, program, cohort, now), await sampleQuote(store, program, cohort, now)];
}

async function holdOf(store: Store, offer: Quote, at: Instant): Promise<Booking> {
  return heldBooking(store, offer, `${offer.id}@example.com`, at);
}

/** A held place, the only one of its cohort. */
export async function held(store: Store): Promise<Booking> {
  const [offer] = await offers(store);
  return holdOf(store, offer, now);
}

/** Its hold lapses, with or without a page. */
export const lapse = (store: Store, { id }: Booking) => lapseHold(store, id, occasionAt(lapsedAt));

export const sign = (
  store: Store,
  { id, agreement: { hash } }: Booking,
  signature = "Sample Person",
  answer: Answer = noAnswer,
  autopay = false,
) => {
  const evidence = { hash, signature, sourceIp: "", userAgent: "", signedBy: actor.sub, autopay };
  return signAgreement(store, id, evidence, occasionAt(now), answer);
};

export async function signed(store: Store): Promise<Booking> {
  const booking = await held(store);
  await sign(store, booking);
  return booking;
}

/** Its deposit is paid, and a card or another method is saved from which dues may be collected. */
export async function paidAndSaved(store: Store, changes: Partial<SavedMethod> = {}): Promise<Booking> {
  const { id } = await paid(store);
  const before = await readBooking(store, id);
  if (before === null) throw new Error(`${id} does not exist`);
  const savedMethod: SavedMethod = {
    ...{ id: `pm_${id}`, customerId: `cus_${id}`, type: "card", fingerprint: "fp_1", last4: "4242" },
    ...{ expiresOn: "2030-12-31", mandateId: null, savedAt: now, unusable: null },
    ...changes,
  };
  const change = { booking: { ...before, version: before.version + 1, savedMethod }, events: [], journal: [] };
  const saved = await commit(store, bookingWrites(store, before, change, occasionAt(now)));
  if (!saved.ok) throw new Error(saved.reason);
  return change.booking;
}

/** Its client permits automatic collection, with the text that this booking shows. */
export function allowAutopay(store: Store, booking: Booking, answer: Answer = noAnswer) {
  const { hash } = permissionDocument(booking, methodInWords(booking));
  const giver = { sourceIp: "192.0.2.1", userAgent: "test", signedBy: actor.sub };
  return changeAutopay(store, booking.id, { enabled: true, hash, giver }, occasionAt(now), answer);
}

/** Signs a held booking and opens Stripe's page for its deposit. */
async function signAndCheckOut(store: Store, booking: Booking): Promise<void> {
  await sign(store, booking);
  await openCheckout(contextOf(store), { bookingId: booking.id, purpose: "deposit" }, actor);
}

/** Signed, with Stripe's page for the deposit open. */
export async function withSession(store: Store): Promise<Booking> {
  const booking = await held(store);
  await signAndCheckOut(store, booking);
  return booking;
}

/** Its hold has lapsed while the page was open, and its place was sold again. */
export async function overtaken(store: Store): Promise<Booking> {
  const [first, second] = await offers(store);
  const booking = await holdOf(store, first, now);
  await signAndCheckOut(store, booking);
  await holdOf(store, second, lapsedAt);
  return booking;
}

/** A lapsed hold whose page has expired. */
export async function abandoned(store: Store): Promise<Booking> {
  const booking = await withSession(store);
  await lapse(store, booking);
  await settleDeposit(store, booking, { kind: "expired" }, lapsedAt);
  return booking;
}

/** Stripe reports this outcome of the deposit's attempt; by default a full payment without a balance transaction. */
export async function settleDeposit(
  store: Store,
  booking: Booking,
  outcome: Partial<PaymentOutcome> = {},
  at: Instant = now,
) {
  const attempts = await readAttempts(store, booking.id);
  return settle(
    store,
    booking,
    attempts.find(({ purpose }) => purpose === "deposit"),
    outcome,
    at,
  );
}

function settle(
  store: Store,
  { id }: Booking,
  attempt: Attempt | undefined,
  outcome: Partial<PaymentOutcome>,
  at: Instant,
) {
  const { id: attemptId = "", amount = 0, currency = "" } = attempt ?? {};
  const succeeded = {
    kind: "succeeded",
    paymentIntentId: `pi_${attemptId}`,
    chargeId: `ch_${attemptId}`,
    amount,
    currency,
    paidAt: now,
    paidWith: card,
    booked: null,
  } as const;
  const told = { ...succeeded, ...outcome } as PaymentOutcome;
  return settleAttempt(store, { bookingId: id, attemptId, refundId: ids.next("ref") }, told, occasionAt(at));
}

/** The deposit is paid. */
export async function paid(store: Store): Promise<Booking> {
  const booking = await withSession(store);
  await settleDeposit(store, booking);
  return booking;
}

/**
 * A loan of three months, of which all dues but the last are paid on the day of the quote, before interest is earned.
 * `left` of the price of the second is not paid.
 */
export async function paidAhead(store: Store, left?: number): Promise<Booking> {
  const program = sampleProgram({ plans: [{ kind: "financed", months: 3, annualRate: "9.9900" }] });
  const cohort = await openCohort(store, program, { places: 1, inDays: 120, now });
  const booking = await holdOf(store, await sampleQuote(store, program, cohort, now, "financed"), now);
  await signAndCheckOut(store, booking);
  await settleDeposit(store, booking);
  for (const { id: dueId, sequence, parts } of booking.dues.slice(1, -1)) {
    const amount = sequence === 2 && left !== undefined ? { amount: parts.principal - left } : {};
    await openCheckout(contextOf(store), { bookingId: booking.id, purpose: "due", dueId, ...amount }, actor);
    const attempts = await readAttempts(store, booking.id);
    await settle(
      store,
      booking,
      attempts.find((one) => one.dueId === dueId),
      {},
      now,
    );
  }
  return asStored(store, booking);
}

/** The same with a page open for the rest of the second due, and the last due waived. */
export async function waivedBesidePage(store: Store): Promise<Booking> {
  const booking = await paidAhead(store, 1_000);
  const dueId = booking.dues[2]?.id ?? "";
  await openCheckout(contextOf(store), { bookingId: booking.id, purpose: "due", dueId }, actor);
  await waiveLast(store, booking);
  return asStored(store, booking);
}

/** The open page expires unpaid. */
export async function expirePage(store: Store, booking: Booking) {
  const attempts = await readAttempts(store, booking.id);
  const open = attempts.find(({ status }) => status === "open");
  return settle(store, booking, open, { kind: "expired" }, later);
}

/** Staff waive the last due: unearned interest is owed back, and not spread over charges yet. */
export const waiveLast = (store: Store, { id, dues }: Booking, answer: Answer = noAnswer) => {
  const request = { refundId: ids.next("ref"), requestedBy: "staff" };
  const waiver = (booking: Booking) => waiveDue(booking, dues.at(-1)?.id ?? "", request, now);
  return makeException(store, id, waiver, { ...occasionAt(now), reason: "Sample reason" }, answer);
};

export async function evaluate(
  store: Store,
  { id }: Booking,
  kind: "medical" | "psychiatric",
  outcome: "cleared" | "not_cleared",
  answer: Answer = noAnswer,
) {
  return untilFresh(store, async () => {
    const file = await readFile(store, id);
    if (file === null) throw new Error(`${id} does not exist`);
    const { booking, clearance } = file;
    const by = `dr-${kind}`;
    const of = { id: ids.next("evl"), bookingId: id, kind, outcome, note: null, at: now };
    const evaluation = { ...of, validUntil: booking.terms.endsOn, by };
    const after = afterEvaluation(clearance, id, evaluation, false);
    return writeClearance(store, file, after, { evaluation }, occasionAt(now), answer());
  });
}

/** Both clinicians clear the participant. */
export async function clear(store: Store, booking: Booking): Promise<void> {
  await evaluate(store, booking, "medical", "cleared");
  await evaluate(store, booking, "psychiatric", "cleared");
}

export const progress = (store: Store, { id }: Booking, at = now) =>
  progressBooking(store, { bookingId: id, refundId: ids.next("ref") }, occasionAt(at));

/** Paid and cleared by both clinicians: the next step confirms it. */
export async function cleared(store: Store): Promise<Booking> {
  const booking = await paid(store);
  await clear(store, booking);
  return booking;
}

export async function confirmed(store: Store): Promise<Booking> {
  const booking = await cleared(store);
  await progress(store, booking);
  return booking;
}

export const admit = (
  store: Store,
  { id, terms }: Booking,
  outcome: "admitted" | "turned_away",
  answer: Answer = noAnswer,
) => {
  const request = { bookingId: id, outcome, by: "staff", refundId: ids.next("ref") };
  return admitBooking(store, request, occasionAt(startOfDay(terms.startsOn, terms.timeZone)), answer);
};

export const cancel = (
  store: Store,
  { id }: Booking,
  by: "client" | "operator" = "operator",
  answer: Answer = noAnswer,
) => endEarly(store, { bookingId: id, by, refundId: ids.next("ref") }, occasionAt(later), answer);

/** Paid, then cancelled by the operator: everything is owed back, and not spread over charges yet. */
export async function ended(store: Store): Promise<Booking> {
  const booking = await paid(store);
  await cancel(store, booking);
  return booking;
}

/** Spreads the refunds of the booking over its charges. */
export async function spread(store: Store, booking: Booking) {
  for (const { id: refundId } of await refundsOf(store, booking)) {
    const spread = await spreadOverCharges(store, { bookingId: booking.id, refundId }, later);
    if (!spread.ok) return spread;
  }
  return { ok: true } as const;
}

/** The same, with the refund spread over its charges. */
export async function cancelled(store: Store): Promise<Booking> {
  const booking = await ended(store);
  await spread(store, booking);
  return booking;
}

/** Somebody refunds $600 of the deposit in Stripe's dashboard. */
export async function refundByHand(store: Store, { id }: Booking) {
  const [attempt] = await readAttempts(store, id);
  const stripeRefundId = ids.next("re");
  const made = { bookingId: id, chargeId: `ch_${attempt?.id}`, refundId: `ref_${stripeRefundId}`, stripeRefundId };
  return recordStripeRefund(store, { ...made, amount: 60_000, madeAt: later }, occasionAt(later));
}

export async function refundsOf({ client, tables }: Store, { id }: Booking): Promise<Refund[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tables.core,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :refunds)",
      ExpressionAttributeValues: { ":pk": keys.booking(id).pk, ":refunds": "REF#" },
      ConsistentRead: true,
    }),
  );
  return Items as Refund[];
}

/** Stripe reports this outcome of the first part of the booking's first refund; by default a success. */
export async function settlePart(store: Store, booking: Booking, outcome: Partial<RefundOutcome> = {}) {
  const [refund] = await refundsOf(store, booking);
  const refundId = refund?.id ?? "";
  const part = { bookingId: booking.id, refundId, partId: `${refundId}-1` };
  const succeeded = {
    stripeRefundId: "re_1",
    status: "succeeded",
    failureCode: null,
    taken: null,
    returned: null,
  } as const;
  return settleRefundPart(store, part, { ...succeeded, ...outcome }, occasionAt(later));
}
