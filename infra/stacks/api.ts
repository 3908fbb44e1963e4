import { CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CfnStage,
  HttpApi,
  type HttpMethod,
  HttpNoneAuthorizer,
  type HttpRoute,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import {
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
  HttpUserPoolAuthorizer,
} from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { ClearingFunction } from "../constructs/function.ts";
import { type FunctionName, grants } from "../grants.ts";
import { acknowledge } from "../nag.ts";
import { type Audience, readRoutes, type Throttle } from "../openapi.ts";
import type { Settings } from "../settings.ts";
import { routed } from "../triggers.ts";
import type { DataStack } from "./data.ts";

/** Stripe's facts about money arrive on this route, so it has separate alarms. */
const webhookRoute = { method: "POST", path: "/webhooks/stripe" };

/** The HTTP API: one function per audience, one explicit route per operation of the OpenAPI document. */
export class ApiStack extends Stack {
  readonly api: HttpApi;
  readonly publicUrl: string;
  /**
   * The functions behind routes. The authorizer is not among them: it throws on each invalid token, so its errors are
   * no reason for an alarm.
   */
  readonly functions: ReadonlyMap<FunctionName, ClearingFunction>;
  readonly webhook = webhookRoute;

  constructor(scope: Construct, id: string, props: StackProps & { settings: Settings; data: DataStack }) {
    super(scope, id, props);
    const { settings } = props;

    this.api = new HttpApi(this, "http", { apiName: `clearing-${settings.stage}`, createDefaultStage: false });
    this.publicUrl = settings.publicUrl ?? this.api.apiEndpoint;

    const routes = readRoutes(settings.dist);
    const unasked = routed.find((name) => !routes.some((route) => route.function === name));
    if (unasked !== undefined)
      throw new Error(`infra/grants.ts gives routes to the function ${unasked}, but no route calls it`);
    this.functions = new Map(routed.map((name) => [name, this.#function(name, props)]));

    const integrations = new Map(
      [...this.functions].map(([name, fn]) => [
        name,
        new HttpLambdaIntegration(`${name}-integration`, fn, { scopePermissionToRoute: false }),
      ]),
    );
    const authorizers = this.#authorizers(props);
    const made: HttpRoute[] = [];
    const settingsOf: Record<string, RouteSettings> = {};
    for (const { method, path, function: name, audience, throttle = settings.throttle } of routes) {
      const integration = integrations.get(name);
      if (!integration) throw new Error(`${method} ${path}: infra/grants.ts gives no routes to the function ${name}`);
      const [route] = this.api.addRoutes({
        path,
        methods: [method as HttpMethod],
        integration,
        authorizer: authorizers[audience],
      });
      if (!route) throw new Error(`the API did not add the route ${method} ${path}`);
      if (audience === "public") acknowledge(route, "publicRoute");
      made.push(route);
      const watched = method === webhookRoute.method && path === webhookRoute.path;
      settingsOf[`${method} ${path}`] = { ...limitsOf(throttle), ...(watched && { DetailedMetricsEnabled: true }) };
    }
    // API Gateway refuses a stage that names a route which does not exist yet.
    this.#httpStage(settings, settingsOf).node.addDependency(...made);
    new CfnOutput(this, "Url", { value: this.publicUrl });
    new CfnOutput(this, "StripeWebhook", { value: `${this.publicUrl}${webhookRoute.path}` });
  }

  /**
   * The gateway verifies the tokens of one user pool. A JWT authorizer supports one issuer, so a function authorizes
   * routes that clients and staff share. The gateway caches its answer, so the functions behind it also check `exp`.
   */
  #authorizers(props: { settings: Settings; data: DataStack }): Record<Audience, IHttpRouteAuthorizer> {
    const { clients, staff } = props.data;
    return {
      public: new HttpNoneAuthorizer(),
      clients: new HttpUserPoolAuthorizer("clients", clients.pool, { userPoolClients: [clients.client] }),
      staff: new HttpUserPoolAuthorizer("staff", staff.pool, { userPoolClients: [staff.client] }),
      both: new HttpLambdaAuthorizer("both", this.#function("authorizer", props), {
        responseTypes: [HttpLambdaResponseType.SIMPLE],
        identitySource: ["$request.header.Authorization"],
        resultsCacheTtl: Duration.seconds(300),
      }),
    };
  }

  #function(name: FunctionName, { settings, data }: { settings: Settings; data: DataStack }): ClearingFunction {
    return new ClearingFunction(this, name, {
      settings,
      data,
      publicUrl: this.publicUrl,
      timeout: timeoutOf(name),
    });
  }

  /**
   * Throttles each route separately, so that a flood on one does not affect the others. Access logs hold the subject
   * id, the route and, for 30 days, the source address; no path, query, body or name (I8).
   */
  #httpStage(settings: Settings, routeSettings: Record<string, RouteSettings>): HttpStage {
    const logs = new LogGroup(this, "access-logs", {
      logGroupName: `/clearing/${settings.stage}/api-access`,
      // Long enough to investigate an attack.
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: settings.logRemoval,
    });
    const fields = {
      requestId: "$context.requestId",
      time: "$context.requestTime",
      route: "$context.routeKey",
      sourceIp: "$context.identity.sourceIp",
      // A JWT authorizer gives claims, a Lambda authorizer its context; the other field is a dash.
      subject: "$context.authorizer.claims.sub",
      authorizedSubject: "$context.authorizer.sub",
      status: "$context.status",
      latency: "$context.responseLatency",
      integrationLatency: "$context.integrationLatency",
      integrationStatus: "$context.integration.status",
      error: "$context.error.message",
      bytes: "$context.responseLength",
    };
    const httpStage = new HttpStage(this, "stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: settings.throttle.ratePerSecond, burstLimit: settings.throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logs),
        format: AccessLogFormat.custom(JSON.stringify(fields)),
      },
    });
    if (!(httpStage.node.defaultChild instanceof CfnStage)) throw new Error("the HTTP stage has no CfnStage resource");
    httpStage.node.defaultChild.routeSettings = routeSettings;
    return httpStage;
  }
}

/**
 * The gateway gives up after 30 seconds, on an authorizer after 10. Only functions that call Stripe inline may take
 * that long.
 */
function timeoutOf(name: FunctionName): Duration {
  if (name === "authorizer") return Duration.seconds(9);
  return Duration.seconds(grants[name].stripe && name !== "webhook" ? 29 : 15);
}

/** Route settings as CloudFormation spells them: they are plain JSON and replace the stage's defaults completely. */
type RouteSettings = { ThrottlingRateLimit: number; ThrottlingBurstLimit: number; DetailedMetricsEnabled?: true };

const limitsOf = ({ ratePerSecond, burst }: Throttle): RouteSettings => ({
  ThrottlingRateLimit: ratePerSecond,
  ThrottlingBurstLimit: burst,
});
