import * as z from "zod/mini";
import { amount, count, currency, id, label, line, list, matching, text } from "./fields.ts";
import { mostMonths, planKinds, rate } from "./plan.ts";

const time = matching(/^([01]\d|2[0-3]):[0-5]\d$/, "Must be a time as HH:MM");

const block = z
  .strictObject({ start: time, end: time, title: line(120), kind: label() })
  .check(z.refine(({ start, end }) => start < end, { path: ["end"], error: "Must be after the start" }));

const plan = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("full") }),
  z.strictObject({ kind: z.literal("deposit_and_balance"), balanceDueDaysBefore: count(0, 365) }),
  z.strictObject({ kind: z.literal("installments"), months: count(2, mostMonths) }),
  z.strictObject({
    kind: z.literal("financed"),
    months: count(2, mostMonths),
    annualRate: rate("an annual percentage"),
  }),
]);

/** The fields of a program that an admin may write. Defaults apply only at its creation. */
export const programFields = {
  name: line(120),
  publicLabel: line(80),
  summary: text(2_000),
  modalities: list(line(40), { most: 20 }),
  days: count(1, 60),
  currency: currency(),
  healthCare: z.boolean(),
  placeTypes: list(z.strictObject({ type: label(), price: amount() }), { least: 1, most: 10 }),
  deposit: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("amount"), amount: amount() }),
    z.strictObject({ kind: z.literal("percent"), percent: count(1, 99) }),
  ]),
  taxes: list(
    z.strictObject({
      id: label(),
      label: line(80),
      rate: rate("a percentage"),
      appliesTo: list(z.enum(["place", "add_on"]), { least: 1, most: 2 }),
    }),
    { most: 10 },
  ),
  plans: list(plan, { least: 1, most: 4 }),
  lateCharge: z.nullable(z.strictObject({ amount: amount(), graceDays: count(0, 60) })),
  nonPayment: z.nullable(
    z.strictObject({ noticeDays: list(count(1, 365), { least: 1, most: 10 }), cancelDaysBefore: count(0, 365) }),
  ),
  collection: z.strictObject({
    retryDays: list(count(1, 60), { most: 5 }),
    noticeDaysBefore: list(count(1, 60), { most: 5 }),
    moveDays: count(0, 90),
    moves: count(0, 20),
  }),
  returnGraceDays: count(0, 20),
  financingHours: count(1, 720),
  cancellation: z.strictObject({
    administrationFee: amount(),
    tiers: list(z.strictObject({ daysBefore: count(0, 730), refundPercent: count(0, 100) }), { least: 1, most: 12 }),
  }),
  screening: z.strictObject({
    clearanceDeadlineDaysBefore: count(0, 180),
    validityDays: count(1, 365),
    declineAfterHours: z._default(count(0, 720), 24),
  }),
  holdMinutes: count(1, 1_440),
  waitlistOfferHours: count(1, 720),
  addOns: list(z.strictObject({ id: label(), label: line(80), price: amount(), stock: count(0, 10_000) }), {
    most: 50,
  }),
  itinerary: list(
    z.strictObject({
      day: count(1, 60),
      blocks: list(block, { most: 30 }),
    }),
    { most: 60 },
  ),
  aftercare: list(
    z.strictObject({
      afterDays: count(0, 730),
      kind: label(),
      instruments: z.optional(list(line(20), { most: 10 })),
    }),
    { most: 40 },
  ),
};

/** The terms that a cohort copies from its program. */
export const termsResponse = () =>
  z.object({
    publicLabel: programFields.publicLabel,
    days: programFields.days,
    currency: programFields.currency,
    placeTypes: programFields.placeTypes,
    deposit: programFields.deposit,
    taxes: programFields.taxes,
    plans: programFields.plans,
    lateCharge: programFields.lateCharge,
    nonPayment: programFields.nonPayment,
    collection: programFields.collection,
    returnGraceDays: programFields.returnGraceDays,
    financingHours: programFields.financingHours,
    cancellation: programFields.cancellation,
    screening: programFields.screening,
    holdMinutes: programFields.holdMinutes,
    addOns: programFields.addOns,
  });

export const programStatus = z.enum(["draft", "published", "retired"]);
export const programResponse = () => z.object({ id: id("prog"), status: programStatus, ...programFields });

/**
 * A credit example for each plan that is consumer credit, required since the page states months and rates (12 CFR
 * 1026.24(d)(2)).
 */
const creditExample = z.object({
  plan: z.enum(planKinds),
  placeType: z.string(),
  cashPrice: amount(),
  downPayment: amount(),
  payments: z.array(z.object({ count: z.int(), amount: amount(), every: z.literal("month") })),
  apr: z.string(),
  financeCharge: amount(),
  totalSalePrice: amount(),
});

export const publicProgramResponse = () => z.extend(programResponse(), { creditExamples: z.array(creditExample) });
