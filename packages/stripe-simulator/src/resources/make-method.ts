import type { Stripe } from "stripe";
import {
  applyMetadata,
  billingDetails,
  type MetadataChange,
  metadata,
  object,
  oneOf,
  required,
  text,
  type Values,
} from "../http/params.ts";
import { invalidRequest, missing, noSuchReference } from "../http/stripe-error.ts";
import type { World } from "../world.ts";
import { findAccountByNumber, findMagic, last4Of, type Magic } from "./magic-methods.ts";
import { type Expiry, type MethodNotes, methodTypes } from "./payment-methods.ts";

export const methodData = {
  type: required(oneOf(...methodTypes)),
  card: object({ token: required(text()) }),
  us_bank_account: object({
    account_holder_type: oneOf("individual", "company"),
    account_type: oneOf("checking", "savings"),
    account_number: required(text()),
    routing_number: required(text()),
  }),
  billing_details: billingDetails,
  allow_redisplay: oneOf("always", "limited", "unspecified"),
  metadata: metadata(),
};
type MethodData = Values<typeof methodData>;
/** The expiry of each test card, until it is updated. */
const expiry: Expiry = { exp_month: 12, exp_year: 2036 };

/** Creates a payment method from a magic id: each use of `pm_card_visa` creates a new `pm_...`, as at Stripe. */
function makeMethod(
  world: World,
  found: { name: string; magic: Magic },
  given: { billing?: MethodData["billing_details"]; metadata?: MetadataChange | undefined } = {},
): Stripe.PaymentMethod {
  const method = {
    id: world.newId("pm_1", 23),
    object: "payment_method",
    allow_redisplay: "unspecified",
    billing_details: {
      address: {
        city: null,
        country: null,
        line1: null,
        line2: null,
        postal_code: null,
        state: null,
        ...given.billing?.address,
      },
      email: given.billing?.email ?? null,
      name: given.billing?.name ?? null,
      phone: given.billing?.phone ?? null,
      tax_id: null,
    },
    ...details(found.magic),
    created: world.seconds(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: applyMetadata({}, given.metadata),
    type: found.magic.type,
  } as Stripe.PaymentMethod;
  world.objects.insert<"payment_method">(method, { magic: found.name } satisfies MethodNotes);
  return method;
}

function details(magic: Magic): Pick<Stripe.PaymentMethod, "card" | "us_bank_account"> {
  const last4 = last4Of(magic);
  if (magic.type === "card") {
    return {
      card: {
        brand: magic.brand,
        checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
        country: "US",
        display_brand: magic.brand,
        ...expiry,
        fingerprint: `fp${magic.brand}${last4}`,
        funding: magic.funding,
        generated_from: null,
        last4,
        networks: { available: [magic.brand], preferred: null },
        regulated_status: "unregulated",
        three_d_secure_usage: { supported: true },
        wallet: null,
      },
    };
  }
  return {
    us_bank_account: {
      account_holder_type: "individual",
      account_type: "checking",
      bank_name: "STRIPE TEST BANK",
      financial_connections_account: null,
      fingerprint: `fpbank${last4}`,
      last4,
      networks: { preferred: "ach", supported: ["ach"] },
      routing_number: "110000000",
      status_details: {},
    },
  };
}

/** The stored method of an id, or a new one if the id is magic. */
export function useMethod(world: World, id: string, param = "payment_method"): Stripe.PaymentMethod {
  const stored = world.objects.find("payment_method", id);
  if (stored) return stored;
  const found = findMagic(id);
  if (!found || !id.startsWith("pm_")) throw noSuchReference("PaymentMethod", id, param);
  return makeMethod(world, found);
}

export function createMethod(world: World, data: MethodData): Stripe.PaymentMethod {
  const given = { billing: data.billing_details, metadata: data.metadata };
  if (data.type === "card") {
    if (!data.card) throw missing("card");
    const found = findMagic(data.card.token);
    if (found?.magic.type !== "card") throw noSuchReference("token", data.card.token, "card[token]");
    return makeMethod(world, found, given);
  }
  if (!data.us_bank_account) throw missing("us_bank_account");
  const found = findAccountByNumber(data.us_bank_account.account_number);
  if (!found) {
    throw invalidRequest("You must use a test bank account number in test mode.", {
      param: "us_bank_account[account_number]",
    });
  }
  return makeMethod(world, found, given);
}
