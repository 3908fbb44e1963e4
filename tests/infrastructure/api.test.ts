import { describe, expect, test } from "vitest";
import { readRoutes } from "../../infra/openapi.ts";
import { stage } from "./stage.ts";

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

  test("it is throttled", () => {
    stage.templates.get("clearing-dev-api")?.hasResourceProperties("AWS::ApiGatewayV2::Stage", {
      DefaultRouteSettings: { ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 2000 },
    });
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
