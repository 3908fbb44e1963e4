import { type Booking, mayBeEvaluated } from "@clearing/domain/booking";
import { attentionTo, type Clearance, clearanceSummary, type Evaluation, missing } from "@clearing/domain/screening";
import { dateIn, type Instant } from "@clearing/domain/time";

/** An evaluation as shown to clinicians. */
const evaluationView = ({ id, kind, outcome, validUntil, note, by, at }: Evaluation) => ({
  id,
  kind,
  outcome,
  validUntil,
  note,
  by,
  at,
});

type File = { booking: Booking; clearance: Clearance | null };

const clearanceView = ({ booking, clearance }: File, now: Instant) =>
  clearanceSummary(clearance, dateIn(booking.terms.timeZone, now));

/** A booking in the screening queue: its dates, what its clearance lacks and how urgent that is, without the person. */
export function screeningSummary(file: File, now: Instant) {
  const { booking, clearance } = file;
  const { id: bookingId, status: bookingStatus, cohortId, terms, clearanceDueAt } = booking;
  const lacks = missing(clearance, terms.endsOn);
  return {
    bookingId,
    bookingStatus,
    cohortId,
    startsOn: terms.startsOn,
    endsOn: terms.endsOn,
    clearanceDueAt,
    clearance: clearanceView(file, now),
    missing: lacks,
    attention: mayBeEvaluated(booking) ? attentionTo(lacks, clearanceDueAt, now) : null,
  };
}

/** One participant's screening, with the evaluations in the given order. */
export function screeningView(file: File, evaluations: readonly Evaluation[], now: Instant) {
  const { name, dateOfBirth } = file.booking.participant;
  return {
    ...screeningSummary(file, now),
    participant: { name, dateOfBirth },
    evaluations: evaluations.map(evaluationView),
  };
}

/** The response to an evaluation: the evaluation, and the clearance with what it still lacks. */
export const evaluatedView = (file: File & { evaluation: Evaluation }, now: Instant) => ({
  evaluation: evaluationView(file.evaluation),
  clearance: clearanceView(file, now),
  missing: missing(file.clearance, file.booking.terms.endsOn),
});

/** The response to a withdrawal. */
export const withdrawnView = (file: File, now: Instant) => ({ clearance: clearanceView(file, now) });
