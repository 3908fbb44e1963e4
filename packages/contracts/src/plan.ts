import * as z from "zod/mini";
import { amount, calendarDate, matching } from "./fields.ts";

export const planKinds = ["full", "deposit_and_balance", "installments", "financed"] as const;
/** A schedule has at most 60 dues, including the deposit. */
export const mostMonths = 59;
/** An annual or tax percentage with four decimals. */
export const rate = (what: string) =>
  matching(/^\d{1,2}\.\d{4}$/, `Must be ${what} with four decimals, such as "9.9900"`);
export const scheduledDue = z.object({
  sequence: z.int(),
  kind: z.enum(["deposit", "installment", "balance"]),
  dueOn: calendarDate(),
  amount: amount(),
});
export const policyDate = z.object({ until: calendarDate(), refundPercent: z.int() });
/** The closed-end credit disclosure of 12 CFR 1026.18. */
export const disclosure = z.object({
  creditor: z.string(),
  apr: z.string(),
  financeCharge: amount(),
  amountFinanced: amount(),
  totalOfPayments: amount(),
  totalSalePrice: amount(),
  downPayment: amount(),
  payments: z.array(
    z.object({
      count: z.int(),
      amount: amount(),
      firstDueOn: calendarDate(),
      every: z.literal("month"),
      dayOfMonth: z.int(),
    }),
  ),
  prepayment: z.string(),
  latePayment: z.string(),
  securityInterest: z.string(),
});
/** The plan that the client chose. `months` and `annualRate` are set for monthly plans. */
export const quotedPlan = z.object({
  kind: z.enum(planKinds),
  balanceDueDaysBefore: z.optional(z.int()),
  months: z.optional(z.int()),
  annualRate: z.optional(z.string()),
});
