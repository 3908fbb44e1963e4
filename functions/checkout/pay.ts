import { type CheckoutCommand, openCheckout } from "@clearing/commands/checkout";
import { openSetup, permissionToRenew } from "@clearing/commands/method-setup";
import { system } from "@clearing/commands/services";
import * as routes from "@clearing/contracts/routes/pay";
import { type Booking, methodPageRefusal, type PayPage, payPageOf } from "@clearing/domain/booking";
import type { Gateway } from "@clearing/payments";
import type { Answer } from "@clearing/runtime/api";
import { bind, type RequestContext } from "@clearing/runtime/binding";
import { contextOf } from "@clearing/runtime/commands";
import type { Deps } from "@clearing/runtime/deps";
import type { Payable, PayLinks } from "@clearing/runtime/pay-links";
import { readAttempt } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { methodPageReply, noPayPage, payPageReply, seeOther } from "./pay-page.ts";

type PayDeps = Deps & { gateway: Gateway; payLinks: () => Promise<PayLinks> };
type Context = RequestContext<PayDeps>;
type Shown = Payable & { booking: Booking; page: PayPage };

export const payBindings = [
  bind(
    routes.payPage,
    async ({ params }, { deps }: Context): Promise<Answer> => {
      const shown = await readPage(params.token, deps);
      return shown === null
        ? noPayPage(404)
        : payPageReply(shown.booking, shown.page, `${linkOf(deps, params.token)}/method`);
    },
    noPayPage,
  ),

  // Anybody with the link may pay, and can do nothing else with it. There is no session, so cross-site request forgery
  // gains nothing.
  bind(
    routes.pay,
    async ({ params }, { deps }: Context): Promise<Answer> => {
      const shown = await readPage(params.token, deps);
      if (shown === null) return noPayPage(404);
      const { bookingId, dueId, page } = shown;
      const back = seeOther(linkOf(deps, params.token));
      if (page.kind !== "payable" && page.kind !== "payoff") return back;
      const command: CheckoutCommand =
        page.kind === "payoff"
          ? { bookingId, purpose: "payoff", openOnly: true }
          : { bookingId, purpose: "due", dueId };
      const opened = await openCheckout(contextOf(deps), command, system);
      if (opened.ok) return seeOther(opened.attempt.url);
      // It was paid, started or ended in the meantime; the link's own page shows that.
      return "kind" in opened ? noPayPage(503) : back;
    },
    noPayPage,
  ),

  bind(
    routes.methodPage,
    async ({ params }, { deps }: Context): Promise<Answer> => {
      const shown = await readPage(params.token, deps);
      if (shown === null) return noPayPage(404);
      const { booking, page } = shown;
      return methodPageReply(booking, page, permissionToRenew(booking), {
        payUrl: linkOf(deps, params.token),
        now: deps.clock.now(),
      });
    },
    noPayPage,
  ),

  bind(
    routes.saveMethod,
    async ({ params, query }, { deps, sourceIp, userAgent }: Context): Promise<Answer> => {
      const shown = await readPage(params.token, deps);
      if (shown === null) return noPayPage(404);
      const { bookingId, dueId, booking, page } = shown;
      const back = seeOther(`${linkOf(deps, params.token)}/method`);
      if (methodPageRefusal(booking, page) !== null) return back;
      const giver = { sourceIp, userAgent, signedBy: `link of ${dueId}` };
      const command = { bookingId, shown: query.permission ?? null };
      const opened = await openSetup(contextOf(deps), command, giver);
      if (opened.ok) return seeOther(opened.setup.url);
      // It ended, was paid, or the permission's text changed in the meantime; the page shows that.
      return "kind" in opened ? noPayPage(503) : back;
    },
    noPayPage,
  ),
];

const linkOf = ({ config }: Deps, token: string): string => `${config.publicUrl}/pay/${token}`;

/** The page of a link as of now; null if the token is forged, expired or names no due. */
async function readPage(token: string, { store, clock, payLinks }: PayDeps): Promise<Shown | null> {
  const payable = (await payLinks()).read(token, clock.now());
  const booking = payable && (await readBooking(store, payable.bookingId));
  if (payable === null || booking === null) return null;
  const openId = booking.dues.find(({ id }) => id === payable.dueId)?.openAttemptId ?? null;
  const open = openId === null ? null : await readAttempt(store, booking.id, openId);
  const page = payPageOf(booking, payable.dueId, open, clock.now());
  return page && { ...payable, booking, page };
}
