import type { Stripe } from "stripe";
import { listPage } from "../http/list.ts";
import {
  applyMetadata,
  boolean,
  integer,
  list,
  metadata,
  object,
  oneOf,
  paging,
  required,
  text,
} from "../http/params.ts";
import { noSuch, noSuchReference } from "../http/stripe-error.ts";
import type { Routes } from "../routes.ts";
import type { World } from "../world.ts";

export const productData = {
  name: required(text()),
  description: text(),
  images: list(text(), 8),
  metadata: metadata(),
  tax_code: text(),
  statement_descriptor: text(22),
};
type ProductData = {
  name: string;
  description?: string | undefined;
  metadata?: Record<string, string> | null | undefined;
};

export function createProduct(world: World, given: ProductData, active = true): Stripe.Product {
  const product: Stripe.Product = {
    id: world.newId("prod", 14),
    object: "product",
    active,
    created: world.seconds(),
    default_price: null,
    description: given.description ?? null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: applyMetadata({}, given.metadata),
    name: given.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: "service",
    unit_label: null,
    updated: world.seconds(),
    url: null,
  };
  world.objects.insert<"product">(product);
  return product;
}

export function createPrice(
  world: World,
  given: {
    product: string;
    currency: string;
    unit_amount: number;
    nickname?: string | undefined;
    metadata?: Record<string, string> | null | undefined;
  },
  active = true,
): Stripe.Price {
  const price: Stripe.Price = {
    id: world.newId("price_1", 23),
    object: "price",
    active,
    billing_scheme: "per_unit",
    created: world.seconds(),
    currency: given.currency.toLowerCase(),
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: applyMetadata({}, given.metadata),
    nickname: given.nickname ?? null,
    product: given.product,
    recurring: null,
    tax_behavior: "unspecified",
    tiers_mode: null,
    transform_quantity: null,
    type: "one_time",
    unit_amount: given.unit_amount,
    unit_amount_decimal: String(given.unit_amount) as unknown as Stripe.Decimal,
  };
  world.objects.insert<"price">(price);
  return price;
}

/** Products and one-time prices, as far as a Checkout session's line items need them. */
export function catalogueRoutes({ get, post }: Routes, world: World): void {
  post("/v1/products", { ...productData, active: boolean() }, (params) => {
    const product = createProduct(world, params, params.active);
    world.emit("product.created", product);
    return product;
  });
  get("/v1/products", paging, (params) => listPage(world, "product", "/v1/products", params));
  get("/v1/products/:id", {}, (_params, { id = "" }) => {
    const product = world.objects.find("product", id);
    if (!product) throw noSuch("product", id);
    return product;
  });
  post(
    "/v1/prices",
    {
      currency: required(text(3)),
      unit_amount: required(integer({ min: 0 })),
      product: text(),
      product_data: object(productData),
      nickname: text(),
      metadata: metadata(),
      active: boolean(),
      tax_behavior: oneOf("exclusive", "inclusive", "unspecified"),
    },
    (params) => {
      const product = params.product_data
        ? createProduct(world, params.product_data)
        : world.objects.find("product", params.product ?? "");
      if (!product) throw noSuchReference("product", params.product ?? "", "product");
      const price = createPrice(world, { ...params, product: product.id }, params.active);
      world.emit("price.created", price);
      return price;
    },
  );
  get("/v1/prices", { product: text(), ...paging }, (params) =>
    listPage(world, "price", "/v1/prices", params, { product: params.product }),
  );
  get("/v1/prices/:id", {}, (_params, { id = "" }) => {
    const price = world.objects.find("price", id);
    if (!price) throw noSuch("price", id);
    return price;
  });
}
