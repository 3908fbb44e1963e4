import { chartOfAccounts } from "@clearing/domain/ledger";
import * as z from "zod";
import { calendarDate, currency, id, instant } from "../fields.ts";
import { defineRoute } from "../route.ts";

const account = z.enum(Object.keys(chartOfAccounts) as [keyof typeof chartOfAccounts]);
const errors = ["validation_failed", "unauthenticated", "forbidden"] as const;

export const getTrialBalance = defineRoute({
  operationId: "getTrialBalance",
  method: "GET",
  path: "/v1/finance/trial-balance",
  function: "finance",
  access: ["finance"],
  idempotency: "none",
  summary: "Turnover and balance of every account, of one currency, to the end of a date",
  query: z.strictObject({ asOf: calendarDate().optional(), currency: currency().default("usd") }),
  responses: () => ({
    200: {
      description: "The trial balance",
      schema: z.object({
        currency: z.string(),
        asOf: calendarDate(),
        accounts: z.array(z.object({ account, debit: z.int(), credit: z.int(), balance: z.int() })),
        totalDebit: z.int(),
        totalCredit: z.int(),
      }),
    },
  }),
  errors: [...errors],
});

export const getJournal = defineRoute({
  operationId: "getJournal",
  method: "GET",
  path: "/v1/finance/journal",
  function: "finance",
  access: ["finance"],
  idempotency: "none",
  summary: "Journal entries in the order of their posting, as JSON, CSV or an hledger file",
  headers: z.object({ accept: z.string().max(500).optional() }),
  query: z.strictObject({
    bookingId: id("bkg").optional(),
    from: calendarDate().optional(),
    to: calendarDate().optional(),
    limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
    cursor: z.string().max(400).optional(),
  }),
  responses: () => ({
    200: {
      description: "Entries; the whole range at once as text",
      schema: z.object({
        items: z.array(
          z.object({
            id: id("je"),
            reference: z.string(),
            postedAt: instant(),
            effectiveOn: calendarDate(),
            currency: z.string(),
            postings: z.array(z.object({ account, debit: z.int(), credit: z.int(), bookingId: z.string().optional() })),
          }),
        ),
        nextCursor: z.string().nullable(),
      }),
      contentTypes: ["application/json", "text/csv", "text/x-hledger"],
    },
  }),
  errors: [...errors],
});
