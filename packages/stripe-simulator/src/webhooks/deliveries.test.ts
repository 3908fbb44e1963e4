import { Stripe } from "stripe";
import { describe, expect, test } from "vitest";
import { API_VERSION } from "../index.ts";
import { type Account, day, hour, minute, openAccount, type Received, receiver } from "../test-account.ts";

async function listening(account: Account, url: string, events: string[] = ["customer.created"]) {
  return account.stripe.webhookEndpoints.create({
    url,
    enabled_events: events as Stripe.WebhookEndpointCreateParams.EnabledEvent[],
    api_version: API_VERSION as Stripe.WebhookEndpointCreateParams.ApiVersion,
  });
}
const seconds = (ms: number) => Math.floor(ms / 1000);

describe("a delivery", () => {
  test("is a snapshot event, signed in virtual time, that the SDK verifies", async () => {
    const account = await openAccount();
    const { url, received } = await receiver();
    const endpoint = await listening(account, url);
    const customer = await account.stripe.customers.create({ email: "anna@example.org" }, { idempotencyKey: "key_1" });
    await account.simulator.runDue();

    const { body, headers } = received[0] as Received;
    const event = Stripe.webhooks.constructEvent(
      body,
      headers["stripe-signature"] as string,
      endpoint.secret ?? "",
      300,
      undefined,
      account.now(),
    );

    expect(event).toMatchObject({
      type: "customer.created",
      api_version: Stripe.API_VERSION,
      created: seconds(account.now()),
      data: { object: { id: customer.id, email: "anna@example.org" } },
      request: { id: customer.lastResponse.requestId, idempotency_key: "key_1" },
    });
    expect((await account.stripe.webhookEndpoints.retrieve(endpoint.id)).secret).toBeUndefined();
  });

  test("contains only the endpoint's events, and stops once it is disabled or deleted", async () => {
    const account = await openAccount();
    const { stripe, simulator } = account;
    const { url, received } = await receiver();
    const endpoint = await listening(account, url, ["customer.deleted"]);
    const customer = await stripe.customers.create({});
    await stripe.customers.del(customer.id);
    await simulator.runDue();

    await stripe.webhookEndpoints.update(endpoint.id, { disabled: true, enabled_events: ["*"] });
    await stripe.customers.create({});
    await simulator.runDue();
    await stripe.webhookEndpoints.del(endpoint.id);

    expect(received.map(({ event }) => event.type)).toEqual(["customer.deleted"]);
    expect((await stripe.webhookEndpoints.list()).data).toEqual([]);
  });

  test("is neither made nor retried after the endpoint was disabled", async () => {
    const account = await openAccount();
    const { stripe, simulator, advance } = account;
    const { url, received } = await receiver(() => 500);
    const endpoint = await listening(account, url);
    await stripe.customers.create({});
    await simulator.runDue();
    await stripe.customers.create({});

    await stripe.webhookEndpoints.update(endpoint.id, { disabled: true });
    await advance(4 * day);

    expect(received).toHaveLength(1);
    expect(simulator.nextTimer()).toBeNull();
  });

  test("is signed with both secrets while one is being rotated", async () => {
    const account = await openAccount();
    const { stripe, simulator, control, advance } = account;
    const { url, received } = await receiver();
    const endpoint = await listening(account, url);

    const { secret } = await control(`/_sim/webhook_endpoints/${endpoint.id}/secret`, { overlapSeconds: 3600 });
    await stripe.customers.create({});
    await simulator.runDue();
    await advance(hour);
    await stripe.customers.create({});
    await simulator.runDue();

    const signatures = received.map(({ headers }) => headers["stripe-signature"] as string);
    expect(signatures.map((header) => header.match(/v1=/g)?.length)).toEqual([2, 1]);
    for (const [index, known] of [
      [0, endpoint.secret],
      [0, secret],
      [1, secret],
    ] as const) {
      const { body } = received[index] ?? { body: "" };
      const verify = () =>
        Stripe.webhooks.constructEvent(body, signatures[index] ?? "", known as string, 7200, undefined, account.now());
      expect(verify).not.toThrow();
    }
  });

  test("is retried with growing delays for three days", async () => {
    const account = await openAccount();
    const { stripe, advance, simulator } = account;
    let status = 500;
    const { url, received } = await receiver(() => status);
    await listening(account, url);
    await stripe.customers.create({});

    await advance(6 * minute);
    const soon = received.length;
    await advance(4 * day);

    expect(soon).toBe(3);
    expect(received.length).toBe(10);
    expect(simulator.nextTimer()).toBeNull();
    const missed = await stripe.events.list({ delivery_success: false });
    expect(missed.data.map(({ type }) => type)).toEqual(["customer.created"]);
    status = 200;
    await stripe.customers.create({});
    await simulator.runDue();
    expect((await stripe.events.list({ delivery_success: false })).data).toHaveLength(1);
    expect((await stripe.events.list({ delivery_success: true })).data).toHaveLength(1);
  });

  test("arrives once the endpoint recovers", async () => {
    const account = await openAccount();
    let status = 503;
    const { url, received } = await receiver(() => status);
    await listening(account, url);
    await account.stripe.customers.create({});
    await account.simulator.runDue();

    status = 204;
    await account.advance(minute);

    expect(received).toHaveLength(2);
    expect((await account.stripe.events.list({ delivery_success: false })).data).toHaveLength(0);
  });

  test("is made in real time without delaying the request while the simulator runs", async () => {
    const account = await openAccount();
    const { url, received } = await receiver();
    await listening(account, url);
    account.simulator.start();

    await account.stripe.customers.create({});

    await expect.poll(() => received.length, { timeout: 2000, interval: 5 }).toBe(1);
    await expect.poll(() => account.simulator.pendingDeliveries()).toBe(0);
  });
});

