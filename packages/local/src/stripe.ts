import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "./clock.ts";
import type { Fault } from "./faults.ts";
import type { StackOptions } from "./index.ts";

/** Stripe as the stack sees it: the simulator, or Stripe's own test mode. */
export type Stripe = {
  real: boolean;
  url: string | undefined;
  /** What the functions' secret holds. */
  secret(): string;
  next(): number | undefined;
  run(): Promise<void>;
  busy(): boolean;
  hurry(): void;
  fault(fault: Fault | null): void;
  start(): void;
  stop(): Promise<void>;
};

type Options = {
  options: StackOptions;
  db: DatabaseSync;
  clock: Clock;
  apiUrl: string;
  onEvent: () => void;
  log: (line: string) => void;
};

export async function createStripe({ options }: Options): Promise<Stripe> {
  return {
    real: options.stripeSecretKey !== undefined,
    url: undefined,
    secret: () => JSON.stringify({ secretKey: options.stripeSecretKey, webhookSecrets: [options.stripeWebhookSecret] }),
    next: () => undefined,
    run: async () => {},
    busy: () => false,
    hurry: () => {},
    fault: () => {},
    start: () => {},
    stop: async () => {},
  };
}
