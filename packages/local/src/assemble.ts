import { resolve } from "node:path";
import { createClock } from "./clock.ts";
import { openDataFolder } from "./data-folder.ts";
import { createTables, startDynamoDb } from "./dynamodb-process.ts";
import { createFaults } from "./faults.ts";
import { createIssuers, type Pool } from "./issuers.ts";
import { createLambdaHost } from "./lambda-host.ts";
import { listen } from "./listen.ts";
import { keySetPath } from "./local-routes.ts";
import { type Ground, startParts } from "./parts.ts";
import { readTopology } from "./read-topology.ts";
import { seedOnce } from "./seeding.ts";
import type { Stack, StackOptions } from "./stack-options.ts";
import { simulatorSecretKey } from "./stripe.ts";
import { loadTemplate, type Template } from "./template.ts";
import type { Topology } from "./topology.ts";
import { warmUp } from "./warm-up.ts";

/**
 * Starts what outlives the data - listeners, the database's process, the functions' threads - and then the parts that
 * hold data. `undo` collects the function that ends each.
 */
export async function assemble(
  options: StackOptions,
  log: (line: string) => void,
  undo: (() => unknown)[],
  stop: () => Promise<void>,
): Promise<Stack> {
  const dataDir = resolve(options.dataDir);
  const folder = openDataFolder(dataDir, options.fresh ?? false);
  undo.push(() => folder.close());
  const clock = createClock(folder.db);
  clock.moveTo(options.notBefore ?? 0);
  const faults = createFaults();

  const listenAt = async (port: number) => {
    const listener = await listen(port);
    undo.push(() => listener.close());
    return listener;
  };
  const api = await listenAt(options.port ?? 0);
  const simulator = options.stripeSecretKey ? undefined : await listenAt(options.stripePort ?? 0);
  log(`reading the template in ${options.templateDir}`);
  const [template, topology] = readStack(options, api.url);
  log(`starting DynamoDB${options.dynamoDbEndpoint ? ` at ${options.dynamoDbEndpoint}` : ""}`);
  const dynamo = await startDynamoDb(folder, options.dynamoDbEndpoint);
  undo.push(() => dynamo.stop());
  await createTables(dynamo, topology.tables);
  log(
    `${topology.tables.length} tables, ${topology.queues.length} queues, ${topology.rules.length} rules, ${topology.schedules.length} schedules`,
  );

  const aws = await listenAt(0);
  const lambda = createLambdaHost({
    functions: topology.functions,
    clock,
    endpoint: aws.url,
    logs: folder.logs,
    compiled: ({ label, folder: bundle }) =>
      // Only the template's folders: others are watched, built again or deleted.
      options.bundles?.(label) === undefined ? `${bundle}.compiled` : undefined,
    environment: (fn) => ({
      ...("PUBLIC_URL" in fn.environment && { PUBLIC_URL: api.url }),
      ...("SETTLEMENT_CURRENCIES" in fn.environment &&
        options.settlementCurrencies && { SETTLEMENT_CURRENCIES: options.settlementCurrencies }),
      ...(simulator && { STRIPE_API_BASE: simulator.url }),
      ...keySetsFor(fn.environment, topology.pools, api.url),
    }),
    dynamodb: (fn) =>
      dynamo.direct({ fn, awsUrl: aws.url, tables: topology.tables, faults: faults.countFor(fn.label) }),
    onWrite: (table) => parts.wrote(table),
    crashing: (fn) => faults.has("crash_after", fn.label),
    log,
  });
  undo.push(() => lambda.stop());
  const issuers = await createIssuers(folder.file("issuers.json"), topology.pools, clock.now);
  const ground: Ground = {
    options,
    folder,
    clock,
    faults,
    api,
    simulator,
    aws,
    template,
    topology,
    dynamo,
    lambda,
    issuers,
  };

  let parts = await startParts(ground);
  // Sources of invocations end before the handlers do, so that the shutdown causes no failures.
  undo.push(() => parts.stop());
  log(`the API listens at ${api.url}`);
  const warming = new AbortController();
  undo.push(() => warming.abort());
  const warm = (labels: readonly string[]) => {
    if (options.warm ?? true) void warmUp(topology, labels, lambda, warming.signal);
  };
  warm(topology.functions.map(({ label }) => label));

  const token = async (role: string, email: string) => {
    const issued = await issuers.issue(role, email);
    if (!issued) throw new Error(`no user pool of the template has the group ${role}`);
    return issued.token;
  };

  return {
    apiUrl: api.url,
    simulatorUrl: simulator?.url,
    simulatorKey: simulator && simulatorSecretKey,
    awsUrl: aws.url,
    dynamoDbUrl: dynamo.endpoint,
    dataDir,
    logsDir: folder.logs,
    topology,
    token,
    seedOnce: (seed) =>
      seedOnce({ db: folder.db, dynamo, topology, log }, seed, async () => ({
        apiUrl: api.url,
        token: await token("admin", "admin@example.com"),
      })),
    reload: (labels) => {
      for (const label of labels) lambda.reload(label);
      warm(labels);
    },
    async empty(notBefore = 0) {
      if (simulator === undefined || dynamo.empty === undefined) {
        throw new Error("only a stack with the embedded DynamoDB and the Stripe simulator can be emptied");
      }
      await parts.stop();
      await lambda.settled();
      faults.reset();
      folder.empty();
      await dynamo.empty();
      await createTables(dynamo, topology.tables);
      clock.reset(notBefore);
      parts = await startParts(ground);
    },
    stop,
  };
}

/**
 * A function with an issuer's variable, such as `STAFF_ISSUER`, also gets `STAFF_JWKS_URI`, the URL of its keys here.
 */
function keySetsFor(environment: Record<string, string>, pools: readonly Pool[], apiUrl: string) {
  const told = Object.entries(environment).flatMap(([variable, value]) => {
    const pool = variable.endsWith("_ISSUER") && pools.find(({ issuer }) => issuer === value);
    return pool ? [[variable.replace(/_ISSUER$/, "_JWKS_URI"), apiUrl + keySetPath(pool.id)]] : [];
  });
  return Object.fromEntries(told) as Record<string, string>;
}

function readStack(options: StackOptions, apiUrl: string): [Template, Topology] {
  const template = loadTemplate(resolve(options.templateDir), apiUrl);
  const topology = readTopology(template);
  const functions = topology.functions.map((fn) => ({ ...fn, folder: options.bundles?.(fn.label) ?? fn.folder }));
  return [template, { ...topology, functions }];
}
