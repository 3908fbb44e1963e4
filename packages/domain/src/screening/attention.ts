import { addDays, dateIn, type Instant, instantAt, plusDays } from "../time/index.ts";
import type { Lack } from "./clearance.ts";

export const attentions = ["soon", "urgent"] as const;
/** How near the clearance deadline is while an evaluation is missing. */
export type Attention = (typeof attentions)[number];

/** How many days before the clearance deadline a missing evaluation requires attention. */
const daysBefore: Record<Attention, number> = { soon: 30, urgent: 14 };

/**
 * The clearance deadlines with an attention level at an instant. `from` is exclusive; null if all earlier ones have it
 * too.
 */
export const deadlinesOf = (attention: Attention, now: Instant): { from: Instant | null; to: Instant } => ({
  from: attention === "urgent" ? null : plusDays(now, daysBefore.urgent),
  to: plusDays(now, daysBefore[attention]),
});

/** The attention that a clearance requires from clinicians; null if its deadline is far or nothing is missing. */
export function attentionTo(lacks: readonly Lack[], clearanceDueAt: Instant, now: Instant): Attention | null {
  if (lacks.length === 0 || clearanceDueAt > deadlinesOf("soon", now).to) return null;
  return clearanceDueAt > deadlinesOf("urgent", now).to ? "soon" : "urgent";
}

/**
 * When to remind a participant of missing evaluations: at 10:00 in the cohort's time zone, on the remaining reminder
 * days.
 */
export const remindersBefore = (clearanceDueAt: Instant, timeZone: string, now: Instant): Instant[] =>
  attentions
    .map((one) => instantAt(addDays(dateIn(timeZone, clearanceDueAt), -daysBefore[one]), "10:00", timeZone))
    .filter((instant) => instant > now);
