import type { Stripe } from "stripe";
import { applyMetadata, integer, metadata, object, oneOf, required, text, type Values } from "../http/params.ts";
import { invalidRequest, missing, noSuchReference } from "../http/stripe-error.ts";
import type { World } from "../world.ts";
import { createPrice, createProduct, productData } from "./catalogue.ts";

export const lineItem = object({
  price: text(),
  price_data: object({
    currency: required(text(3)),
    product: text(),
    product_data: object(productData),
    unit_amount: required(integer({ min: 0 })),
    tax_behavior: oneOf("exclusive", "inclusive", "unspecified"),
  }),
  quantity: integer({ min: 1 }),
  metadata: metadata(),
});

type LineItemParams = Values<{ item: typeof lineItem }>["item"] & object;

/** One line of a session, with an existing price or one created for it. */
export function makeItem(world: World, given: LineItemParams, index: number): Stripe.LineItem {
  const at = `line_items[${index}]`;
  if ((given.price === undefined) === (given.price_data === undefined)) {
    throw invalidRequest(`You must specify either \`price\` or \`price_data\` for ${at}.`, {
      code: "parameter_missing",
      param: at,
    });
  }
  if (given.quantity === undefined) throw missing(`${at}[quantity]`);
  const price = given.price_data
    ? priceOf(world, given.price_data, at)
    : world.objects.find("price", given.price ?? "");
  if (!price || price.unit_amount === null) throw noSuchReference("price", given.price ?? "", `${at}[price]`);
  const product = world.objects.find("product", price.product as string);
  const amount = price.unit_amount * given.quantity;
  return {
    id: world.newId("li_1", 23),
    object: "item",
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: product?.name ?? null,
    metadata: applyMetadata({}, given.metadata),
    price,
    quantity: given.quantity,
  };
}

function priceOf(world: World, given: NonNullable<LineItemParams["price_data"]>, at: string): Stripe.Price {
  if ((given.product === undefined) === (given.product_data === undefined)) {
    throw invalidRequest(`You must specify either \`product\` or \`product_data\` when creating a price.`, {
      code: "parameter_missing",
      param: `${at}[price_data]`,
    });
  }
  const product = given.product_data
    ? createProduct(world, given.product_data, false)
    : world.objects.find("product", given.product ?? "");
  if (!product) throw noSuchReference("product", given.product ?? "", `${at}[price_data][product]`);
  return createPrice(world, { currency: given.currency, unit_amount: given.unit_amount, product: product.id }, false);
}
