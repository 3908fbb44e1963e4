import { endEarly } from "@clearing/commands/end-early";
import { cancelBooking } from "@clearing/contracts/routes/booking";
import { mayCancel } from "@clearing/domain/booking";
import { actorOf, actsAsStaff, callerIn, owns } from "@clearing/runtime/access";
import { type Answer, bind } from "@clearing/runtime/api";
import { bookingView } from "@clearing/runtime/booking-view";
import { recordOf } from "@clearing/runtime/record";
import { readFile } from "@clearing/store/booking-file";

/**
 * Cancels at the request's instant, whose tier decides, without asking Stripe: `stripe-work` closes the open pages
 * afterwards, and the ending settles what was paid on them all the same. An admin's call is the operator's, with a full
 * refund; the client's own goes by the policy.
 */
export const cancellationBinding = bind(cancelBooking, async ({ params, body }, context): Promise<Answer> => {
  const { deps, now } = context;
  const caller = callerIn(context);
  const file = await readFile(deps.store, params.id);
  if (file === null) return { refused: "not_found" };
  const byAdmin = caller.roles.includes("admin") && actsAsStaff(caller, file.booking);
  if (!byAdmin && !owns(caller, file.booking)) return { refused: "not_found" };
  if (!mayCancel(file.booking)) return { refused: "invalid_transition" };

  const ended = await endEarly(
    deps.store,
    {
      bookingId: params.id,
      by: byAdmin ? "operator" : "client",
      refundId: deps.ids.next("ref"),
      reason: body.reason,
    },
    { actor: actorOf(caller, [byAdmin ? "admin" : "client"]), action: "cancel", now },
    (booking) => recordOf(context, 200, bookingView(booking, file.clearance, now, caller)),
  );
  if (ended.ok) return { status: 200, body: bookingView(ended.booking, file.clearance, now, caller) };
  return ended.reason === "replayed" ? { replayed: true } : { refused: ended.reason };
});
