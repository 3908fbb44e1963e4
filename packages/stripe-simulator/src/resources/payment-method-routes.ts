import type { Stripe } from "stripe";
import { listPage } from "../http/list.ts";
import {
  applyMetadata,
  billingDetails,
  integer,
  metadata,
  object,
  oneOf,
  paging,
  required,
  text,
} from "../http/params.ts";
import { invalidRequest, noSuch } from "../http/stripe-error.ts";
import type { Routes } from "../routes.ts";
import type { World } from "../world.ts";
import { existingCustomer } from "./customers.ts";
import { createMethod, methodData, useMethod } from "./make-method.ts";
import { attachMethod, cardError, magicOf, methodTypes, takeAway } from "./payment-methods.ts";

export function paymentMethodRoutes({ get, post }: Routes, world: World): void {
  const existing = (id: string) => {
    const method = world.objects.find("payment_method", id);
    if (!method) throw noSuch("PaymentMethod", id, "payment_method");
    return method;
  };

  post("/v1/payment_methods", methodData, (params) => createMethod(world, params));
  get("/v1/payment_methods/:id", {}, (_params, { id = "" }) => existing(id));
  post(
    "/v1/payment_methods/:id",
    {
      billing_details: billingDetails,
      card: object({ exp_month: integer({ min: 1, max: 12 }), exp_year: integer({ min: 2000, max: 2100 }) }),
      metadata: metadata(),
      allow_redisplay: methodData.allow_redisplay,
    },
    (params, { id = "" }) => {
      const method = existing(id);
      if (method.customer === null) {
        throw invalidRequest("You must save this PaymentMethod to a customer before you can update it.");
      }
      if (params.card && !method.card) {
        throw invalidRequest("`card` can only be given for a PaymentMethod of type card.", { param: "card" });
      }
      const { address, ...billing } = params.billing_details ?? {};
      const updated = {
        ...method,
        ...(params.allow_redisplay ? { allow_redisplay: params.allow_redisplay } : {}),
        billing_details: {
          ...method.billing_details,
          ...billing,
          ...(address ? { address: { ...method.billing_details.address, ...address } } : {}),
        },
        ...(params.card ? { card: { ...method.card, ...params.card } } : {}),
        metadata: applyMetadata(method.metadata, params.metadata),
      } as Stripe.PaymentMethod;
      world.objects.update<"payment_method">(updated);
      const { exp_month, exp_year } = method.card ?? {};
      const before = { metadata: method.metadata, ...(params.card ? { card: { exp_month, exp_year } } : {}) };
      world.emit("payment_method.updated", updated, before);
      return updated;
    },
  );
  post("/v1/payment_methods/:id/attach", { customer: required(text()) }, ({ customer }, { id = "" }) => {
    existingCustomer(world, customer, "customer");
    const method = useMethod(world, id);
    const magic = magicOf(world, method);
    if (magic.type === "card" && magic.attach) throw cardError(magic.attach, {}, false);
    return attachMethod(world, method, customer);
  });
  post("/v1/payment_methods/:id/detach", {}, (_params, { id = "" }) => {
    const method = existing(id);
    if (method.customer === null) {
      throw invalidRequest(
        "The payment method you provided is not attached to a customer so detachment is impossible.",
        {
          code: "payment_method_unexpected_state",
        },
      );
    }
    const detached = takeAway(world, method);
    world.emit("payment_method.detached", detached, { customer: method.customer });
    return detached;
  });
  get(
    "/v1/payment_methods",
    { customer: text(), type: oneOf(...methodTypes), allow_redisplay: methodData.allow_redisplay, ...paging },
    (params) => {
      const { customer, type } = params;
      if (customer !== undefined) existingCustomer(world, customer, "customer");
      return listPage(world, "payment_method", "/v1/payment_methods", params, { customer, type });
    },
  );
  get(
    "/v1/customers/:id/payment_methods",
    { type: oneOf(...methodTypes), allow_redisplay: methodData.allow_redisplay, ...paging },
    (params, { id = "" }) => {
      existingCustomer(world, id);
      return listPage(world, "payment_method", `/v1/customers/${id}/payment_methods`, params, {
        customer: id,
        type: params.type,
      });
    },
  );
  get("/v1/customers/:id/payment_methods/:method", {}, (_params, { id = "", method = "" }) => {
    const found = existing(method);
    if (found.customer !== id) throw noSuch("PaymentMethod", method, "payment_method");
    return found;
  });
  get("/v1/mandates/:id", {}, (_params, { id = "" }) => {
    const mandate = world.objects.find("mandate", id);
    if (!mandate) throw noSuch("mandate", id, "mandate");
    return mandate;
  });
}
