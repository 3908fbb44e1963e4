import {
  boolean,
  either,
  integer,
  list,
  metadata,
  object,
  oneOf,
  required,
  shipping,
  text,
  unsettable,
  type Values,
} from "../http/params.ts";
import { methodData } from "./make-method.ts";
import { mandateData, paymentMethodOptions } from "./method-params.ts";

/** The parameters for creating, updating and confirming an intent. */
export const terms = {
  allowed_payment_method_types: list(text()),
  excluded_payment_method_types: list(text()),
  // Writable up to 2026-08-26.dahlia; later versions refuse it with a separate code.
  payment_method_types: list(text()),
  capture_method: oneOf("automatic", "automatic_async", "manual"),
  payment_method: text(),
  payment_method_data: object(methodData),
  payment_method_options: paymentMethodOptions,
  receipt_email: unsettable(text()),
  setup_future_usage: unsettable(oneOf("off_session", "on_session")),
  shipping: unsettable(shipping),
};
export const description = {
  customer: text(),
  description: text(1000),
  metadata: metadata(),
  statement_descriptor: text(22),
  statement_descriptor_suffix: text(22),
  transfer_group: text(),
};
export const confirmation = {
  error_on_requires_action: boolean(),
  mandate: text(),
  mandate_data: unsettable(mandateData),
  off_session: either(boolean(), oneOf("one_off", "recurring")),
  return_url: text(),
  use_stripe_sdk: boolean(),
};
export const creation = {
  ...terms,
  ...description,
  ...confirmation,
  amount: required(integer()),
  currency: required(text(3)),
  automatic_payment_methods: object({ enabled: required(boolean()), allow_redirects: oneOf("always", "never") }),
  confirm: boolean(),
  confirmation_method: oneOf("automatic", "manual"),
};
export type Terms = Values<typeof terms>;
export type IntentParams = Omit<
  Values<typeof creation>,
  keyof typeof confirmation | "confirm" | "payment_method" | "payment_method_data" | "payment_method_options"
> & { payment_method_options?: object | undefined };
