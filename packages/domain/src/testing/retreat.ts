import { type AgreementDocument, agreementDocument } from "../agreement/index.ts";
import type { Booking, PaidWith } from "../booking/index.ts";
import { hold } from "../booking/index.ts";
import { type Cohort, clearanceDeadline, type Place, takeTerms } from "../cohort/index.ts";
import { defaultCreditRules } from "../credit/index.ts";
import type { Booked } from "../ledger/index.ts";
import { type PlanKind, type Quote, quote } from "../plan/index.ts";
import type { Program } from "../program/index.ts";
import type { Instant } from "../time/index.ts";

/** The day on which the tests' clients book, two months before the cohort starts. */
export const today: Instant = "2027-01-04T17:00:00Z";

/** A published program, without taxes and late charges. */
export const program = (changes: Partial<Program> = {}): Program => ({
  id: "prog_1",
  version: 1,
  auditHash: "",
  status: "published",
  name: "Seven-day ketamine intensive",
  publicLabel: "Seven-day program",
  summary: "",
  modalities: ["KAP", "EMDR"],
  days: 7,
  currency: "usd",
  healthCare: true,
  placeTypes: [
    { type: "private", price: 1_850_000 },
    { type: "shared", price: 1_450_000 },
  ],
  deposit: { kind: "amount", amount: 250_000 },
  plans: [
    { kind: "full" },
    { kind: "deposit_and_balance", balanceDueDaysBefore: 30 },
    { kind: "installments", months: 6 },
  ],
  taxes: [],
  lateCharge: null,
  nonPayment: null,
  collection: { retryDays: [3, 5, 7], noticeDaysBefore: [7, 1], moveDays: 14, moves: 2 },
  returnGraceDays: 5,
  financingHours: 72,
  cancellation: {
    administrationFee: 50_000,
    tiers: [
      { daysBefore: 60, refundPercent: 100 },
      { daysBefore: 30, refundPercent: 50 },
      { daysBefore: 0, refundPercent: 0 },
    ],
  },
  screening: { clearanceDeadlineDaysBefore: 14, validityDays: 90, declineAfterHours: 24 },
  holdMinutes: 30,
  waitlistOfferHours: 48,
  addOns: [{ id: "airport", label: "Airport transfer", price: 12_000, stock: 10 }],
  itinerary: [],
  aftercare: [],
  ...changes,
});

/** An open cohort with its terms, in Denver, 8 to 14 March 2027. Daylight saving begins on its last day. */
export function cohort(changes: Partial<Cohort> = {}): Cohort {
  const startsOn = changes.startsOn ?? "2027-03-08";
  const timeZone = changes.timeZone ?? "America/Denver";
  const open: Cohort = {
    id: "coh_1",
    version: 1,
    auditHash: "",
    programId: "prog_1",
    status: "open",
    startsOn,
    endsOn: "2027-03-14",
    timeZone,
    venue: "Juniper House",
    datesVersion: 1,
    places: [
      { type: "private", price: 1_850_000, ownPrice: false, capacity: 6 },
      { type: "shared", price: 1_450_000, ownPrice: false, capacity: 4 },
    ],
    terms: null,
    ...clearanceDeadline({ startsOn, timeZone }, 14),
    dueAt: null,
    ...changes,
  };
  return { ...takeTerms(open, program()), ...changes };
}

export const place = (changes: Partial<Place> = {}): Place => ({
  id: "plc_1",
  cohortId: "coh_1",
  type: "private",
  onSale: true,
  salesEndAt: cohort().salesEndAt,
  endsOn: "2027-03-14",
  datesVersion: 1,
  queued: false,
  claim: null,
  takenBy: null,
  ...changes,
});

/** A card, as Stripe names it on a charge. */
export const card: PaidWith = {
  paymentMethodId: "pm_1",
  fingerprint: "fp_1",
  mandateId: null,
  networkTransactionId: "nti_1",
};

/** A Stripe balance transaction in dollars, without a fee. */
export const bookedAs = (balanceTransactionId: string, amount: number, changes: Partial<Booked> = {}): Booked => ({
  balanceTransactionId,
  amount,
  fee: 0,
  currency: "usd",
  at: today,
  ...changes,
});

/** A quote for a private place over the most months that the dates allow. Throws if it is refused. */
export function quoted(
  kind: PlanKind,
  on: { program?: Program; cohort?: Cohort; now?: Instant; months?: number } = {},
): Quote {
  const plan = { kind, months: on.months };
  const request = {
    id: "quo_1",
    merchant: "Sample Operator",
    creditRules: defaultCreditRules,
    placeType: "private",
    plan,
    addOns: [],
  };
  const sold = on.cohort ?? cohort();
  const offer = quote(on.program ? takeTerms(sold, on.program) : sold, request, on.now ?? today);
  if (!offer.ok) throw new Error(offer.detail);
  return offer.quote;
}

/** A booking just made from a quote. */
export function held(kind: PlanKind = "deposit_and_balance", on: Parameters<typeof quoted>[1] = {}): Booking {
  const offer = quoted(kind, on);
  const request = {
    id: "bkg_1",
    cohortId: offer.cohortId,
    programId: offer.programId,
    quoteId: offer.id,
    placeId: "plc_1",
    holdSlot: 1,
    placeType: offer.placeType,
    owner: { sub: "sub_client", email: "ada@example.org" },
    participant: { name: "Ada Client", email: "ada@example.org", phone: "+1", dateOfBirth: "1980-01-01" },
    currency: offer.currency,
    total: offer.total,
    financeCharge: offer.financeCharge,
    schedule: offer.schedule.map((due) => ({ ...due, id: `due_${due.sequence}` })),
    terms: { ...offer.terms, planKind: offer.plan.kind },
    agreementHash: "hash-1",
  };
  return hold(request, on.now ?? today).booking;
}

/** The agreement of the sample booking. */
export function agreed(): AgreementDocument {
  const { terms, currency, lines, total, plan, schedule, disclosure, policy } = quoted("deposit_and_balance");
  const named = { bookingId: "bkg_1", version: 1, participantName: "Ada Client" };
  return agreementDocument({ ...terms, ...named, currency, lines, total, plan, schedule, disclosure, policy });
}
