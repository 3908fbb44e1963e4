import type { Cohort, CohortTerms } from "../cohort/index.ts";
import { isOnSale } from "../cohort/index.ts";
import { type CreditRules, figureOn } from "../credit/index.ts";
import { chargeProblem, largestCharge, problemOf } from "../money/index.ts";
import {
  type CollectionRule,
  depositOn,
  type LateChargeRule,
  type NonPaymentRule,
  type PlanOffer,
} from "../program/index.ts";
import { type CalendarDate, dateIn, type Instant, plusHours } from "../time/index.ts";
import { choosePlan, type WantedPlan } from "./choice.ts";
import { type Disclosure, disclosureOf, interestOf } from "./disclosure.ts";
import { priceLines, type WantedAddOn } from "./lines.ts";
import { type PolicyDate, policyDates } from "./policy.ts";
import type { QuoteLine } from "./quote-line.ts";
import { type ScheduledDue, schedule } from "./schedule.ts";

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
  collection: CollectionRule;
  /** With the most that the law allows on the quote's date, in percent of what is late; null where it sets no bound. */
  lateCharge: (LateChargeRule & { capPercent: number | null }) | null;
  nonPayment: NonPaymentRule | null;
  returnGraceDays: number;
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
  /** With the months that the client chose. */
  plan: PlanOffer;
  currency: string;
  lines: QuoteLine[];
  /** The cash price: what is sold and its taxes. */
  total: number;
  deposit: number;
  /** The interest of its dues; they add up to `total` and this. */
  financeCharge: number;
  schedule: ScheduledDue[];
  /** Null where the plan is no consumer credit. */
  disclosure: Disclosure | null;
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
  /** What the law sets of credit by dates. */
  creditRules: CreditRules;
  placeType: string;
  plan: WantedPlan;
  addOns: WantedAddOn[];
};

/**
 * Prices one place of a cohort under one plan, on the cohort's terms. Refuses a cohort that is not on sale, a plan that
 * it does not offer, or not over so many months, or one of whose dues is smaller or larger than a charge may be, and
 * add-ons that are not there. Sold-out cohorts are quoted all the same.
 */
export function quote(cohort: Cohort, request: QuoteRequest, now: Instant): { ok: true; quote: Quote } | QuoteRefusal {
  const { terms, startsOn, clearanceDeadlineOn } = cohort;
  if (terms === null || !isOnSale(cohort, now)) {
    return { ok: false, reason: "not_on_sale", detail: "This cohort is not on sale." };
  }
  const place = cohort.places.find(({ type }) => type === request.placeType);
  if (place === undefined) {
    return { ok: false, reason: "validation_failed", path: "placeType", detail: "Must be a place type of this cohort" };
  }
  const priced = priceLines(terms, place, request.addOns);
  if (!priced.ok) return priced;
  const quotedOn = dateIn(cohort.timeZone, now);
  const chosen = choosePlan(terms.plans, request.plan, { quotedOn, startsOn });
  if (!chosen.ok) return { ok: false, reason: "plan_not_available", detail: chosen.detail };

  const { plan } = chosen;
  const { lines, total, tax } = priced;
  const { currency } = terms;
  // A deposit and one balance: no more than two charges can carry. The bound keeps percentages exact, too.
  if (total > 2 * largestCharge(currency)) return tooMuch;
  const deposit = depositOn(terms.deposit, total, currency);
  const dues = schedule(plan, { total, tax, deposit, currency, quotedOn, startsOn, clearanceDeadlineOn });
  for (const due of dues) {
    const problem = chargeProblem(due.amount, currency);
    if (problem !== null)
      return { ok: false, reason: "plan_not_available", detail: `${problemOf(`The ${due.kind}`, problem)}.` };
  }
  return {
    ok: true,
    quote: {
      id: request.id,
      cohortId: cohort.id,
      programId: cohort.programId,
      placeType: place.type,
      plan,
      currency,
      lines,
      total,
      deposit,
      financeCharge: interestOf(dues),
      schedule: dues,
      disclosure: disclosureOf(dues, {
        ...{ merchant: request.merchant, rules: request.creditRules },
        ...{ total, deposit, quotedOn, terms },
      }),
      policy: policyDates(terms.cancellation.tiers, startsOn, quotedOn),
      terms: quotedTerms(cohort, terms, request, quotedOn),
      validUntil: plusHours(now, validHours),
      removedAt: plusHours(now, keptHours),
    },
  };
}

const tooMuch: QuoteRefusal = {
  ok: false,
  reason: "plan_not_available",
  detail: "The total is more than two charges can collect. Ask for fewer add-ons.",
};

function quotedTerms(
  cohort: Cohort,
  terms: CohortTerms,
  { merchant, creditRules }: QuoteRequest,
  quotedOn: CalendarDate,
): QuotedTerms {
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
    collection: terms.collection,
    lateCharge: terms.lateCharge && {
      ...terms.lateCharge,
      capPercent: figureOn(creditRules.lateChargeCap, quotedOn) ?? null,
    },
    nonPayment: terms.nonPayment,
    returnGraceDays: terms.returnGraceDays,
  };
}

/**
 * Why a quote makes no booking now; null when it can. Its own clearance deadline ends its sale, though the cohort may have
 * taken terms with a later one since.
 */
export function refuseQuote({ validUntil, terms }: Quote, now: Instant): "quote_expired" | "not_on_sale" | null {
  if (validUntil <= now) return "quote_expired";
  return terms.clearanceDeadline <= now ? "not_on_sale" : null;
}
