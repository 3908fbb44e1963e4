import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stripeApiVersion } from "@clearing/payments/api-version";
import { eventsActedOn } from "@clearing/payments/events-acted-on";
import { expect, test } from "vitest";
import { walk } from "../harness/walk.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** The README's command that creates the webhook endpoint. */
const command =
  /curl https:\/\/api\.stripe\.com\/v1\/webhook_endpoints(?:.*\\\n)*.*/.exec(read("README.md"))?.[0] ?? "";

test("the README's webhook endpoint has the API version that the product is pinned to", () => {
  expect(/api_version=(\S+)/.exec(command)?.[1]).toBe(stripeApiVersion);
});

test("the README's webhook endpoint subscribes to exactly the events that the product acts on", () => {
  const asked = [...command.matchAll(/enabled_events\[\]=([a-z_.]+)/g)].map(([, type]) => type);

  expect(asked.toSorted()).toEqual(eventsActedOn.toSorted());
});

/** Events that need no action, since another event reports the result, and attributes that are named like events. */
const needless = [
  "charge.failed",
  "charge.pending",
  "checkout.session.async_payment_succeeded",
  "payment_intent.amount_capturable_updated",
  "payment_intent.created",
  "payment_intent.latest_charge",
  "payment_intent.requires_action",
  "payment_intent.succeeded",
];

test("the product acts on each event of a payment in the simulated Stripe, unless another event reports the same", () => {
  const sent = globSync("packages/stripe-simulator/src/**/*.ts", { cwd: root }).flatMap((path) =>
    [...read(path).matchAll(/"((?:checkout\.session|payment_intent|charge|refund)\.[a-z_]+)"/g)].map(
      ([, type = ""]) => type,
    ),
  );

  expect(sent.length).toBeGreaterThan(5);
  expect([...new Set(sent)].filter((type) => !eventsActedOn.includes(type)).sort()).toEqual(needless);
});

test.each(["README.md", "docs/payments.md"])(
  "a shell that runs the comments of %s as commands finds no open quote and no file pattern in them",
  (document) => {
    const comments = walk(document).match(/^#.*$/gm) ?? [];

    expect(comments.length).toBeGreaterThan(3);
    expect(comments.filter((comment) => !/^#[\w ,.]+$/.test(comment))).toEqual([]);
  },
);
