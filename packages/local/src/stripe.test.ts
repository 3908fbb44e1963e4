import { afterEach, expect, test } from "vitest";
import { createClock } from "./clock.ts";
import { openDatabase } from "./data-folder.ts";
import { type Listener, listen } from "./listen.ts";
import { realStripe, simulatedStripe } from "./stripe.ts";

const open: Listener[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Stands in for the API, and records the paths of signed webhooks. */
async function receiver() {
  const listener = await listen(0);
  const received: string[] = [];
  listener.serve((request, response) => {
    if (request.headers["stripe-signature"]) received.push(request.url ?? "");
    request.resume();
    response.end();
  });
  open.push(listener);
  return { url: listener.url, received };
}

async function start(db: ReturnType<typeof openDatabase>, apiUrl: string, settlementCurrencies = ["usd"]) {
  const clock = createClock(db);
  const server = await listen(0);
  open.push(server);
  const stripe = await simulatedStripe({ db, clock, server, apiUrl, settlementCurrencies, onEvent: () => {} });
  const { secretKey } = JSON.parse(stripe.secret);
  const createCustomer = () =>
    fetch(`${stripe.url}/v1/customers`, {
      method: "POST",
      headers: { authorization: `Bearer ${secretKey}` },
      body: new URLSearchParams({ name: "A" }),
    });
  return { stripe, createCustomer };
}

test("webhooks reach the API, even at another address after a restart", async () => {
  const db = openDatabase(":memory:");
  const [first, second] = [await receiver(), await receiver()];
  const before = await start(db, first.url);
  await before.createCustomer();
  await before.stripe.run();
  const after = await start(db, second.url);
  await after.createCustomer();
  await after.stripe.run();
  expect([first.received, second.received]).toEqual([["/webhooks/stripe"], ["/webhooks/stripe"]]);
  expect(after.stripe.secret).toBe(before.stripe.secret);
});

test("a pending delivery keeps the stack busy until it has arrived", async () => {
  const { url, received } = await receiver();
  const { stripe, createCustomer } = await start(openDatabase(":memory:"), url);
  expect(stripe.busy()).toBe(false);
  await createCustomer();
  expect(stripe.busy()).toBe(true);
  stripe.hurry();
  await expect.poll(() => stripe.busy(), { interval: 1 }).toBe(false);
  expect(received).toHaveLength(1);
});

test("the stack's faults are mapped to the simulator's, and others are refused", async () => {
  const { url } = await receiver();
  const { stripe, createCustomer } = await start(openDatabase(":memory:"), url);
  expect(stripe.fault({ target: "stripe", kind: "stale_index", rate: 1 })).toContain("stale_index");
  expect(stripe.fault({ target: "stripe", kind: "throttle", rate: 1 })).toBeUndefined();
  expect((await createCustomer()).status).toBe(429);
  stripe.clearFaults();
  expect((await createCustomer()).status).toBe(200);
});

test("a test-mode key selects the real Stripe, and a live key is refused", () => {
  expect(realStripe("sk_test_1", "whsec_1,whsec_2")).toMatchObject({
    url: undefined,
    secret: '{"secretKey":"sk_test_1","webhookSecrets":["whsec_1","whsec_2"]}',
  });
  expect(() => realStripe("sk_live_1", undefined)).toThrow("test mode");
});

test("the settlement currencies are those of this start, not of the last one", async () => {
  const db = openDatabase(":memory:");
  const { url } = await receiver();
  const settledIn = async (settlementCurrencies?: string[]) => {
    const { stripe } = await start(db, url, settlementCurrencies);
    const form = { amount: "1000", currency: "eur", confirm: "true", payment_method: "pm_card_visa" };
    const answer = await fetch(`${stripe.url}/v1/payment_intents`, {
      method: "POST",
      headers: { authorization: `Bearer ${JSON.parse(stripe.secret).secretKey}` },
      body: new URLSearchParams({
        ...form,
        "automatic_payment_methods[enabled]": "true",
        "automatic_payment_methods[allow_redirects]": "never",
        "expand[]": "latest_charge.balance_transaction",
      }),
    });
    const intent = (await answer.json()) as { latest_charge: { balance_transaction: { currency: string } } };
    return intent.latest_charge.balance_transaction.currency;
  };

  expect(await settledIn(["usd", "eur"])).toBe("eur");
  expect(await settledIn()).toBe("usd");
});
