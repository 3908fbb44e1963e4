import { Duration, Stack, type StackProps } from "aws-cdk-lib";
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  MathExpression,
  type Metric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";
import { addDashboard } from "../constructs/dashboard.ts";
import { apiMetric, ownMetric, webhookMetric } from "../constructs/metrics.ts";
import { deadLetterQueue, queuesIn } from "../constructs/queue.ts";
import { acknowledge } from "../nag.ts";
import type { Settings } from "../settings.ts";
import { schedules } from "../triggers.ts";
import type { ApiStack } from "./api.ts";
import type { EventsStack } from "./events.ts";

/** The functions' own metrics that have an alarm: `threshold` within five minutes, for `periods` periods. */
const counted: Record<string, { says: string; threshold: number; periods?: number }> = {
  StripeRefusals: {
    says: "Stripe permanently refused a request: a payment or refund was not made. Check the logs of checkout and stripe-work for the code",
    threshold: 1,
  },
  MoneyConverted: {
    says: "Stripe converted a payment or a refund to another currency: the amount is in the account suspense. Find the reference in the log of stripe-work, and tell finance",
    threshold: 1,
  },
  StripeKeyRefused: {
    says: "Stripe rejects our API key or its permissions: nobody can pay. Check the Stripe secret",
    threshold: 1,
  },
  RefundsRefused: {
    says: "Stripe permanently refused a refund: we still owe it to the client. Find the booking in the log of stripe-work, and send the money another way",
    threshold: 1,
  },
  SigningKeysUnavailable: {
    says: "The signing keys of a user pool are not available: tokens cannot be verified and requests get 500. Check the log of authorizer",
    threshold: 1,
    periods: 2,
  },
  SweepFailures: {
    says: "Work on deadlines keeps failing: deadlines are missed. Check the logs of deadline-worker, payment-worker, catch-up and sweep",
    threshold: 1,
    periods: 2,
  },
  EventFailures: {
    says: 'Consumers fail on events: the events are retried and then go to the dead-letter queue. Check the logs of the consumers for "event failed"',
    threshold: 10,
  },
  OutboxUnsent: {
    says: "The relay cannot send or delete outbox messages: events are late. Check its log",
    threshold: 1,
    periods: 2,
  },
  OutboxUnsendable: {
    says: "The outbox has a malformed item that cannot be sent. Find its id in the log of resend, and fix or remove the item",
    threshold: 1,
  },
  MailRefused: {
    says: "SES refused an email. Find the booking and the outcome in the log of mailer. If the outcome is recipient_not_verified, verify the address in SES or leave its sandbox. Otherwise, contact the recipient another way",
    threshold: 1,
  },
};

/** Metrics shown on the dashboard without an alarm. */
const mailsCounted = ["MailLeftOut", "MailKept", "MailUndeliverable"];

/** Webhook deliveries refused for their signature; anybody can send one. */
const webhookRefused = "WebhookRefused";

type OperationsProps = StackProps & { settings: Settings; api: ApiStack; events: EventsStack };

type Periods = Pick<AlarmProps, "evaluationPeriods">;

/** The alarms, and the dashboard to look at when one fires. */
export class OperationsStack extends Stack {
  readonly #topic: Topic;
  readonly #stage: string;

  constructor(scope: Construct, id: string, props: OperationsProps) {
    super(scope, id, props);
    const { settings, api, events } = props;

    this.#stage = settings.stage;
    this.#topic = this.#alarmTopic(settings);
    this.#mailAlarms(settings);

    const queues = queuesIn(scope);
    for (const { node, alarm, watched } of queues) {
      this.#alarm(`${node.id}-${alarm.on}`, { alarmDescription: `${node.id}: ${alarm.says}`, ...watched });
    }
    this.#alarm("outbox-age", {
      alarmDescription: "The oldest unsent outbox item is 5 minutes old: events are late. Check the log of relay",
      metric: ownMetric(this.#stage, "OutboxAge", "Maximum", Duration.minutes(1)),
      threshold: 5 * 60 * 1000,
    });

