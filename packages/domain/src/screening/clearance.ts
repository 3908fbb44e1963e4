import type { CalendarDate, Instant } from "../time/index.ts";
import { addDays, plusHours, startOfDay } from "../time/index.ts";

export const evaluationKinds = ["medical", "psychiatric"] as const;
export type EvaluationKind = (typeof evaluationKinds)[number];

export const evaluationOutcomes = ["cleared", "cleared_with_conditions", "needs_information", "not_cleared"] as const;
export type EvaluationOutcome = (typeof evaluationOutcomes)[number];

/**
 * The part of an evaluation that may leave the clinical store: its class, never the clinical content (I8).
 * `evaluationId` names the evaluation that counts, `by` is the key of the person who signed it (`personKey`).
 */
export type Finding = {
  outcome: "cleared" | "pending" | "not_cleared";
  validUntil: CalendarDate | null;
  at: Instant;
  evaluationId: string;
  by: string;
};

/**
 * The clearance of one booking, the only data that leave the clinical store. `revokedAt` is set while a withdrawal
 * stands; a withdrawal clears every finding except `not_cleared`. `lapsedAt` is set once the lapse was announced.
 * `oneClinicianMaySignBoth` is the operator's setting at the time of writing. `dueAt` is when the sweep looks at it
 * next.
 */
export type Clearance = {
  bookingId: string;
  version: number;
  medical: Finding | null;
  psychiatric: Finding | null;
  oneClinicianMaySignBoth: boolean;
  revokedAt: Instant | null;
  lapsedAt: Instant | null;
  dueAt: Instant | null;
  auditHash: string;
};

export type ClearanceStatus = "pending" | "cleared" | "not_cleared" | "withdrawn" | "lapsed";
export type ClearanceSummary = { status: ClearanceStatus; validUntil: CalendarDate | null };

/** The class of an outcome. `cleared_with_conditions` counts as cleared; only clinicians see the conditions. */
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

/** The clearance as a booking shows it on the date `today` in the cohort's time zone. */
export function clearanceSummary(clearance: Clearance | null, today: CalendarDate): ClearanceSummary {
  if (clearance === null) return { status: "pending", validUntil: null };
  const { medical, psychiatric, revokedAt } = clearance;
  if (medical?.outcome === "not_cleared" || psychiatric?.outcome === "not_cleared") {
    return { status: "not_cleared", validUntil: null };
  }
  if (revokedAt !== null) return { status: "withdrawn", validUntil: null };
  const validUntil = validThrough(clearance);
  if (validUntil === null) return { status: "pending", validUntil: null };
  return { status: today > validUntil ? "lapsed" : "cleared", validUntil };
}

/** The last date on which both evaluations are valid; null unless both clear. */
function validThrough({ medical, psychiatric }: Clearance): CalendarDate | null {
  if (medical?.outcome !== "cleared" || psychiatric?.outcome !== "cleared") return null;
  if (medical.validUntil === null || psychiatric.validUntil === null) return null;
  const [earliest] = [medical.validUntil, psychiatric.validUntil].sort();
  return earliest ?? null;
}

/**
 * Whether a clearance confirms a participant through `lastDay` (I2): both evaluations clear, and neither was signed by
 * the participant (a `personKey`). Two people must have signed, unless the operator lets one sign both.
 */
export function confirms(
  clearance: Clearance | null,
  { lastDay, participant }: { lastDay: CalendarDate; participant: string },
): boolean {
  if (clearance === null) return false;
  const { medical, psychiatric, oneClinicianMaySignBoth } = clearance;
  const until = validThrough(clearance);
  const twoPeople = medical?.by !== psychiatric?.by || oneClinicianMaySignBoth;
  const byOthers = medical?.by !== participant && psychiatric?.by !== participant;
  return until !== null && until >= lastDay && twoPeople && byOthers;
}

/** Whether a person signed the current evaluation of the other kind, and so may not sign this one. */
export function signedTheOther(clearance: Clearance | null, kind: EvaluationKind, by: string): boolean {
  return clearance?.[kind === "medical" ? "psychiatric" : "medical"]?.by === by;
}

