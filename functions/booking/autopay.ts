import { changeAutopay, type WantedAutopay } from "@clearing/commands/autopay";
import { currentPermission } from "@clearing/commands/permission";
import * as routes from "@clearing/contracts/routes/autopay";
import { autopayView } from "@clearing/contracts/views/autopay";
import { isPayer } from "@clearing/domain/booking";
import { type PaymentBar, paymentBars } from "@clearing/domain/booking/payment-bar";
import { callerIn, personOf } from "@clearing/runtime/access";
import { bind } from "@clearing/runtime/binding";
import { command } from "@clearing/runtime/command";
import { readBooking } from "@clearing/store/booking";
import { bookingAnswer, withFile } from "./with-file.ts";

const barred = (bar: PaymentBar) => ({ refused: "invalid_transition", detail: paymentBars[bar] }) as const;

export const autopayBindings = [
  bind(routes.getAutopay, async ({ params }, context) => {
    const { store } = context.deps;
    const booking = await readBooking(store, params.id);
    if (booking === null || !isPayer(personOf(callerIn(context)), booking)) return { refused: "not_found" };
    return { status: 200, body: autopayView(booking, await currentPermission(store, booking)) };
  }),

  command(routes.putAutopay, {
    as: ["client"],
    action: ({ body }) => (body.enabled ? "allow_autopay" : "stop_autopay"),
    status: 200,
    view: bookingAnswer,
    run: ({ params, body: { enabled, hash } }, context) =>
      withFile(context, params.id, isPayer, async (_file, answer) => {
        const { deps, caller, sourceIp, userAgent, occasion } = context;
        if (enabled && hash === undefined) return hashMissing;
        const giver = { sourceIp, userAgent, signedBy: caller.sub };
        const wanted: WantedAutopay = hash === undefined || !enabled ? { enabled: false } : { enabled, hash, giver };
        return changeAutopay(deps.store, params.id, wanted, occasion, answer);
      }),
    refusals: {
      ended: barred("ended"),
      nothing_to_charge: barred("nothing_to_charge"),
      no_method: barred("no_method"),
    },
  }),
];

const hashMissing = {
  ok: false,
  reason: "validation_failed",
  errors: [{ path: "hash", message: "Is required to turn autopay on" }],
} as const;
