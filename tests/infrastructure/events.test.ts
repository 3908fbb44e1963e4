import { globSync, readFileSync } from "node:fs";
import { turnSeconds } from "@clearing/domain/deadline-work";
import { eventNames } from "@clearing/domain/event";
import { describe, expect, test } from "vitest";
import { mails } from "../../functions/mailer/mails.ts";
import { schedules, subscriptions, workers } from "../../infra/triggers.ts";
import { stage, synthesize } from "./stage.ts";

const queues = stage.ofType("AWS::SQS::Queue");
type Measured = { Namespace: string; MetricName: string; Dimensions?: { Name: string; Value: string }[] };
const alarms = stage.ofType("AWS::CloudWatch::Alarm").map(
  ({ properties }) =>
    properties as Measured & {
      /** The metrics of an alarm on an expression. */
      Metrics?: { Id: string; Expression?: string; MetricStat?: { Metric: Measured; Period: number; Stat: string } }[];
      AlarmActions: string[];
      TreatMissingData: string;
    },
);
const dead = (name: string) => name.endsWith("-dead");
function functionNamed(name: string) {
  const found = stage.ofType("AWS::Lambda::Function").find((fn) => fn.name === name);
  if (found === undefined) throw new Error(`there is no function ${name}`);
  return found;
}
const measuredBy = (alarm: (typeof alarms)[number]): Measured[] =>
  alarm.Metrics?.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) ?? [alarm];
const alarmsOn = (metric: string, value: string) =>
  alarms.filter((alarm) =>
    measuredBy(alarm).some(
      ({ MetricName, Dimensions }) => MetricName === metric && Dimensions?.some(({ Value }) => Value === value),
    ),
  );

describe("queues", () => {
  test("every queue has a dead-letter queue", () => {
    for (const { name, properties } of queues.filter(({ name }) => !dead(name))) {
      const redrive = properties.RedrivePolicy as { deadLetterTargetArn: string; maxReceiveCount: number };

      expect(redrive.deadLetterTargetArn.split(":").at(-1), name).toBe(`${name}-dead`);
      expect(redrive.maxReceiveCount, name).toBeGreaterThan(1);
    }
  });

  test("every queue has an alarm: a work queue on its age, a dead-letter queue on its first message", () => {
    for (const { name } of queues) {
      const metric = dead(name) ? "ApproximateNumberOfMessagesVisible" : "ApproximateAgeOfOldestMessage";

      expect(alarmsOn(metric, name), name).toHaveLength(1);
    }
  });

  test("the visibility timeout of every queue is six times the timeout of its consumer, as Lambda advises", () => {
    const mappings = stage.ofType("AWS::Lambda::EventSourceMapping").map(({ properties }) => properties);

    for (const { name, properties, attributes } of queues.filter(({ name }) => !dead(name))) {
      const fed = mappings.filter(({ EventSourceArn }) => EventSourceArn === attributes.Arn);
      expect(fed, name).toHaveLength(1);
      const { Timeout } = functionNamed(String(fed[0]?.FunctionName)).properties;
      expect(properties.VisibilityTimeout, name).toBe(6 * Number(Timeout));
      expect(fed[0]?.MaximumBatchingWindowInSeconds, name).toBeUndefined();
    }
  });

  test("no queue is FIFO, since no consumer needs an order", () => {
    for (const { name, properties } of queues) expect(properties.FifoQueue, name).toBeUndefined();
  });

  test("every queue is encrypted and refuses plain HTTP", () => {
    const guarded = stage.ofType("AWS::SQS::QueuePolicy").flatMap(({ properties }) => properties.Queues as string[]);

    for (const { name, properties, attributes } of queues) {
      expect(properties.SqsManagedSseEnabled, name).toBe(true);
      expect(guarded, name).toContain(attributes.Ref);
    }
  });
});

