import { type OpenPage, openCheckout } from "@clearing/commands/checkout";
import { settleOnReturn } from "@clearing/commands/settle";
import { checkoutReturn, openCheckout as route } from "@clearing/contracts/routes/checkout";
import type { Gateway } from "@clearing/payments";
import { actorOf, callerIn, owns } from "@clearing/runtime/access";
import type { Answer } from "@clearing/runtime/api";
import { bind, type RequestContext } from "@clearing/runtime/binding";
import { contextOf } from "@clearing/runtime/commands";
import type { Deps } from "@clearing/runtime/deps";
import { recordOf } from "@clearing/runtime/record";
import { readBooking } from "@clearing/store/booking";
import { keepAnswer } from "@clearing/store/idempotency";
import { readWayBack } from "@clearing/store/way-back";
import { refuseStripe } from "./refusal.ts";
import { namelessPage, returnPage, unknownPage } from "./return-page.ts";

type Context = RequestContext<Deps & { gateway: Gateway }>;

export const checkoutBindings = [
  bind(route, async ({ params, body }, context: Context): Promise<Answer> => {
    const { deps } = context;
    const caller = callerIn(context);
    const errors = fieldErrors(body);
    if (errors.length > 0) {
      const booking = await readBooking(deps.store, params.id);
      if (booking === null || !owns(caller, booking)) return { refused: "not_found" };
      return { refused: "validation_failed", errors };
    }
    const shown = ({ url, sessionId, sessionExpiresAt: expiresAt }: OpenPage) => ({ url, sessionId, expiresAt });
    const opened = await openCheckout(contextOf(deps), { bookingId: params.id, ...body }, actorOf(caller, ["client"]), {
      mayPay: (booking) => owns(caller, booking),
      email: caller.email,
      answer: (page) => recordOf(context, 200, shown(page)),
    });
    if (!opened.ok) {
      if ("kind" in opened) return refuseStripe(opened, deps.log);
      if (opened.reason !== "amount_invalid") return { refused: opened.reason };
      return { refused: "validation_failed", errors: [{ path: "amount", message: opened.message }] };
    }
    const answer = shown(opened.attempt);
    if (opened.kept) return { status: 200, body: answer };
    // The page is open whatever becomes of this record: a repetition without it finds the same open page.
    const kept = await keepAnswer(deps.store, deps.store.tables.core, recordOf(context, 200, answer));
    return kept.ok || kept.reason === "conflict" ? { status: 200, body: answer } : { replayed: true };
  }),

  bind(
    checkoutReturn,
    async ({ query }, { deps }: Context): Promise<Answer> => {
      const name = query.attempt ?? query.session;
      if (name === undefined) return namelessPage();
      const ref = await readWayBack(deps.store, name);
      if (ref === null) return unknownPage(404);
      const settled = await settleOnReturn(contextOf(deps), ref);
      if (settled.ok) return returnPage(settled.attempt);
      return unknownPage("reason" in settled && settled.reason === "not_found" ? 404 : 503);
    },
    () => unknownPage(503),
  ),
];

type Body = { purpose: "deposit" | "due" | "payoff"; dueId?: string | undefined; amount?: number | undefined };

function fieldErrors({ purpose, dueId, amount }: Body) {
  if (purpose === "due") return dueId === undefined ? [{ path: "dueId", message: "Which due is to be paid" }] : [];
  return [
    ...(dueId === undefined ? [] : [{ path: "dueId", message: "Only with the purpose due" }]),
    ...(amount === undefined ? [] : [{ path: "amount", message: "Only with the purpose due" }]),
  ];
}
