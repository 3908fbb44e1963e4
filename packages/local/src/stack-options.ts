import type { CarriedEvent } from "./event-bus.ts";
import type { Mail } from "./mail-and-secrets.ts";
import type { Seed } from "./seeding.ts";
import type { Topology } from "./topology.ts";

export type StackOptions = {
  /** The output folder of `cdk synth`. A folder beside each bundle receives what Node compiled. */
  templateDir: string;
  /** The folder of all data that survives the process. */
  dataDir: string;
  /** 0 takes any free port. */
  port?: number;
  stripePort?: number;
  /** Empties the data folder first. */
  fresh?: boolean;
  /** The stack's clock starts at least here, in epoch milliseconds. */
  notBefore?: number;
  /** Another bundle folder for a function, by the construct's name. */
  bundles?: (label: string) => string | undefined;
  /** Another DynamoDB instead of the embedded one. */
  dynamoDbEndpoint?: string | undefined;
  /** Stripe's test mode instead of the simulator. */
  stripeSecretKey?: string | undefined;
  stripeWebhookSecret?: string | undefined;
  /** Whether the Stripe secret has its value yet; after a first deployment it does not. Called at each read. */
  hasStripeSecret?: () => boolean;
  /**
   * The currencies that the account settles without conversion, such as `usd,eur`, for functions and the simulator.
   * Default: `usd`.
   */
  settlementCurrencies?: string | undefined;
  /** Additional routes below `/_local/`, which read the stack's data. */
  routes?: (kept: Kept) => LocalRoute;
  /** Whether every bundle is loaded at the start and at its reload; otherwise each is loaded at its first call. */
  warm?: boolean;
  /** Called with a line about each step of the start, and about each load of a bundle that fails. */
  log?: (line: string) => void;
};

/** A stack's stored data, for routes that show it. */
export type Kept = {
  topology: Topology;
  logsDir: string;
  /** All items of a table by name, as DynamoDB's attribute values. */
  itemsOf(table: string): Promise<Record<string, unknown>[]>;
  events(): CarriedEvent[];
  mails(): Mail[];
  /** The address of Stripe's API, simulated or in test mode, and the account's secret key. */
  stripe: { url: string; secretKey: string };
};

/** Answers the requests that it handles, and returns null for every other request. */
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
  /** DynamoDB itself, without policies and faults, for tests that check what is stored. */
  dynamoDbUrl: string;
  dataDir: string;
  /** One log per function, and the database's log. */
  logsDir: string;
  topology: Topology;
  /** An ID token, as `POST /_local/token` gives. */
  token(role: string, email: string): Promise<string>;
  /**
   * Seeds an empty store once, with an admin's token. The next start repeats an interrupted seeding, which its
   * idempotency keys make harmless.
   */
  seedOnce(seed: Seed): Promise<void>;
  /** Reloads the bundles of functions, named by construct. Running invocations finish with the old ones. */
  reload(labels: readonly string[]): void;
  /**
   * Deletes all data, logs and faults, and sets the clock back to real time or, if that is later, to `notBefore`. The
   * addresses stay, and functions stay loaded with what they have cached, such as the Stripe secret. Throws with the
   * real Stripe or another DynamoDB, and changes nothing then.
   */
  empty(notBefore?: number): Promise<void>;
  stop(): Promise<void>;
};