describe("deliveries that misbehave", () => {
  async function outcome(seed: number, misbehaviour: object) {
    const account = await openAccount();
    const { url, received } = await receiver();
    await listening(account, url);
    await account.control("/_sim/webhooks", { ...misbehaviour, seed });
    for (let index = 0; index < 40; index += 1) await account.stripe.customers.create({ name: `${index}` });
    await account.simulator.runDue();
    return received.map(({ event }) => Number((event.data.object as Stripe.Customer).name));
  }

  test("are duplicated, by a seed", async () => {
    const one = await outcome(7, { duplicate: 0.3 });
    const same = await outcome(7, { duplicate: 0.3 });
    const other = await outcome(8, { duplicate: 0.3 });

    expect(one.length).toBeGreaterThan(45);
    expect(new Set(one).size).toBe(40);
    expect([...same].sort()).toEqual([...one].sort());
    expect([...other].sort()).not.toEqual([...one].sort());
  });

  test("are dropped, by a seed", async () => {
    const arrived = await outcome(7, { drop: 0.3 });

    expect(arrived.length).toBeGreaterThan(20);
    expect(arrived.length).toBeLessThan(36);
  });

  test("overtake each other, and none is lost", async () => {
    const arrived = await outcome(7, { reorder: 0.5 });

    expect(new Set(arrived).size).toBe(40);
    expect(arrived.slice(0, 8)).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(arrived.slice(-8).sort((a, b) => a - b)).not.toEqual(arrived.slice(-8));
  });

  test("are normal again once the misbehaviour is off", async () => {
    const account = await openAccount();
    const { url, received } = await receiver();
    await listening(account, url);
    await account.control("/_sim/webhooks", { drop: 1 });
    await account.stripe.customers.create({});
    await account.control("/_sim/webhooks", undefined, "DELETE");
    await account.stripe.customers.create({});
    await account.simulator.runDue();

    expect(received).toHaveLength(1);
  });
});

describe("an endpoint that the host ensures", () => {
  test("is created once and keeps the host's secret", async () => {
    const account = await openAccount();
    const { url, received } = await receiver();
    const wanted = { url, enabledEvents: ["*"], secret: "whsec_current", apiVersion: API_VERSION };

    const first = account.simulator.ensureWebhookEndpoint(wanted);
    const second = account.simulator.ensureWebhookEndpoint(wanted);
    await account.stripe.customers.create({});
    await account.simulator.runDue();

    expect(second.id).toBe(first.id);
    const { body, headers } = received[0] as Received;
    const verify = () =>
      Stripe.webhooks.constructEvent(
        body,
        headers["stripe-signature"] as string,
        "whsec_current",
        300,
        undefined,
        account.now(),
      );
    expect(verify).not.toThrow();
  });
});
