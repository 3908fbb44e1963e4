import type { Context, Hono } from "hono";
import type { Stripe } from "stripe";
import type { Env, Surface } from "../http/endpoint.ts";
import { StripeFailure } from "../http/stripe-error.ts";
import { money } from "../money.ts";
import type { SessionNotes } from "../resources/checkout-sessions.ts";
import { authenticate, sessionOf, submitSession, verifyHosted } from "../resources/hosted-payment.ts";
import { awaitsMicrodeposits } from "../resources/microdeposits.ts";
import { challengePage, checkoutPage, closedPage, messagePage, microdepositsPage } from "./checkout-page.ts";

/** The hosted pages: `/c/pay/{session}` and `/c/challenge/{intent}`. */
export function hostedPages(app: Hono<Env>, { world, faults, settled }: Surface): void {
  const find = (id: string) => world.objects.find("checkout.session", id);
  const items = (id: string) => world.objects.notes<SessionNotes>(id).lineItems ?? [];
  const successUrl = (session: Stripe.Checkout.Session) =>
    session.success_url?.replaceAll("{CHECKOUT_SESSION_ID}", session.id) ?? null;
  const isOpen = (session: Stripe.Checkout.Session) =>
    session.status === "open" && session.expires_at > world.seconds();
  const closed = (c: Context<Env>, session: Stripe.Checkout.Session) =>
    c.html(closedPage(session, session.status === "complete" ? successUrl(session) : session.cancel_url));
  const unknown = (c: Context<Env>) => c.html(messagePage("Not found", "There is no such page."), 404);

  // Forbids framing of payment pages. `form-action` is not restricted, because the form redirects to any shop's page.
  app.use("/c/*", async (c, next) => {
    await next();
    const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
    c.header("content-security-policy", policy);
  });

  app.get("/c/pay/:id", (c) => {
    const session = find(c.req.param("id"));
    if (!session) return unknown(c);
    if (!isOpen(session)) return closed(c, session);
    const intent = world.objects.find("payment_intent", (session.payment_intent as string | null) ?? "");
    const setup = world.objects.find("setup_intent", (session.setup_intent as string | null) ?? "");
    const problem = intent?.last_payment_error?.message ?? setup?.last_setup_error?.message;
    return c.html(checkoutPage(session, items(session.id), problem));
  });

  app.post("/c/pay/:id", async (c) => {
    const id = c.req.param("id");
    const form = await c.req.parseBody();
    const session = find(id);
    if (!session) return unknown(c);
    if (!isOpen(session)) return closed(c, session);
    const email = typeof form.email === "string" && form.email !== "" ? form.email : undefined;
    try {
      const outcome = world.transaction(() =>
        submitSession(world, faults, id, String(form.paymentMethod ?? ""), { email }),
      );
      settled();
      const now = find(id) ?? session;
      if (outcome.status === "requires_action" && now.status === "open")
        return c.redirect(`/c/challenge/${outcome.paymentIntent ?? outcome.setupIntent}`, 303);
      if (outcome.status === "declined")
        return c.html(checkoutPage(now, items(id), outcome.message ?? "Your payment was declined."));
      return outcome.status === "expired" ? closed(c, now) : c.redirect(successUrl(now) ?? `/c/pay/${id}`, 303);
    } catch (error) {
      if (!(error instanceof StripeFailure)) throw error;
      return c.html(checkoutPage(session, items(id), error.body.message), 400);
    }
  });

  app.get("/c/challenge/:id", (c) => {
    const intent = challenged(c.req.param("id"));
    if (!intent) return unknown(c);
    if (intent.status !== "requires_action")
      return c.html(messagePage("Nothing to confirm", "This payment does not wait for you."));
    return c.html(challengePage(intent.object === "payment_intent" ? money(intent.amount, intent.currency) : null));
  });

  app.post("/c/challenge/:id", async (c) => {
    const form = await c.req.parseBody();
    const intent = challenged(c.req.param("id"));
    if (!intent) return unknown(c);
    if (intent.status !== "requires_action")
      return c.html(messagePage("Nothing to confirm", "This payment does not wait for you."), 409);
    const returnUrl = intent.next_action?.redirect_to_url?.return_url ?? null;
    const outcome = world.transaction(() => authenticate(world, faults, intent.id, form.result === "success"));
    settled();
    const session = sessionOf(world, intent);
    if (session)
      return c.redirect((outcome.status === "declined" ? null : successUrl(session)) ?? `/c/pay/${session.id}`, 303);
    if (returnUrl === null) return c.html(messagePage("Done", `The payment is now ${outcome.status}.`));
    const back = new URL(returnUrl);
    const name = intent.object === "payment_intent" ? "payment_intent" : "setup_intent";
    back.searchParams.set(name, intent.id);
    back.searchParams.set(`${name}_client_secret`, intent.client_secret ?? "");
    back.searchParams.set("redirect_status", outcome.status === "declined" ? "failed" : "succeeded");
    return c.redirect(back.toString(), 303);
  });

  app.get("/c/microdeposits/:id", (c) => {
    const intent = world.objects.find("payment_intent", c.req.param("id"));
    if (!intent) return unknown(c);
    return c.html(awaitsMicrodeposits(intent) ? microdepositsPage() : nothingToVerify());
  });

  app.post("/c/microdeposits/:id", async (c) => {
    const form = await c.req.parseBody();
    const intent = world.objects.find("payment_intent", c.req.param("id"));
    if (!intent) return unknown(c);
    if (!awaitsMicrodeposits(intent)) return c.html(nothingToVerify(), 409);
    const result = form.result === "verified" ? "verified" : "attempts_exceeded";
    const outcome = world.transaction(() => verifyHosted(world, intent.id, result));
    settled();
    return c.html(messagePage("Done", `The payment is now ${outcome.status}.`));
  });

  const nothingToVerify = () => messagePage("Nothing to verify", "This payment does not wait for you.");

  function challenged(id: string) {
    const intent = world.objects.find("payment_intent", id);
    if (intent && awaitsMicrodeposits(intent)) return undefined;
    return intent ?? world.objects.find("setup_intent", id);
  }
}
