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
    /** The reason that staff gave for an exception, never the one for a cancellation. */
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
  summary: "Lists audit records by subject, actor or date",
  description:
    "Without these filters it lists the last 30 days. For their own bookings, staff see only what the payer or participant may see.",
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
        "Audit records. Records of one subject are in the order of its hash chain, others in the order in which they were written. `at` is when the action was requested and is part of the hash. `recordedAt` is when the record was written and is not part of it. `from` and `to` are UTC dates of `recordedAt`, both inclusive. A page may be shorter than `limit` and may take a few seconds: the API returns a cursor only when no earlier record can appear, so following the cursor misses no record.",
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
  summary: "Verifies the hash chain of every subject",
  responses: () => ({
    200: {
      description: "The result, with the first broken record of each chain",
      schema: z.object({
        verified: z.boolean(),
        records: z.int(),
        broken: z.array(z.object({ subject: z.string(), sequence: z.int() })),
      }),
    },
  }),
  errors: [],
});
