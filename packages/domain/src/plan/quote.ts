import type { Cohort, CohortTerms } from "../cohort/index.ts";
import { isOnSale } from "../cohort/index.ts";
import { chargeProblem, largestCharge } from "../money/index.ts";
import { depositOn, type PlanOffer, type ProgramTerms } from "../program/index.ts";
import { type CalendarDate, dateIn, type Instant, plusHours } from "../time/index.ts";
import { type PolicyDate, policyDates } from "./policy.ts";
import { type ScheduledDue, schedule } from "./schedule.ts";

export type PlanKind = PlanOffer["kind"];
/** What a booking will be made under, copied when the price was: terms that the cohort takes later change no quote. */
export type QuotedTerms = {
  /** Who sells and collects, by its legal name: the agreement's permission to collect names it. */
  merchant: string;
  publicLabel: string;
  /** The version of the cohort's terms that was quoted. */
  termsVersion: number;
  /** The version of the cohort's dates and zone that was quoted: a claim requires a place of the same. */
  datesVersion: number;
  startsOn: CalendarDate;
  endsOn: CalendarDate;
  timeZone: string;
  venue: string;
  clearanceDeadlineOn: CalendarDate;
  /** End of the clearance deadline's calendar day in the cohort's zone; the sale ends with it. */
  clearanceDeadline: Instant;
  declineAfterHours: number;
  validityDays: number;
  holdMinutes: number;
  administrationFee: number;
  tiers: { daysBefore: number; refundPercent: number }[];
};

export type QuoteLine = {
  kind: "place" | "add_on";
  id: string;
  label: string;
  quantity: number;
  unitAmount: number;
  amount: number;
};

/**
 * A priced offer for one place of one cohort. `validUntil`: prices hold until then. `removedAt`: it is gone from then on,
 * unless it has made a booking. Amounts in minor units.
 */
export type Quote = {
  id: string;
  cohortId: string;
  programId: string;
  placeType: string;
  plan: { kind: PlanKind };
  currency: string;
  lines: QuoteLine[];
  total: number;
  deposit: number;
  financeCharge: number;
  schedule: ScheduledDue[];
  disclosure: null;
  policy: PolicyDate[];
  terms: QuotedTerms;
  validUntil: Instant;
  removedAt: Instant;
};

/** People sleep on it: prices hold for a day. */
const validHours = 24;
/** Anybody may ask for quotes, so those that made no booking do not pile up. */
const keptHours = 48;

export type QuoteRefusal = {
  ok: false;
  reason: "plan_not_available" | "not_on_sale" | "validation_failed";
  path?: string;
  detail: string;
};
export type QuoteRequest = {
  id: string;
  merchant: string;
  placeType: string;
  plan: { kind: PlanKind };
  addOns: { id: string; quantity: number }[];
};

/**
 * Prices one place of a cohort under one plan, on the cohort's terms. Refuses a cohort that is not on sale, a plan that
 * it does not offer, that cannot be had yet, or one of whose dues is smaller or larger than a charge may be, and add-ons that are
 * not there. Sold-out cohorts are quoted all the same.
 */
export function quote(cohort: Cohort, request: QuoteRequest, now: Instant): { ok: true; quote: Quote } | QuoteRefusal {
  const { terms } = cohort;
  if (terms === null || !isOnSale(cohort, now)) {
    return { ok: false, reason: "not_on_sale", detail: "This cohort is not on sale" };
  }
  const place = cohort.places.find(({ type }) => type === request.placeType);
  if (place === undefined) {
    return { ok: false, reason: "validation_failed", path: "placeType", detail: "This cohort has no such place type" };
  }
  const addOns = addOnLines(terms, request.addOns);
  if (!addOns.ok) return addOns;
  const plan = availablePlan(terms, request.plan.kind);
  if (!plan.ok) return plan;

  const label = `${terms.publicLabel}, ${place.type}`;
  const lines: QuoteLine[] = [
    { kind: "place", id: place.type, label, quantity: 1, unitAmount: place.price, amount: place.price },
    ...addOns.lines,
  ];
  const total = lines.reduce((sum, { amount }) => sum + amount, 0);
  const { currency } = terms;
  // A deposit and one balance: no more than two charges can carry. The bound keeps percentages exact, too.
  if (total > 2 * largestCharge(currency)) return tooMuch;
  const deposit = depositOn(terms.deposit, total, currency);
  const quotedOn = dateIn(cohort.timeZone, now);
  const { startsOn, clearanceDeadlineOn } = cohort;
  const dues = schedule(plan.plan, { total, deposit, quotedOn, startsOn, clearanceDeadlineOn });
  for (const due of dues) {
    const problem = chargeProblem(due.amount, currency);
    if (problem !== null) return { ok: false, reason: "plan_not_available", detail: `The ${due.kind}: ${problem}` };
  }
  return {
    ok: true,
    quote: {
      id: request.id,
      cohortId: cohort.id,
      programId: cohort.programId,
      placeType: place.type,
      plan: { kind: plan.plan.kind },
      currency,
      lines,
      total,
      deposit,
      financeCharge: 0,
      schedule: dues,
      disclosure: null,
      policy: policyDates(terms.cancellation.tiers, startsOn, quotedOn),
      terms: quotedTerms(cohort, terms, request.merchant),
      validUntil: plusHours(now, validHours),
      removedAt: plusHours(now, keptHours),
    },
  };
}

