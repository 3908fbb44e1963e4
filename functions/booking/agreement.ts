import { changeAutopay, signAgreement } from "@clearing/commands/agreement";
import { getAgreement, putAutopay, signAgreement as signRoute } from "@clearing/contracts/routes/booking";
import type { Booking } from "@clearing/domain/booking";
import { actorOf, callerIn, owns, sightFor } from "@clearing/runtime/access";
import { type Answer, bind } from "@clearing/runtime/api";
import { bookingView } from "@clearing/runtime/booking-view";
import { recordOf } from "@clearing/runtime/record";
import { recordStaffRead } from "@clearing/runtime/staff-read";
import { readAgreement } from "@clearing/store/agreement";
import { readFile } from "@clearing/store/booking-file";

const notFound: Answer = { refused: "not_found" };

export const agreementBindings = [
  bind(getAgreement, async ({ params, query }, context) => {
    const { store } = context.deps;
    // Most bookings have the first version alone: it is read at once, another one afterwards.
    const likely = query.version ?? 1;
    const [file, found] = await Promise.all([readFile(store, params.id), readAgreement(store, params.id, likely)]);
    if (file === null || !sightFor(callerIn(context), file.booking)?.money) return notFound;
    const wanted = query.version ?? file.booking.agreement.version;
    const agreement = wanted === likely ? found : await readAgreement(store, params.id, wanted);
    if (agreement === null) return notFound;
    const unrecorded = await recordStaffRead(context, [file.booking], "read_agreement");
    if (unrecorded !== null) return unrecorded;
    const { version, hash, html, signed } = agreement;
    const { signedAt = null, signature = null, autopay = null } = signed ?? {};
    return { status: 200, body: { version, hash, html, signedAt, signature, autopay } };
  }),

  bind(signRoute, async ({ params, body }, context): Promise<Answer> => {
    const { deps, now, sourceIp, userAgent } = context;
    const caller = callerIn(context);
    const file = await readFile(deps.store, params.id);
    if (file === null || !owns(caller, file.booking)) return notFound;
    const { hash, signature, autopay } = body;
    const signed = await signAgreement(
      deps.store,
      params.id,
      { hash, signature, autopay, sourceIp, userAgent, signedBy: caller.sub },
      { actor: actorOf(caller, ["client"]), action: "sign_agreement", now },
      (booking) => recordOf(context, 200, bookingView(booking, file.clearance, now, caller)),
      file.booking,
    );
    if (signed.ok) return { status: 200, body: bookingView(signed.booking, file.clearance, now, caller) };
    return signed.reason === "replayed" ? { replayed: true } : { refused: signed.reason };
  }),

  bind(putAutopay, async ({ params, body }, context): Promise<Answer> => {
    const { deps, now } = context;
    const caller = callerIn(context);
    const file = await readFile(deps.store, params.id);
    if (file === null || !owns(caller, file.booking)) return notFound;
    const occasion = {
      actor: actorOf(caller, ["client"]),
      action: body.enabled ? "allow_autopay" : "stop_autopay",
      now,
    };
    const view = (booking: Booking) => bookingView(booking, file.clearance, now, caller);
    const changed = await changeAutopay(deps.store, params.id, body.enabled, occasion, (booking) =>
      recordOf(context, 200, view(booking)),
    );
    if (changed.ok) return { status: 200, body: view(changed.booking) };
    return changed.reason === "replayed" ? { replayed: true } : { refused: changed.reason };
  }),
];
