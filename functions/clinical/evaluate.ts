import { recordEvaluation, withdrawClearance } from "@clearing/commands/evaluate";
import * as routes from "@clearing/contracts/routes/clinical";
import { evaluatedView, withdrawnView } from "@clearing/contracts/views/screening";
import type { Booking } from "@clearing/domain/booking";
import type { Clearance, Evaluation } from "@clearing/domain/screening";
import type { Instant } from "@clearing/domain/time";
import { ownBooking } from "@clearing/runtime/access";
import { command } from "@clearing/runtime/command";
import { noneToEvaluate, noneToWithdraw, notAccepted } from "./refusals.ts";

type Cleared = { booking: Booking; clearance: Clearance };

// The kind of an evaluation stays in the clinical store (I8): the audit log only says that somebody evaluated.
export const evaluationBindings = [
  command(routes.recordEvaluation, {
    as: ["clinician"],
    action: "evaluate",
    status: 201,
    view: (done: Cleared & { evaluation: Evaluation }, { now }: { now: Instant }) => evaluatedView(done, now),
    run: ({ params, body }, { deps, person, occasion, answer }) => {
      const { store, config, ids } = deps;
      const evaluation = { ...params, ...body, id: ids.next("evl"), clinician: person };
      return recordEvaluation(
        { store, oneClinicianMaySignBoth: config.oneClinicianMaySignBoth },
        evaluation,
        occasion,
        answer,
      );
    },
    refusals: {
      own_booking: ownBooking,
      not_accepted: notAccepted,
      invalid_transition: noneToEvaluate,
      signed_the_other: {
        refused: "forbidden",
        detail: "You signed the other evaluation. Another clinician must sign this one.",
      },
      validity_out_of_range: ({ from, to }) => ({
        refused: "validation_failed",
        errors: [{ path: "validUntil", message: `Must be between ${from} and ${to}` }],
      }),
    },
  }),

  command(routes.withdrawClearance, {
    as: ["clinician"],
    action: "withdraw_clearance",
    status: 200,
    view: (done: Cleared, { now }: { now: Instant }) => withdrawnView(done, now),
    run: ({ params, body }, { deps, person, occasion, answer }) => {
      const withdrawal = { ...params, ...body, id: deps.ids.next("evl"), clinician: person };
      return withdrawClearance(deps.store, withdrawal, occasion, answer);
    },
    refusals: { own_booking: ownBooking, not_accepted: notAccepted, invalid_transition: noneToWithdraw },
  }),
];
