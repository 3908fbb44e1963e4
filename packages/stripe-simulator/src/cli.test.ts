import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Served, serveSimulator } from "./index.ts";
import { sdk, testKey } from "./test-account.ts";

/** Stripe's official CLI, an independent client of the simulator. */
const shim = join(dirname(fileURLToPath(import.meta.resolve("@stripe/cli/package.json"))), "bin", "shim.js");
let simulator: Served;
let home: string;

beforeAll(async () => {
  simulator = await serveSimulator({ secretKey: testKey });
  home = mkdtempSync(join(tmpdir(), "stripe-cli-"));
});
afterAll(async () => {
  await simulator.close();
  rmSync(home, { recursive: true, force: true });
});

async function cli(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [shim, "--api-base", simulator.url, "--api-key", testKey, ...words],
    {
      env: {
        PATH: process.env.PATH,
        HOME: home,
        TMPDIR: home,
        STRIPE_CLI_TELEMETRY_OPTOUT: "1",
        XDG_CONFIG_HOME: home,
      },
      timeout: 30_000,
    },
  );
  return stdout;
}
/** The types of the events that are created while `act` runs. */
async function eventsOf(act: () => Promise<unknown>): Promise<string[]> {
  const { events } = sdk(simulator.url);
  const [last] = (await events.list({ limit: 1 })).data;
  await act();
  const { data } = await events.list({ limit: 100, ...(last ? { ending_before: last.id } : {}) });
  return data.map(({ type }) => type);
}

describe("the official CLI", () => {
  // One process per case; the fixtures of some create the objects that others use.
  test.each([
    ["payment_intent.succeeded", ["payment_intent.created", "charge.succeeded"]],
    ["payment_intent.payment_failed", ["charge.failed"]],
    ["payment_intent.requires_action", []],
    ["payment_intent.canceled", []],
    ["charge.captured", ["payment_intent.amount_capturable_updated"]],
    ["charge.refund.updated", ["refund.created", "refund.updated", "charge.refunded"]],
    ["checkout.session.completed", ["product.created", "price.created"]],
    ["checkout.session.expired", []],
    ["customer.updated", []],
    ["customer.deleted", ["customer.created"]],
    ["customer.source.updated", ["customer.source.created"]],
    ["payment_method.attached", []],
    ["payment_method.detached", ["payment_method.attached"]],
    ["payment_method.updated", ["setup_intent.created", "setup_intent.succeeded"]],
    ["setup_intent.created", []],
    ["setup_intent.succeeded", ["setup_intent.created"]],
    ["setup_intent.setup_failed", []],
    ["setup_intent.requires_action", []],
    ["setup_intent.canceled", []],
  ])(
    "triggers %s",
    async (event, onTheWay) => {
      const events = await eventsOf(() => cli("trigger", event));

      expect(events).toEqual(expect.arrayContaining([event, ...onTheWay]));
    },
    30_000,
  );

  test("triggers the events of a bank debit by a separate fixture", async () => {
    const fixture = {
      _meta: { template_version: 0 },
      fixtures: [
        {
          name: "payment_intent",
          path: "/v1/payment_intents",
          method: "post",
          params: {
            amount: 2000,
            currency: "usd",
            confirm: true,
            payment_method: "pm_usBankAccount_success",
            mandate_data: {
              customer_acceptance: { type: "online", online: { ip_address: "127.0.0.1", user_agent: "cli" } },
            },
          },
        },
      ],
    };

    const events = await eventsOf(() => cli("trigger", "payment_intent.processing", "--raw", JSON.stringify(fixture)));

    expect(events).toEqual(["payment_intent.processing", "charge.pending", "payment_intent.created"]);
  }, 30_000);

  test("posts, gets, creates, confirms and refunds", async () => {
    const customer = JSON.parse(await cli("post", "/v1/customers", "-d", "email=anna@example.org"));
    const fetched = JSON.parse(await cli("get", `/v1/customers/${customer.id}`));
    const intent = JSON.parse(
      await cli("payment_intents", "create", "--amount=2000", "--currency=usd", `--customer=${customer.id}`),
    );
    const paid = JSON.parse(await cli("payment_intents", "confirm", intent.id, "--payment-method=pm_card_visa"));
    const refund = JSON.parse(await cli("refunds", "create", `--payment-intent=${intent.id}`, "--amount=500"));

    expect(fetched.email).toBe("anna@example.org");
    expect([intent.status, paid.status]).toEqual(["requires_payment_method", "succeeded"]);
    expect(refund).toMatchObject({ amount: 500, status: "succeeded" });
  }, 60_000);

  test("gets Stripe's error messages", async () => {
    const failure = await cli("post", "/v1/customers", "-d", "nickname=x").catch(
      (error) => `${error.stdout}${error.stderr}`,
    );

    expect(failure).toContain("Received unknown parameter: nickname");
  }, 30_000);
});

test("keeps a consistent balance through all of it", () => {
  expect(simulator.balance().consistent).toBe(true);
});
