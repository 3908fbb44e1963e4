import { addDays, dateIn, type Instant, instantAt, plusDays } from "../time/index.ts";
import type { Lack } from "./clearance.ts";

export const attentions = ["soon", "urgent"] as const;
/** How near the clearance deadline is while something is missing. */
export type Attention = (typeof attentions)[number];

/** Days before the clearance deadline from which on what is missing asks for attention. */
const daysBefore: Record<Attention, number> = { soon: 30, urgent: 14 };

/** The deadlines, from and to, that ask for an attention at an instant; `from` is exclusive, null where all earlier ones do. */
export const deadlinesOf = (attention: Attention, now: Instant): { from: Instant | null; to: Instant } => ({
  from: attention === "urgent" ? null : plusDays(now, daysBefore.urgent),
  to: plusDays(now, daysBefore[attention]),
});

/** What a clearance asks of clinicians: null while its deadline is far, or when nothing is missing. */
export function attentionTo(lacks: readonly Lack[], clearanceDueAt: Instant, now: Instant): Attention | null {
  if (lacks.length === 0 || clearanceDueAt > deadlinesOf("soon", now).to) return null;
  return clearanceDueAt > deadlinesOf("urgent", now).to ? "soon" : "urgent";
}

/** When a participant is reminded of what is missing: at 10:00 in the cohort's zone, on those days that are still to come. */
export const remindersBefore = (clearanceDueAt: Instant, timeZone: string, now: Instant): Instant[] =>
  attentions
    .map((one) => instantAt(addDays(dateIn(timeZone, clearanceDueAt), -daysBefore[one]), "10:00", timeZone))
    .filter((instant) => instant > now);
