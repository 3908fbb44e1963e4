import type { Faults } from "../faults.ts";
import { integer, required, text } from "../http/params.ts";
import { invalidRequest, noSuch } from "../http/stripe-error.ts";
import type { Routes } from "../routes.ts";
import type { World } from "../world.ts";
import { submitSession } from "./hosted-payment.ts";

/** The undocumented pair of routes with which the official CLI submits a hosted page in its `trigger` fixtures. */
export function paymentPageRoutes({ get, post }: Routes, world: World, faults: Faults): void {
  const existing = (id: string) => {
    const session = world.objects.find("checkout.session", id);
    if (!session) throw noSuch("payment_page", id);
    return session;
  };
  get("/v1/payment_pages/:id", {}, (_params, { id = "" }) => {
    const session = existing(id);
    return { id, object: "payment_page", session_id: id, status: session.status, amount_total: session.amount_total };
  });
  post(
    "/v1/payment_pages/:id/confirm",
    { payment_method: required(text()), expected_amount: integer() },
    (params, { id = "" }) => {
      const session = existing(id);
      if (params.expected_amount !== undefined && params.expected_amount !== session.amount_total) {
        throw invalidRequest("The amount of this page has changed.", { param: "expected_amount" });
      }
      const outcome = submitSession(world, faults, id, params.payment_method);
      return { id, object: "payment_page", session_id: id, status: existing(id).status, outcome: outcome.status };
    },
  );
}
