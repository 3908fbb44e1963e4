import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { Stripe } from "stripe";
import { onTestFinished } from "vitest";
import { type Served, serveSimulator } from "./index.ts";

export const testKey = "sk_test_simulator";
const start = Date.UTC(2027, 2, 1, 17, 0, 0);

/** A served simulator with a fixed clock that tests move, and the real SDK connected to it. */
export type Account = {
  stripe: Stripe;
  simulator: Served;
  now: () => number;
  /** Moves the clock by this many milliseconds, running every timer on the way. */
  advance: (ms: number) => Promise<void>;
  control: (path: string, body?: object, method?: string) => Promise<Record<string, unknown>>;
};

/** A customer's acceptance of the debit of a bank account. */
export const testMandate = {
  customer_acceptance: { type: "online", online: { ip_address: "127.0.0.1", user_agent: "test" } },
} as const;

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

export function sdk(url: string, key = testKey): Stripe {
  const { port } = new URL(url);
  return new Stripe(key, { host: "127.0.0.1", port, protocol: "http", maxNetworkRetries: 0, telemetry: false });
}

export async function openAccount(options: { file?: string; settlementCurrencies?: string[] } = {}): Promise<Account> {
  let now = start;
  const simulator = await serveSimulator({ ...options, now: () => now, secretKey: testKey });
  onTestFinished(() => simulator.close());
  return {
    stripe: sdk(simulator.url),
    simulator,
    now: () => now,
    advance: async (ms) => {
      const end = now + ms;
      for (;;) {
        const next = simulator.nextTimer();
        if (next === null || next > end) break;
        now = Math.max(now, next);
        await simulator.runDue();
      }
      now = end;
    },
    control: async (path, body, method = "POST") => {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
      const response = await fetch(`${simulator.url}${path}`, init);
      return (await response.json()) as Record<string, unknown>;
    },
  };
}

/** The error with which a call is refused; throws if it is not refused. */
export async function refusal(call: Promise<unknown>): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error("Stripe did not refuse the call.");
}

export function payment(
  customer?: string,
  change: Stripe.Checkout.SessionCreateParams = {},
): Stripe.Checkout.SessionCreateParams {
  return {
    mode: "payment",
    ...(customer ? { customer } : {}),
    line_items: [
      {
        quantity: 1,
        price_data: { currency: "usd", unit_amount: 250_000, product_data: { name: "Seven-day program" } },
      },
    ],
    success_url: "https://example.org/return?session={CHECKOUT_SESSION_ID}",
    cancel_url: "https://example.org/back",
    ...change,
  };
}

export type Received = { headers: IncomingHttpHeaders; body: string; event: Stripe.Event };

/** An endpoint that records what it receives and answers with the given status. */
export async function receiver(status: () => number = () => 200): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    received.push({ headers: request.headers, body, event: JSON.parse(body) });
    response.writeHead(status()).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/stripe`, received };
}
