import { createAwsEndpoint } from "./aws-endpoint.ts";
import type { Clock } from "./clock.ts";
import type { DataFolder } from "./data-folder.ts";
import { createDynamoDbService } from "./dynamodb.ts";
import type { DynamoDb } from "./dynamodb-process.ts";
import { createEventBus } from "./event-bus.ts";
import type { Faults } from "./faults.ts";
import { createGateway } from "./gateway.ts";
import type { Issuers } from "./issuers.ts";
import type { LambdaHost } from "./lambda-host.ts";
import type { Listener } from "./listen.ts";
import { createLocalRoutes } from "./local-routes.ts";
import { createMailbox, createSecrets } from "./mail-and-secrets.ts";
import { createQueueService } from "./queue-service.ts";
import { createQueues } from "./queues.ts";
import { readMail } from "./read-mail.ts";
import type { Invocation } from "./sandbox.ts";
import { sightOf } from "./sight.ts";
import type { StackOptions } from "./stack-options.ts";
import { createStreams } from "./streams.ts";
import { realStripe, simulatedStripe, simulatorSecretKey } from "./stripe.ts";
import type { Template } from "./template.ts";
import { createTimeline } from "./timeline.ts";
import { type Topology, workersOfSchedules } from "./topology.ts";
import { untilIdle } from "./until-idle.ts";

/** What outlives the data of a stack. */
export type Ground = {
  options: StackOptions;
  folder: DataFolder;
  clock: Clock;
  faults: Faults;
  api: Listener;
  /** Undefined with the real Stripe. */
  simulator: Listener | undefined;
  aws: Listener;
  template: Template;
  topology: Topology;
  dynamo: DynamoDb;
  lambda: LambdaHost;
  issuers: Issuers;
};

/** The parts that hold data or remember some. */
export type Parts = {
  /** Called when a function has written to a table. */
  wrote(table: string): void;
  /** Ends every source of invocations; invocations under way continue. */
  stop(): Promise<void>;
};

/** Starts the parts one by one, connects them, and lets the listeners answer. */
export async function startParts(ground: Ground): Promise<Parts> {
  const { options, folder, clock, faults, api, simulator, aws, template, topology, dynamo, lambda, issuers } = ground;
  const { db } = folder;
  let activity = 0;
  const stripe = simulator
    ? await simulatedStripe({
        db,
        clock,
        server: simulator,
        apiUrl: api.url,
        settlementCurrencies: (options.settlementCurrencies ?? "usd").split(",").map((code) => code.trim()),
        onEvent: () => activity++,
      })
    : realStripe(options.stripeSecretKey, options.stripeWebhookSecret);

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
  streams.wakeAll();
  queues.hurry();
  queues.wake();
  stripe.start();
  timeline.start();

  return {
    wrote,
    async stop() {
      timeline.stop();
      queues.stop();
      streams.stop();
      await stripe.settle();
    },
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
