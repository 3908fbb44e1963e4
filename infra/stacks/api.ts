import { CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CfnStage,
  HttpApi,
  type HttpMethod,
  HttpNoneAuthorizer,
  type HttpRoute,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpUserPoolAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { access, type FunctionName } from "../access.ts";
import { ClearingFunction } from "../constructs/function.ts";
import { acknowledge } from "../nag.ts";
import { readRoutes } from "../openapi.ts";
import type { Settings } from "../settings.ts";
import type { DataStack } from "./data.ts";

/** Route whose failures are watched by themselves: money facts come in by it. */
const WEBHOOK = { method: "POST", path: "/webhooks/stripe" };

/** The HTTP API: one function per audience, one explicit route per operation of the OpenAPI document. */
export class ApiStack extends Stack {
  readonly api: HttpApi;
  readonly publicUrl: string;
  readonly functions: ReadonlyMap<FunctionName, ClearingFunction>;
  readonly webhook = WEBHOOK;

  constructor(scope: Construct, id: string, props: StackProps & { settings: Settings; data: DataStack }) {
    super(scope, id, props);
    const { settings, data } = props;

    this.api = new HttpApi(this, "http", { apiName: `clearing-${settings.stage}`, createDefaultStage: false });
    this.publicUrl = settings.publicUrl ?? this.api.apiEndpoint;

    const routes = readRoutes(settings.dist);
    const names = [...new Set(routes.map((route) => route.function))];
    this.functions = new Map(names.map((name) => [name, this.#function(name, props)]));

    const integrations = new Map(
      [...this.functions].map(([name, fn]) => [
        name,
        new HttpLambdaIntegration(`${name}-integration`, fn, { scopePermissionToRoute: false }),
      ]),
    );
    const authorizer = new HttpUserPoolAuthorizer("people", data.userPool, { userPoolClients: [data.userPoolClient] });
    let webhook: HttpRoute | undefined;
    for (const { method, path, function: name, public: open } of routes) {
      const integration = integrations.get(name);
      if (!integration) throw new Error(`no integration for ${name}`);
      const [route] = this.api.addRoutes({
        path,
        methods: [method as HttpMethod],
        integration,
        authorizer: open ? new HttpNoneAuthorizer() : authorizer,
      });
      if (open && route) acknowledge(route, "publicRoute");
      if (method === WEBHOOK.method && path === WEBHOOK.path) webhook = route;
    }
    this.#stage(settings, webhook);
    new CfnOutput(this, "Url", { value: this.publicUrl });
    new CfnOutput(this, "StripeWebhook", { value: `${this.publicUrl}${WEBHOOK.path}` });
  }

  #function(name: FunctionName, { settings, data }: { settings: Settings; data: DataStack }): ClearingFunction {
    return new ClearingFunction(this, name, {
      settings,
      data,
      publicUrl: this.publicUrl,
      // The gateway gives up after 30 seconds; only where Stripe is asked inline may an answer take long.
      timeout: Duration.seconds(access[name].stripe && name !== "webhook" ? 29 : 15),
    });
  }

  /** Throttled and logged: who asked is a subject id, what was asked is the route; no body, no query, no address. */
  #stage(settings: Settings, webhook: HttpRoute | undefined): void {
    const logs = new LogGroup(this, "access-logs", {
      logGroupName: `/clearing/${settings.stage}/api-access`,
      retention: settings.logRetention,
      removalPolicy: settings.logRemoval,
    });
    const fields = {
      requestId: "$context.requestId",
      time: "$context.requestTime",
      route: "$context.routeKey",
      subject: "$context.authorizer.claims.sub",
      status: "$context.status",
      latency: "$context.responseLatency",
      integrationLatency: "$context.integrationLatency",
      integrationStatus: "$context.integration.status",
      error: "$context.error.message",
      bytes: "$context.responseLength",
    };
    const stage = new HttpStage(this, "stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: settings.throttle,
      accessLogSettings: {
        destination: new LogGroupLogDestination(logs),
        format: AccessLogFormat.custom(JSON.stringify(fields)),
      },
    });
    if (webhook && stage.node.defaultChild instanceof CfnStage) {
      stage.node.defaultChild.routeSettings = {
        // A route's settings replace the default ones, throttling included.
        [`${WEBHOOK.method} ${WEBHOOK.path}`]: {
          DetailedMetricsEnabled: true,
          ThrottlingRateLimit: settings.throttle.rateLimit,
          ThrottlingBurstLimit: settings.throttle.burstLimit,
        },
      };
      stage.node.addDependency(webhook);
    }
  }
}