export const lacks = [...evaluationKinds, "validity"] as const;
export type Lack = (typeof lacks)[number];

/**
 * What a clearance lacks for a cohort: the kinds that do not clear, and `validity` if one clears but not through the
 * last day.
 */
export function missing(clearance: Clearance | null, lastDay: CalendarDate): Lack[] {
  const short = evaluationKinds.some((kind) => {
    const finding = clearance?.[kind];
    return finding?.outcome === "cleared" && (finding.validUntil === null || finding.validUntil < lastDay);
  });
  const kinds = evaluationKinds.filter((kind) => clearance?.[kind]?.outcome !== "cleared");
  return short ? [...kinds, "validity"] : kinds;
}

type Terms = { timeZone: string; declineAfterHours: number };

/**
 * When a `not_cleared` takes effect: after `declineAfterHours`, so that an error can be corrected. Null if nothing is
 * `not_cleared`.
 */
export function declinesAt(clearance: Clearance | null, { declineAfterHours }: Terms): Instant | null {
  const instants = [clearance?.medical, clearance?.psychiatric].flatMap((finding) =>
    finding?.outcome === "not_cleared" ? [finding.at] : [],
  );
  const [first] = instants.sort();
  return first === undefined ? null : plusHours(first, declineAfterHours);
}

/** The end of a clearance's last valid day in the cohort's time zone; null if it does not clear. */
export function lapsesAt(clearance: Clearance, { timeZone }: Pick<Terms, "timeZone">): Instant | null {
  const until = validThrough(clearance);
  return until === null ? null : startOfDay(addDays(until, 1), timeZone);
}

/** The next version of a clearance. It has announced no lapse yet; `followUpAt` sets its `dueAt`. */
function next(before: Clearance | null, bookingId: string, change: Partial<Clearance>): Clearance {
  return {
    bookingId,
    medical: before?.medical ?? null,
    psychiatric: before?.psychiatric ?? null,
    oneClinicianMaySignBoth: before?.oneClinicianMaySignBoth ?? false,
    revokedAt: before?.revokedAt ?? null,
    auditHash: before?.auditHash ?? "",
    lapsedAt: null,
    dueAt: null,
    ...change,
    version: (before?.version ?? 0) + 1,
  };
}

export type NewEvaluation = {
  id: string;
  kind: EvaluationKind;
  outcome: EvaluationOutcome;
  validUntil: CalendarDate;
  by: string;
  at: Instant;
};

/**
 * The clearance after an evaluation. The latest of each kind counts, and a withdrawal stands until both kinds have been
 * evaluated again.
 */
export function afterEvaluation(
  before: Clearance | null,
  bookingId: string,
  evaluation: NewEvaluation,
  oneClinicianMaySignBoth: boolean,
): Clearance {
  const outcome = outcomeClass(evaluation.outcome);
  const earlier = before?.[evaluation.kind];
  const finding: Finding = {
    outcome,
    validUntil: outcome === "cleared" ? evaluation.validUntil : null,
    // A repeated `not_cleared` does not restart its clock.
    at: outcome === "not_cleared" && earlier?.outcome === "not_cleared" ? earlier.at : evaluation.at,
    evaluationId: evaluation.id,
    by: evaluation.by,
  };
  const changed = next(before, bookingId, { [evaluation.kind]: finding, oneClinicianMaySignBoth });
  return changed.medical !== null && changed.psychiatric !== null ? { ...changed, revokedAt: null } : changed;
}

/**
 * The clearance after a withdrawal: both kinds must be evaluated again. A `not_cleared` remains, with its clock, until
 * an evaluation of its kind replaces it.
 */
export function afterWithdrawal(before: Clearance, at: Instant): Clearance {
  const standing = (finding: Finding | null) => (finding?.outcome === "not_cleared" ? finding : null);
  const { medical, psychiatric } = before;
  const change = { medical: standing(medical), psychiatric: standing(psychiatric), revokedAt: at };
  return next(before, before.bookingId, change);
}

/** The clearance after its lapse was announced. */
export const afterLapse = (before: Clearance, at: Instant): Clearance => ({
  ...next(before, before.bookingId, {}),
  lapsedAt: at,
});
