import { endEarly } from "@clearing/commands/end-early";
import { cancelBooking } from "@clearing/contracts/routes/booking";
import { cancelsFor, mayCancel } from "@clearing/domain/booking";
import { command } from "@clearing/runtime/command";
import { bookingAnswer, withFile } from "./with-file.ts";

export const tooLateToCancel = {
  refused: "invalid_transition",
  detail: "This booking can no longer be canceled.",
} as const;

/**
 * Cancels a booking. The request's instant decides the policy tier. It does not call Stripe: `stripe-work` closes the
 * open pages afterwards, and a payment made on them meanwhile is settled by the cancellation. An admin's call is by the
 * operator, with a full refund; the client's own call follows the policy.
 */
export const cancellationBinding = command(cancelBooking, {
  as: ["admin", "client"],
  action: "cancel",
  status: 200,
  view: bookingAnswer,
  run: async ({ params, body }, context) => {
    const { deps, caller, person } = context;
    const canceller = { ...person, admin: caller.roles.includes("admin") };
    return withFile(
      context,
      params.id,
      () => true,
      async ({ booking }, answer) => {
        const by = cancelsFor(canceller, booking);
        if (by === null) return { ok: false, reason: "not_found" } as const;
        if (!mayCancel(booking)) return { ok: false, reason: "invalid_transition" } as const;
        const request = { bookingId: params.id, by, refundId: deps.ids.next("ref"), reason: body.reason };
        const actor = { sub: caller.sub, role: by === "operator" ? ("admin" as const) : ("client" as const) };
        return endEarly(deps.store, request, { ...context.occasion, actor }, answer);
      },
    );
  },
  refusals: { invalid_transition: tooLateToCancel },
});