const tooMuch: QuoteRefusal = {
  ok: false,
  reason: "plan_not_available",
  detail: "The total is more than two charges can carry; ask for fewer add-ons",
};

function quotedTerms(cohort: Cohort, terms: CohortTerms, merchant: string): QuotedTerms {
  const { datesVersion, startsOn, endsOn, timeZone, venue, clearanceDeadlineOn, salesEndAt } = cohort;
  const { declineAfterHours, validityDays } = terms.screening;
  return {
    merchant,
    publicLabel: terms.publicLabel,
    termsVersion: terms.version,
    datesVersion,
    startsOn,
    endsOn,
    timeZone,
    venue,
    clearanceDeadlineOn,
    clearanceDeadline: salesEndAt,
    declineAfterHours,
    validityDays,
    holdMinutes: terms.holdMinutes,
    administrationFee: terms.cancellation.administrationFee,
    tiers: terms.cancellation.tiers,
  };
}

function addOnLines(
  { addOns }: ProgramTerms,
  wanted: QuoteRequest["addOns"],
): { ok: true; lines: QuoteLine[] } | QuoteRefusal {
  const lines: QuoteLine[] = [];
  for (const [index, { id, quantity }] of wanted.entries()) {
    const addOn = addOns.find((one) => one.id === id);
    const path = `addOns.${index}`;
    if (addOn === undefined)
      return { ok: false, reason: "validation_failed", path, detail: `There is no add-on ${id}` };
    if (lines.some((line) => line.id === id)) {
      return { ok: false, reason: "validation_failed", path, detail: `Add-on ${id} is asked for twice` };
    }
    if (quantity > addOn.stock) {
      return {
        ok: false,
        reason: "validation_failed",
        path: `${path}.quantity`,
        detail: `At most ${addOn.stock} of ${id}`,
      };
    }
    const { label, price } = addOn;
    lines.push({ kind: "add_on", id, label, quantity, unitAmount: price, amount: price * quantity });
  }
  return { ok: true, lines };
}

type AvailablePlan = Extract<PlanOffer, { kind: "full" | "deposit_and_balance" }>;

function availablePlan({ plans }: ProgramTerms, kind: PlanKind): { ok: true; plan: AvailablePlan } | QuoteRefusal {
  const plan = plans.find((offer) => offer.kind === kind);
  if (plan === undefined) {
    return { ok: false, reason: "plan_not_available", detail: `This program does not offer the plan ${kind}` };
  }
  if (plan.kind === "installments" || plan.kind === "financed") {
    return { ok: false, reason: "plan_not_available", detail: `The plan ${kind} cannot be booked online yet` };
  }
  return { ok: true, plan };
}

/**
 * Why a quote makes no booking now; null when it can. Its own clearance deadline ends its sale, though the cohort may have
 * taken terms with a later one since.
 */
export function refuseQuote({ validUntil, terms }: Quote, now: Instant): "quote_expired" | "not_on_sale" | null {
  if (validUntil <= now) return "quote_expired";
  return terms.clearanceDeadline <= now ? "not_on_sale" : null;
}

export type PlanComparison =
  | { kind: PlanKind; available: true; total: number; deposit: number; schedule: ScheduledDue[]; disclosure: null }
  | { kind: PlanKind; available: false; reason: string };

/** Every plan that the cohort offers for a place type, side by side; the unavailable ones with their reason. */
export function comparePlans(cohort: Cohort, placeType: string, now: Instant): PlanComparison[] {
  return (cohort.terms?.plans ?? []).map(({ kind }) => {
    const offer = quote(cohort, { id: "", merchant: "", placeType, plan: { kind }, addOns: [] }, now);
    if (!offer.ok) return { kind, available: false, reason: offer.detail };
    const { total, deposit, schedule: dues, disclosure } = offer.quote;
    return { kind, available: true, total, deposit, schedule: dues, disclosure };
  });
}
