import { amountProblem, chargeProblem, percentOf, problemOf } from "../money/index.ts";

export type PlaceTypePrice = { type: string; price: number };
/** A fixed amount in minor units, or a whole percentage of the price. */
export type DepositRule = { kind: "amount"; amount: number } | { kind: "percent"; percent: number };
/**
 * A payment plan that a program offers. `months` is the most that it allows; `annualRate` is in percent with four
 * decimals.
 */
export type PlanOffer =
  | { kind: "full" }
  | { kind: "deposit_and_balance"; balanceDueDaysBefore: number }
  | { kind: "installments"; months: number }
  | { kind: "financed"; months: number; annualRate: string };
/** A cancellation at least `daysBefore` days before the start refunds `refundPercent` percent of what was paid. */
export type CancellationTier = { daysBefore: number; refundPercent: number };
/** A tax on what is sold; `rate` in percent with four decimals, `6.8750`. */
export type Tax = { id: string; label: string; rate: string; appliesTo: ("place" | "add_on")[] };
export type AddOn = { id: string; label: string; price: number; stock: number };
export type ItineraryDay = {
  day: number;
  blocks: { start: string; end: string; title: string; kind: string }[];
};
export type AftercareStep = { afterDays: number; kind: string; instruments?: string[] | undefined };

/** One charge for a due that is still unpaid `graceDays` days after its date. `amount` in minor units. */
export type LateChargeRule = { amount: number; graceDays: number };
/**
 * Past-due notices are sent `noticeDays` after a due's date, the last one final. The booking is cancelled
 * `cancelDaysBefore` days before the start.
 */
export type NonPaymentRule = { noticeDays: number[]; cancelDaysBefore: number };

/** The days of past-due notices if the program does not cancel for non-payment. */
const usualNoticeDays = [3, 7];

type Noticed = { nonPayment: NonPaymentRule | null };

/**
 * The days after a due's date on which past-due notices are sent; the last one is final. An earlier release may have
 * stored day 0, on which a due is not late yet, and an empty list for the usual days.
 */
export function noticeDaysOf({ nonPayment }: Noticed): number[] {
  const days = nonPayment?.noticeDays ?? [];
  return days.length === 0 ? usualNoticeDays : [...new Set(days.map((day) => Math.max(1, day)))];
}

/** Stored content with the notice days that count. */
export const withNoticeDays = <Content extends Noticed>(content: Content): Content => ({
  ...content,
  nonPayment: content.nonPayment && { ...content.nonPayment, noticeDays: noticeDaysOf(content) },
});

/**
 * How dues are collected. A due is retried `retryDays` after its first failed try; notices are sent `noticeDaysBefore`
 * days before its date. A client may move a due by up to `moveDays` days, up to `moves` times.
 */
export type CollectionRule = { retryDays: number[]; noticeDaysBefore: number[]; moveDays: number; moves: number };

/** The content that an admin writes: prices, rules and texts. Amounts in minor units of `currency`. */
export type ProgramContent = {
  name: string;
  /** The label that payers, mails, calendars and Stripe may show: never a treatment. */
  publicLabel: string;
  summary: string;
  modalities: string[];
  days: number;
  currency: string;
  healthCare: boolean;
  placeTypes: PlaceTypePrice[];
  deposit: DepositRule;
  taxes: Tax[];
  plans: PlanOffer[];
  lateCharge: LateChargeRule | null;
  nonPayment: NonPaymentRule | null;
  collection: CollectionRule;
  /** Business days to pay a returned deposit another way. */
  returnGraceDays: number;
  /** Hours that an outside lender has to decide. */
  financingHours: number;
  cancellation: { administrationFee: number; tiers: CancellationTier[] };
  screening: { clearanceDeadlineDaysBefore: number; validityDays: number; declineAfterHours: number };
  holdMinutes: number;
  waitlistOfferHours: number;
  addOns: AddOn[];
  itinerary: ItineraryDay[];
  aftercare: AftercareStep[];
};

export type ProgramStatus = "draft" | "published" | "retired";
export type Program = ProgramContent & { id: string; version: number; auditHash: string; status: ProgramStatus };

export type Problem = { path: string; message: string };

const numberWords = [
  "",
  "One",
  "Two",
  "Three",
  "Four",
  "Five",
  "Six",
  "Seven",
  "Eight",
  "Nine",
  "Ten",
  "Eleven",
  "Twelve",
  "Thirteen",
  "Fourteen",
];

/** The neutral default label of a program: its length, never its treatment. */
export const defaultPublicLabel = (days: number): string => `${numberWords[days] ?? days}-day program`;

/** The deposit on a price, in minor units; a percentage is rounded half up to the currency's step. */
export const depositOn = (rule: DepositRule, price: number, currency: string): number =>
  rule.kind === "amount" ? rule.amount : percentOf(price, rule.percent, currency);

/** Why a price cannot be paid as a deposit and one charge for the rest; null if it can. */
export function depositProblem(rule: DepositRule, price: number, currency: string): string | null {
  const deposit = depositOn(rule, price, currency);
  const problem = chargeProblem(deposit, currency);
  if (problem !== null) return problemOf("The deposit", problem);
  const rest = chargeProblem(price - deposit, currency);
  return rest === null ? null : problemOf("The rest after the deposit", rest);
}

const repeated = (names: string[]): string[] => names.filter((name, index) => names.indexOf(name) !== index);

