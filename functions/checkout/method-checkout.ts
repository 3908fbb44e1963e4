import { openSetup } from "@clearing/commands/method-setup";
import type { AttemptRef, Services as CommandContext } from "@clearing/commands/services";
import { settleSetupOnReturn } from "@clearing/commands/settle-setup";
import type { PaymentMethod } from "@clearing/domain/booking";
import { type PaymentBar, paymentBars } from "@clearing/domain/booking/payment-bar";
import type { Gateway } from "@clearing/payments";
import { callerIn, isPayerOf } from "@clearing/runtime/access";
import type { Answer, Reply } from "@clearing/runtime/api";
import type { RequestContext } from "@clearing/runtime/binding";
import { contextOf } from "@clearing/runtime/commands";
import type { Deps } from "@clearing/runtime/deps";
import { refuseStripe } from "./refusal.ts";
import { methodReturnPage, unknownPage } from "./return-page.ts";
import { sessionAnswer } from "./session-answer.ts";

/**
 * Opens the page that saves another payment method. The client's request also gives the permission to collect from it.
 */
export async function methodCheckout(
  context: RequestContext<Deps & { gateway: Gateway }>,
  bookingId: string,
  method: PaymentMethod | undefined,
): Promise<Answer> {
  const { deps, sourceIp, userAgent } = context;
  const caller = callerIn(context);
  const giver = { sourceIp, userAgent, signedBy: caller.sub };
  const opened = await openSetup(contextOf(deps), { bookingId, method }, giver, (booking) =>
    isPayerOf(caller, booking),
  );
  if (!opened.ok) {
    if ("kind" in opened) return refuseStripe(opened, deps.log);
    const { reason } = opened;
    return isBar(reason) ? { refused: "invalid_transition", detail: paymentBars[reason] } : { refused: reason };
  }
  const { url, sessionId, sessionExpiresAt: expiresAt } = opened.setup;
  const { permission } = opened;
  const text = permission && { version: permission.version, hash: permission.hash, html: permission.html };
  const answer = { url, sessionId, expiresAt, ...(text === null ? {} : { permission: text }) };
  return sessionAnswer(context, answer);
}

const isBar = (reason: string): reason is PaymentBar => Object.hasOwn(paymentBars, reason);

/** Shows the result to a client who returns from the page that saves a method. */
export async function methodReturn(
  services: CommandContext,
  ref: AttemptRef,
  site: string | undefined,
): Promise<Reply> {
  const settled = await settleSetupOnReturn(services, ref);
  if (settled.ok) return methodReturnPage(settled.setup, site);
  return unknownPage("reason" in settled && settled.reason === "not_found" ? 404 : 503);
}
