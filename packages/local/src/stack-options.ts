import type { CarriedEvent } from "./event-bus.ts";
import type { Mail } from "./mail-and-secrets.ts";
import type { Seed } from "./seeding.ts";
import type { Topology } from "./topology.ts";

export type StackOptions = {
  /** Folder that `cdk synth` wrote. */
  templateDir: string;
  /** Everything that outlives the process. */
  dataDir: string;
  /** 0 takes any free port. */
  port?: number;
  stripePort?: number;
  /** Empties the data folder first. */
  fresh?: boolean;
  /** The stack's own time is at least this: epoch milliseconds. */
  notBefore?: number;
  /** Another folder for a function's bundle, by the construct's name. */
  bundles?: (label: string) => string | undefined;
  /** Any other DynamoDB instead of the embedded one. */
  dynamoDbEndpoint?: string | undefined;
  /** Stripe's test mode instead of the simulator. */
  stripeSecretKey?: string | undefined;
  stripeWebhookSecret?: string | undefined;
  /** Whether the Stripe secret has its value yet, as it has not after a first deployment. Asked at each read. */
  hasStripeSecret?: () => boolean;
  /** What the account settles as itself, `usd,eur`: for the functions that ask, and for the simulator. `usd` if absent. */
  settlementCurrencies?: string | undefined;
  /** Further routes below `/_local/`, on what the stack has kept. */
  routes?: (kept: Kept) => LocalRoute;
  /** Whether every bundle is loaded at once, as if it had been called before; if not, each at its first call. */
  warm?: boolean;
  /** Says what is being brought up. */
  log?: (line: string) => void;
};

/** What a stack has kept, for routes that tell of it. */
export type Kept = {
  topology: Topology;
  logsDir: string;
  /** All items of a table, by its name, as DynamoDB's own attribute values. */
  itemsOf(table: string): Promise<Record<string, unknown>[]>;
  events(): CarriedEvent[];
  mails(): Mail[];
  /** Stripe's API, the simulator's or its test mode's, and the account's secret key. */
  stripe: { url: string; secretKey: string };
};

/** Answers the requests that it knows, and gives null for every other request. */
export type LocalRoute = (request: { method: string; url: URL; accept: string }) => Promise<LocalReply | null>;
export type LocalReply = { status: number; contentType: string; body: string };

/** A running stack. */
export type Stack = {
  apiUrl: string;
  /** The Stripe simulator and its account's secret key; undefined with the real Stripe. */
  simulatorUrl: string | undefined;
  simulatorKey: string | undefined;
  /** The AWS endpoint that functions call. */
  awsUrl: string;
  /** DynamoDB itself, past policies and faults: for tests that check what is stored. */
  dynamoDbUrl: string;
  dataDir: string;
  /** One log a function, and the database's own. */
  logsDir: string;
  topology: Topology;
  /** An ID token, as `POST /_local/token` gives. */
  token(role: string, email: string): Promise<string>;
  /**
   * Seeds an empty store, once, with an admin's token. A seeding that was cut short is started again at the next start,
   * which its idempotency keys make harmless.
   */
  seedOnce(seed: Seed): Promise<void>;
  /** Loads the bundles of functions again for their next invocations. Functions are named by their constructs. */
  reload(labels: readonly string[]): void;
  stop(): Promise<void>;
};
