import type { Refusal } from "@clearing/runtime/answer";
import type { Evaluation } from "@clearing/store/clinical-record";

/** An evaluation as clinicians see it. */
export const evaluationView = ({ id, kind, outcome, validUntil, note, by, at }: Evaluation) => ({
  id,
  kind,
  outcome,
  validUntil,
  note,
  by,
  at,
});

/** To a clinician who pays for a booking or takes part in it: to that one they are a client. */
export const ownBooking: Refusal = {
  refused: "forbidden",
  detail: "A colleague has to do this: the booking is your own",
};
