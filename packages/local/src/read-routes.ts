import { readAuthorizers } from "./read-authorizers.ts";
import { fail, read } from "./resource.ts";
import type { Template } from "./template.ts";
import type { FunctionOf, RouteSpec, Throttle } from "./topology.ts";

/** The HTTP API: each route with its function, its authorizer and its throttle. */
export function readRoutes(template: Template, functionOf: FunctionOf): readonly RouteSpec[] {
  const integrations = new Map(
    template.ofType("AWS::ApiGatewayV2::Integration").map((integration) => {
      const properties = read<{ IntegrationType: string; IntegrationUri: string; PayloadFormatVersion?: string }>(
        integration,
      );
      if (properties.IntegrationType !== "AWS_PROXY")
        fail(integration, `${properties.IntegrationType} is not supported`);
      if (properties.PayloadFormatVersion !== "2.0") fail(integration, "only payload format 2.0 is supported");
      return [integration.id, functionOf(integration, properties.IntegrationUri)];
    }),
  );
  const authorizers = readAuthorizers(template, functionOf);
  const routes = template.ofType("AWS::ApiGatewayV2::Route");
  const throttleOf = readThrottles(
    template,
    routes.map((route) => read<{ RouteKey: string }>(route).RouteKey),
  );
  return routes.map((route): RouteSpec => {
    const properties = read<{ RouteKey: string; Target: string; AuthorizationType?: string; AuthorizerId?: string }>(
      route,
    );
    const integration = properties.Target.replace("integrations/", "");
    const functionId = integrations.get(integration) ?? fail(route, `the integration ${integration} is missing`);
    const open = (properties.AuthorizationType ?? "NONE") === "NONE";
    const authorizer = open ? undefined : authorizers.get(properties.AuthorizerId ?? "");
    if (!open && !authorizer) fail(route, "its authorizer is missing");
    return { key: properties.RouteKey, functionId, authorizer, throttle: throttleOf(properties.RouteKey) };
  });
}

type RouteSettings = { ThrottlingRateLimit?: number; ThrottlingBurstLimit?: number };

/**
 * The stage's throttle of each route. A route's settings replace the defaults completely, and may name only existing
 * routes.
 */
function readThrottles(template: Template, keys: readonly string[]): (key: string) => Throttle | undefined {
  const [stage] = template.ofType("AWS::ApiGatewayV2::Stage");
  if (stage === undefined) return () => undefined;
  type Properties = { DefaultRouteSettings?: RouteSettings; RouteSettings?: Record<string, RouteSettings> };
  const { DefaultRouteSettings: all = {}, RouteSettings: own = {} } = read<Properties>(stage);
  for (const key of Object.keys(own))
    if (!keys.includes(key)) fail(stage, `it has settings for ${key}, but there is no such route`);
  return (key) => {
    const { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst } = own[key] ?? all;
    return ratePerSecond === undefined || burst === undefined ? undefined : { ratePerSecond, burst };
  };
}
