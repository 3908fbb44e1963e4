import { Duration } from "aws-cdk-lib";
import { Dashboard, GraphWidget, type IMetric, MathExpression, type Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { Settings } from "../settings.ts";
import { apiMetric, type CountedApi, ownMetric, webhookMetric } from "./metrics.ts";
import type { WatchedQueue } from "./queue.ts";

type Functions = { functions: Iterable<readonly [name: string, fn: IFunction]> };

type Shown = {
  settings: Settings;
  api: CountedApi & Functions;
  events: Functions & { relay: IFunction };
  queues: readonly WatchedQueue[];
  /** The functions' own metrics of refusals and failures, and of mails that were not sent. */
  failures: readonly string[];
  mails: readonly string[];
  /** The functions' own metric of Stripe events that nothing acts on. */
  eventsLetGo: string;
};

/** Adds the dashboard: the page to look at if something is wrong. */
export function addDashboard(scope: Construct, shown: Shown): void {
  const { settings, api, events, queues, failures, mails, eventsLetGo } = shown;
  const dashboard = new Dashboard(scope, "dashboard", { dashboardName: `clearing-${settings.stage}` });
  const own = (metricName: string, statistic?: string, period?: Duration) =>
    ownMetric(settings.stage, metricName, statistic, period);
  const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
    new GraphWidget({ title, left, right, width: 12 });
  const functions = [...api.functions, ...events.functions];
  const sum = (label: string, metrics: Metric[]) =>
    new MathExpression({
      label,
      expression: metrics.map((_, index) => `m${index}`).join(" + "),
      usingMetrics: Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric])),
    });
  dashboard.addWidgets(
    graph(
      "API: requests and errors",
      [apiMetric(api, "Count"), apiMetric(api, "4xx"), apiMetric(api, "5xx")],
      [apiMetric(api, "Latency", "p95")],
    ),
    graph(
      "Webhook: failures",
      ["4xx", "5xx"].map((kind) => webhookMetric(api, kind)),
    ),
    graph(
      "Functions: errors",
      functions.map(([name, fn]) => fn.metricErrors({ label: name })),
    ),
    graph(
      "Functions: duration, p95",
      functions.map(([name, fn]) => fn.metricDuration({ label: name, statistic: "p95" })),
    ),
    graph(
      "Outbox: age of the oldest unsent item, stream delay",
      [own("OutboxAge", "Maximum", Duration.minutes(1))],
      [events.relay.metric("IteratorAge", { statistic: "Maximum", period: Duration.minutes(1) })],
    ),
    graph(
      "Stripe events: age of the oldest unprocessed event, ignored events",
      [own("StripeEventAge", "Maximum")],
      [own(eventsLetGo)],
    ),
    graph(
      "Queues: age of the oldest message",
      queues
        .filter(({ alarm }) => alarm.on === "age")
        .map((queue) => queue.metricApproximateAgeOfOldestMessage({ label: queue.node.id })),
    ),
    graph(
      "Failures by kind",
      failures.map((name) => own(name)),
    ),
    graph(
      "Emails: over the daily limit, not sent (no domain), undeliverable",
      mails.map((name) => own(name)),
    ),
    graph("Dead letters", [
      sum(
        "messages",
        queues
          .filter(({ alarm }) => alarm.on === "letters")
          .map((dead) => dead.metricApproximateNumberOfMessagesVisible()),
      ),
    ]),
  );
}