    this.#alarm("stripe-event-age", {
      alarmDescription:
        "A Stripe event has waited for an hour: processing fails. Check the logs of stripe-events and catch-up",
      metric: ownMetric(this.#stage, "StripeEventAge", "Maximum"),
      threshold: 60 * 60 * 1000,
    });

    const functions = new Map([...api.functions, ...events.functions]);
    for (const [name, fn] of functions) {
      this.#alarm(`${name}-errors`, {
        alarmDescription: `${name} throws errors: a bug or an outage. Check its log`,
        metric: fn.metricErrors({ period: Duration.minutes(5) }),
        threshold: 1,
        evaluationPeriods: 2,
      });
    }
    this.#alarm("api-5xx", {
      alarmDescription: "The API returns 5xx errors: requests fail. Check the dashboard for the function that fails",
      metric: this.#unexpected(apiMetric(api, "5xx")),
      threshold: 5,
    });
    this.#alarm("webhook-5xx", {
      alarmDescription:
        "The Stripe webhook returns 5xx errors: Stripe retries, and catch-up recovers the events. Check the log of webhook",
      metric: this.#unexpected(webhookMetric(api, "5xx"), `${api.webhook.method} ${api.webhook.path}`),
      threshold: 3,
    });
    const deliveries = webhookMetric(api, "Count");
    this.#alarm("webhook-4xx", {
      alarmDescription: "Most Stripe webhook deliveries get 4xx errors: check the signing secret and the throttle",
      ...this.#mostOf(deliveries, webhookMetric(api, "4xx")),
    });
    this.#alarm(webhookRefused, {
      alarmDescription: "Most Stripe webhook deliveries have an invalid signature: check the signing secret",
      ...this.#mostOf(deliveries, ownMetric(this.#stage, webhookRefused)),
    });
    for (const [name, { says, threshold, periods = 1 }] of Object.entries(counted)) {
      this.#alarm(name, {
        alarmDescription: says,
        metric: ownMetric(this.#stage, name),
        threshold,
        evaluationPeriods: periods,
      });
    }
    for (const [name, fn] of functions) {
      const schedule = schedules[name];
      if (!schedule) continue;
      const period = Duration.minutes(Math.max(5, 3 * schedule.everyMinutes));
      this.#alarm(`${name}-stopped`, {
        alarmDescription: `${name} has not run for ${period.toMinutes()} minutes: its schedule has stopped. Check the schedule and the function`,
        metric: fn.metricInvocations({ period }),
        threshold: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.BREACHING,
      });
    }
    addDashboard(this, {
      ...props,
      queues,
      failures: [...Object.keys(counted), webhookRefused],
      mails: mailsCounted,
      eventsLetGo: "StripeEventsNotActedOn",
    });
  }

  /** A topic policy replaces SNS's default policy, under which alarms may publish, so this one allows it. */
  #alarmTopic({ stage }: Settings): Topic {
    const topic = new Topic(this, "alarms", { topicName: `clearing-${stage}-alarms`, enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [topic.topicArn],
        conditions: { StringEquals: { "aws:SourceAccount": this.account } },
      }),
    );
    acknowledge(topic, "alarmTopic");
    return topic;
  }

  /** Mails the alarms. Undeliverable notifications go to a dead-letter queue. */
  #mailAlarms({ stage, alarmEmail }: Settings): void {
    if (alarmEmail === undefined) return;
    const dead = deadLetterQueue(this, "alarms-dead", `clearing-${stage}-alarms-dead`);
    this.#topic.addSubscription(new EmailSubscription(alarmEmail, { deadLetterQueue: dead }));
  }

  #alarm(id: string, props: Omit<AlarmProps, "evaluationPeriods"> & Partial<Periods>): void {
    const alarm = new Alarm(this, id, {
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
    });
    alarm.addAlarmAction(new SnsAction(this.#topic));
  }

  /**
   * The failures without the 503 responses that are expected until an operator has stored Stripe's secret, over all
   * routes or one.
   */
  #unexpected(failed: Metric, route?: string): MathExpression {
    const dimensionsMap = { stage: this.#stage, ...(route !== undefined && { route }) };
    const early = ownMetric(this.#stage, "StripeNotConfigured").with({ dimensionsMap });
    return new MathExpression({ expression: "failed - FILL(early, 0)", usingMetrics: { failed, early } });
  }

  /**
   * Fires if at least half of all deliveries, and at least three, are refused in two of the last four quarters of an
   * hour while the catch-up finds events that no delivery brought. A stranger's requests cannot fire it, because
   * Stripe's own events still arrive; under a wrong secret all of them are missed.
   */
  #mostOf(all: Metric, refused: Metric): Pick<AlarmProps, "metric" | "threshold" | "datapointsToAlarm"> & Periods {
    const period = Duration.minutes(15);
    return {
      metric: new MathExpression({
        expression: "IF(refused >= 3 AND refused * 2 >= all AND FILL(missed, 0) >= 1, 1, 0)",
        usingMetrics: { all, refused, missed: ownMetric(this.#stage, "RecoveredEvents") },
        period,
      }),
      threshold: 1,
      evaluationPeriods: 4,
      datapointsToAlarm: 2,
    };
  }
}
