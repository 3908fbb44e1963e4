import type { ObjectType } from "../objects.ts";
import { shown } from "../resources/balance-transaction.ts";
import type { World } from "../world.ts";
import { invalidRequest } from "./stripe-error.ts";

/** The fields whose ids `expand[]` replaces by objects. Source: docs.stripe.com/api/expanding_objects. */
const expandable: Record<string, Record<string, readonly ObjectType[]>> = {
  payment_intent: { customer: ["customer"], latest_charge: ["charge"], payment_method: ["payment_method"] },
  setup_intent: { customer: ["customer"], payment_method: ["payment_method"], mandate: ["mandate"] },
  charge: {
    balance_transaction: ["balance_transaction"],
    failure_balance_transaction: ["balance_transaction"],
    customer: ["customer"],
    payment_intent: ["payment_intent"],
  },
  refund: {
    balance_transaction: ["balance_transaction"],
    failure_balance_transaction: ["balance_transaction"],
    charge: ["charge"],
    customer: ["customer"],
    payment_intent: ["payment_intent"],
    payment_method: ["payment_method"],
  },
  "checkout.session": {
    customer: ["customer"],
    payment_intent: ["payment_intent"],
    setup_intent: ["setup_intent"],
  },
  balance_transaction: { source: ["charge", "refund"] },
  payment_method: { customer: ["customer"] },
  mandate: { payment_method: ["payment_method"] },
  customer: { default_source: ["card"], "invoice_settings.default_payment_method": ["payment_method"] },
  card: { customer: ["customer"] },
  price: { product: ["product"] },
  product: { default_price: ["price"] },
};

/** Lists that an object includes only if they are expanded. */
const includable: Record<string, Record<string, (world: World, id: string) => unknown>> = {
  "checkout.session": {
    line_items: (world, id) => ({
      object: "list",
      data: world.objects.notes<{ lineItems?: unknown[] }>(id).lineItems ?? [],
      has_more: false,
      url: `/v1/checkout/sessions/${id}/line_items`,
    }),
  },
  charge: {
    refunds: (world, id) => {
      const data = world.objects.all("refund", { charge: id });
      return { object: "list", data: data.slice(0, 10), has_more: data.length > 10, url: `/v1/charges/${id}/refunds` };
    },
  },
};

const deepest = 4;
type Json = Record<string, unknown>;

/** Replaces ids by objects along each dotted path, at most four levels deep; `data.` leads into a list. */
export function expand(world: World, answer: unknown, paths: readonly string[]): unknown {
  if (paths.length === 0) return answer;
  const result = structuredClone(answer);
  for (const path of paths) {
    const steps = path.split(".");
    if (steps.filter((step) => step !== "data").length > deepest) {
      throw invalidRequest(`You cannot expand more than ${deepest} levels of a property. Property: ${path}`, {
        param: "expand",
      });
    }
    walk(world, result, steps, path);
  }
  return result;
}

function walk(world: World, target: unknown, steps: string[], path: string): void {
  if (target === null || typeof target !== "object" || steps.length === 0) return;
  const json = target as Json;
  if (Array.isArray(json.data) && (json.object === "list" || json.object === "search_result")) {
    if (steps[0] !== "data") throw notExpandable(path);
    for (const item of json.data) walk(world, item, steps.slice(1), path);
    return;
  }
  const step = follow(world, json, steps);
  if (!step) throw notExpandable(path);
  walk(world, step.value, steps.slice(step.taken), path);
}

/** Expands the field that the first steps name. Returns its value and the number of steps used. */
function follow(world: World, json: Json, steps: string[]): { value: unknown; taken: number } | undefined {
  const kind = (json.object as string | undefined) ?? "";
  const first = steps[0] as string;
  const include = includable[kind]?.[first];
  if (include) {
    json[first] ??= include(world, json.id as string);
    return { value: json[first], taken: 1 };
  }
  for (const [field, types] of Object.entries(expandable[kind] ?? {})) {
    const names = field.split(".");
    if (!names.every((name, index) => steps[index] === name)) continue;
    const holder = names.slice(0, -1).reduce<Json>((inner, name) => inner[name] as Json, json);
    const last = names.at(-1) as string;
    const value = holder[last];
    if (typeof value === "string") {
      const found = types.map((type) => world.objects.find(type, value)).find((object) => object !== undefined);
      holder[last] = found?.object === "balance_transaction" ? shown(world, found) : (found ?? value);
    }
    return { value: holder[last], taken: names.length };
  }
  // A line item's price is an object already.
  return kind === "item" && first === "price" ? { value: json.price, taken: 1 } : undefined;
}

function notExpandable(path: string) {
  return invalidRequest(`This property cannot be expanded (${path}).`, { param: "expand" });
}
