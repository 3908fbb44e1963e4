import { admitBooking } from "@clearing/commands/admission";
import { recordAdmission } from "@clearing/contracts/routes/booking";
import { admissionRole, isStaffOn } from "@clearing/domain/booking";
import { ownBooking } from "@clearing/runtime/access";
import { command } from "@clearing/runtime/command";
import { bookingAnswer, withFile } from "./with-file.ts";

const invalid_transition = {
  refused: "invalid_transition",
  detail: "The outcome can be recorded once, for a confirmed booking, from the first day of the cohort on.",
} as const;

/** Records arrivals: admins record `admitted` and `no_show`, clinicians `turned_away`. */
export const admissionBinding = command(recordAdmission, {
  as: ["admin", "clinician"],
  action: ({ body }) => `admission:${body.outcome}`,
  status: 200,
  view: bookingAnswer,
  run: async ({ params, body: { outcome } }, context) => {
    const { deps, caller } = context;
    const role = admissionRole(outcome);
    if (!caller.roles.includes(role)) return { ok: false, reason: "other_role", role, outcome } as const;
    const occasion = { ...context.occasion, actor: { sub: caller.sub, role } };
    const request = { bookingId: params.id, outcome, by: caller.sub, refundId: deps.ids.next("ref") };
    return withFile(
      context,
      params.id,
      () => true,
      async ({ booking }, answer) =>
        isStaffOn(context.person, booking)
          ? admitBooking(deps.store, request, occasion, answer)
          : ({ ok: false, reason: "own_booking" } as const),
    );
  },
  refusals: {
    other_role: ({ role, outcome }) => ({
      refused: "forbidden",
      detail: `Only the role \`${role}\` can record \`${outcome}\`.`,
    }),
    own_booking: ownBooking,
    invalid_transition,
  },
});
