import { admitBooking } from "@clearing/commands/admission";
import { recordAdmission } from "@clearing/contracts/routes/booking";
import { admissionRole } from "@clearing/domain/booking";
import { actorOf, actsAsStaff, callerIn } from "@clearing/runtime/access";
import { type Answer, bind } from "@clearing/runtime/api";
import { bookingView } from "@clearing/runtime/booking-view";
import { recordOf } from "@clearing/runtime/record";
import { readFile } from "@clearing/store/booking-file";

/** Records who arrived. */
export const admissionBinding = bind(recordAdmission, async ({ params, body }, context): Promise<Answer> => {
  const { deps, now } = context;
  const caller = callerIn(context);
  const needed = admissionRole(body.outcome);
  if (!caller.roles.includes(needed)) {
    return { refused: "forbidden", detail: `Only the role ${needed} may record ${body.outcome}` };
  }
  const file = await readFile(deps.store, params.id);
  if (file === null) return { refused: "not_found" };
  if (!actsAsStaff(caller, file.booking)) {
    return { refused: "forbidden", detail: "Somebody else has to record who arrived on your own booking" };
  }
  const { clearance } = file;
  const admitted = await admitBooking(
    deps.store,
    { bookingId: params.id, outcome: body.outcome, by: caller.sub, refundId: deps.ids.next("ref") },
    { actor: actorOf(caller, [needed]), action: `admission:${body.outcome}`, now },
    (booking) => recordOf(context, 200, bookingView(booking, clearance, now, caller)),
  );
  if (admitted.ok) return { status: 200, body: bookingView(admitted.booking, clearance, now, caller) };
  return admitted.reason === "replayed" ? { replayed: true } : { refused: admitted.reason };
});
