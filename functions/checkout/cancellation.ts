import { cancelBooking } from "@clearing/contracts/routes/checkout";
import { mayCancel } from "@clearing/domain/booking";
import { closeSessions } from "@clearing/operations/settle";
import type { Gateway } from "@clearing/payments";
import { actorOf, callerIn, owns } from "@clearing/runtime/access";
import { type Answer, bind, type RequestContext } from "@clearing/runtime/api";
import { bookingView } from "@clearing/runtime/booking-view";
import type { Deps } from "@clearing/runtime/deps";
import { operationsOf } from "@clearing/runtime/operations";
import { recordOf } from "@clearing/runtime/record";
import { readFile } from "@clearing/store/booking";
import { endEarly } from "@clearing/store/progress";
import { refuseStripe } from "./refusal.ts";

/**
 * Cancels. Open payment pages are closed first, and what was paid on them meanwhile is settled; an admin's call is the
 * operator's, with a full refund, the client's own goes by the policy.
 */
export const cancellationBinding = bind(
  cancelBooking,
  async ({ params, body }, context: RequestContext<Deps & { gateway: Gateway }>): Promise<Answer> => {
    const { deps, now } = context;
    const caller = callerIn(context);
    const byAdmin = caller.roles.includes("admin");
    const file = await readFile(deps.store, params.id);
    if (file === null || !(byAdmin || owns(caller, file.booking))) return { refused: "not_found" };
    if (!mayCancel(file.booking)) return { refused: "invalid_transition" };

    for (const closed of await closeSessions(operationsOf(deps), params.id, "before_cancellation")) {
      if (!closed.ok) return "kind" in closed ? refuseStripe(closed, deps.log) : { refused: closed.reason };
    }
    const ended = await endEarly(
      deps.store,
      {
        bookingId: params.id,
        by: byAdmin ? "operator" : "client",
        refundId: deps.ids.next("ref"),
        reason: body.reason,
      },
      { actor: actorOf(caller, ["admin", "client"]), action: "cancel", now },
      (booking) => recordOf(context, 200, bookingView(booking, file.clearance, now)),
    );
    if (ended.ok) return { status: 200, body: bookingView(ended.booking, file.clearance, now) };
    return ended.reason === "replayed" ? { replayed: true } : { refused: ended.reason };
  },
);
