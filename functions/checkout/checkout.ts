import { type OpenSession, openCheckout } from "@clearing/commands/checkout";
import type { AttemptRef } from "@clearing/commands/services";
import { settleOnReturn } from "@clearing/commands/settle";
import { isSetup } from "@clearing/commands/settle-setup";
import { checkoutReturn, openCheckout as route } from "@clearing/contracts/routes/checkout";
import type { Booking, CheckoutRefused } from "@clearing/domain/booking";
import { paymentBars } from "@clearing/domain/booking/payment-bar";
import type { Gateway } from "@clearing/payments";
import { actorOf, callerIn, isPayerOf } from "@clearing/runtime/access";
import type { Answer, Refusal, Reply } from "@clearing/runtime/api";
import { bind, type RequestContext } from "@clearing/runtime/binding";
import { contextOf } from "@clearing/runtime/commands";
import type { Deps } from "@clearing/runtime/deps";
import { recordOf } from "@clearing/runtime/record";
import { readAttempt } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { readSetup } from "@clearing/store/method-setup";
import { readWayBack } from "@clearing/store/way-back";
import { methodCheckout, methodReturn } from "./method-checkout.ts";
import { refuseStripe } from "./refusal.ts";
import { methodReturnPage, namelessPage, returnPage, unknownPage } from "./return-page.ts";
import { sessionAnswer } from "./session-answer.ts";

type Context = RequestContext<Deps & { gateway: Gateway }>;

export const checkoutBindings = [
  bind(route, async ({ params, body }, context: Context): Promise<Answer> => {
    const { deps } = context;
    const caller = callerIn(context);
    const errors = fieldErrors(body);
    if (errors.length > 0) {
      const booking = await readBooking(deps.store, params.id);
      if (booking === null || !isPayerOf(caller, booking)) return { refused: "not_found" };
      return { refused: "validation_failed", errors };
    }
    const { purpose, method } = body;
    if (purpose === "payment_method") return methodCheckout(context, params.id, method);
    const shown = ({ url, sessionId, sessionExpiresAt: expiresAt }: OpenSession) => ({ url, sessionId, expiresAt });
    const payer = {
      mayPay: (booking: Booking) => isPayerOf(caller, booking),
      email: caller.email,
      answer: (session: OpenSession) => recordOf(context, 200, shown(session)),
    };
    const command = { ...body, bookingId: params.id, purpose };
    const opened = await openCheckout(contextOf(deps), command, actorOf(caller, ["client"]), payer);
    if (!opened.ok) return "kind" in opened ? refuseStripe(opened, deps.log) : refuse(opened);
    const answer = shown(opened.attempt);
    return opened.kept ? { status: 200, body: answer } : sessionAnswer(context, answer);
  }),

  bind(
    checkoutReturn,
    async ({ query }, { deps, isHead }: Context): Promise<Answer> => {
      const name = query.attempt ?? query.session;
      if (name === undefined) return namelessPage();
      const ref = await readWayBack(deps.store, name);
      if (ref === null) return unknownPage(404);
      if (isHead) return storedPage(deps, ref);
      if (isSetup(ref)) return methodReturn(contextOf(deps), ref, deps.config.siteUrl);
      const settled = await settleOnReturn(contextOf(deps), ref);
      if (settled.ok) return returnPage(settled.attempt, deps.config.siteUrl);
      return unknownPage("reason" in settled && settled.reason === "not_found" ? 404 : 503);
    },
    unknownPage,
  ),
];

function refuse(no: CheckoutRefused): Refusal {
  switch (no.reason) {
    case "invalid_transition":
      return { refused: no.reason, detail: paymentBars[no.because] };
    case "amount_invalid":
      return { refused: "validation_failed", errors: [{ path: "amount", message: no.message }] };
    case "unverified":
      return {
        refused: "conflict",
        detail:
          "The bank account for the deposit is not verified yet. Verify it, or wait until this payment has ended.",
        retryAfter: null,
      };
    default:
      return { refused: no.reason };
  }
}

/** The page of the stored state, for HEAD: mail scanners and link previews send it, and must not settle a payment. */
async function storedPage({ store, config }: Deps, ref: AttemptRef): Promise<Reply> {
  if (isSetup(ref)) {
    const setup = await readSetup(store, ref.bookingId, ref.attemptId);
    return setup === null ? unknownPage(404) : methodReturnPage(setup, config.siteUrl);
  }
  const attempt = await readAttempt(store, ref.bookingId, ref.attemptId);
  return attempt === null ? unknownPage(404) : returnPage(attempt, config.siteUrl);
}

type Body = {
  purpose: "deposit" | "due" | "payoff" | "payment_method";
  dueId?: string | undefined;
  amount?: number | undefined;
};

function fieldErrors({ purpose, dueId, amount }: Body) {
  if (purpose === "due")
    return dueId === undefined ? [{ path: "dueId", message: "Is required with the purpose due" }] : [];
  return [
    ...(dueId === undefined ? [] : [{ path: "dueId", message: "Must be left out unless the purpose is due" }]),
    ...(amount === undefined ? [] : [{ path: "amount", message: "Must be left out unless the purpose is due" }]),
  ];
}
