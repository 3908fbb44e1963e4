import { signAgreement } from "@clearing/commands/agreement";
import * as routes from "@clearing/contracts/routes/booking";
import { isPayer } from "@clearing/domain/booking";
import { callerIn, sightFor } from "@clearing/runtime/access";
import type { Answer } from "@clearing/runtime/api";
import { bind } from "@clearing/runtime/binding";
import { command } from "@clearing/runtime/command";
import { recordStaffRead } from "@clearing/runtime/staff-read";
import { asOffered, readAgreement } from "@clearing/store/agreement";
import { readFile } from "@clearing/store/booking-file";
import { bookingAnswer, withFile } from "./with-file.ts";

const notFound: Answer = { refused: "not_found" };

export const agreementBindings = [
  bind(routes.getAgreement, async ({ params, query }, context) => {
    const { store } = context.deps;
    // Most bookings have only the first version, so it is read at once; another one is read afterwards.
    const likely = query.version ?? 1;
    const [file, found] = await Promise.all([readFile(store, params.id), readAgreement(store, params.id, likely)]);
    if (file === null || !sightFor(callerIn(context), file.booking)?.money) return notFound;
    const wanted = query.version ?? file.booking.agreement.version;
    const kept = wanted === likely ? found : await readAgreement(store, params.id, wanted);
    if (kept === null) return notFound;
    const agreement = query.version === undefined ? asOffered(file.booking, kept) : kept;
    const unrecorded = await recordStaffRead(context, [file.booking], "read_agreement");
    if (unrecorded !== null) return unrecorded;
    const { version, hash, html, signed } = agreement;
    const { signedAt = null, signature = null, autopay = null } = signed ?? {};
    return { status: 200, body: { version, hash, html, signedAt, signature, autopay } };
  }),

  command(routes.signAgreement, {
    as: ["client"],
    action: "sign_agreement",
    status: 200,
    view: bookingAnswer,
    run: ({ params, body: { accepted: _accepted, ...body } }, context) => {
      const { deps, caller, sourceIp, userAgent, occasion } = context;
      const evidence = { ...body, sourceIp, userAgent, signedBy: caller.sub };
      return withFile(context, params.id, isPayer, ({ booking }, answer) =>
        signAgreement(deps.store, params.id, evidence, occasion, answer, booking),
      );
    },
    refusals: {
      invalid_transition: {
        refused: "invalid_transition",
        detail: "This booking has ended, so its agreement cannot be signed.",
      },
    },
  }),
];
