import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createAwsEndpoint } from "./aws-endpoint.ts";
import { createClock } from "./clock.ts";
import { openDataFolder, setting } from "./data-folder.ts";
import { createDynamoDbService } from "./dynamodb.ts";
import { createTables, type DynamoDb, startDynamoDb } from "./dynamodb-process.ts";
import { createEventBus } from "./event-bus.ts";
import { createFaults } from "./faults.ts";
import { createGateway } from "./gateway.ts";
import { createIssuers, type Pool } from "./issuers.ts";
import { createLambdaHost, type Invocation, type LambdaHost } from "./lambda-host.ts";
import { listen } from "./listen.ts";
import { createLocalRoutes, keySetPath } from "./local-routes.ts";
import { createMailbox, createSecrets, type MailEvents, type MailIdentity } from "./mail-and-secrets.ts";
import { createQueueService } from "./queue-service.ts";
import { createQueues } from "./queues.ts";
import { createStreams } from "./streams.ts";
import { realStripe, SECRET_KEY, simulatedStripe } from "./stripe.ts";
import { fail, loadTemplate, read, type Template } from "./template.ts";
import { createTimeline } from "./timeline.ts";
import { DEFAULT_BUS, readTopology, type Topology } from "./topology.ts";

export { StartRefused } from "./data-folder.ts";
export { spawnStack } from "./stack-process.ts";
export { TemplateError } from "./template.ts";

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
  /** Says what is being brought up. */
  log?: (line: string) => void;
};

/** Fills an empty stack over HTTP. */
export type Seed = (stack: { apiUrl: string; token: string }) => Promise<void>;

/** A running stack. */
export type Stack = {
  apiUrl: string;
  /** The Stripe simulator and its account's secret key; undefined with the real Stripe. */
  simulatorUrl: string | undefined;
  simulatorKey: string | undefined;
  /** The AWS endpoint that functions call. */
  awsUrl: string;
  /** DynamoDB itself, past policies and faults: for whoever checks what is stored. */
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
  stop(): Promise<void>;
};

