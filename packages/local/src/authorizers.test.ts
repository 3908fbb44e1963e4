import { describe, expect, test } from "vitest";
import { createAuthorizers } from "./authorizers.ts";
import { resolveStacks } from "./intrinsics.ts";
import { readAuthorizers } from "./read-authorizers.ts";
import type { Authorizer } from "./topology.ts";

const authorizer = (more: Partial<Authorizer & { kind: "function" }> = {}): Authorizer => ({
  kind: "function",
  id: "Gate",
  functionId: "GateFn",
  headers: ["authorization"],
  keptMs: 300_000,
  simple: true,
  ...more,
});

/** A gateway whose authorizer answers as the test says. `asked` collects its events, and `time.now` moves the clock. */
function setUp(payload: unknown) {
  const time = { now: 0 };
  const asked: unknown[] = [];
  const invoke = async (_id: string, event: unknown) => {
    asked.push(event);
    return { ok: true as const, payload: JSON.stringify(payload) };
  };
  const issuers = { issue: async () => undefined, verify: async () => undefined, keySet: () => undefined };
  const ask = createAuthorizers({ issuers, invoke, apiId: "api", httpStage: "$default", now: () => time.now });
  const get = (gate: Authorizer, path: string, authorization?: string) =>
    ask(gate, { header: () => authorization, method: "GET", path, event: { version: "2.0" } });
  return { get, asked, time };
}

const arn = (path: string) => `arn:aws:execute-api:us-east-1:000000000000:api/$default/GET${path}`;
const policy = (...statements: object[]) => ({
  principalId: "ana",
  policyDocument: { Version: "2012-10-17", Statement: statements },
  context: { sub: "ana" },
});
const allow = (Resource: string) => ({ Effect: "Allow", Action: "execute-api:Invoke", Resource });

describe("an authorizer that answers with a policy", () => {
  test("allows what its policy allows, and evaluates the cached policy for each path", async () => {
    const { get, asked } = setUp(policy(allow(arn("/mine/*"))));
    const gate = authorizer({ simple: false });

    expect(await get(gate, "/mine/1", "a")).toEqual({ allowed: true, told: { lambda: { sub: "ana" } } });
    expect(await get(gate, "/others/1", "a")).toEqual({ allowed: false, status: 403 });
    expect(asked).toHaveLength(1);
  });

  test("refuses what its policy denies, and fails on an answer in the other format", async () => {
    const denied = setUp(policy(allow("*"), { ...allow("*"), Effect: "Deny" }));
    const simple = setUp({ isAuthorized: true });

    expect(await denied.get(authorizer({ simple: false }), "/", "a")).toEqual({ allowed: false, status: 403 });
    expect(await simple.get(authorizer({ simple: false }), "/", "a")).toEqual({ allowed: false, status: 500 });
  });
});

describe("an answer is cached", () => {
  test("by the values of the identity sources, for its time", async () => {
    const { get, asked, time } = setUp({ isAuthorized: false });
    await get(authorizer(), "/a", "one");
    await get(authorizer(), "/b", "one");
    await get(authorizer(), "/a", "two");
    expect(asked).toHaveLength(2);
    time.now = 299_999;
    await get(authorizer(), "/a", "one");
    expect(asked).toHaveLength(2);
    time.now = 300_000;
    expect(await get(authorizer(), "/a", "one")).toEqual({ allowed: false, status: 403 });
    expect(asked).toHaveLength(3);
  });

  test("not at all if the template says 0", async () => {
    const { get, asked } = setUp({ isAuthorized: true });
    await get(authorizer({ keptMs: 0 }), "/a", "one");
    await get(authorizer({ keptMs: 0 }), "/a", "one");
    expect(asked).toHaveLength(2);
  });

  test("and a request without its identity sources is refused without a call", async () => {
    const { get, asked } = setUp({ isAuthorized: true });
    expect(await get(authorizer(), "/a")).toEqual({ allowed: false, status: 401 });
    expect(await get(authorizer(), "/a", "")).toEqual({ allowed: false, status: 401 });
    expect(asked).toEqual([]);
  });
});

describe("an authorizer that this gateway does not support stops the start", () => {
  test.each([
    [{ AuthorizerType: "REQUEST", AuthorizerPayloadFormatVersion: "1.0" }, "only payload format 2.0"],
    [
      {
        AuthorizerType: "REQUEST",
        AuthorizerPayloadFormatVersion: "2.0",
        IdentitySource: ["$request.querystring.token"],
      },
      "the identity source $request.querystring.token is not supported",
    ],
    [{ AuthorizerType: "TOKEN" }, "authorizers of type TOKEN"],
  ])("%j", (Properties, message) => {
    const resources = resolveStacks(
      new Map([["api", { Resources: { Gate: { Type: "AWS::ApiGatewayV2::Authorizer", Properties } } }]]),
      "http://127.0.0.1",
    );
    const template = { resources, ofType: () => resources, asset: () => "" };

    expect(() => readAuthorizers(template, () => "GateFn")).toThrow(message);
  });
});
