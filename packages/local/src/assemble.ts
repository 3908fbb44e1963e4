import { resolve } from "node:path";
import { createAwsEndpoint } from "./aws-endpoint.ts";
import { createClock } from "./clock.ts";
import { openDataFolder } from "./data-folder.ts";
import { createDynamoDbService } from "./dynamodb.ts";
import { createTables, type DynamoDb, startDynamoDb } from "./dynamodb-process.ts";
import { createEventBus } from "./event-bus.ts";
import { createFaults } from "./faults.ts";
import { createGateway } from "./gateway.ts";
import { createIssuers, type Pool } from "./issuers.ts";
import { createLambdaHost } from "./lambda-host.ts";
import { listen } from "./listen.ts";
import { createLocalRoutes, keySetPath } from "./local-routes.ts";
import { createMailbox, createSecrets } from "./mail-and-secrets.ts";
import { createQueueService } from "./queue-service.ts";
import { createQueues } from "./queues.ts";
import { readMail } from "./read-mail.ts";
import { readTopology } from "./read-topology.ts";
import type { Invocation } from "./sandbox.ts";
import { seedOnce } from "./seeding.ts";
import { sightOf } from "./sight.ts";
import type { Stack, StackOptions } from "./stack-options.ts";
import { createStreams } from "./streams.ts";
import { realStripe, simulatedStripe, simulatorSecretKey } from "./stripe.ts";
import { loadTemplate, type Template } from "./template.ts";
import { createTimeline } from "./timeline.ts";
import { type Topology, workersOfSchedules } from "./topology.ts";
import { untilIdle } from "./until-idle.ts";
import { warmUp } from "./warm-up.ts";

/** Starts the parts one by one and connects them. `undo` collects the function that ends each. */
export async function assemble(
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
  // The work of these functions shows in their writes and at Stripe; it creates no other work for schedules.
  const handedOut = workersOfSchedules(topology);
  const queues = createQueues({
    db,
    queues: topology.queues,
    mappings: topology.mappings,
    clock,
    invoke: (functionId, event) => (handedOut.has(functionId) ? lambda.invoke : invoke)(functionId, event),
  });
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

  const wrote = (table: string) => {
    writes++;
    streams.wrote(table);
  };
  const aws = await listen(0);
  undo.push(() => aws.close());
  aws.serve(
    createAwsEndpoint(
      topology.functions,
      {
        DynamoDB_20120810: createDynamoDbService({
          db: dynamo,
          tables: topology.tables,
          faults,
          now: clock.now,
          onWrite: ({ name }) => wrote(name),
          crash,
        }),
        AWSEvents: bus.service,
        AmazonSQS: createQueueService({ db, specs: topology.queues, queues }),
        secretsmanager: createSecrets(secretOf, [...givenSecrets.keys()]),
        "POST /v2/email/outbound-emails": mailbox.service,
      },
      clock.now,
    ),
  );

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
      ...(stripe.url && { STRIPE_API_BASE: stripe.url }),
      ...keySetsFor(fn.environment, topology.pools, api.url),
    }),
    dynamodb: (fn) =>
      dynamo.direct({ fn, awsUrl: aws.url, tables: topology.tables, faults: faults.countFor(fn.label) }),
    onWrite: wrote,
    crashing: (fn) => faults.has("crash_after", fn.label),
  });
  // Sources of invocations end before the handlers do, so that the shutdown causes no failures.
  undo.push(
    () => lambda.stop(),
    () => stripe.settle(),
    () => streams.stop(),
    () => queues.stop(),
  );

  const idle = () =>
    untilIdle(
      { "table streams": streams, queues, "Stripe's webhooks": stripe },
      () => {
        streams.hurry();
        stripe.hurry();
      },
      lambda.running,
    );
  const quiesce = async () => {
    for (;;) {
      await idle();
      const retryAt = queues.hurry();
      if (queues.busy()) continue;
      if (retryAt === undefined || !stripe.url) return { deadLetters: queues.deadLetters() };
      clock.moveTo(retryAt);
    }
  };
  const sights = new Map(topology.functions.map((fn) => [fn.id, sightOf(fn, topology.tables, topology.secrets)]));
  const timeline = createTimeline({
    db,
    clock,
    dynamo,
    tables: topology.tables,
    schedules: topology.schedules,
    sources: [stripe, { next: queues.nextVisible }],
    sight: (functionId) => sights.get(functionId) ?? { due: true, tables: [], outside: true },
    activity: () => activity,
    seesAllActivity: stripe.url !== undefined,
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
    added: options.routes?.({
      topology,
      logsDir: folder.logs,
      itemsOf: (table) => itemsOf(dynamo, table),
      events: () => bus.carried(undefined),
      mails: () => mailbox.sentTo(undefined),
      stripe: { url: stripe.url ?? "https://api.stripe.com", secretKey: options.stripeSecretKey ?? simulatorSecretKey },
    }),
  });
  const gateway = createGateway({
    topology,
    lambda: { ...lambda, invoke },
    issuers,
    now: clock.now,
    own,
  });
  api.serve(gateway);
  log(`the API listens at ${api.url}`);

  streams.wakeAll();
  queues.hurry();
  queues.wake();
  stripe.start();
  timeline.start();
  const warming = new AbortController();
  undo.push(() => warming.abort());
  if (options.warm ?? true) void warmUp(topology, lambda, warming.signal);

  const token = async (role: string, email: string) => {
    const issued = await issuers.issue(role, email);
    if (!issued) throw new Error(`no user pool of the template has the group ${role}`);
    return issued.token;
  };

  return {
    apiUrl: api.url,
    simulatorUrl: stripe.url,
    simulatorKey: stripe.url === undefined ? undefined : simulatorSecretKey,
    awsUrl: aws.url,
    dynamoDbUrl: dynamo.endpoint,
    dataDir,
    logsDir: folder.logs,
    topology,
    token,
    seedOnce: (seed) =>
      seedOnce({ db, dynamo, topology, log }, seed, async () => ({
        apiUrl: api.url,
        token: await token("admin", "admin@example.com"),
      })),
    reload: (labels) => {
      for (const label of labels) lambda.reload(label);
    },
    stop,
  };
}

async function itemsOf(dynamo: DynamoDb, TableName: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  type Page = { Items: Record<string, unknown>[]; LastEvaluatedKey?: unknown };
  for (let ExclusiveStartKey: unknown, more = true; more; more = ExclusiveStartKey !== undefined) {
    const input = { TableName, ConsistentRead: true, ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }) };
    const page = await dynamo.call<Page>("DynamoDB_20120810.Scan", input);
    items.push(...page.Items);
    ExclusiveStartKey = page.LastEvaluatedKey;
  }
  return items;
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
