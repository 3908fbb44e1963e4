import type { CalendarDate, Instant } from "../time/index.ts";
import { addDays, plusHours, startOfDay } from "../time/index.ts";

export const evaluationKinds = ["medical", "psychiatric"] as const;
export type EvaluationKind = (typeof evaluationKinds)[number];

export const evaluationOutcomes = ["cleared", "cleared_with_conditions", "needs_information", "not_cleared"] as const;
export type EvaluationOutcome = (typeof evaluationOutcomes)[number];

/** What may leave the clinical store of one evaluation: a class, never the finding itself (I8). */
export type Finding = { outcome: "cleared" | "pending" | "not_cleared"; validUntil: CalendarDate | null; at: Instant };

/**
 * The clearance of one booking, the only fact that crosses from the clinical store into the core. `revokedAt` is set
 * while a withdrawal stands; a withdrawal empties every finding but a `not_cleared`. `dueAt` is its own next deadline, if it has one.
 */
export type Clearance = {
  bookingId: string;
  version: number;
  medical: Finding | null;
  psychiatric: Finding | null;
  revokedAt: Instant | null;
  dueAt: Instant | null;
  auditHash: string;
};

export type ClearanceStatus = "pending" | "cleared" | "not_cleared" | "withdrawn" | "lapsed";
export type ClearanceSummary = { status: ClearanceStatus; validUntil: CalendarDate | null };

/** `cleared_with_conditions` clears; the conditions stay with the clinicians. */
export function outcomeClass(outcome: EvaluationOutcome): Finding["outcome"] {
  switch (outcome) {
    case "cleared":
    case "cleared_with_conditions":
      return "cleared";
    case "needs_information":
      return "pending";
    case "not_cleared":
      return "not_cleared";
  }
}

/** What a booking shows of its clearance on the calendar date `today` in the cohort's zone. */
export function clearanceSummary(clearance: Clearance | null, today: CalendarDate): ClearanceSummary {
  if (clearance === null) return { status: "pending", validUntil: null };
  const { medical, psychiatric, revokedAt } = clearance;
  if (medical?.outcome === "not_cleared" || psychiatric?.outcome === "not_cleared") {
    return { status: "not_cleared", validUntil: null };
  }
  if (revokedAt !== null && (medical === null || psychiatric === null)) {
    return { status: "withdrawn", validUntil: null };
  }
  const validUntil = validThrough(clearance);
  if (validUntil === null) return { status: "pending", validUntil: null };
  return { status: today > validUntil ? "lapsed" : "cleared", validUntil };
}

/** The last date on which both evaluations clear, or null while they do not. */
function validThrough({ medical, psychiatric }: Clearance): CalendarDate | null {
  if (medical?.outcome !== "cleared" || psychiatric?.outcome !== "cleared") return null;
  if (medical.validUntil === null || psychiatric.validUntil === null) return null;
  const [earliest] = [medical.validUntil, psychiatric.validUntil].sort();
  return earliest ?? null;
}

/** Both evaluations clear, through `lastDay` at the least. */
export function clearedThrough(clearance: Clearance | null, lastDay: CalendarDate): boolean {
  const until = clearance === null ? null : validThrough(clearance);
  return until !== null && until >= lastDay;
}

type Terms = { timeZone: string; declineAfterHours: number };

/** When a `not_cleared` takes effect, so that a slip can be corrected before; null while nothing is `not_cleared`. */
export function declinesAt(clearance: Clearance | null, { declineAfterHours }: Terms): Instant | null {
  const instants = [clearance?.medical, clearance?.psychiatric].flatMap((finding) =>
    finding?.outcome === "not_cleared" ? [finding.at] : [],
  );
  const [first] = instants.sort();
  return first === undefined ? null : plusHours(first, declineAfterHours);
}

function nextDeadline(clearance: Clearance, terms: Terms): Instant | null {
  const decline = declinesAt(clearance, terms);
  if (decline !== null) return decline;
  const until = validThrough(clearance);
  return until === null ? null : startOfDay(addDays(until, 1), terms.timeZone);
}

function next(before: Clearance | null, bookingId: string, terms: Terms, change: Partial<Clearance>): Clearance {
  const after: Clearance = {
    bookingId,
    medical: before?.medical ?? null,
    psychiatric: before?.psychiatric ?? null,
    revokedAt: before?.revokedAt ?? null,
    auditHash: before?.auditHash ?? "",
    dueAt: null,
    ...change,
    version: (before?.version ?? 0) + 1,
  };
  return { ...after, dueAt: nextDeadline(after, terms) };
}

/** The clearance after an evaluation: the latest per kind counts, and a withdrawal stands until both kinds are new. */
export function afterEvaluation(
  before: Clearance | null,
  bookingId: string,
  evaluation: { kind: EvaluationKind; outcome: EvaluationOutcome; validUntil: CalendarDate; at: Instant },
  terms: Terms,
): Clearance {
  const outcome = outcomeClass(evaluation.outcome);
  const earlier = before?.[evaluation.kind];
  const finding: Finding = {
    outcome,
    validUntil: outcome === "cleared" ? evaluation.validUntil : null,
    // Said twice, a `not_cleared` does not start its clock again.
    at: outcome === "not_cleared" && earlier?.outcome === "not_cleared" ? earlier.at : evaluation.at,
  };
  const changed = next(before, bookingId, terms, { [evaluation.kind]: finding });
  return changed.medical !== null && changed.psychiatric !== null ? { ...changed, revokedAt: null } : changed;
}

/**
 * The clearance after a withdrawal: both kinds have to be evaluated anew. A `not_cleared` is no clearance to take back;
 * it stands, with its clock, until an evaluation of its kind replaces it.
 */
export function afterWithdrawal(before: Clearance, at: Instant, terms: Terms): Clearance {
  const standing = (finding: Finding | null) => (finding?.outcome === "not_cleared" ? finding : null);
  const { medical, psychiatric } = before;
  const change = { medical: standing(medical), psychiatric: standing(psychiatric), revokedAt: at };
  return next(before, before.bookingId, terms, change);
}

/** The clearance once its deadline has been acted upon: nothing is left to wake up for. */
export function afterDeadline(before: Clearance): Clearance {
  return { ...before, dueAt: null };
}
