import type { Evaluation } from "@clearing/store/evaluation";

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
