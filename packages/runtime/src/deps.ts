import { randomBytes, randomInt } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { newId } from "@clearing/domain/ids";
import type { Instant } from "@clearing/domain/time";
import type { Gateway } from "@clearing/payments";
import type { Store } from "@clearing/store/store";
import { dynamoDbClient } from "./aws.ts";
import { type Config, readConfig } from "./config.ts";
import { jsonLog, type Log } from "./log.ts";
import type { Mailer } from "./mailer.ts";
import type { PayLinks } from "./pay-links.ts";

/** All dependencies that vary: code below a handler gets time, randomness and the network only from here. */
export type Deps = {
  clock: { now(): Instant };
  ids: { next(prefix: string): string };
  random: () => number;
  store: Store;
  gateway?: Gateway;
  mailer?: Mailer;
  payLinks?: () => Promise<PayLinks>;
  log: Log;
  config: Config;
};

/**
 * Returned instead of dependencies until Stripe's secret has a value: there is nothing to do, and it is not a failure.
 */
export type NotConfigured = { notConfigured: "stripe"; log: Log };

/** Returns the dependencies for one piece of work, whose events and log lines carry the given correlation id. */
export type DepsFactory<D extends Deps = Deps> = (correlationId: string) => Promise<D | NotConfigured>;

export type Parts = {
  /** `openGateway` of stripe-account.ts, in functions that move money. */
  gateway?: (config: Config, now: () => number, log: Log) => () => Promise<Gateway | null>;
  /** `openMailer` of mailer.ts, in the function that sends mail. */
  mailer?: (config: Config, store: Store) => Mailer;
  /** `openPayLinks` of pay-links.ts, in functions that write or read payment links. */
  payLinks?: (config: Config, now: () => number) => () => Promise<PayLinks>;
};

/** The result of `depsFor(parts)`: the requested parts are present. */
export type DepsWith<P extends Parts> = Deps &
  (P extends { gateway: unknown } ? { gateway: Gateway } : unknown) &
  (P extends { mailer: unknown } ? { mailer: Mailer } : unknown) &
  (P extends { payLinks: unknown } ? { payLinks: () => Promise<PayLinks> } : unknown);

/** The alternative result of `depsFor(parts)`: only functions that move money can lack their Stripe account. */
type Missing<P extends Parts> = P extends { gateway: unknown } ? NotConfigured : never;

/**
 * Builds a function's dependencies at its first invocation and keeps them. Only the gateway is opened at each
 * invocation, because the account's key can be rolled. After a failure, the next invocation tries again.
 */
export function depsFor<const P extends Parts>(parts: P): (correlationId: string) => Promise<DepsWith<P> | Missing<P>> {
  let built: { deps: Deps; gateway: (() => Promise<Gateway | null>) | undefined } | null = null;
  return async (correlationId) => {
    built ??= buildDeps(parts);
    const { gateway: openGateway } = built;
    const deps = correlated(built.deps, correlationId);
    if (openGateway === undefined) return deps as DepsWith<P>;
    const gateway = await openGateway();
    if (gateway === null) return { notConfigured: "stripe", log: deps.log } as Missing<P>;
    return { ...deps, gateway } as DepsWith<P>;
  };
}

/** The same dependencies for another piece of work, such as one of several messages. */
export const correlated = <D extends Deps>(deps: D, correlationId: string): D => ({
  ...deps,
  store: { ...deps.store, correlationId },
  log: deps.log.with({ correlationId }),
});

function buildDeps(parts: Parts) {
  const config = readConfig();
  const clock = { now: (): Instant => new Date().toISOString().replace(/\.\d{3}Z$/, "Z") };
  const store = openStore(config, clock);
  const deps: Deps = {
    clock,
    ids,
    random,
    store,
    log: jsonLog({ function: process.env.AWS_LAMBDA_FUNCTION_NAME, stage: config.stage }),
    config,
    ...(parts.mailer ? { mailer: parts.mailer(config, store) } : {}),
    ...(parts.payLinks ? { payLinks: parts.payLinks(config, () => Date.now()) } : {}),
  };
  return { deps, gateway: parts.gateway?.(config, () => Date.now(), deps.log) };
}

function openStore(config: Config, clock: Deps["clock"]): Store {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(dynamoDbClient), {
    // Undefined fields are omitted; empty strings are stored.
    marshallOptions: { removeUndefinedValues: true, convertEmptyValues: false },
  });
  return { client, tables: config.tables, random, sleep, ids, clock, correlationId: "start" };
}

const ids = { next: (prefix: string): string => newId(prefix, Date.now(), randomBytes(10)) };
const random = (): number => randomInt(2 ** 32) / 2 ** 32;
const sleep = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms));
