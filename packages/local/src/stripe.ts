import type { DatabaseSync } from "node:sqlite";
import { API_VERSION, createSimulator, type FaultKind as StripeFaultKind } from "@clearing/stripe-simulator";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import type { Clock } from "./clock.ts";
import { StartRefused, setting } from "./data-folder.ts";
import type { Fault, FaultKind } from "./faults.ts";
import type { Listener } from "./listen.ts";

/** Stripe as the stack uses it: the simulator, or Stripe's own test mode. */
export type Stripe = {
  /** Undefined with the real Stripe. */
  url: string | undefined;
  /** The value of the functions' secret. */
  secret: string;
  /** The next instant of a timer in Stripe's world, in epoch milliseconds. */
  next(): number | undefined;
  run(): Promise<void>;
  busy(): boolean;
  hurry(): void;
  /** Activates a fault; returns the reason if Stripe does not support its kind. */
  fault(fault: Fault): string | undefined;
  clearFaults(): void;
  start(): void;
  /** Stops timers once deliveries under way have arrived. */
  settle(): Promise<void>;
};

type Options = {
  db: DatabaseSync;
  clock: Clock;
  /** Where the simulator answers. */
  server: Listener;
  /** The base URL to which Stripe's webhooks go. */
  apiUrl: string;
  /** For this run only: the data folder's earlier setting does not count. */
  settlementCurrencies: readonly string[];
  onEvent: () => void;
};

/** The simulated account's secret key and its webhook endpoint's secret, the same on every machine. */
export const simulatorSecretKey = "sk_test_clearing_local";
const simulatorWebhookSecret = "whsec_clearing_local";
const faultKinds: Partial<Record<FaultKind, StripeFaultKind>> = {
  error: "error",
  throttle: "throttle",
  conflict: "throttle",
  timeout: "timeout_after",
};

/** Stripe's test mode. The Stripe CLI forwards its webhooks and signs them with `webhookSecret`. */
export function realStripe(secretKey: string | undefined, webhookSecret: string | undefined): Stripe {
  if (!secretKey?.startsWith("sk_test_"))
    throw new StartRefused("STRIPE_SECRET_KEY must be a key of Stripe's test mode (sk_test_...)");
  return {
    url: undefined,
    secret: JSON.stringify({ secretKey, webhookSecrets: webhookSecret?.split(",") ?? [] }),
    next: () => undefined,
    run: async () => {},
    busy: () => false,
    hurry: () => {},
    fault: () => "faults cannot be injected into the real Stripe",
    clearFaults: () => {},
    start: () => {},
    settle: async () => {},
  };
}

/** The simulator on a separate port, with a webhook endpoint that leads to this stack's API. */
export async function simulatedStripe({
  db,
  clock,
  server,
  apiUrl,
  settlementCurrencies,
  onEvent,
}: Options): Promise<Stripe> {
  const simulator = createSimulator({
    db,
    now: clock.now,
    baseUrl: () => server.url,
    secretKey: simulatorSecretKey,
    settlementCurrencies,
    onEvent,
  });
  server.serve(getRequestListener((request, env) => simulator.fetch(request, env as HttpBindings)));

  const url = `${apiUrl}/webhooks/stripe`;
  const kept = setting(db, "webhookEndpoint");
  const before = kept.get();
  if (before) await moveEndpoint(JSON.parse(before), url);
  const endpoint = simulator.ensureWebhookEndpoint({
    url,
    enabledEvents: ["*"],
    apiVersion: API_VERSION,
    secret: simulatorWebhookSecret,
  });
  kept.set(JSON.stringify({ id: endpoint.id, url }));

  /** The API's port can differ from the last run; pending deliveries go to the new one. */
  async function moveEndpoint(known: { id: string; url: string }, to: string): Promise<void> {
    if (known.url === to) return;
    await simulator.fetch(
      new Request(`${server.url}/v1/webhook_endpoints/${known.id}`, {
        method: "POST",
        headers: { authorization: `Bearer ${simulatorSecretKey}`, "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ url: to }).toString(),
      }),
    );
  }

  let running: Promise<unknown> | undefined;
  return {
    url: server.url,
    secret: JSON.stringify({ secretKey: simulatorSecretKey, webhookSecrets: [endpoint.secret] }),
    next: () => simulator.nextTimer() ?? undefined,
    run: async () => void (await simulator.runDue()),
    busy: () => running !== undefined || simulator.pendingDeliveries() > 0,
    hurry() {
      if (running || simulator.pendingDeliveries() === 0) return;
      running = simulator.runDue().finally(() => {
        running = undefined;
      });
    },
    fault({ kind, rate, seed = 1 }) {
      const known = faultKinds[kind];
      if (!known) return `Stripe has no fault of kind ${kind}`;
      simulator.setFault({ kind: known, rate, seed });
      return undefined;
    },
    clearFaults: () => simulator.clearFaults(),
    start: () => simulator.start(),
    settle: () => simulator.stop(),
  };
}