describe("the bus", () => {
  test("each rule sends the events of its subscription to its queue, and undeliverable ones to the dead letters", () => {
    const rules = stage.ofType("AWS::Events::Rule");

    for (const [name, { source, events }] of Object.entries(subscriptions)) {
      const rule = rules.find((candidate) => candidate.name === `clearing-dev-${name}`);
      const isOurs = source !== "aws.ses";
      expect(rule?.properties.EventPattern).toEqual({
        source: [source],
        "detail-type": events,
        ...(!isOurs && { detail: { mail: { tags: { "ses:configuration-set": ["clearing-dev"] } } } }),
      });
      expect(rule?.properties.EventBusName).toBe(isOurs ? "clearing-dev" : "default");
      expect(rule?.properties.Targets).toMatchObject([
        {
          Arn: expect.stringMatching(new RegExp(`:clearing-dev-${name}$`)),
          DeadLetterConfig: { Arn: expect.stringMatching(new RegExp(`:clearing-dev-${name}-dead$`)) },
        },
      ]);
    }
    expect(rules).toHaveLength(Object.keys(subscriptions).length);
  });

  test("nobody subscribes to an event that does not exist", () => {
    const subscribed = Object.values(subscriptions).filter(({ source }) => source === "clearing");

    expect(eventNames).toEqual(expect.arrayContaining(subscribed.flatMap(({ events }) => events)));
  });

  test("the mailer subscribes to exactly the events that it has a mail for", () => {
    const mailed = Object.entries(mails).flatMap(([name, about]) => (about === "no mail" ? [] : [name]));

    expect([...(subscriptions.mailer?.events ?? [])].sort()).toEqual(mailed.sort());
  });

  test("the registry has a schema for each of our events, and no other", () => {
    const schemas = stage.ofType("AWS::EventSchemas::Schema").map(({ properties }) => properties);
    const names = schemas.map(({ SchemaName }) => String(SchemaName).replace("clearing@", ""));

    expect(names.sort()).toEqual([...eventNames].sort());
    for (const { Content } of schemas) {
      expect(JSON.parse(String(Content))).toMatchObject({
        $schema: "http://json-schema.org/draft-04/schema#",
        type: "object",
      });
    }
  });

  test("no schema in the registry refuses a field that is added later", () => {
    const closed = stage
      .ofType("AWS::EventSchemas::Schema")
      .filter(({ properties }) => String(properties.Content).includes("additionalProperties"));

    expect(closed.map(({ properties }) => properties.SchemaName)).toEqual([]);
  });

  test("its events can be replayed for 90 days", () => {
    stage.templates.get("clearing-dev-events")?.hasResourceProperties("AWS::Events::Archive", {
      RetentionDays: 90,
      EventPattern: { source: ["clearing", "clearing.stripe"] },
    });
  });
});

describe("the triggers of the functions", () => {
  test("the relay reads new items of the outbox, and retries for hours before an item becomes a dead letter", () => {
    const [mapping] = stage
      .ofType("AWS::Lambda::EventSourceMapping")
      .filter(({ properties }) => String(properties.EventSourceArn).includes("/stream/"));

    expect(mapping?.properties).toMatchObject({
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      MaximumRecordAgeInSeconds: 6 * 60 * 60,
      DestinationConfig: { OnFailure: { Destination: expect.stringMatching(/:clearing-dev-relay-dead$/) } },
    });
    expect(mapping?.properties.MaximumRetryAttempts).toBeUndefined();
  });

  test("every consumer reports its partial failures", () => {
    const mappings = stage.ofType("AWS::Lambda::EventSourceMapping");

    expect(mappings).toHaveLength(Object.keys(subscriptions).length + Object.keys(workers).length + 1);
    for (const { properties } of mappings)
      expect(properties.FunctionResponseTypes).toEqual(["ReportBatchItemFailures"]);
  });

  test("each worker has a queue that sends one key per call and limits concurrent calls", () => {
    const mappings = stage.ofType("AWS::Lambda::EventSourceMapping").map(({ properties }) => properties);

    for (const [name, { concurrency }] of Object.entries(workers)) {
      const queue = queues.find((one) => one.name === `clearing-dev-${name}`);
      expect(mappings.find(({ EventSourceArn }) => EventSourceArn === queue?.attributes.Arn)).toMatchObject({
        FunctionName: `clearing-dev-${name}`,
        BatchSize: 1,
        ScalingConfig: { MaximumConcurrency: concurrency },
      });
    }
  });

  test("a worker times out before its turn ends, so that two workers never work on one key", () => {
    for (const name of Object.keys(workers)) {
      expect(functionNamed(`clearing-dev-${name}`).properties.Timeout, name).toBeLessThanOrEqual(turnSeconds);
    }
  });

  test("a failed run becomes a dead letter and is not repeated, since the next one follows", () => {
    const configs = stage.ofType("AWS::Lambda::EventInvokeConfig").map(({ properties }) => properties);

    expect(configs.map(({ FunctionName }) => FunctionName).sort()).toEqual(
      Object.keys(schedules)
        .map((name) => `clearing-dev-${name}`)
        .sort(),
    );
    for (const config of configs) {
      expect(config).toMatchObject({
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
        DestinationConfig: { OnFailure: { Destination: expect.stringMatching(/:clearing-dev-schedules-dead$/) } },
      });
    }
  });

  test("schedules run without a flexible window, and calls that fail become dead letters", () => {
    const made = stage.ofType("AWS::Scheduler::Schedule").map(({ name, properties }) => [name, properties] as const);

    expect(made).toHaveLength(Object.keys(schedules).length);
    for (const [name, { everyMinutes }] of Object.entries(schedules)) {
      expect(new Map(made).get(`clearing-dev-${name}`)).toMatchObject({
        ScheduleExpression: everyMinutes === 1 ? "rate(1 minute)" : `rate(${everyMinutes} minutes)`,
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: { DeadLetterConfig: { Arn: expect.stringMatching(/:clearing-dev-schedules-dead$/) } },
      });
    }
  });
});

