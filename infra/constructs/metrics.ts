import { Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";

/** The dimensions of an API, and of its route for Stripe's deliveries, in API Gateway's metrics. */
export type CountedApi = { api: { apiId: string }; webhook: { path: string; method: string } };

/**
 * A metric of the functions themselves: packages/runtime/src/log.ts writes each metric with the dimension of its stage.
 */
export const ownMetric = (stage: string, metricName: string, statistic = "Sum", period = Duration.minutes(5)): Metric =>
  new Metric({ namespace: "Clearing", metricName, statistic, period, dimensionsMap: { stage } });

/** A metric of API Gateway over all routes, per five minutes. */
export const apiMetric = ({ api }: Pick<CountedApi, "api">, metricName: string, statistic = "Sum"): Metric =>
  new Metric({
    namespace: "AWS/ApiGateway",
    metricName,
    statistic,
    period: Duration.minutes(5),
    dimensionsMap: { ApiId: api.apiId },
  });

/** The same metric for Stripe's deliveries only. */
export const webhookMetric = ({ api, webhook }: CountedApi, metricName: string): Metric =>
  apiMetric({ api }, metricName).with({
    dimensionsMap: { ApiId: api.apiId, Stage: "$default", Resource: webhook.path, Method: webhook.method },
  });
