import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { STRIPE_API_VERSION } from "@clearing/payments/api-version";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** The README's command that makes the webhook endpoint. */
const command =
  /curl https:\/\/api\.stripe\.com\/v1\/webhook_endpoints(?:.*\\\n)*.*/.exec(read("README.md"))?.[0] ?? "";

test("the README's webhook endpoint has the API version that the product is pinned to", () => {
  expect(/api_version=(\S+)/.exec(command)?.[1]).toBe(STRIPE_API_VERSION);
});

/** Of payments that are captured later, which the product makes none of; of a beginning without money; and no event. */
const needless = [
  "charge.captured",
  "payment_intent.amount_capturable_updated",
  "payment_intent.created",
  "payment_intent.latest_charge",
];

test("it asks for each event that the simulated Stripe sends of what the product acts on", () => {
  const asked = [...command.matchAll(/enabled_events\[\]=([a-z_.]+)/g)].map(([, type]) => type);
  const sent = globSync("packages/stripe-simulator/src/**/*.ts", { cwd: root }).flatMap((path) =>
    [...read(path).matchAll(/"((?:checkout\.session|payment_intent|charge|refund)\.[a-z_]+)"/g)].map(
      ([, type]) => type,
    ),
  );

  expect(sent.length).toBeGreaterThan(5);
  expect([...new Set(sent)].filter((type) => !asked.includes(type)).sort()).toEqual(needless);
});
