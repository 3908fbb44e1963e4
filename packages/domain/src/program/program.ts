import { amountProblem, chargeProblem, percentOf, problemOf } from "../money/index.ts";

export type PlaceTypePrice = { type: string; price: number };
export type DepositRule = { kind: "amount"; amount: number } | { kind: "percent"; percent: number };
export type PlanOffer =
  | { kind: "full" }
  | { kind: "deposit_and_balance"; balanceDueDaysBefore: number }
  | { kind: "installments"; months: number }
  | { kind: "financed"; months: number; annualRate: string };
export type CancellationTier = { daysBefore: number; refundPercent: number };
/** A tax on what is sold; `rate` in percent, with four decimals. */
export type Tax = { id: string; label: string; rate: string; appliesTo: ("place" | "add_on")[] };
export type AddOn = { id: string; label: string; price: number; stock: number };
export type ItineraryDay = {
  day: number;
  blocks: { start: string; end: string; title: string; kind: string }[];
};
export type AftercareStep = { afterDays: number; kind: string; instruments?: string[] | undefined };

/** One charge for a due that is unpaid so many days after its date, in minor units. */
export type LateChargeRule = { amount: number; graceDays: number };
/** Days after a due's date on which notices go, the last of them the final one; days before the start of the cancellation. */
export type NonPaymentRule = { noticeDays: number[]; cancelDaysBefore: number };
/**
 * How dues are collected: days after the first failed try on which it is tried again, days before a due on which a notice
 * goes, and by how many days and how often a client may move a due.
 */
export type CollectionRule = { retryDays: number[]; noticeDaysBefore: number[]; moveDays: number; moves: number };

/** What an admin writes: prices, rules and texts of what is sold. Amounts in minor units of `currency`. */
export type ProgramContent = {
  name: string;
  /** What payers, mails, calendars and Stripe may see: never a treatment. */
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
  /** So many business days a returned deposit may be paid in another way. */
  returnGraceDays: number;
  /** So many hours an outside lender has to decide. */
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

/** The neutral label of a program that names none: its length, never its treatment. */
export const defaultPublicLabel = (days: number): string => `${numberWords[days] ?? days}-day program`;

/** The deposit on a price, in minor units; a percentage is rounded half up to the currency's step. */
export const depositOn = (rule: DepositRule, price: number, currency: string): number =>
  rule.kind === "amount" ? rule.amount : percentOf(price, rule.percent, currency);

/** Why a price cannot be paid as a deposit and one charge for the rest; null when it can. */
export function depositProblem(rule: DepositRule, price: number, currency: string): string | null {
  const deposit = depositOn(rule, price, currency);
  const problem = chargeProblem(deposit, currency);
  if (problem !== null) return problemOf("The deposit", problem);
  const rest = chargeProblem(price - deposit, currency);
  return rest === null ? null : problemOf("The rest after the deposit", rest);
}

const repeated = (names: string[]): string[] => names.filter((name, index) => names.indexOf(name) !== index);

/** What does not fit together in a program, each with the path of the field; empty when it is sound. */
export function programProblems(program: ProgramContent): Problem[] {
  const wrongAmounts = amountProblems(program);
  return [
    ...placeTypeProblems(program),
    ...wrongAmounts,
    // A deposit is weighed against prices that are amounts of the currency.
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

/** Each amount that is not a multiple of the currency's step, or that is collected and cannot be charged. */
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
    return message === null ? [] : [{ path: "deposit", message: `On ${type}: ${message}` }];
  });
}

function planProblems({ plans }: ProgramContent): Problem[] {
  const twice = repeated(plans.map(({ kind }) => kind));
  return twice.map((kind) => ({ path: "plans", message: `Must not list the plan ${kind} twice` }));
}

/** Days that are counted from one date, each of which has one notice or try, in the order in which they come. */
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
 * Why a program may not have its currency; null when it may. The Stripe account has to settle it as itself (`settled`):
 * of any other, Stripe would make another amount in another currency. A program that retires keeps what it has.
 */
export function settlementProblem({ currency, status }: Program, settled: readonly string[]): Problem | null {
  if (status === "retired" || settled.includes(currency)) return null;
  return { path: "currency", message: `Must be a currency that the Stripe account settles: ${settled.join(", ")}` };
}

/** The currency stands once a program was published: its cohorts' prices are in it, and were quoted. */
export const mayChangeCurrency = ({ status }: Program): boolean => status === "draft";

/** The public sees a program while it is published; a retired one is sold no more. */
export const isPublished = ({ status }: Program): boolean => status === "published";

/** A draft is for admins alone: it was never published. */
export const isDraftProgram = ({ status }: Program): boolean => status === "draft";

/** `draft -> published -> retired`; the same status is no transition. */
export const mayBecome = (from: ProgramStatus, to: ProgramStatus): boolean =>
  from === to || (from === "draft" && to === "published") || (from === "published" && to === "retired");
