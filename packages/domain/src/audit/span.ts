import { addDays, type CalendarDate, dateIn, endOfDay, type Instant, later, plusSeconds } from "../time/index.ts";

/** Days (UTC) of writing, both inclusive. */
export type AuditSpan = { from: CalendarDate; to: CalendarDate };

/** No audit record is older than the product. */
const auditBegins: CalendarDate = "2026-01-01";
/** A list that nothing narrows begins so many days before its last. */
const usualDays = 30;

type Asked = { from?: CalendarDate | undefined; to?: CalendarDate | undefined; narrowed: boolean };

/**
 * The days of a list of records, none after today; `narrowed`: it is of one subject or one actor. `endedAt` is the last
 * instant of a span that has ended, null while its last day goes on.
 */
export function auditSpan({ from, to, narrowed }: Asked, now: Instant): AuditSpan & { endedAt: Instant | null } {
  const today = dateIn("UTC", now);
  const last = to === undefined || to > today ? today : to;
  const first = from ?? (narrowed ? auditBegins : addDays(last, -usualDays));
  const endedAt = last < today ? plusSeconds(endOfDay(last, "UTC"), -1) : null;
  return { from: later(first, auditBegins), to: last, endedAt };
}

/** Whether a record was written in a span. */
export function isWithin({ from, to }: AuditSpan, { recordedAt }: { recordedAt: Instant }): boolean {
  const day = dateIn("UTC", recordedAt);
  return from <= day && day <= to;
}
