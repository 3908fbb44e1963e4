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

/**
 * The terms of the booking to be made, copied when the price was quoted. Later terms of the cohort do not affect the
 * quote.
 */
export type QuotedTerms = {
  /** The legal name of the business that sells and collects. The agreement's permission to collect names it. */
  merchant: string;
  publicLabel: string;
  /** The version of the cohort's terms at the time of the quote. */
  termsVersion: number;
  /**
   * The version of the cohort's dates and time zone at the time of the quote. A claim requires a place with the same
   * version.
   */
  datesVersion: number;
  startsOn: CalendarDate;
  endsOn: CalendarDate;
  timeZone: string;
  venue: string;
  clearanceDeadlineOn: CalendarDate;
  /** The end of the clearance deadline's calendar day in the cohort's time zone; the sale ends with it. */
  clearanceDeadline: Instant;
  declineAfterHours: number;
  validityDays: number;
  holdMinutes: number;
  administrationFee: number;
  tiers: { daysBefore: number; refundPercent: number }[];
  collection: CollectionRule;
  /** `capPercent`: the legal cap on the quote's date, in percent of the late amount; null if there is none. */
  lateCharge: (LateChargeRule & { capPercent: number | null }) | null;
  nonPayment: NonPaymentRule | null;
  returnGraceDays: number;
};

/**
 * A priced offer for one place of one cohort, in minor units. Its prices are valid until `validUntil`. It is removed at
 * `removedAt` unless a booking was made from it.
 */
export type Quote = {
  id: string;
  cohortId: string;
  programId: string;
  placeType: string;
  /** The plan with the months that the client chose. */
  plan: PlanOffer;
  currency: string;
  lines: QuoteLine[];
  /** The cash price: place, add-ons and taxes. */
  total: number;
  deposit: number;
  /** The interest of its dues, which add up to `total` plus this. */
  financeCharge: number;
  schedule: ScheduledDue[];
  /** Null if the plan is not consumer credit, and if it is exempt by its amount. */
  disclosure: Disclosure | null;
  policy: PolicyDate[];
  terms: QuotedTerms;
  validUntil: Instant;
  removedAt: Instant;
};

/** A client may sleep on a quote: it is valid for a day. */
const validHours = 24;
/** Anybody may request quotes, so quotes without a booking are removed. */
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
  /** The law's figures on credit, by date. */
  creditRules: CreditRules;
  placeType: string;
  plan: WantedPlan;
  addOns: WantedAddOn[];
};

/**
 * Prices one place of a cohort under one plan, on the cohort's terms. Refuses `not_on_sale`; `validation_failed` for an
 * unknown place type or add-on; and `plan_not_available` if the plan is not offered, has too few months, or has a due
 * that cannot be charged (such as one below the smallest charge). A sold-out cohort can be quoted.
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
  // Every total can be paid as a deposit and one balance, so it is at most two charges. The limit also keeps
  // percentages exact.
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
  detail: "The total is more than can be paid as a deposit and one further payment. Choose fewer add-ons.",
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
 * Why no booking can be made from a quote now; null if one can. The quote's own clearance deadline ends its sale, even
 * if the cohort's terms now have a later one.
 */
export function refuseQuote({ validUntil, terms }: Quote, now: Instant): "quote_expired" | "not_on_sale" | null {
  if (validUntil <= now) return "quote_expired";
  return terms.clearanceDeadline <= now ? "not_on_sale" : null;
}
