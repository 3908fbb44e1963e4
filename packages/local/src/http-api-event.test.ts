import { describe, expect, test } from "vitest";
import { compileRoutes, decodedPath } from "./gateway.ts";
import { type GatewayRequest, httpApiEvent, httpApiResponse } from "./http-api-event.ts";

const request = (over: Partial<GatewayRequest> = {}): GatewayRequest => ({
  method: "GET",
  path: "/v1/bookings",
  query: "",
  headers: { host: ["127.0.0.1:8787"], "user-agent": ["curl"] },
  body: Buffer.alloc(0),
  sourceIp: "127.0.0.1",
  ...over,
});
const matched = {
  routeKey: "GET /v1/bookings",
  pathParameters: undefined,
  apiId: "api",
  httpStage: "$default",
  requestId: "req-1",
  now: Date.parse("2027-03-01T17:00:00.250Z"),
};

describe("an event of payload format 2.0", () => {
  test("of a plain request", () => {
    expect(httpApiEvent(request(), matched)).toEqual({
      version: "2.0",
      routeKey: "GET /v1/bookings",
      rawPath: "/v1/bookings",
      rawQueryString: "",
      headers: {
        host: "127.0.0.1:8787",
        "user-agent": "curl",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "http",
      },
      requestContext: {
        accountId: "000000000000",
        apiId: "api",
        domainName: "127.0.0.1:8787",
        domainPrefix: "127",
        http: { method: "GET", path: "/v1/bookings", protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "curl" },
        requestId: "req-1",
        routeKey: "GET /v1/bookings",
        stage: "$default",
        time: "01/Mar/2027:17:00:00 +0000",
        timeEpoch: 1803920400250,
      },
      isBase64Encoded: false,
    });
  });

  test("joins several values of a header or a parameter with commas, and separates cookies", () => {
    const headers = { accept: ["a", "b"], cookie: ["one=1; two=2", "three=3"] };
    const event = httpApiEvent(request({ headers, query: "x=1&x=2&y=%20z" }), matched);
    expect(event).toMatchObject({
      headers: { accept: "a,b" },
      cookies: ["one=1", "two=2", "three=3"],
      rawQueryString: "x=1&x=2&y=%20z",
      queryStringParameters: { x: "1,2", y: " z" },
    });
    expect(event.headers).not.toHaveProperty("cookie");
  });

  test.each([
    ["application/json", false],
    ["application/json; charset=utf-8", false],
    ["text/csv", false],
    ["application/xml", false],
    ["application/x-www-form-urlencoded", true],
    ["application/problem+json", true],
    ["image/png", true],
    [undefined, true],
  ])("a body of type %s is base64: %s", (type, isBase64Encoded) => {
    const headers = type === undefined ? {} : { "content-type": [type] };
    const event = httpApiEvent(request({ headers, body: Buffer.from("a=1") }), matched);
    expect(event).toMatchObject({ isBase64Encoded, body: isBase64Encoded ? "YT0x" : "a=1" });
  });

  test("passes each claim as a string, a list in brackets", () => {
    const claims = { sub: "s", email_verified: true, exp: 1803924000, "cognito:groups": ["admin", "finance"] };
    expect(httpApiEvent(request(), matched, { jwt: claims })).toMatchObject({
      requestContext: {
        authorizer: {
          jwt: {
            claims: { sub: "s", email_verified: "true", exp: "1803924000", "cognito:groups": "[admin finance]" },
            scopes: null,
          },
        },
      },
    });
  });
});

describe("a function's result becomes", () => {
  test("the response that it describes", () => {
    const result = {
      statusCode: 201,
      headers: { "Content-Type": "text/html", "X-N": 1 },
      cookies: ["a=1", "b=2"],
      body: "hi",
    };
    expect(httpApiResponse(JSON.stringify(result))).toEqual({
      status: 201,
      headers: { "content-type": "text/html", "x-n": "1", "set-cookie": ["a=1", "b=2"] },
      body: "hi",
    });
  });
  test("bytes, if it is base64", () => {
    expect(httpApiResponse('{"statusCode":200,"body":"AAE=","isBase64Encoded":true}')?.body).toEqual(
      Buffer.from([0, 1]),
    );
  });
  test("a JSON body, if it has no status", () => {
    expect(httpApiResponse('{"a":1}')).toEqual({
      status: 200,
      headers: { "content-type": "application/json" },
      body: '{"a":1}',
    });
  });
  test.each(['{"statusCode":"abc"}', '{"statusCode":200,"body":{}}'])("the gateway's own 500: %s", (payload) => {
    expect(httpApiResponse(payload)).toBeUndefined();
  });
});

describe("the most specific route wins", () => {
  const match = compileRoutes(
    ["GET /v1/{id}", "GET /v1/fixed", "ANY /v1/{proxy+}", "GET /v1/{id}/parts/{part}", "$default"].map((key) => ({
      key,
      functionId: "F",
      authorizer: undefined,
    })),
  );
  test.each([
    ["GET", "/v1/fixed", "GET /v1/fixed", undefined],
    ["GET", "/v1/a b", "GET /v1/{id}", { id: "a b" }],
    ["GET", "/v1/a/parts/b", "GET /v1/{id}/parts/{part}", { id: "a", part: "b" }],
    ["POST", "/v1/a/b/c", "ANY /v1/{proxy+}", { proxy: "a/b/c" }],
    ["GET", "/", "$default", undefined],
  ])("%s %s goes to %s", (method, path, key, parameters) => {
    expect(match(method, path)).toEqual({ route: { key, functionId: "F", authorizer: undefined }, parameters });
  });
});

describe("the path of a request", () => {
  const keys = ["GET /v1/programs", "GET /v1/programs/{id}", "GET /v1/programs/{id}/plans", "GET /v1/finance/journal"];
  const match = compileRoutes(keys.map((key) => ({ key, functionId: "F", authorizer: undefined })));
  const routed = (encoded: string) => {
    const path = decodedPath(encoded);
    const found = path === undefined ? undefined : match("GET", path);
    return found && [found.route.key, found.parameters?.id];
  };

  test.each([
    ["/v1/programs/%70rog_1", ["GET /v1/programs/{id}", "prog_1"]],
    ["/v1%2fprograms%2Fprog_1", ["GET /v1/programs/{id}", "prog_1"]],
    ["/v1/programs/prog_1%2fplans", ["GET /v1/programs/{id}/plans", "prog_1"]],
    ["/v1/programs/..", ["GET /v1/programs/{id}", ".."]],
    ["/v1/programs/%2e%2e", ["GET /v1/programs/{id}", ".."]],
    ["/v1/programs/a%252fplans", ["GET /v1/programs/{id}", "a%2fplans"]],
    ["/v1/programs/../finance/journal", undefined],
    ["/v1/programs/x%2f..%2f..%2ffinance%2fjournal", undefined],
    ["//v1/finance/journal", undefined],
    ["/v1//finance/journal", undefined],
    ["/v1/programs/", undefined],
    ["/v1/finance/journal/", undefined],
    ["/V1/finance/journal", undefined],
    ["/v1/finance/journal%00", undefined],
    ["/v1/programs/%zz", undefined],
    ["/v1/programs/%ff", undefined],
    ["/v1/programs/%", undefined],
  ])("%s leads to %j", (encoded, expected) => {
    expect(routed(encoded)).toEqual(expected);
  });
});
