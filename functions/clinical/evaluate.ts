import { recordEvaluation, withdrawClearance } from "@clearing/contracts/routes/clinical";
import { type Booking, isLive } from "@clearing/domain/booking";
import {
  afterEvaluation,
  afterWithdrawal,
  type Clearance,
  clearanceSummary,
  outcomeClass,
} from "@clearing/domain/screening";
import { addDays, dateIn } from "@clearing/domain/time";
import { actorOf, callerIn } from "@clearing/runtime/access";
import { type Answer, bind, type RequestContext } from "@clearing/runtime/api";
import { recordOf } from "@clearing/runtime/record";
import { readFile } from "@clearing/store/booking";
import { untilFresh } from "@clearing/store/commit";
import { type Evaluation, readEvaluations, writeClearance } from "@clearing/store/evaluation";
import { evaluationView } from "./view.ts";

type Outcome = { ok: true; answer: Answer } | { ok: false; reason: "conflict" };
type Attempt = Outcome | { ok: false; reason: "stale" };

/** Once somebody has been admitted, or the booking has ended, clearance changes nothing any more. */
const maybeEvaluated = (booking: Booking): boolean => isLive(booking) && booking.admission === null;

const refused = (answer: Answer): Attempt => ({ ok: true, answer });

function written(result: Awaited<ReturnType<typeof writeClearance>>, answer: Answer): Attempt {
  if (result.ok) return { ok: true, answer };
  if (result.reason === "replayed") return { ok: true, answer: { replayed: true } };
  return result.reason === "stale" ? { ok: false, reason: "stale" } : { ok: false, reason: "conflict" };
}

export const evaluationBindings = [
  bind(recordEvaluation, async ({ params, body }, context): Promise<Answer> => {
    const { deps, now } = context;
    const caller = callerIn(context);
    const id = deps.ids.next("evl");
    const outcome = await untilFresh<Outcome>(deps.store, async () => {
      const file = await readFile(deps.store, params.bookingId);
      if (file === null) return refused({ refused: "not_found" });
      const { booking, clearance } = file;
      if (!maybeEvaluated(booking)) return refused({ refused: "invalid_transition" });
      const today = dateIn(booking.terms.timeZone, now);
      const latest = addDays(today, booking.terms.validityDays);
      const validUntil = body.validUntil ?? latest;
      if (validUntil < today || validUntil > latest) {
        const message = `Must be between ${today} and ${latest}`;
        return refused({ refused: "validation_failed", errors: [{ path: "validUntil", message }] });
      }
      if (await signedTheOther(context, params.bookingId, body.kind, clearance)) {
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
      const after = afterEvaluation(clearance, booking.id, { ...body, validUntil, at: now }, booking.terms);
      const view = { evaluation: evaluationView(evaluation), clearance: clearanceSummary(after, today) };
      const occasion = { actor: actorOf(caller, ["clinician"]), action: `evaluate:${body.kind}`, now };
      const record = recordOf(context, 201, view);
      const result = await writeClearance(deps.store, booking, clearance, after, { evaluation }, occasion, record);
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
      if (!maybeEvaluated(booking) || clearance === null) return refused({ refused: "invalid_transition" });
      const withdrawal = { id, bookingId: booking.id, note: body.note, by: caller.sub, at: now };
      const after = afterWithdrawal(clearance, now, booking.terms);
      const view = { clearance: clearanceSummary(after, dateIn(booking.terms.timeZone, now)) };
      const occasion = { actor: actorOf(caller, ["clinician"]), action: "withdraw_clearance", now };
      const record = recordOf(context, 200, view);
      const result = await writeClearance(deps.store, booking, clearance, after, { withdrawal }, occasion, record);
      return written(result, { status: 200, body: view });
    });
    return outcome.ok ? outcome.answer : { refused: "conflict" };
  }),
];

/** Two people have to agree: whoever signed the evaluation of the other kind that counts now may not sign this one. */
async function signedTheOther(
  context: RequestContext,
  bookingId: string,
  kind: Evaluation["kind"],
  clearance: Clearance | null,
): Promise<boolean> {
  const other = kind === "medical" ? "psychiatric" : "medical";
  if (context.deps.config.oneClinicianMaySignBoth || clearance?.[other] == null) return false;
  const evaluations = await readEvaluations(context.deps.store, bookingId);
  return evaluations.find((evaluation) => evaluation.kind === other)?.by === callerIn(context).sub;
}
