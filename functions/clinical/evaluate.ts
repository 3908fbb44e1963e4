import { writeClearance } from "@clearing/commands/evaluation";
import { recordEvaluation, withdrawClearance } from "@clearing/contracts/routes/clinical";
import { type Booking, mayBeEvaluated } from "@clearing/domain/booking";
import { personKey } from "@clearing/domain/person";
import {
  afterEvaluation,
  afterWithdrawal,
  clearanceSummary,
  missing,
  outcomeClass,
  signedTheOther,
} from "@clearing/domain/screening";
import { addDays, dateIn } from "@clearing/domain/time";
import { actorOf, actsAsStaff, callerIn } from "@clearing/runtime/access";
import { type Answer, bind } from "@clearing/runtime/api";
import type { Caller } from "@clearing/runtime/caller";
import { recordOf } from "@clearing/runtime/record";
import { readFile } from "@clearing/store/booking-file";
import type { Evaluation } from "@clearing/store/clinical-record";
import { untilFresh } from "@clearing/store/commit";
import { evaluationView, ownBooking } from "./view.ts";

type Outcome = { ok: true; answer: Answer } | { ok: false; reason: "conflict" };
type Attempt = Outcome | { ok: false; reason: "stale" };

const refused = (answer: Answer): Attempt => ({ ok: true, answer });

/** Why somebody may not act on the clearance of a booking at all; null when they may. */
function refusalOf(caller: Caller, booking: Booking): Attempt | null {
  if (!actsAsStaff(caller, booking)) return refused(ownBooking);
  if (mayBeEvaluated(booking)) return null;
  const invited = booking.participation === "invited";
  const detail = invited ? { detail: "The participant has not accepted the invitation yet" } : {};
  return refused({ refused: "invalid_transition", ...detail });
}

function written(result: Awaited<ReturnType<typeof writeClearance>>, answer: Answer): Attempt {
  if (result.ok) return { ok: true, answer };
  if (result.reason === "replayed") return { ok: true, answer: { replayed: true } };
  return result.reason === "stale" ? { ok: false, reason: "stale" } : { ok: false, reason: "conflict" };
}

export const evaluationBindings = [
  bind(recordEvaluation, async ({ params, body }, context): Promise<Answer> => {
    const { deps, now } = context;
    const caller = callerIn(context);
    const signer = personKey(caller.email);
    const mayBoth = deps.config.oneClinicianMaySignBoth;
    const id = deps.ids.next("evl");
    const outcome = await untilFresh<Outcome>(deps.store, async () => {
      const file = await readFile(deps.store, params.bookingId);
      if (file === null) return refused({ refused: "not_found" });
      const { booking, clearance } = file;
      const refusal = refusalOf(caller, booking);
      if (refusal !== null) return refusal;
      const today = dateIn(booking.terms.timeZone, now);
      const latest = addDays(today, booking.terms.validityDays);
      const validUntil = body.validUntil ?? latest;
      if (validUntil < today || validUntil > latest) {
        const message = `Must be between ${today} and ${latest}`;
        return refused({ refused: "validation_failed", errors: [{ path: "validUntil", message }] });
      }
      if (!mayBoth && signedTheOther(clearance, body.kind, signer)) {
        return refused({ refused: "forbidden", detail: "One clinician may not sign both evaluations" });
      }
      const evaluation: Evaluation = {
        id,
        bookingId: booking.id,
        kind: body.kind,
        outcome: body.outcome,
        validUntil: outcomeClass(body.outcome) === "cleared" ? validUntil : null,
        note: body.note ?? null,
        by: caller.sub,
        at: now,
      };
      const after = afterEvaluation(clearance, booking.id, { ...body, id, validUntil, by: signer, at: now }, mayBoth);
      const view = {
        evaluation: evaluationView(evaluation),
        clearance: clearanceSummary(after, today),
        missing: missing(after, booking.terms.endsOn),
      };
      // Which kind it was stays in the clinical store (I8).
      const occasion = { actor: actorOf(caller, ["clinician"]), action: "evaluate", now };
      const record = recordOf(context, 201, view);
      const result = await writeClearance(deps.store, file, after, { evaluation }, occasion, record);
      return written(result, { status: 201, body: view });
    });
    return outcome.ok ? outcome.answer : { refused: "conflict" };
  }),

  bind(withdrawClearance, async ({ params, body }, context): Promise<Answer> => {
    const { deps, now } = context;
    const caller = callerIn(context);
    const id = deps.ids.next("evl");
    const outcome = await untilFresh<Outcome>(deps.store, async () => {
      const file = await readFile(deps.store, params.bookingId);
      if (file === null) return refused({ refused: "not_found" });
      const { booking, clearance } = file;
      const refusal = refusalOf(caller, booking);
      if (refusal !== null) return refusal;
      if (clearance === null) return refused({ refused: "invalid_transition" });
      const withdrawal = { id, bookingId: booking.id, note: body.note, by: caller.sub, at: now };
      const after = afterWithdrawal(clearance, now);
      const view = { clearance: clearanceSummary(after, dateIn(booking.terms.timeZone, now)) };
      const occasion = { actor: actorOf(caller, ["clinician"]), action: "withdraw_clearance", now };
      const record = recordOf(context, 200, view);
      const result = await writeClearance(deps.store, file, after, { withdrawal }, occasion, record);
      return written(result, { status: 200, body: view });
    });
    return outcome.ok ? outcome.answer : { refused: "conflict" };
  }),
];