/**
 * Brings up the stack that the synthesized template describes. Several may run at once, each in a data folder of its own.
 * Throws StartRefused or TemplateError, whose message is meant for a person, when it cannot.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const log = options.log ?? (() => {});
  const undo: (() => unknown)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await assemble(options, log, undo, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(
  options: StackOptions,
  log: (line: string) => void,
  undo: (() => unknown)[],
  stop: () => Promise<void>,
): Promise<Stack> {
  const dataDir = resolve(options.dataDir);
  const folder = openDataFolder(dataDir, options.fresh ?? false);
  undo.push(() => folder.close());
  const { db } = folder;
  const clock = createClock(db);
  clock.moveTo(options.notBefore ?? 0);
  const faults = createFaults();

  const api = await listen(options.port ?? 0);
  undo.push(() => api.close());
  let activity = 0;
  const stripe = options.stripeSecretKey
    ? realStripe(options.stripeSecretKey, options.stripeWebhookSecret)
    : await simulatedStripe({
        db,
        clock,
        apiUrl: api.url,
        port: options.stripePort ?? 0,
        settlementCurrencies: (options.settlementCurrencies ?? "usd").split(",").map((code) => code.trim()),
        onEvent: () => activity++,
      });
  undo.push(() => stripe.stop());
  log(`reading the template in ${options.templateDir}`);
  const [template, topology] = readStack(options, api.url);
  log(`starting DynamoDB${options.dynamoDbEndpoint ? ` at ${options.dynamoDbEndpoint}` : ""}`);
  const dynamo = await startDynamoDb(folder, options.dynamoDbEndpoint);
  undo.push(() => dynamo.stop());
  await createTables(dynamo, topology.tables);
  log(
    `${topology.tables.length} tables, ${topology.queues.length} queues, ${topology.rules.length} rules, ${topology.schedules.length} schedules`,
  );

  let writes = 0;
  const invoke = (functionId: string, event: unknown): Promise<Invocation> => {
    activity++;
    return lambda.invoke(functionId, event);
  };
  const queues = createQueues({ db, queues: topology.queues, mappings: topology.mappings, clock, invoke });
  const toQueue = (arn: string, body: string) => {
    queues.insert(arn, body);
    queues.wake();
  };
  const streams = createStreams({
    db,
    dynamo,
    tables: topology.tables,
    mappings: topology.mappings,
    now: clock.now,
    invoke,
    onFailure: toQueue,
  });
  const crash = (caller: string) => lambda.crash(caller);
  const bus = createEventBus({
    db,
    buses: topology.buses,
    rules: topology.rules,
    queues,
    faults,
    now: clock.now,
    crash,
  });
  const mailbox = createMailbox({ db, ...readMail(template), publish: bus.publish, now: clock.now });
  const ownSecret = new Set(topology.functions.map((fn) => fn.environment.STRIPE_SECRET_ARN));
  const givenSecrets = new Map(topology.secrets.map(({ arn, value }) => [arn, value]));
  const { hasStripeSecret = () => true } = options;
  const secretOf = (arn: string) => {
    if (!ownSecret.has(arn)) return givenSecrets.get(arn);
    return hasStripeSecret() ? stripe.secret : undefined;
  };

  const onWrite = (table: { name: string }) => {
    writes++;
    streams.wrote(table.name);
  };
  const aws = await listen(0);
  undo.push(() => aws.close());
  aws.serve(
    createAwsEndpoint(topology.functions, {
      DynamoDB_20120810: createDynamoDbService({
        db: dynamo,
        tables: topology.tables,
        faults,
        now: clock.now,
        onWrite,
        crash,
      }),
      AWSEvents: bus.service,
      AmazonSQS: createQueueService({ db, specs: topology.queues, queues }),
      secretsmanager: createSecrets(secretOf, [...givenSecrets.keys()]),
      "POST /v2/email/outbound-emails": mailbox.service,
    }),
  );

  const lambda = createLambdaHost({
    functions: topology.functions,
    clock,
    endpoint: aws.url,
    logs: folder.logs,
    environment: (fn) => ({
      ...("PUBLIC_URL" in fn.environment && { PUBLIC_URL: api.url }),
      ...("SETTLEMENT_CURRENCIES" in fn.environment &&
        options.settlementCurrencies && { SETTLEMENT_CURRENCIES: options.settlementCurrencies }),
      ...(stripe.url && { STRIPE_API_BASE: stripe.url }),
      ...keySetsFor(fn.environment, topology.pools, api.url),
    }),
    crashing: () => faults.has("crash_after"),
  });
  // What feeds the handlers ends before they do, so that nothing fails because of the end.
  undo.push(
    () => lambda.stop(),
    () => stripe.settle(),
    () => streams.stop(),
    () => queues.stop(),
  );

  const idle = () =>
    untilIdle([streams, queues, stripe], () => {
      streams.hurry();
      stripe.hurry();
    });
  const quiesce = async () => {
    for (;;) {
      await idle();
      const retryAt = queues.hurry();
      if (queues.busy()) continue;
      if (retryAt === undefined || !stripe.url) return { deadLetters: queues.deadLetters() };
      clock.moveTo(retryAt);
    }
  };
  const timeline = createTimeline({
    db,
    clock,
    dynamo,
    tables: topology.tables,
    schedules: topology.schedules,
    sources: [stripe, { next: queues.nextVisible }],
    activity: () => activity,
    toldOfAll: stripe.url !== undefined,
    writes: () => writes,
    invoke: (functionId, event) => lambda.invoke(functionId, event),
    onFailure: toQueue,
    idle,
    quiesce: async () => void (await quiesce()),
  });
  undo.push(() => timeline.stop());

  const issuers = await createIssuers(folder.file("issuers.json"), topology.pools, clock.now);
  const moveTo = stripe.url ? timeline.moveTo : undefined;
  const own = createLocalRoutes({
    clock,
    issuers,
    mailbox,
    bus,
    faults,
    functions: topology.functions.map(({ label }) => label),
    moveTo,
    quiesce,
    stripe,
  });
  const gateway = createGateway({
    topology,
    lambda: { ...lambda, invoke },
    issuers,
    now: clock.now,
    own,
  });
  api.serve(gateway);
  log(`the API answers at ${api.url}`);

  streams.wakeAll();
  queues.hurry();
  queues.wake();
  stripe.start();
  timeline.start();
  const warming = new AbortController();
  undo.push(() => warming.abort());
  void warmUp(topology, lambda, warming.signal);

  const token = async (role: string, email: string) => {
    const issued = await issuers.issue(role, email);
    if (!issued) throw new Error(`no user pool of the template has the group ${role}`);
    return issued.token;
  };

  return {
    apiUrl: api.url,
    simulatorUrl: stripe.url,
    simulatorKey: stripe.url === undefined ? undefined : SECRET_KEY,
    awsUrl: aws.url,
    dynamoDbUrl: dynamo.endpoint,
    dataDir,
    logsDir: folder.logs,
    topology,
    token,
    async seedOnce(seed) {
      const seeded = setting(db, "seeded");
      if (seeded.get() === "done" || (seeded.get() === undefined && !(await isEmpty(dynamo, topology)))) return;
      seeded.set("started");
      log("seeding the sample data");
      await seed({ apiUrl: api.url, token: await token("admin", "admin@example.com") });
      seeded.set("done");
    },
    stop,
  };
}

/** A function that is told an issuer, as `STAFF_ISSUER`, finds its keys here, by `STAFF_JWKS_URI`. */
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

