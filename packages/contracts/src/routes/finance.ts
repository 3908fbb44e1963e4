import { chartOfAccounts } from "@clearing/domain/ledger";
import * as z from "zod/mini";
import { stampedPlace } from "../cursor.ts";
import { calendarDate, currency, id, instant, listQuery } from "../fields.ts";
import { defineRoute } from "../route.ts";

const account = z.enum(Object.keys(chartOfAccounts) as [keyof typeof chartOfAccounts]);

export const getTrialBalance = defineRoute({
  operationId: "getTrialBalance",
  method: "GET",
  path: "/v1/finance/trial-balance",
  function: "finance",
  access: ["finance"],
  idempotency: "none",
  summary: "Gets the total debits, total credits and balance of every account",
  description: "The report covers one currency, as of the end of a date.",
  query: z.strictObject({ asOf: z.optional(calendarDate()), currency: z._default(currency(), "usd") }),
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
  errors: [],
});

export const getJournal = defineRoute({
  operationId: "getJournal",
  method: "GET",
  path: "/v1/finance/journal",
  function: "finance",
  access: ["finance"],
  idempotency: "none",
  summary: "Lists journal entries in the order of posting",
  description: "Returns JSON, CSV or an hledger file, depending on `Accept`.",
  headers: z.object({ accept: z.optional(z.string().check(z.maxLength(500))) }),
  query: listQuery(
    { bookingId: z.optional(id("bkg")), from: z.optional(calendarDate()), to: z.optional(calendarDate()) },
    { usual: 1_000, most: 1_000, isPlace: stampedPlace(/je_[0-9A-Za-z_]{1,60}/) },
  ),
  responses: () => ({
    200: {
      description:
        "Journal entries. CSV and hledger contain the whole range. A JSON page may be shorter than `limit` and may take a few seconds: the API returns a cursor only when no earlier entry can appear, so following the cursor misses no entry.",
      schema: z.object({
        items: z.array(
          z.object({
            id: id("je"),
            reference: z.string(),
            postedAt: instant(),
            effectiveOn: calendarDate(),
            currency: z.string(),
            postings: z.array(
              z.object({ account, debit: z.int(), credit: z.int(), bookingId: z.optional(z.string()) }),
            ),
          }),
        ),
        nextCursor: z.nullable(z.string()),
      }),
      contentTypes: ["application/json", "text/csv", "text/x-hledger"],
      headers: ["vary"],
    },
  }),
  errors: ["not_acceptable"],
});
