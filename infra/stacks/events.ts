import { Duration, Stack, type StackProps } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { EventBus, type IEventBus, Rule, type RuleProps } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { CfnRegistry, CfnSchema } from "aws-cdk-lib/aws-eventschemas";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { FilterCriteria, FilterRule, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import { CfnSchedule, CfnScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import type { Construct } from "constructs";
import { ClearingFunction } from "../constructs/function.ts";
import { defaultBus } from "../constructs/mail.ts";
import { consumerQueue, deadLetterQueue, type WatchedQueue } from "../constructs/queue.ts";
import type { FunctionName } from "../grants.ts";
import { acknowledge } from "../nag.ts";
import { readEventSchemas } from "../openapi.ts";
import type { Settings } from "../settings.ts";
import { type Subscription, schedules, subscriptions, type Worker, workers } from "../triggers.ts";
import type { ApiStack } from "./api.ts";
import type { DataStack } from "./data.ts";

type EventsProps = StackProps & { settings: Settings; data: DataStack; api: ApiStack };

/**
 * Enough to survive an outage of a quarter of an hour; a message that always fails is a dead letter within the hour.
 */
const maxReceives = 10;

/** Outbox -> relay -> bus -> rules -> queues -> consumers, and the schedules. */
export class EventsStack extends Stack {
  readonly bus: EventBus;
  readonly functions = new Map<FunctionName, ClearingFunction>();
  readonly relay: ClearingFunction;
  readonly #props: EventsProps;
  readonly #defaultBus: IEventBus;
  readonly #workQueues = new Map<FunctionName, WatchedQueue>();

  constructor(scope: Construct, id: string, props: EventsProps) {
    super(scope, id, props);
    this.#props = props;
    const { settings } = props;

    this.#defaultBus = defaultBus(this);
    this.bus = new EventBus(this, "bus", { eventBusName: `clearing-${settings.stage}` });
    this.bus.archive("archive", {
      archiveName: `clearing-${settings.stage}`,
      description: "All events of the bus, for replay",
      eventPattern: { source: ["clearing", "clearing.stripe"] },
      retention: Duration.days(90),
    });
    this.#registerSchemas();
    this.relay = this.#relay();
    for (const [name, subscription] of Object.entries(subscriptions))
      this.#consumer(name as FunctionName, subscription);
    for (const [name, worker] of Object.entries(workers)) this.#worker(name as FunctionName, worker);
    this.#schedules();
  }

  #function(name: FunctionName, timeout: Duration): ClearingFunction {
    const { settings, data, api } = this.#props;
    const fn = new ClearingFunction(this, name, {
      settings,
      data,
      publicUrl: api.publicUrl,
      bus: this.bus,
      workQueues: this.#workQueues,
      timeout,
      memorySize: 512,
    });
    this.functions.set(name, fn);
    return fn;
  }

  #name(part: string): string {
    return `clearing-${this.#props.settings.stage}-${part}`;
  }

  #registerSchemas(): void {
    const registry = new CfnRegistry(this, "schemas", {
      registryName: this.#name("events"),
      description: "Schemas of the event details",
    });
    for (const [name, schema] of Object.entries(readEventSchemas(this.#props.settings.dist))) {
      new CfnSchema(this, `schema-${name}`, {
        registryName: registry.attrRegistryName,
        schemaName: `clearing@${name}`,
        type: "JSONSchemaDraft4",
        content: JSON.stringify(schema),
      });
    }
  }

  #relay(): ClearingFunction {
    const { outbox } = this.#props.data.tables;
    const relay = this.#function("relay", Duration.seconds(30));
    const dead = deadLetterQueue(this, "relay-dead", this.#name("relay-dead"));
    relay.addToRolePolicy(
      new PolicyStatement({
        actions: ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"],
        resources: [streamArnOf(outbox)],
      }),
    );
    const tableArn = Stack.of(outbox).exportValue(outbox.tableArn);
    relay.addToRolePolicy(
      new PolicyStatement({ actions: ["dynamodb:ListStreams"], resources: [`${tableArn}/stream/*`] }),
    );
    const { "Fn::ImportValue": imported } = this.resolve(tableArn) as { "Fn::ImportValue": string };
    if (relay.role) acknowledge(relay.role, "streams", `[Resource::${imported}/stream/*]`);
    relay.addEventSourceMapping("outbox", {
      eventSourceArn: streamArnOf(outbox),
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      // Retries for hours while the bus is down, so that an outage loses no event (I7); the alarm fires after minutes.
      // Items that go to the dead-letter queue are still in the outbox table, from which `resend` sends them. If a
      // batch is split or repeated, the relay sends only items still in the table, unless another instance failed
      // within five seconds.
      maxRecordAge: Duration.hours(6),
      onFailure: new SqsDlq(dead),
      filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual("INSERT") })],
    });
    return relay;
  }

  #consumer(name: FunctionName, subscription: Subscription): void {
    const fn = this.#function(name, Duration.seconds(subscription.timeoutSeconds));
    const queues = consumerQueue(this, name, {
      queueName: this.#name(name),
      // Six times the function's timeout, as Lambda recommends.
      visibilityTimeout: Duration.seconds(subscription.timeoutSeconds * 6),
      maxReceiveCount: maxReceives,
    });
    new Rule(this, `${name}-rule`, {
      ruleName: this.#name(name),
      description: `Events for ${name}`,
      ...this.#heard(subscription),
      targets: [new SqsQueue(queues.queue, { deadLetterQueue: queues.dead })],
    });
    this.#feed(fn, queues.queue, subscription);
  }

  /** A worker's queue of keys. */
  #worker(name: FunctionName, worker: Worker): void {
    const fn = this.#function(name, Duration.seconds(worker.timeoutSeconds));
    const { queue } = consumerQueue(this, name, {
      queueName: this.#name(name),
      visibilityTimeout: Duration.seconds(worker.timeoutSeconds * 6),
      maxReceiveCount: maxReceives,
    });
    this.#workQueues.set(name, queue);
    this.#feed(fn, queue, { batchSize: 1, concurrency: worker.concurrency });
  }

  #feed(fn: ClearingFunction, { queueArn }: WatchedQueue, calls: Pick<Subscription, "batchSize" | "concurrency">) {
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        resources: [queueArn],
      }),
    );
    fn.addEventSourceMapping("queue", {
      eventSourceArn: queueArn,
      batchSize: calls.batchSize,
      maxConcurrency: calls.concurrency,
      reportBatchItemFailures: true,
    });
  }

  #heard({ source, events }: Subscription): Required<Pick<RuleProps, "eventBus" | "eventPattern">> {
    const eventPattern = { source: [source], detailType: [...events] };
    if (source !== "aws.ses") return { eventBus: this.bus, eventPattern };
    const { configurationSetName } = this.#props.data.mail;
    const ofThisStage = { mail: { tags: { "ses:configuration-set": [configurationSetName] } } };
    return { eventBus: this.#defaultBus, eventPattern: { ...eventPattern, detail: ofThisStage } };
  }

  #schedules(): void {
    const group = new CfnScheduleGroup(this, "schedules", { name: this.#name("schedules") });
    const dead = deadLetterQueue(this, "schedules-dead", this.#name("schedules-dead"));
    for (const [name, { everyMinutes }] of Object.entries(schedules)) {
      // Shorter than the period, so that two runs rarely overlap. The functions are safe if they do.
      const fn = this.#function(name as FunctionName, Duration.seconds(everyMinutes * 60 - 5));
      // The scheduler only hands the call to Lambda, so Lambda reports failures. The next run does what this one could
      // not; a retry would only overlap with it.
      fn.configureAsyncInvoke({
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
        onFailure: new SqsDestination(dead),
      });
      const role = new Role(this, `${name}-schedule-role`, {
        description: `Allows the scheduler to invoke ${name}`,
        assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
          conditions: { StringEquals: { "aws:SourceAccount": this.account } },
        }),
        inlinePolicies: {
          call: new PolicyDocument({
            statements: [
              new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [fn.functionArn] }),
              new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [dead.queueArn] }),
            ],
          }),
        },
      });
      new CfnSchedule(this, `${name}-schedule`, {
        name: this.#name(name),
        groupName: group.ref,
        description: `Runs ${name} on a schedule`,
        scheduleExpression: `rate(${everyMinutes} minute${everyMinutes === 1 ? "" : "s"})`,
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: fn.functionArn,
          roleArn: role.roleArn,
          input: "{}",
          // Retries handing the call over to Lambda.
          retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 60 * everyMinutes },
          deadLetterConfig: { arn: dead.queueArn },
        },
      });
    }
  }
}

function streamArnOf(table: Table): string {
  if (!table.tableStreamArn) throw new Error(`the table ${table.node.path} has no stream: set its property "stream"`);
  return table.tableStreamArn;
}