function readMail(template: Template): { identities: MailIdentity[]; events: MailEvents[] } {
  const identities = template.ofType("AWS::SES::EmailIdentity").map((identity) => {
    type Properties = { ConfigurationSetAttributes?: { ConfigurationSetName?: string } };
    const { ConfigurationSetAttributes: attributes } = read<Properties>(identity);
    return { name: identity.name, configurationSet: attributes?.ConfigurationSetName };
  });
  const events = template.ofType("AWS::SES::ConfigurationSetEventDestination").flatMap((destination) => {
    type Told = { Enabled?: boolean; MatchingEventTypes: string[]; EventBridgeDestination?: { EventBusArn: string } };
    const { ConfigurationSetName: configurationSet, EventDestination: told } = read<{
      ConfigurationSetName: string;
      EventDestination: Told;
    }>(destination);
    if (told.EventBridgeDestination?.EventBusArn !== DEFAULT_BUS.arn)
      fail(destination, "SES knows the default bus alone");
    const types = told.MatchingEventTypes.map((type) => type.toUpperCase());
    return told.Enabled === false ? [] : [{ configurationSet, types }];
  });
  return { identities, events };
}

const IDLE_WITHIN_MS = 120_000;

/** Waits until no part has anything under way, `hurry`ing them on meanwhile. */
async function untilIdle(parts: readonly { busy(): boolean }[], hurry: () => void): Promise<void> {
  const deadline = performance.now() + IDLE_WITHIN_MS;
  for (let calm = 0; calm < 2; ) {
    hurry();
    calm = parts.some((part) => part.busy()) ? 0 : calm + 1;
    if (performance.now() > deadline) {
      throw new Error(`not quiet within ${IDLE_WITHIN_MS / 1000} s: a stream record or a delivery fails each time`);
    }
    await sleep(calm > 0 ? 0 : 2);
  }
}

/** Loads the bundles one after another, so that the first requests have a processor to themselves. */
async function warmUp(topology: Topology, lambda: LambdaHost, signal: AbortSignal): Promise<void> {
  const ids = new Set([...topology.routes.map((route) => route.functionId), ...topology.functions.map((fn) => fn.id)]);
  for (const id of ids) {
    await sleep(200, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return;
    lambda.warm(id);
  }
}

async function isEmpty(dynamo: DynamoDb, { tables }: Topology): Promise<boolean> {
  const count = ({ name }: { name: string }) =>
    dynamo.call<{ Count: number }>("DynamoDB_20120810.Scan", { TableName: name, Limit: 1, Select: "COUNT" });
  return (await Promise.all(tables.map(count))).every(({ Count }) => Count === 0);
}
