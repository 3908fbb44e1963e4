import { describe, expect, test } from "vitest";
import { readRoutes } from "../../infra/openapi.ts";
import type { Resource } from "../../packages/local/src/template.ts";
import { stage, synthesize } from "./stage.ts";

type Route = { RouteKey: string; AuthorizationType: string; AuthorizerId?: string };
const routes = stage.ofType("AWS::ApiGatewayV2::Route").map(({ properties }) => properties as Route);

/** What api.md calls public, and what serves machines: nothing else may be asked without a token. */
const PUBLIC = [
  "GET /docs",
  "GET /health",
  "GET /openapi.json",
  "GET /v1/checkout/return",
  "GET /v1/cohorts",
  "GET /v1/cohorts/{id}",
  "GET /v1/cohorts/{id}/plans",
  "GET /v1/programs",
  "GET /v1/programs/{id}",
  "POST /v1/quotes",
  "POST /webhooks/stripe",
];

/** What anybody may ask for and nobody needs often. */
const SELDOM = ["GET /docs", "GET /openapi.json", "GET /v1/checkout/return"];

describe.each([
  ["dev", {}],
  ["prod", { stage: "prod", mailDomain: "retreats.example", merchantName: "Sample Operator" }],
])("throttles in the stage %s", (_name, context: Record<string, string>) => {
  type RouteSettings = Record<string, { ThrottlingRateLimit: number; ThrottlingBurstLimit: number }>;
  const { properties } = synthesize(context).ofType("AWS::ApiGatewayV2::Stage")[0] as Resource;
  const settings = properties.RouteSettings as RouteSettings;

  test("every route has its own, so that a flood of one takes nothing from another", () => {
    expect(Object.keys(settings).sort()).toEqual(routes.map(({ RouteKey }) => RouteKey).sort());
    expect(properties.DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: expect.any(Number) });
  });

  test("pages and documents take 50 requests a second and 100 at once", () => {
    for (const key of SELDOM) {
      expect(settings[key], key).toMatchObject({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
    }
  });

  test("none of the others is below 200 requests a second and 500 at once", () => {
    const low = Object.entries(settings)
      .filter(([, limits]) => limits.ThrottlingRateLimit < 200 || limits.ThrottlingBurstLimit < 500)
      .map(([key]) => key);

    expect(low.sort()).toEqual(SELDOM);
  });
});

describe("the HTTP API", () => {
  test("only the public routes are without an authorizer", () => {
    const open = routes.filter(({ AuthorizationType }) => AuthorizationType === "NONE").map(({ RouteKey }) => RouteKey);

    expect(open.sort()).toEqual(PUBLIC);
  });

  test("every other route asks for a token of the user pool", () => {
    const authorizer = stage.ofType("AWS::ApiGatewayV2::Authorizer")[0];
    const closed = routes.filter(({ AuthorizationType }) => AuthorizationType !== "NONE");

    expect(closed.length).toBeGreaterThan(10);
    for (const route of closed) {
      expect(route).toMatchObject({ AuthorizationType: "JWT", AuthorizerId: authorizer?.attributes.Ref });
    }
  });

  test("the routes are those of the OpenAPI document, and there is no catch-all", () => {
    const documented = readRoutes("dist").map(({ method, path }) => `${method} ${path}`);

    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual(documented.sort());
  });

  test("the stage waits for every route, since it is refused if it names one that does not exist yet", () => {
    const [httpStage] = stage.raws.filter(({ Type }) => Type === "AWS::ApiGatewayV2::Stage");
    const ids = stage.ofType("AWS::ApiGatewayV2::Route").map(({ id }) => id);

    expect(httpStage?.DependsOn).toEqual(expect.arrayContaining(ids));
  });

  test("its access log names no person and holds no path, query, address or body", () => {
    const [httpStage] = stage.ofType("AWS::ApiGatewayV2::Stage");
    const settings = httpStage?.properties.AccessLogSettings as { Format: string } | undefined;

    expect(Object.values(JSON.parse(settings?.Format ?? "{}") as Record<string, string>).sort()).toEqual([
      "$context.authorizer.claims.sub",
      "$context.error.message",
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