describe("the alarms", () => {
  test("notify the topic", () => {
    const topic = stage.ofType("AWS::SNS::Topic")[0]?.attributes.Ref;

    for (const alarm of alarms) expect(alarm.AlarmActions).toEqual([topic]);
  });

  test("missing data raises an alarm only for functions on a schedule", () => {
    const silent = alarms.filter(({ TreatMissingData }) => TreatMissingData !== "notBreaching");

    expect(silent).toHaveLength(Object.keys(schedules).length);
    for (const name of Object.keys(schedules)) {
      expect(alarmsOn("Invocations", `clearing-dev-${name}`), name).toMatchObject([
        { ComparisonOperator: "LessThanThreshold", Threshold: 1, TreatMissingData: "breaching" },
      ]);
    }
  });

  test("watch every metric that the functions emit, except those that are only for looking at", () => {
    const onlySeen = [
      "Latency",
      "MailKept",
      "MailLeftOut",
      "MailUndeliverable",
      "PaymentRefused",
      "RecoveredEvents",
      "StripeEventsNotActedOn",
      "StripeNotConfigured",
      "WebhookVersionSkew",
    ];
    const byShare = ["WebhookRefused"];
    const sources = globSync(["packages/{runtime,commands}/src/*.ts", "functions/*/*.ts"]).filter(
      (path) => !path.endsWith(".test.ts"),
    );
    const emitted = new Set(
      sources.flatMap((path) =>
        [...readFileSync(path, "utf8").matchAll(/\.(?:metric|count)\("(\w+)"/g)].map((match) => match[1]),
      ),
    );
    const watched = alarms.filter(({ Namespace }) => Namespace === "Clearing");

    expect([...watched.map(({ MetricName }) => MetricName), ...byShare, ...onlySeen].sort()).toEqual(
      [...emitted].sort(),
    );
    // The dimensions that packages/runtime/src/log.ts gives every metric.
    for (const { Dimensions } of watched) expect(Dimensions).toEqual([{ Name: "stage", Value: "dev" }]);
    const dashboard = String(stage.ofType("AWS::CloudWatch::Dashboard")[0]?.properties.DashboardBody);
    for (const MetricName of [...watched.map((alarm) => alarm.MetricName), ...byShare, "StripeEventsNotActedOn"])
      expect(dashboard).toContain(`["Clearing","${MetricName}","stage","dev"`);
  });

  test("can be published only by CloudWatch of this account, and only over TLS", () => {
    const operations = stage.templates.get("clearing-dev-operations");

    operations?.hasResourceProperties("AWS::SNS::TopicPolicy", {
      PolicyDocument: {
        Statement: [
          { Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } },
          {
            Effect: "Allow",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Action: "sns:Publish",
            Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
          },
        ],
      },
    });
  });

  test("are mailed to the given address", () => {
    const { ofType } = synthesize({ alarmEmail: "on-call@retreats.example" });
    const [topic] = ofType("AWS::SNS::Topic");
    const deadLetterTargetArn = expect.stringMatching(/:clearing-dev-alarms-dead$/);

    expect(ofType("AWS::SNS::Subscription").map(({ properties }) => properties)).toEqual([
      {
        Protocol: "email",
        Endpoint: "on-call@retreats.example",
        TopicArn: topic?.attributes.Ref,
        RedrivePolicy: { deadLetterTargetArn },
      },
    ]);
    expect(stage.ofType("AWS::SNS::Subscription")).toEqual([]);
  });

  test("keep a notification that the address does not accept, and raise an alarm about it", () => {
    const { ofType } = synthesize({ alarmEmail: "on-call@retreats.example" });
    const onLostMail = ofType("AWS::CloudWatch::Alarm").filter(({ properties }) =>
      JSON.stringify(properties).includes("clearing-dev-alarms-dead"),
    );

    expect(onLostMail.map(({ properties }) => properties.MetricName)).toEqual(["ApproximateNumberOfMessagesVisible"]);
  });

  test("watch the outbox's age, the failures of the API and those of the webhook", () => {
    expect(alarmsOn("OutboxAge", "dev")).toMatchObject([{ Threshold: 5 * 60 * 1000, Statistic: "Maximum" }]);
    expect(alarmsOn("4xx", "/webhooks/stripe")).toHaveLength(1);
    expect(alarmsOn("5xx", "/webhooks/stripe")).toHaveLength(1);
    const on5xx = alarms.filter((alarm) => measuredBy(alarm).some(({ MetricName }) => MetricName === "5xx"));
    expect(on5xx).toHaveLength(2);
  });

  test("ignore unsigned calls, which anybody can send, unless events of Stripe are missed too", () => {
    const deliveries = [
      { Name: "ApiId", Value: expect.any(String) },
      { Name: "Method", Value: "POST" },
      { Name: "Resource", Value: "/webhooks/stripe" },
      { Name: "Stage", Value: "$default" },
    ];
    const refusals = [...alarmsOn("4xx", "/webhooks/stripe"), ...alarmsOn("WebhookRefused", "dev")];

    expect(refusals).toHaveLength(2);
    for (const alarm of refusals) {
      expect(alarm).toMatchObject({ Threshold: 1, EvaluationPeriods: 4, DatapointsToAlarm: 2 });
      expect(alarm.Metrics?.[0]).toMatchObject({
        Expression: "IF(refused >= 3 AND refused * 2 >= all AND FILL(missed, 0) >= 1, 1, 0)",
      });
      expect(alarm.Metrics?.slice(1).map(({ Id, MetricStat }) => [Id, MetricStat?.Period, MetricStat?.Stat])).toEqual([
        ["all", 900, "Sum"],
        ["refused", 900, "Sum"],
        ["missed", 900, "Sum"],
      ]);
      // No stranger can cause this: Stripe has events of which no delivery was accepted.
      expect(measuredBy(alarm)[2]).toMatchObject({ Namespace: "Clearing", MetricName: "RecoveredEvents" });
      expect(measuredBy(alarm)[0]).toMatchObject({ MetricName: "Count", Dimensions: deliveries });
    }
    expect(refusals.map((alarm) => measuredBy(alarm)[1]?.MetricName)).toEqual(["4xx", "WebhookRefused"]);
  });

  test("ignore a 503 that the API answers until Stripe is configured", () => {
    const ofStage = { Name: "stage", Value: "dev" };
    const counts = [...alarmsOn("5xx", "/webhooks/stripe"), ...alarmsOn("StripeNotConfigured", "dev")];

    expect(new Set(counts).size).toBe(2);
    for (const { Metrics } of counts) expect(Metrics?.[0]).toMatchObject({ Expression: "failed - FILL(early, 0)" });
    expect(alarmsOn("StripeNotConfigured", "dev").map((alarm) => measuredBy(alarm)[1]?.Dimensions)).toEqual([
      [ofStage],
      [{ Name: "route", Value: "POST /webhooks/stripe" }, ofStage],
    ]);
  });

  test("watch the errors of every function except the authorizer, where anybody's invalid token is an error", () => {
    for (const { name, label } of stage.ofType("AWS::Lambda::Function"))
      expect(alarmsOn("Errors", name), name).toHaveLength(label === "authorizer" ? 0 : 1);
    expect(alarmsOn("SigningKeysUnavailable", "dev")).toHaveLength(1);
  });
});
