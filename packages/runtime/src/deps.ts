import { randomBytes, randomInt } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { newId } from "@clearing/domain/ids";
import type { Instant } from "@clearing/domain/time";
import type { Gateway } from "@clearing/payments";
import type { Store } from "@clearing/store/store";
import { awsClient } from "./aws.ts";
import { type Config, readConfig } from "./config.ts";
import { jsonLog, type Log } from "./log.ts";
import type { Mailer } from "./mailer.ts";
import type { PayLinks } from "./pay-links.ts";

/** Everything that varies: nothing below a handler asks for the time, for chance, or for the network by itself. */
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

/** Instead of dependencies, while the secret of the Stripe account has no value: nothing to do, and no failure. */
export type NotConfigured = { notConfigured: "stripe"; log: Log };

/** Gives the dependencies for one piece of work, under the id that its events and log lines carry. */
export type DepsFactory<D extends Deps = Deps> = (correlationId: string) => Promise<D | NotConfigured>;

export type Parts = {
  /** `openGateway` of stripe-account.ts, in functions that move money. */
  gateway?: (config: Config, now: () => number, log: Log) => () => Promise<Gateway | null>;
  /** `openMailer` of mailer.ts, in the function that sends mail. */
  mailer?: (config: Config, store: Store) => Mailer;
  /** `openPayLinks` of pay-links.ts, in functions that write or read payment links. */
  payLinks?: (config: Config, now: () => number) => () => Promise<PayLinks>;
};

/** What `depsFor(parts)` makes: the parts that were asked for are there. */
export type DepsWith<P extends Parts> = Deps &
  (P extends { gateway: unknown } ? { gateway: Gateway } : unknown) &
  (P extends { mailer: unknown } ? { mailer: Mailer } : unknown) &
  (P extends { payLinks: unknown } ? { payLinks: () => Promise<PayLinks> } : unknown);

/** What `depsFor(parts)` may give instead: only a function that moves money has to wait for its account. */
type Missing<P extends Parts> = P extends { gateway: unknown } ? NotConfigured : never;

/**
 * Builds a function's dependencies at its first invocation and keeps them, but for the gateway, which is asked for at
 * each one: the account's key may have been rolled meanwhile. After a failure, the next invocation tries again.
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

/** The same dependencies for another piece of work, such as one message of several. */
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
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(awsClient), {
    // A field that is undefined is not there; an empty string is a value.
    marshallOptions: { removeUndefinedValues: true, convertEmptyValues: false },
  });
  return { client, tables: config.tables, random, sleep, ids, clock, correlationId: "start" };
}

const ids = { next: (prefix: string): string => newId(prefix, Date.now(), randomBytes(10)) };
const random = (): number => randomInt(2 ** 32) / 2 ** 32;
const sleep = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms));