/** The inconsistencies in a program, each with its field's path; empty if there are none. */
export function programProblems(program: ProgramContent): Problem[] {
  const wrongAmounts = amountProblems(program);
  return [
    ...placeTypeProblems(program),
    ...wrongAmounts,
    // Deposits are compared only with prices that are valid in the currency.
    ...(wrongAmounts.length === 0 ? depositProblems(program) : []),
    ...planProblems(program),
    ...tierProblems(program),
    ...repeated(program.addOns.map(({ id }) => id)).map((id) => ({
      path: "addOns",
      message: `Must not list the add-on ${id} twice`,
    })),
    ...repeated(program.taxes.map(({ id }) => id)).map((id) => ({
      path: "taxes",
      message: `Must not list the tax ${id} twice`,
    })),
    ...collectionProblems(program),
    ...program.itinerary.flatMap(({ day }, index) =>
      day > program.days
        ? [{ path: `itinerary.${index}.day`, message: `Must be at most ${program.days}, the days of the program` }]
        : [],
    ),
  ];
}

function placeTypeProblems({ placeTypes }: ProgramContent): Problem[] {
  return repeated(placeTypes.map(({ type }) => type)).map((type) => ({
    path: "placeTypes",
    message: `Must not list the place type ${type} twice`,
  }));
}

/**
 * Amounts that are not a multiple of the currency's step, or are outside the limits of a charge although they are
 * collected.
 */
function amountProblems({
  currency,
  placeTypes,
  deposit,
  lateCharge,
  cancellation,
  addOns,
}: ProgramContent): Problem[] {
  const problem = (path: string, message: string | null): Problem[] => (message === null ? [] : [{ path, message }]);
  const late = lateCharge?.amount ?? 0;
  return [
    ...placeTypes.flatMap(({ price }, index) => problem(`placeTypes.${index}.price`, chargeProblem(price, currency))),
    ...(deposit.kind === "amount" ? problem("deposit.amount", chargeProblem(deposit.amount, currency)) : []),
    ...(late > 0 ? problem("lateCharge.amount", chargeProblem(late, currency)) : []),
    ...problem("cancellation.administrationFee", amountProblem(cancellation.administrationFee, currency)),
    ...addOns.flatMap(({ price }, index) => problem(`addOns.${index}.price`, amountProblem(price, currency))),
  ];
}

function depositProblems({ placeTypes, deposit, currency }: ProgramContent): Problem[] {
  return placeTypes.flatMap(({ type, price }) => {
    const message = depositProblem(deposit, price, currency);
    return message === null ? [] : [{ path: "deposit", message: `For ${type}: ${message}` }];
  });
}

function planProblems({ plans }: ProgramContent): Problem[] {
  const twice = repeated(plans.map(({ kind }) => kind));
  return twice.map((kind) => ({ path: "plans", message: `Must not list the plan \`${kind}\` twice` }));
}

/** The days of retries and notices must be in strict order: each day has one retry or notice. */
function collectionProblems({ collection, nonPayment }: ProgramContent): Problem[] {
  const rising = (days: number[]) => days.every((day, index) => index === 0 || day > (days[index - 1] ?? 0));
  const problem = (path: string, isSound: boolean, message: string) => (isSound ? [] : [{ path, message }]);
  const { retryDays, noticeDaysBefore } = collection;
  return [
    ...problem("collection.retryDays", rising(retryDays), "Must be in ascending order"),
    ...problem("collection.noticeDaysBefore", rising(noticeDaysBefore.toReversed()), "Must be in descending order"),
    ...problem("nonPayment.noticeDays", rising(nonPayment?.noticeDays ?? []), "Must be in ascending order"),
  ];
}

function tierProblems({ cancellation: { tiers } }: ProgramContent): Problem[] {
  const problems: Problem[] = [];
  tiers.forEach((tier, index) => {
    const before = tiers[index - 1];
    if (before === undefined) return;
    const path = `cancellation.tiers.${index}`;
    if (tier.daysBefore >= before.daysBefore) {
      problems.push({
        path: `${path}.daysBefore`,
        message: "Must be less than in the tier before it",
      });
    }
    if (tier.refundPercent > before.refundPercent) {
      problems.push({ path: `${path}.refundPercent`, message: "Must not be more than in the tier before it" });
    }
  });
  if (tiers.at(-1)?.daysBefore !== 0) {
    problems.push({ path: "cancellation.tiers", message: "Must end with a tier of 0 days before the start" });
  }
  return problems;
}

/**
 * Why a program cannot have its currency; null if it can. The Stripe account must settle the currency (`settled`), or
 * Stripe would convert each amount. A retired program keeps its currency.
 */
export function settlementProblem({ currency, status }: Program, settled: readonly string[]): Problem | null {
  if (status === "retired" || settled.includes(currency)) return null;
  return { path: "currency", message: `Must be a currency that the Stripe account settles in: ${settled.join(", ")}` };
}

/** A published program keeps its currency, since its cohorts' prices use it and were quoted. */
export const mayChangeCurrency = ({ status }: Program): boolean => status === "draft";

/** The public sees a program while it is published; a retired program is no longer sold. */
export const isPublished = ({ status }: Program): boolean => status === "published";

/** Only admins see a draft, which was never published. */
export const isDraftProgram = ({ status }: Program): boolean => status === "draft";

/** `draft -> published -> retired`; keeping the status is allowed. */
export const mayBecome = (from: ProgramStatus, to: ProgramStatus): boolean =>
  from === to || (from === "draft" && to === "published") || (from === "published" && to === "retired");
