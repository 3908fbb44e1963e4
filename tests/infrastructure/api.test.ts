import { HttpMethod } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpUserPoolAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { describe, expect, test } from "vitest";
import type { ClearingFunction } from "../../infra/constructs/function.ts";
import { readRoutes } from "../../infra/openapi.ts";
import { routes as contracts } from "../../packages/contracts/src/openapi.ts";
import type { Resource } from "../../packages/local/src/resource.ts";
import { functionOf, permissionsFor, prod, stage, synthesize } from "./stage.ts";

type Route = { RouteKey: string; AuthorizationType: string; AuthorizerId?: string };
const routes = stage.ofType("AWS::ApiGatewayV2::Route").map(({ properties }) => properties as Route);

/** The public routes, and those that serve machines. Every other route requires a token. */
const publicRoutes = [
  "GET /docs",
  "GET /health",
  "GET /openapi.json",
  "GET /pay/{token}",
  "GET /pay/{token}/method",
  "GET /v1/checkout/return",
  "GET /v1/cohorts",
  "GET /v1/cohorts/{id}",
  "GET /v1/cohorts/{id}/plans",
  "GET /v1/programs",
  "GET /v1/programs/{id}",
  "HEAD /docs",
  "HEAD /pay/{token}",
  "HEAD /pay/{token}/method",
  "HEAD /v1/checkout/return",
  "POST /pay/{token}",
  "POST /pay/{token}/method",
  "POST /v1/calculators/apr",
  "POST /v1/quotes",
  "POST /webhooks/stripe",
];

type Context = Record<string, string>;

/** The routes that anybody may call and nobody calls often. */
const seldom = [
  "GET /docs",
  "GET /openapi.json",
  "GET /pay/{token}",
  "GET /pay/{token}/method",
  "GET /v1/checkout/return",
  "HEAD /docs",
  "HEAD /pay/{token}",
  "HEAD /pay/{token}/method",
  "HEAD /v1/checkout/return",
  "POST /pay/{token}",
  "POST /pay/{token}/method",
  "POST /v1/calculators/apr",
];

