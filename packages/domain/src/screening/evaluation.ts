import { addDays, type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import {
  afterEvaluation,
  afterWithdrawal,
  type Clearance,
  type EvaluationKind,
  type EvaluationOutcome,
  outcomeClass,
  signedTheOther,
} from "./clearance.ts";

/** A clinician's finding. It is stored only in the clinical store (I8). */
export type Evaluation = {
  id: string;
  bookingId: string;
  kind: EvaluationKind;
  outcome: EvaluationOutcome;
  validUntil: CalendarDate | null;
  note: string | null;
  by: string;
  at: Instant;
};

/** The withdrawal of a clearance and its reason. It is stored only in the clinical store (I8). */
export type Withdrawal = { id: string; bookingId: string; note: string; by: string; at: Instant };

/** An evaluation as a clinician records it. `validUntil` defaults to the program's longest validity. */
export type EvaluationRequest = {
  id: string;
  kind: EvaluationKind;
  outcome: EvaluationOutcome;
  validUntil?: CalendarDate | undefined;
  note?: string | undefined;
  /** The subject of the clinician's account. */
  by: string;
  /** The clinician's `personKey`. */
  signer: string;
};

type Evaluated = { bookingId: string; timeZone: string; validityDays: number; clearance: Clearance | null };

export type EvaluationDecision =
  | { ok: true; evaluation: Evaluation; clearance: Clearance }
  | { ok: false; reason: "validity_out_of_range"; from: CalendarDate; to: CalendarDate }
  | { ok: false; reason: "signed_the_other" };

/**
 * Records an evaluation and updates the clearance. Refuses `validity_out_of_range` (before today or beyond the
 * program's validity days) and `signed_the_other`: two people must sign the two kinds, unless the operator lets one
 * sign both.
 */
export function evaluate(
  { bookingId, timeZone, validityDays, clearance }: Evaluated,
  { id, kind, outcome, note, by, signer, ...request }: EvaluationRequest,
  oneClinicianMaySignBoth: boolean,
  now: Instant,
): EvaluationDecision {
  const today = dateIn(timeZone, now);
  const latest = addDays(today, validityDays);
  const validUntil = request.validUntil ?? latest;
  if (validUntil < today || validUntil > latest) {
    return { ok: false, reason: "validity_out_of_range", from: today, to: latest };
  }
  if (!oneClinicianMaySignBoth && signedTheOther(clearance, kind, signer)) {
    return { ok: false, reason: "signed_the_other" };
  }
  const ends = outcomeClass(outcome) === "cleared" ? validUntil : null;
  const signed = { id, kind, outcome, validUntil, by: signer, at: now };
  return {
    ok: true,
    evaluation: { id, bookingId, kind, outcome, validUntil: ends, note: note ?? null, by, at: now },
    clearance: afterEvaluation(clearance, bookingId, signed, oneClinicianMaySignBoth),
  };
}

export type WithdrawalDecision =
  | { ok: true; withdrawal: Withdrawal; clearance: Clearance }
  | { ok: false; reason: "invalid_transition" };

/** Withdraws a clearance. Refuses `invalid_transition` if there is none. */
export function withdraw(
  clearance: Clearance | null,
  { id, note, by }: Pick<Withdrawal, "id" | "note" | "by">,
  now: Instant,
): WithdrawalDecision {
  if (clearance === null) return { ok: false, reason: "invalid_transition" };
  const { bookingId } = clearance;
  return { ok: true, withdrawal: { id, bookingId, note, by, at: now }, clearance: afterWithdrawal(clearance, now) };
}
