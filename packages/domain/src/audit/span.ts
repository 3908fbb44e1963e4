import { addDays, type CalendarDate, dateIn, endOfDay, type Instant, later, plusSeconds } from "../time/index.ts";

/** The UTC days on which records were written, both inclusive. */
export type AuditSpan = { from: CalendarDate; to: CalendarDate };

/** No audit record is older than this. */
const auditBegins: CalendarDate = "2026-01-01";
/** How many days before its last day a list without filters begins. */
const usualDays = 30;

type Asked = { from?: CalendarDate | undefined; to?: CalendarDate | undefined; narrowed: boolean };

/**
 * The days of a list of audit records, none after today. `narrowed`: the list is filtered by subject or actor, so it
 * begins with the first record. `endedAt` is the last instant of a past span; null if the span includes today.
 */
export function auditSpan({ from, to, narrowed }: Asked, now: Instant): AuditSpan & { endedAt: Instant | null } {
  const today = dateIn("UTC", now);
  const last = to === undefined || to > today ? today : to;
  const first = from ?? (narrowed ? auditBegins : addDays(last, -usualDays));
  const endedAt = last < today ? plusSeconds(endOfDay(last, "UTC"), -1) : null;
  return { from: later(first, auditBegins), to: last, endedAt };
}

/** Whether a record was written within a span. */
export function isWithin({ from, to }: AuditSpan, { recordedAt }: { recordedAt: Instant }): boolean {
  const day = dateIn("UTC", recordedAt);
  return from <= day && day <= to;
}
