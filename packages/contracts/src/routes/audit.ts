import * as z from "zod/mini";
import { stampedPlace } from "../cursor.ts";
import { calendarDate, instant, line, listQuery, matching, page } from "../fields.ts";
import { defineRoute } from "../route.ts";

const auditRecord = () =>
  z.object({
    subject: z.object({ type: z.string(), id: z.string() }),
    sequence: z.int(),
    at: instant(),
    recordedAt: instant(),
    actor: z.object({ sub: z.string(), role: z.string() }),
    action: z.string(),
    /** What staff wrote who made an exception for a client. */
    reason: z.optional(z.string()),
    before: z.nullable(z.record(z.string(), z.unknown())),
    after: z.nullable(z.record(z.string(), z.unknown())),
    previousHash: z.string(),
    hash: z.string(),
  });

export const listAudit = defineRoute({
  operationId: "listAudit",
  method: "GET",
  path: "/v1/audit",
  function: "admin",
  access: ["admin", "finance"],
  idempotency: "none",
  summary:
    "Who did what to a subject, by an actor, or between two dates; the last 30 days if none of them is named. Of a booking of one's own only what its payer or participant sees",
  query: listQuery(
    {
      subject: z.optional(
        matching(/^((program|cohort|booking|clearance)#)?[a-z]{3,4}_[0-9A-Za-z_]{1,60}$/, "Must be an id, or type#id"),
      ),
      actor: z.optional(line(100)),
      from: z.optional(calendarDate()),
      to: z.optional(calendarDate()),
    },
    { isPlace: stampedPlace(/(?:program|cohort|booking|clearance)#[a-z]{3,4}_[0-9A-Za-z_]{1,60}#\d{8}/) },
  ),
  responses: () => ({
    200: {
      description:
        "Records: of a subject in the order of its chain, others in the order of their writing. `at` is when the act was asked for, and the hash covers it; `recordedAt` is when its record was written, and the hash does not cover it. `from` and `to` are UTC days over `recordedAt`, both inclusive. A page may be shorter than was asked for, and may take some seconds: a cursor is given only when nothing can be written before it any more, so that a reader who follows it misses no record",
      schema: page(auditRecord()),
    },
  }),
  errors: [],
});

export const verifyAudit = defineRoute({
  operationId: "verifyAudit",
  method: "GET",
  path: "/v1/audit/verification",
  function: "admin",
  access: ["admin", "finance"],
  idempotency: "none",
  summary: "Re-computes every subject's chain and holds it against the subject's head",
  responses: () => ({
    200: {
      description: "The verdict",
      schema: z.object({
        verified: z.boolean(),
        records: z.int(),
        broken: z.array(z.object({ subject: z.string(), sequence: z.int() })),
      }),
    },
  }),
  errors: [],
});
