import * as z from "zod";
import { amount, count, currency, id, label, text } from "./fields.ts";

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Must be a time as HH:MM");
const rate = z.string().regex(/^\d{1,2}\.\d{4}$/, 'Must be a percentage a year with four decimals, such as "9.9900"');

const plan = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("full") }),
  z.strictObject({ kind: z.literal("deposit_and_balance"), balanceDueDaysBefore: count(0, 365) }),
  z.strictObject({ kind: z.literal("installments"), months: count(2, 60) }),
  z.strictObject({ kind: z.literal("financed"), months: count(2, 60), annualRate: rate }),
]);

/** What an admin may write of a program; defaults belong to its creation. */
export const programFields = {
  name: text(120),
  publicLabel: text(80),
  summary: text(2_000),
  modalities: z.array(text(40)).max(20),
  days: count(1, 60),
  currency: currency(),
  healthCare: z.boolean(),
  placeTypes: z
    .array(z.strictObject({ type: label(), price: amount().min(50, "Must be at least 50") }))
    .min(1)
    .max(10),
  deposit: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("amount"), amount: amount().min(50, "Must be at least 50") }),
    z.strictObject({ kind: z.literal("percent"), percent: count(1, 99) }),
  ]),
  plans: z.array(plan).min(1).max(4),
  lateCharge: z.strictObject({ amount: amount(), graceDays: count(0, 60) }).nullable(),
  nonPayment: z
    .strictObject({ noticeDays: z.array(count(0, 365)).max(10), cancelDaysBefore: count(0, 365) })
    .nullable(),
  cancellation: z.strictObject({
    administrationFee: amount(),
    tiers: z
      .array(z.strictObject({ daysBefore: count(0, 730), refundPercent: count(0, 100) }))
      .min(1)
      .max(12),
  }),
  screening: z.strictObject({
    clearanceDeadlineDaysBefore: count(0, 180),
    validityDays: count(1, 365),
    declineAfterHours: count(0, 720).default(24),
  }),
  holdMinutes: count(1, 1_440),
  waitlistOfferHours: count(1, 720),
  addOns: z.array(z.strictObject({ id: label(), label: text(80), price: amount(), stock: count(0, 10_000) })).max(50),
  itinerary: z
    .array(
      z.strictObject({
        day: count(1, 60),
        blocks: z.array(z.strictObject({ start: time, end: time, title: text(120), kind: label() })).max(30),
      }),
    )
    .max(60),
  aftercare: z
    .array(
      z.strictObject({ afterDays: count(0, 730), kind: label(), instruments: z.array(text(20)).max(10).optional() }),
    )
    .max(40),
};

export const programStatus = z.enum(["draft", "published", "retired"]);
export const programResponse = () => z.object({ id: id("prog"), status: programStatus, ...programFields });
