import type { Gateway, GatewayFailure } from "@clearing/payments";
import { eventsActedOn } from "@clearing/payments/events-acted-on";
import { expect, test } from "vitest";
import type { Services } from "./services.ts";
import { applyStripeEvent } from "./stripe-event.ts";

const silent: GatewayFailure = { ok: false, kind: "unavailable", code: "timeout", message: "" };
const services = {
  gateway: new Proxy({} as Gateway, { get: () => async () => silent }),
} as Services;

test.each(eventsActedOn)("%s fetches its object", async (type) => {
  const objectType = type.slice(0, type.lastIndexOf("."));

  expect(await applyStripeEvent(services, { type, objectType, objectId: "any" })).toEqual(silent);
});

test("an unsupported object type is reported as not handled, and is not fetched", async () => {
  const hint = { type: "payout.paid", objectType: "payout", objectId: "po_1" };

  expect(await applyStripeEvent(services, hint)).toEqual({ ok: true, handled: false });
});
