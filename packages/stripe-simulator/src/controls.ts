import type { Context, Hono } from "hono";
import { controlsOf, number } from "./control-request.ts";
import { type Fault, faultKinds } from "./faults.ts";
import type { Env, Surface } from "./http/endpoint.ts";
import { invalidRequest } from "./http/stripe-error.ts";
import { methodControls } from "./method-controls.ts";
import { isCurrency } from "./money.ts";
import { balanceCheck } from "./resources/balance.ts";
import { settlementCurrencies } from "./resources/conversion.ts";
import { authenticate, submitSession, verifyHosted } from "./resources/hosted-payment.ts";
import { rollSecret } from "./resources/webhook-endpoints.ts";
import type { Misbehaviour } from "./webhooks/deliveries.ts";

/** The `/_sim` routes, which play people, banks and failures. They take and return JSON and need no key. */
export function controlRoutes(app: Hono<Env>, surface: Surface): void {
  const { world, faults } = surface;
  const control = controlsOf(surface);
  const id = (c: Context<Env>) => c.req.param("id") ?? "";
  const authentication = control((c, { result }) => {
    if (result !== "success" && result !== "failure")
      throw invalidRequest("result must be success or failure", { param: "result" });
    return authenticate(world, faults, id(c), result === "success");
  });

  app.post(
    "/_sim/checkout/:id/payment",
    control((c, { paymentMethod, email }) => {
      if (typeof paymentMethod !== "string")
        throw invalidRequest("paymentMethod must be a string", { param: "paymentMethod" });
      return submitSession(world, faults, id(c), paymentMethod, {
        email: typeof email === "string" ? email : undefined,
      });
    }),
  );
  app.post(
    "/_sim/checkout/:id/microdeposits",
    control((c) => submitSession(world, faults, id(c), "pm_usBankAccount_microdeposits", { microdeposits: true })),
  );
  app.post(
    "/_sim/payment_intents/:id/microdeposits",
    control((c, { result }) => {
      const known = (["verified", "attempts_exceeded", "timeout"] as const).find((one) => one === result);
      if (known === undefined) {
        throw invalidRequest("result must be verified, attempts_exceeded or timeout", { param: "result" });
      }
      return verifyHosted(world, id(c), known);
    }),
  );
  methodControls(app, surface);
  app.post("/_sim/payment_intents/:id/authentication", authentication);
  app.post("/_sim/setup_intents/:id/authentication", authentication);

  app.post(
    "/_sim/webhooks",
    control((_c, body) => {
      const misbehaviour: Misbehaviour = {
        duplicate: number(body, "duplicate", 0, 1),
        reorder: number(body, "reorder", 0, 1),
        drop: number(body, "drop", 0, 1),
        seed: number(body, "seed", 1, Number.MAX_SAFE_INTEGER),
      };
      world.settings.set("webhooks", misbehaviour);
      world.settings.remove(`draw:webhooks:${misbehaviour.seed}`);
      return misbehaviour;
    }),
  );
  app.delete(
    "/_sim/webhooks",
    control(() => {
      world.settings.remove("webhooks");
      return {};
    }),
  );
  app.post(
    "/_sim/webhook_endpoints/:id/secret",
    control((c, body) => {
      const secret = typeof body.secret === "string" ? body.secret : undefined;
      return { secret: rollSecret(world, id(c), secret, number(body, "overlapSeconds", 24 * 3600, 7 * 24 * 3600)) };
    }),
  );

  app.post(
    "/_sim/faults",
    control((_c, body) => {
      const kind = faultKinds.find((known) => known === body.kind);
      if (!kind) throw invalidRequest(`kind must be one of ${faultKinds.join(", ")}`, { param: "kind" });
      const fault: Fault = {
        kind,
        rate: number(body, "rate", 1, 1),
        seed: number(body, "seed", 1, Number.MAX_SAFE_INTEGER),
        ...(body.ms === undefined ? {} : { ms: number(body, "ms", 200, 60_000) }),
        ...(typeof body.path === "string" ? { path: body.path } : {}),
        ...(body.times === undefined ? {} : { times: number(body, "times", 1, 1000, 1) }),
      };
      faults.set(fault);
      return { faults: faults.all() };
    }),
  );
  app.delete(
    "/_sim/faults",
    control(() => {
      faults.clear();
      return { faults: [] };
    }),
  );
  app.post(
    "/_sim/settlement",
    control((_c, body) => {
      const { currencies } = body;
      if (!Array.isArray(currencies) || !currencies.every((code) => typeof code === "string" && isCurrency(code))) {
        throw invalidRequest("currencies must be a list of codes, such as usd.", { param: "currencies" });
      }
      world.settings.set("settlement_currencies", currencies);
      return { currencies: settlementCurrencies(world) };
    }),
  );
  app.get(
    "/_sim/balance",
    control((c) => balanceCheck(world, c.req.query("currency"))),
  );
}
