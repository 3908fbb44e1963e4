import { mostFlows, recurrences } from "@clearing/domain/credit";
import * as z from "zod/mini";
import { amount, calendarDate, count, list, matching } from "../fields.ts";
import { defineRoute, seldomAsked } from "../route.ts";

/** One advance or payment, or several equal ones that recur. */
const stream = () =>
  z.strictObject({
    date: calendarDate(),
    amount: amount(1),
    count: z.optional(count(1, mostFlows)),
    every: z.optional(z.enum(recurrences)),
  });

const unitPeriod = () =>
  matching(
    /^(day|week|two_weeks|half_month|four_weeks|month|two_months|quarter|year|[1-9]\d{0,2}_(days|weeks|months))$/,
    "Must be a unit-period, such as month, 5_weeks or 90_days",
  );

export const computeApr = defineRoute({
  operationId: "computeApr",
  method: "POST",
  path: "/v1/calculators/apr",
  function: "catalogue",
  access: "public",
  idempotency: "none",
  summary: "Computes the annual percentage rate (APR) of advances and payments",
  description: "The method is that of Appendix J to Regulation Z (12 CFR part 1026).",
  throttle: seldomAsked,
  body: z.strictObject({
    advances: list(stream(), { least: 1, most: mostFlows }),
    payments: list(stream(), { least: 1, most: mostFlows }),
    unitPeriod: z.optional(unitPeriod()),
  }),
  responses: () => ({
    200: {
      description: "`apr` is a percentage with six decimals",
      schema: z.object({
        apr: matching(/^\d+\.\d{6}$/, "Must have six decimals"),
        financeCharge: z.int(),
        amountFinanced: z.int(),
        totalOfPayments: z.int(),
        unitPeriod: z.string(),
        unitPeriodsPerYear: z.number(),
      }),
    },
  }),
  errors: ["no_apr"],
});
