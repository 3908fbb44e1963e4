import type { Stripe } from "stripe";
import { listPage } from "../http/list.ts";
import {
  address,
  applyMetadata,
  list,
  metadata,
  object,
  oneOf,
  paging,
  range,
  required,
  shipping,
  text,
  unsettable,
  type Values,
} from "../http/params.ts";
import { search, searchParams } from "../http/search.ts";
import { noSuch, noSuchReference } from "../http/stripe-error.ts";
import type { Routes } from "../routes.ts";
import type { World } from "../world.ts";
import { findMagic, last4Of } from "./magic-methods.ts";
import { useMethod } from "./make-method.ts";
import { attachMethod, cardError, magicOf, takeAway } from "./payment-methods.ts";

const fields = {
  address: unsettable(address),
  description: unsettable(text()),
  email: unsettable(text(512)),
  invoice_settings: object({ default_payment_method: unsettable(text()) }),
  metadata: metadata(),
  name: unsettable(text(256)),
  phone: unsettable(text(20)),
  preferred_locales: list(text()),
  shipping: unsettable(shipping),
  tax_exempt: unsettable(oneOf("none", "exempt", "reverse")),
};

/** The customer by an id in the path (404 if missing) or, with `param`, by an id in the form (400). */
export function existingCustomer(world: World, id: string, param?: string): Stripe.Customer {
  const customer = world.objects.find("customer", id);
  if (!customer || customer.deleted) throw param ? noSuchReference("customer", id, param) : noSuch("customer", id);
  return customer;
}

export function createCustomer(world: World, given: Values<typeof fields>): Stripe.Customer {
  const customer: Stripe.Customer = {
    id: world.newId("cus", 14),
    object: "customer",
    address: (given.address as Stripe.Address | undefined) ?? null,
    balance: 0,
    created: world.seconds(),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: given.description ?? null,
    discount: null,
    email: given.email ?? null,
    invoice_prefix: world.newId("I", 7).slice(2).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: applyMetadata({}, given.metadata),
    name: given.name ?? null,
    next_invoice_sequence: 1,
    phone: given.phone ?? null,
    preferred_locales: given.preferred_locales ?? [],
    shipping: (given.shipping as Stripe.Customer.Shipping | undefined) ?? null,
    tax_exempt: given.tax_exempt ?? "none",
    test_clock: null,
  };
  world.objects.insert<"customer">(customer);
  world.emit("customer.created", customer);
  return customer;
}

function updateCustomer(world: World, customer: Stripe.Customer, given: Values<typeof fields>): Stripe.Customer {
  const { metadata: change, invoice_settings: invoices, ...plain } = given;
  const method = invoices?.default_payment_method;
  if (typeof method === "string" && world.objects.find("payment_method", method)?.customer !== customer.id) {
    throw noSuchReference("PaymentMethod", method, "invoice_settings[default_payment_method]");
  }
  const updated = {
    ...customer,
    ...plain,
    invoice_settings: { ...customer.invoice_settings, ...invoices },
    metadata: applyMetadata(customer.metadata, change),
  } as Stripe.Customer;
  const changed = Object.entries(customer).filter(([key, value]) => {
    return JSON.stringify(value) !== JSON.stringify(updated[key as keyof Stripe.Customer]);
  });
  if (changed.length > 0) {
    world.objects.update<"customer">(updated);
    world.emit("customer.updated", updated, Object.fromEntries(changed));
  }
  return updated;
}

export function customerRoutes({ get, post, del }: Routes, world: World): void {
  post("/v1/customers", { ...fields, payment_method: text() }, ({ payment_method: methodId, ...given }) => {
    const customer = createCustomer(world, given);
    if (methodId === undefined) return customer;
    const method = useMethod(world, methodId);
    const magic = magicOf(world, method);
    if (magic.type === "card" && magic.attach) throw cardError(magic.attach, {}, false);
    attachMethod(world, method, customer.id);
    return customer;
  });
  get("/v1/customers", { email: text(), created: range(), ...paging }, (params) =>
    // Lists omit deleted customers.
    listPage(world, "customer", "/v1/customers", params, { email: params.email, livemode: 0 }),
  );
  get("/v1/customers/search", searchParams, (params) => search(world, "customer", "/v1/customers/search", params));
  get("/v1/customers/:id", {}, (_params, { id = "" }) => {
    const customer = world.objects.find("customer", id);
    if (!customer) throw noSuch("customer", id);
    return customer;
  });
  post("/v1/customers/:id", fields, (params, { id = "" }) =>
    updateCustomer(world, existingCustomer(world, id), params),
  );
  del("/v1/customers/:id", {}, (_params, { id = "" }) => {
    const customer = existingCustomer(world, id);
    const deleted: Stripe.DeletedCustomer = { id, object: "customer", deleted: true };
    world.objects.update<"customer">(deleted);
    for (const method of world.objects.all("payment_method", { customer: id })) takeAway(world, method);
    world.emit("customer.deleted", customer);
    return deleted;
  });

  post("/v1/customers/:id/sources", { source: required(text()), metadata: metadata() }, (params, { id = "" }) => {
    const customer = existingCustomer(world, id);
    const magic = params.source.startsWith("tok_") ? findMagic(params.source)?.magic : undefined;
    if (magic?.type !== "card") throw noSuchReference("token", params.source, "source");
    if (magic.attach) throw cardError(magic.attach, {}, false);
    const card = {
      id: world.newId("card_1", 23),
      object: "card",
      brand: magic.brand,
      country: "US",
      customer: id,
      exp_month: 12,
      exp_year: 2036,
      funding: magic.funding,
      last4: last4Of(magic),
      metadata: applyMetadata({}, params.metadata),
      name: null,
    } as Stripe.Card;
    world.objects.insert<"card">(card);
    if (customer.default_source === null) world.objects.update<"customer">({ ...customer, default_source: card.id });
    world.emit("customer.source.created", card);
    return card;
  });
  post("/v1/customers/:id/sources/:card", { metadata: metadata(), name: text() }, (params, path) => {
    const card = world.objects.find("card", path.card ?? "");
    if (!card || card.customer !== path.id) throw noSuch("source", path.card ?? "");
    const updated: Stripe.Card = {
      ...card,
      name: params.name ?? card.name,
      metadata: applyMetadata(card.metadata, params.metadata),
    };
    world.objects.update<"card">(updated);
    world.emit("customer.source.updated", updated, { metadata: card.metadata });
    return updated;
  });
}
