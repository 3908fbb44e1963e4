import * as z from "zod/mini";
import { amount, calendarDate } from "./fields.ts";

export const planKinds = ["full", "deposit_and_balance", "installments", "financed"] as const;
/** A booking has at most 60 dues, its deposit among them. */
export const mostMonths = 59;
export const scheduledDue = z.object({
  sequence: z.int(),
  kind: z.enum(["deposit", "installment", "balance"]),
  dueOn: calendarDate(),
  amount: amount(),
});
export const policyDate = z.object({ until: calendarDate(), refundPercent: z.int() });
