import { type Booking, evaluationRefusal, type Person } from "@clearing/domain/booking";
import { personKey } from "@clearing/domain/person";
import {
  type Clearance,
  type Evaluation,
  type EvaluationDecision,
  type EvaluationRequest,
  evaluate,
  withdraw,
} from "@clearing/domain/screening";
import type { ActionContext } from "@clearing/store/action-context";
import { type BookingFile, readFile } from "@clearing/store/booking-file";
import type { ClinicalItem } from "@clearing/store/clinical-record";
import { untilFresh } from "@clearing/store/commit";
import type { IdempotencyRecord } from "@clearing/store/idempotency";
import type { Store } from "@clearing/store/store";
import { writeClearance } from "./evaluation.ts";

/** A booking with its clearance after the change. */
export type ClearedBooking = { booking: Booking; clearance: Clearance };

type NotFound = { ok: false; reason: "not_found" };
type NotWritten = { ok: false; reason: "replayed" | "conflict" };
type Refused = NonNullable<ReturnType<typeof evaluationRefusal>>;
type Evaluated = ClearedBooking & { evaluation: Evaluation };

/** Records a clinician's evaluation. The latest of each kind counts. `id` is the evaluation's id. */
export function recordEvaluation(
  { store, oneClinicianMaySignBoth }: { store: Store; oneClinicianMaySignBoth: boolean },
  {
    bookingId,
    clinician,
    ...request
  }: Omit<EvaluationRequest, "by" | "signer"> & { bookingId: string; clinician: Person },
  occasion: ActionContext,
  answer: (done: Evaluated) => IdempotencyRecord | null,
) {
  type Result =
    | ({ ok: true } & Evaluated)
    | NotFound
    | Refused
    | Extract<EvaluationDecision, { ok: false }>
    | NotWritten;
  return untilFresh<Result>(store, async () => {
    const file = await readFile(store, bookingId);
    if (file === null) return { ok: false, reason: "not_found" };
    const refusal = evaluationRefusal(clinician, file.booking);
    if (refusal !== null) return refusal;
    const { timeZone, validityDays } = file.booking.terms;
    const signed = { ...request, by: clinician.sub, signer: personKey(clinician.email) };
    const evaluated = { bookingId, timeZone, validityDays, clearance: file.clearance };
    const decision = evaluate(evaluated, signed, oneClinicianMaySignBoth, occasion.now);
    if (!decision.ok) return decision;
    const { evaluation, clearance } = decision;
    const done = { booking: file.booking, clearance, evaluation };
    return write(store, file, done, { evaluation }, occasion, answer(done));
  });
}

/** Withdraws a clearance: both kinds must be evaluated again. `id` is the withdrawal's id. */
export function withdrawClearance(
  store: Store,
  { bookingId, clinician, id, note }: { bookingId: string; clinician: Person; id: string; note: string },
  occasion: ActionContext,
  answer: (done: ClearedBooking) => IdempotencyRecord | null,
) {
  type Result = ({ ok: true } & ClearedBooking) | NotFound | Refused | NotWritten;
  return untilFresh<Result>(store, async () => {
    const file = await readFile(store, bookingId);
    if (file === null) return { ok: false, reason: "not_found" };
    const refusal = evaluationRefusal(clinician, file.booking);
    if (refusal !== null) return refusal;
    const decision = withdraw(file.clearance, { id, note, by: clinician.sub }, occasion.now);
    if (!decision.ok) return decision;
    const { withdrawal, clearance } = decision;
    const done = { booking: file.booking, clearance };
    return write(store, file, done, { withdrawal }, occasion, answer(done));
  });
}

async function write<Done extends ClearedBooking>(
  store: Store,
  file: BookingFile,
  done: Done,
  item: ClinicalItem,
  occasion: ActionContext,
  record: IdempotencyRecord | null,
): Promise<({ ok: true } & Done) | NotWritten | { ok: false; reason: "stale" }> {
  const written = await writeClearance(store, file, done.clearance, item, occasion, record);
  return written.ok ? { ok: true, ...done } : written;
}