describe.each([
  ["dev", {}],
  ["prod", prod],
])("throttles in the stage %s", (_name, context: Context) => {
  type RouteSettings = Record<string, { ThrottlingRateLimit: number; ThrottlingBurstLimit: number }>;
  const { properties } = synthesize(context).ofType("AWS::ApiGatewayV2::Stage")[0] as Resource;
  const settings = properties.RouteSettings as RouteSettings;

  test("every route has a separate limit, so that a flood on one does not block another", () => {
    expect(Object.keys(settings).sort()).toEqual(routes.map(({ RouteKey }) => RouteKey).sort());
    expect(properties.DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: expect.any(Number) });
  });

  test("pages, documents and calculators allow 50 requests a second and a burst of 100", () => {
    for (const key of seldom) {
      expect(settings[key], key).toMatchObject({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
    }
  });

  test("all other routes allow at least 200 requests a second and a burst of 500", () => {
    const low = Object.entries(settings)
      .filter(([, limits]) => limits.ThrottlingRateLimit < 200 || limits.ThrottlingBurstLimit < 500)
      .map(([key]) => key);

    expect(low.sort()).toEqual(seldom);
  });
});

type Stage = Pick<typeof stage, "ofType">;
const poolOf = (label: string, { ofType }: Stage = stage) =>
  ofType("AWS::Cognito::UserPool").find((pool) => pool.label === label);

/** The user pools whose tokens each route accepts, according to its authorizer. */
function poolsByRoute(synthesized: Stage): Record<string, string> {
  const clientOf = (label: string) =>
    synthesized.ofType("AWS::Cognito::UserPoolClient").find((client) => client.label === label)?.attributes.Ref;
  const of = (label: string) => poolOf(label, synthesized)?.attributes.ProviderURL;
  const authorizers = new Map<string, string>(
    synthesized.ofType("AWS::ApiGatewayV2::Authorizer").map(({ attributes, properties }) => {
      const jwt = properties.JwtConfiguration as { Issuer: string; Audience: string[] } | undefined;
      if (jwt === undefined) return [attributes.Ref, "clients and staff"];
      const { Issuer, Audience } = jwt;
      if (Issuer === of("people") && Audience.join() === clientOf("web")) return [attributes.Ref, "clients"];
      if (Issuer === of("staff") && Audience.join() === clientOf("staff-web")) return [attributes.Ref, "staff"];
      throw new Error(`no user pool issues tokens of ${Issuer} for ${Audience}`);
    }),
  );
  return Object.fromEntries(
    synthesized.ofType("AWS::ApiGatewayV2::Route").flatMap(({ properties }) => {
      const { RouteKey, AuthorizationType, AuthorizerId = "" } = properties as Route;
      return AuthorizationType === "NONE" ? [] : [[RouteKey, authorizers.get(AuthorizerId) ?? "missing"]];
    }),
  );
}

test.each([
  ["dev", {}],
  ["prod", prod],
])("the stage %s keeps source addresses for 30 days, even if it keeps other logs longer", (name, context: Context) => {
  const groups = synthesize(context).ofType("AWS::Logs::LogGroup");
  const keeping = (group: Resource) => group.properties.RetentionInDays;
  const others = groups.filter((group) => !group.name.endsWith("/api-access"));

  expect(groups.filter((group) => group.name === `/clearing/${name}/api-access`).map(keeping)).toEqual([30]);
  expect(new Set(others.map(keeping))).toEqual(new Set([name === "prod" ? 400 : 30]));
});

describe("the HTTP API", () => {
  test("only the public routes have no authorizer", () => {
    const open = routes.filter(({ AuthorizationType }) => AuthorizationType === "NONE").map(({ RouteKey }) => RouteKey);

    expect(open.sort()).toEqual(publicRoutes);
  });

  test("every other route accepts tokens only of the user pools of the people it is for", () => {
    const people = (access: readonly string[]) =>
      [access.includes("client") && "clients", access.some((role) => role !== "client") && "staff"].filter(Boolean);
    const closed = contracts.flatMap(({ method, path, access }) =>
      access === "public" ? [] : [[`${method} ${path}`, people(access).join(" and ")]],
    );

    expect(poolsByRoute(stage)).toEqual(Object.fromEntries(closed));
    expect(new Set(closed.map(([, pools]) => pools))).toEqual(new Set(["clients", "staff", "clients and staff"]));
  });

  test("control: a route that accepts tokens of another pool is detected", () => {
    const spoilt = synthesize({}, ({ api, data }) => {
      const { pool, client } = data.clients;
      const authorizer = new HttpUserPoolAuthorizer("spoilt", pool, { userPoolClients: [client] });
      const integration = new HttpLambdaIntegration("spoilt", api.functions.get("finance") as ClearingFunction);
      api.api.addRoutes({ path: "/v1/finance/spoilt", methods: [HttpMethod.GET], integration, authorizer });
    });

    expect(poolsByRoute(spoilt)).toMatchObject({ "GET /v1/finance/spoilt": "clients" });
  });

  test("the authorizer's answer is cached per token, for at most five minutes", () => {
    const [shared, ...others] = stage
      .ofType("AWS::ApiGatewayV2::Authorizer")
      .filter(({ properties }) => properties.AuthorizerType === "REQUEST");

    expect(others).toEqual([]);
    expect(shared?.properties).toMatchObject({
      AuthorizerPayloadFormatVersion: "2.0",
      AuthorizerResultTtlInSeconds: 300,
      EnableSimpleResponses: true,
      IdentitySource: ["$request.header.Authorization"],
    });
    expect(functionOf("authorizer").properties.Timeout).toBeLessThan(10);
  });

  test("the authorizer and the functions behind it know both issuers, and the authorizer has no permission beyond logs", () => {
    const told = stage.ofType("AWS::Lambda::Function").filter(({ properties }) => {
      const { Variables } = properties.Environment as { Variables: Record<string, string> };
      return "STAFF_ISSUER" in Variables;
    });
    const { Variables } = functionOf("authorizer").properties.Environment as { Variables: Record<string, string> };
    const [clients, staff] = ["people", "staff"].map((label) => poolOf(label));

    expect(told.map(({ label }) => label).sort()).toEqual(
      [
        "authorizer",
        ...new Set(contracts.filter(({ access }) => access !== "public").map((route) => route.function)),
      ].sort(),
    );
    expect([Variables.CLIENT_ISSUER, Variables.STAFF_ISSUER]).toEqual([
      clients?.attributes.ProviderURL,
      staff?.attributes.ProviderURL,
    ]);
    const actions = permissionsFor("authorizer").map(({ action }) => action.split(":")[0]);
    expect([...new Set(actions)].sort()).toEqual(["logs", "xray"]);
  });

  test("the routes are those of the OpenAPI document, without a catch-all", () => {
    const documented = readRoutes("dist").map(({ method, path }) => `${method} ${path}`);

    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual(documented.sort());
  });

  test("the HTTP stage depends on every route, since API Gateway refuses settings of a route that does not exist yet", () => {
    const [httpStage] = stage.raws.filter(({ Type }) => Type === "AWS::ApiGatewayV2::Stage");
    const ids = stage.ofType("AWS::ApiGatewayV2::Route").map(({ id }) => id);

    expect(httpStage?.DependsOn).toEqual(expect.arrayContaining(ids));
  });

  test("the access log has these fields only: no name, path, query or body", () => {
    const [httpStage] = stage.ofType("AWS::ApiGatewayV2::Stage");
    const settings = httpStage?.properties.AccessLogSettings as { Format: string } | undefined;

    expect(Object.values(JSON.parse(settings?.Format ?? "{}") as Record<string, string>).sort()).toEqual([
      "$context.authorizer.claims.sub",
      "$context.authorizer.sub",
      "$context.error.message",
      "$context.identity.sourceIp",
      "$context.integration.status",
      "$context.integrationLatency",
      "$context.requestId",
      "$context.requestTime",
      "$context.responseLatency",
      "$context.responseLength",
      "$context.routeKey",
      "$context.status",
    ]);
  });
});
