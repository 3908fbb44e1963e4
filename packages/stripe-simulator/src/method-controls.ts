import type { Context, Hono } from "hono";
import { controlsOf, number } from "./control-request.ts";
import type { Env, Surface } from "./http/endpoint.ts";
import { noSuch } from "./http/stripe-error.ts";
import { setBehavior } from "./resources/behavior.ts";
import { withdrawMandate } from "./resources/mandates.ts";
import { updateByNetwork } from "./resources/network-updates.ts";

/** The controls of saved methods: actions of banks, networks and customers. */
export function methodControls(app: Hono<Env>, surface: Surface): void {
  const { world } = surface;
  const control = controlsOf(surface);
  const id = (c: Context<Env>) => c.req.param("id") ?? "";
  const method = (c: Context<Env>) => {
    const found = world.objects.find("payment_method", id(c));
    if (!found) throw noSuch("PaymentMethod", id(c), "payment_method");
    return found;
  };

  app.post(
    "/_sim/payment_methods/:id/behavior",
    control((c, body) => {
      const from = body.from === undefined ? undefined : number(body, "from", 0, Number.MAX_SAFE_INTEGER);
      return setBehavior(world, method(c), { outcomes: body.outcomes, from });
    }),
  );
  app.post(
    "/_sim/payment_methods/:id/network_update",
    control((c, body) =>
      updateByNetwork(world, method(c), {
        expMonth: body.expMonth === undefined ? undefined : number(body, "expMonth", 1, 12, 1),
        expYear: body.expYear === undefined ? undefined : number(body, "expYear", 2036, 2100, 2000),
        last4: typeof body.last4 === "string" ? body.last4 : undefined,
        fingerprint: typeof body.fingerprint === "string" ? body.fingerprint : undefined,
      }),
    ),
  );
  app.post(
    "/_sim/mandates/:id/withdrawal",
    control((c) => withdrawMandate(world, id(c))),
  );
}
