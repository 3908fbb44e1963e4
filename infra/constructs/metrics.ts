import { Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";

/** What names an API, and its one route for Stripe's deliveries, in API Gateway's metrics. */
export type CountedApi = { api: { apiId: string }; webhook: { path: string; method: string } };

/** What the functions measure themselves: packages/runtime/src/log.ts writes each metric under its stage too. */
export const ownMetric = (stage: string, metricName: string, statistic = "Sum", period = Duration.minutes(5)): Metric =>
  new Metric({ namespace: "Clearing", metricName, statistic, period, dimensionsMap: { stage } });

/** What API Gateway counts over all routes, each five minutes. */
export const apiMetric = ({ api }: Pick<CountedApi, "api">, metricName: string, statistic = "Sum"): Metric =>
  new Metric({
    namespace: "AWS/ApiGateway",
    metricName,
    statistic,
    period: Duration.minutes(5),
    dimensionsMap: { ApiId: api.apiId },
  });

/** The same of Stripe's deliveries alone. */
export const webhookMetric = ({ api, webhook }: CountedApi, metricName: string): Metric =>
  apiMetric({ api }, metricName).with({
    dimensionsMap: { ApiId: api.apiId, Stage: "$default", Resource: webhook.path, Method: webhook.method },
  });
