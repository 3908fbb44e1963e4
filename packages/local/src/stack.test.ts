import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { writeFixture } from "./fixture.ts";
import { startStack } from "./stack.ts";
import type { Stack } from "./stack-options.ts";
import { spawnStack } from "./stack-process.ts";

// Each test starts whole stacks, which takes seconds while others use the machine too.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Requests to one stack, as a client makes them. */
const client =
  (stack: { apiUrl: string }) =>
  async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(stack.apiUrl + path, {
      method,
      headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, json: text ? JSON.parse(text) : undefined };
  };
type Events = { items: { type: string; detail: { order: string } }[] };

describe("a stack made from a synthesized template", () => {
  const fixture = writeFixture();
  let stack: Stack;
  let ask: ReturnType<typeof client>;
  const lines: string[] = [];
  beforeAll(async () => {
    stack = await startStack({ ...fixture, log: (line) => lines.push(line) });
    ask = client(stack);
  });
  afterEach(async () => {
    await ask("DELETE", "/_local/faults");
  });
  afterAll(async () => {
    await stack.stop();
    fixture.remove();
  });

  test("carries a committed change from the stream over the bus and the queue to its consumer", async () => {
    await ask("POST", "/orders/first");
    await ask("POST", "/_local/quiesce");
    expect((await ask("GET", "/orders/first")).json).toMatchObject({ timesSeen: { N: "1" } });
    expect(
      ((await ask("GET", "/_local/events?type=OrderPlaced")).json as Events).items.map(({ detail }) => detail),
    ).toContainEqual({
      order: "first",
    });
  });

  test("moves a message that always fails to the dead-letter queue", async () => {
    const before = (await ask("POST", "/_local/quiesce")).json.deadLetters;
    await ask("POST", "/orders/poison");
    expect((await ask("POST", "/_local/quiesce")).json.deadLetters).toBe(before + 1);
  });

  test("refuses a call that the function's role does not allow, in AWS's words", async () => {
    expect((await ask("GET", "/secret")).json).toEqual({
      name: "AccessDeniedException",
      message: expect.stringContaining(
        "is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/data-Secret",
      ),
    });
  });

  test("runs a function's new bundle after a reload, and keeps the stored data", async () => {
    const file = join(fixture.templateDir, "asset.Web/index.mjs");
    const before = readFileSync(file, "utf8");
    await ask("POST", "/orders/kept");
    writeFileSync(file, before.replace("plain: true", "plain: false"));

    expect((await ask("GET", "/implicit")).json).toEqual({ plain: true });
    stack.reload(["Web"]);

    expect((await ask("GET", "/implicit")).json).toEqual({ plain: false });
    expect((await ask("GET", "/orders/kept")).json).not.toBeNull();
    writeFileSync(file, before);
    stack.reload(["Web"]);
  });

  test("reports a bundle that does not load, at its reload and once for each load", async () => {
    const file = join(fixture.templateDir, "asset.Web/index.mjs");
    const before = readFileSync(file, "utf8");
    const log = join(stack.logsDir, "Web.log");
    const line = `Web does not load: oops at load (see ${log})`;
    const reported = () => lines.filter((one) => one.includes("does not load"));
    onTestFinished(() => {
      writeFileSync(file, before);
      stack.reload(["Web"]);
    });
    writeFileSync(file, 'throw new Error("oops at load");');

    stack.reload(["Web"]);

    await vi.waitFor(() => expect(reported()).toEqual([line]), 10_000);
    expect(readFileSync(log, "utf8")).toContain("Error: oops at load");
    for (const path of ["/echo", "/implicit"]) {
      expect(await ask("GET", path)).toMatchObject({ status: 500, json: { message: "Internal Server Error" } });
    }
    expect(reported()).toEqual([line]);

    // A process instead of a thread.
    await ask("POST", "/_local/faults", { target: "dynamodb", kind: "crash_after", rate: 1, function: "Web" });
    expect(await ask("GET", "/echo")).toMatchObject({ status: 500, json: { message: "Internal Server Error" } });
    expect(reported()).toEqual([line, line]);
  });

  test("gives the gateway's own answers", async () => {
    expect(await ask("GET", "/nowhere")).toMatchObject({ status: 404, json: { message: "Not Found" } });
    expect(await ask("GET", "/fail")).toMatchObject({ status: 500, json: { message: "Internal Server Error" } });
    expect(await ask("GET", "/implicit")).toMatchObject({ status: 200, json: { plain: true } });
    expect(await ask("POST", "/echo", "x".repeat(10 * 1024 * 1024 + 1))).toMatchObject({
      status: 413,
      json: { message: "Request Entity Too Large" },
    });
  });

  test("answers 429 above a route's throttle, and passes requests of other routes", async () => {
    const answers = [await ask("GET", "/seldom"), await ask("GET", "/seldom"), await ask("GET", "/seldom")];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers[2]?.json).toEqual({ message: "Too Many Requests" });
    expect(answers[2]?.headers.get("content-type")).toBe("application/json");
    expect((await ask("GET", "/echo")).status).toBe(200);
  });

  test("accepts only a valid token, and passes its claims on as strings", async () => {
    const { token, sub } = (await ask("POST", "/_local/token", { role: "client", email: "Ana@example.com" })).json;
    const again = (await ask("POST", "/_local/token", { role: "client", email: "ana@example.com" })).json;
    const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
    const answer = await ask("GET", "/me/7", undefined, bearer(token));
    expect(again.sub).toBe(sub);
    expect(answer.json.pathParameters).toEqual({ id: "7" });
    expect(answer.json.requestContext.authorizer.jwt.claims).toMatchObject({
      sub,
      email: "Ana@example.com",
      email_verified: "true",
      "cognito:groups": "[client]",
      token_use: "id",
    });
    const forged = `${token.split(".").slice(0, 2).join(".")}.${"A".repeat(342)}`;
    for (const headers of [{}, bearer(forged), bearer("nonsense")]) {
      expect(await ask("GET", "/me/7", undefined, headers)).toMatchObject({
        status: 401,
        json: { message: "Unauthorized" },
      });
    }
  });

  test("signs tokens of the pool that has the role as a group, with its client's lifetime", async () => {
    const mint = async (role: string) =>
      (await ask("POST", "/_local/token", { role, email: "ana@example.com" })).json as { token: string; sub: string };
    const claimsOf = ({ token }: { token: string }) => decodeJwt<{ "cognito:groups": string[] }>(token);
    const [client, admin, finance] = await Promise.all(["client", "admin", "finance"].map(mint));
    const told = [client, admin, finance].map((minted) => minted && claimsOf(minted));

    expect(told.map((claims) => claims?.["cognito:groups"])).toEqual([["client"], ["admin"], ["finance"]]);
    expect(told.map((claims) => [claims?.iss?.split("/").at(-1), claims?.aud])).toEqual([
      ["us-east-1_Users", "Client"],
      ["us-east-1_Staff", "StaffClient"],
      ["us-east-1_Staff", "StaffClient"],
    ]);
    expect(told.map((claims) => (claims?.exp ?? 0) - (claims?.iat ?? 0))).toEqual([3600, 900, 900]);
    expect(admin?.sub).toBe(finance?.sub);
    expect(admin?.sub).not.toBe(client?.sub);
    // A JWT authorizer accepts only its own pool's tokens.
    const status = async (token = "") =>
      (await ask("GET", "/me/7", undefined, { authorization: `Bearer ${token}` })).status;
    expect([await status(client?.token), await status(admin?.token)]).toEqual([200, 401]);
  });

  test("publishes each pool's keys at the URL that functions get", async () => {
    const { token } = (await ask("POST", "/_local/token", { role: "admin", email: "ana@example.com" })).json;
    const staff = createRemoteJWKSet(new URL(`${stack.apiUrl}/_local/pools/us-east-1_Staff/jwks.json`));
    const users = createRemoteJWKSet(new URL(`${stack.apiUrl}/_local/pools/us-east-1_Users/jwks.json`));
    const currentDate = new Date((decodeJwt(token).iat ?? 0) * 1000);

    expect((await jwtVerify(token, staff, { currentDate })).payload.email).toBe("ana@example.com");
    await expect(jwtVerify(token, users, { currentDate })).rejects.toThrow();
    expect((await ask("GET", "/_local/pools/nobody/jwks.json")).json).toEqual({ keys: [] });
  });

  test("asks an authorizer function, and caches its answer for five minutes of the stack's time", async () => {
    const get = (path: string, authorization?: string) =>
      ask("GET", path, undefined, authorization === undefined ? {} : { authorization });
    const first = await get("/shared/7?a=1", "yes ana");
    const told = first.json.requestContext.authorizer.lambda;

    expect(told).toEqual({
      sub: "ana",
      at: expect.any(Number),
      asked: "arn:aws:execute-api:us-east-1:000000000000:api/$default/GET/shared/7",
      type: "REQUEST",
      body: null,
    });
    expect((await get("/shared/8", "yes ana")).json.requestContext.authorizer.lambda).toEqual(told);
    expect((await get("/shared/7", "yes bea")).json.requestContext.authorizer.lambda.sub).toBe("bea");
    await ask("POST", "/_local/clock", { advance: "PT4M" });
    expect((await get("/shared/7", "yes ana")).json.requestContext.authorizer.lambda).toEqual(told);
    await ask("POST", "/_local/clock", { advance: "PT2M" });
    expect((await get("/shared/7", "yes ana")).json.requestContext.authorizer.lambda.at).toBeGreaterThan(told.at);
    for (const [authorization, status, message] of [
      [undefined, 401, "Unauthorized"],
      ["forged", 401, "Unauthorized"],
      ["no ana", 403, "Forbidden"],
      ["broken", 500, "Internal Server Error"],
      ["odd", 500, "Internal Server Error"],
    ] as const) {
      expect(await get("/shared/7", authorization), authorization).toMatchObject({ status, json: { message } });
    }
  });

  test("moves time through each deadline, at the tick after it, and lets tokens expire", async () => {
    const { token } = (await ask("POST", "/_local/token", { role: "client", email: "a@example.com" })).json;
    const now = Date.parse((await ask("GET", "/_local/clock")).json.now);
    const due = new Date(Math.floor(now / 60_000) * 60_000 + 10 * 86_400_000 + 30_000);
    await ask("POST", `/orders/later?due=${due.toISOString().slice(0, 19)}Z`);
    await ask("POST", "/_local/clock", { advance: "P30D" });
    expect((await ask("GET", "/orders/later")).json.sweptAt.S).toBe(
      new Date(due.getTime() + 30_000).toISOString().replace(".000", ""),
    );
    const handlerTime = (await ask("GET", "/time")).json;
    expect(Math.abs(Date.parse(handlerTime.now) - now - 30 * 86_400_000)).toBeLessThan(5_000);
    expect(handlerTime.date - Date.parse(handlerTime.now)).toBeLessThan(1_000);
    expect(handlerTime.same).toBe(true);
    expect((await ask("GET", "/me/7", undefined, { authorization: `Bearer ${token}` })).status).toBe(401);
    expect((await ask("POST", "/_local/clock", { to: "2020-01-01T00:00:00Z" })).status).toBe(400);
    expect((await ask("POST", "/_local/clock", { advance: "a while" })).status).toBe(400);
    expect((await ask("POST", "/_local/clock", { advance: "P9999Y" })).status).toBe(400);
    expect((await ask("POST", "/_local/token", { role: "client", email: "\ud800@example.com" })).status).toBe(400);
  });

  test("an item that no sweep handles does not block time", async () => {
    await ask("POST", "/orders/stuck?due=not-a-date");
    await ask("POST", "/_local/clock", { advance: "P1D" });
  });

  test.each([
    ["error", "Internal Server Error"],
    ["throttle", "Internal Server Error"],
    ["conflict", "Internal Server Error"],
  ])("a DynamoDB fault of kind %s reaches the handler, and clearing ends it", async (kind, message) => {
    await ask("POST", "/_local/faults", { target: "dynamodb", kind, rate: 1, seed: 1 });
    expect(await ask("POST", "/orders/fault")).toMatchObject({ status: 500, json: { message } });
    await ask("DELETE", "/_local/faults");
    expect((await ask("POST", `/orders/after-${kind}`)).status).toBe(201);
  });

  test("a time-out leaves its effect", async () => {
    await ask("POST", "/_local/faults", { target: "dynamodb", kind: "timeout", rate: 1, action: "TransactWriteItems" });
    expect((await ask("POST", "/orders/late")).status).toBe(500);
    expect((await ask("GET", "/orders/late")).json).toMatchObject({ pk: { S: "late" } });
  });

  test("crash_after kills the handler's process after the write, and the next invocation gets a new one", async () => {
    await ask("POST", "/_local/faults", { target: "dynamodb", kind: "crash_after", rate: 1, function: "Web" });
    expect(await ask("POST", "/orders/crashed")).toMatchObject({
      status: 500,
      json: { message: "Internal Server Error" },
    });
    expect((await ask("GET", "/orders/crashed")).json).toMatchObject({ pk: { S: "crashed" } });
    await ask("POST", "/_local/quiesce");
    expect((await ask("GET", "/orders/crashed")).json).toMatchObject({ timesSeen: { N: "1" } });
    expect((await ask("GET", "/_local/faults")).json.struck).toMatchObject({ "dynamodb crash_after": 1 });
  });

  test("entries that the bus refuses are published again, and duplicates are delivered", async () => {
    await ask("POST", "/_local/faults", { target: "events", kind: "error", rate: 0.5, seed: 3 });
    await ask("POST", "/_local/faults", { target: "events", kind: "duplicate", rate: 1 });
    const ids = Array.from({ length: 8 }, (_, index) => `twice-${index}`);
    await Promise.all(ids.map((id) => ask("POST", `/orders/${id}`)));
    await ask("POST", "/_local/quiesce");
    for (const id of ids)
      expect(Number((await ask("GET", `/orders/${id}`)).json.timesSeen.N)).toBeGreaterThanOrEqual(2);
  });

  test.each([
    [{ target: "sqs", kind: "error", rate: 1 }, "target"],
    [{ target: "dynamodb", kind: "flood", rate: 1 }, "kind"],
    [{ target: "dynamodb", kind: "error", rate: 2 }, "rate"],
    [{ target: "dynamodb", kind: "duplicate", rate: 1 }, "kind must be one of error, throttle, conflict, timeout"],
    [
      { target: "events", kind: "conflict", rate: 1 },
      "kind must be one of error, throttle, timeout, crash_after, duplicate",
    ],
    [{ target: "stripe", kind: "crash_after", rate: 1 }, "kind must be one of error, throttle, conflict, timeout"],
    [
      { target: "stripe", kind: "error", rate: 1, function: "Web" },
      "function and action are not allowed for Stripe's faults",
    ],
    [
      { target: "events", kind: "duplicate", rate: 1, action: "PutEvents" },
      "function and action are not allowed for duplicates",
    ],
    [{ target: "dynamodb", kind: "error", rate: 1, function: "Wbe" }, "function must be one of Web, Gate, Relay"],
    [{ target: "dynamodb", kind: "error", rate: 1, fn: "Web" }, "unknown field fn; known fields"],
    [{ target: "dynamodb", kind: "error", rate: 1, seconds: 5 }, "seconds is allowed only with the kind stale_index"],
    [{ target: "dynamodb", kind: "stale_index", rate: 1, seconds: 0 }, "seconds must be a number above 0"],
  ])("the fault %j is refused", async (fault, field) => {
    expect(await ask("POST", "/_local/faults", fault)).toMatchObject({
      status: 400,
      json: { detail: expect.stringContaining(field) },
    });
  });
});

describe("a data folder", () => {
  test("belongs to one stack at a time, and survives a restart", async () => {
    const fixture = writeFixture();
    const first = await startStack(fixture);
    await client(first)("POST", "/orders/kept");
    await client(first)("POST", "/_local/clock", { advance: "P10D" });
    await expect(startStack(fixture)).rejects.toThrow("is in use by another local stack");
    await expect(spawnStack(fixture)).rejects.toThrow("is in use by another local stack");
    await first.stop();

    const second = await startStack(fixture);
    expect((await client(second)("GET", "/orders/kept")).json).toMatchObject({ timesSeen: { N: "1" } });
    expect(Date.parse((await client(second)("GET", "/_local/clock")).json.now)).toBeGreaterThan(
      Date.now() + 9 * 86_400_000,
    );
    await second.stop();

    const third = await startStack({ ...fixture, fresh: true });
    expect((await client(third)("GET", "/orders/kept")).json).toBeNull();
    await third.stop();
    fixture.remove();
  });

  test("seeds an empty store once", async () => {
    const fixture = writeFixture();
    let seeds = 0;
    const seed = async ({ apiUrl }: { apiUrl: string }) => {
      seeds++;
      await client({ apiUrl })("POST", "/orders/sample");
    };
    for (let start = 0; start < 2; start++) {
      const stack = await startStack(fixture);
      await stack.seedOnce(seed);
      await stack.stop();
    }
    expect(seeds).toBe(1);
    fixture.remove();
  });
});

describe("an emptied stack", () => {
  test("is like a new one at the same addresses, with its functions loaded", async () => {
    const fixture = writeFixture();
    const stack = await startStack(fixture);
    const ask = client(stack);
    for (const id of ["before", "poison"]) await ask("POST", `/orders/${id}`);
    await ask("GET", "/fail");
    await ask("POST", "/_local/clock", { advance: "P10D" });
    await ask("POST", "/_local/faults", { target: "dynamodb", kind: "error", rate: 1 });
    expect((await ask("POST", "/orders/struck")).status).toBe(500);
    const bundle = join(fixture.templateDir, "asset.Web/index.mjs");
    writeFileSync(bundle, readFileSync(bundle, "utf8").replace("plain: true", "plain: false"));

    await stack.empty();

    expect((await ask("POST", "/_local/quiesce")).json).toEqual({ deadLetters: 0 });
    expect((await ask("GET", "/_local/events")).json).toEqual({ items: [] });
    expect((await ask("GET", "/_local/faults")).json).toEqual({ struck: {} });
    expect(Math.abs(Date.parse((await ask("GET", "/_local/clock")).json.now) - Date.now())).toBeLessThan(5_000);
    expect(Math.abs(Date.parse((await ask("GET", "/time")).json.now) - Date.now())).toBeLessThan(5_000);
    expect(readFileSync(join(stack.logsDir, "Web.log"), "utf8")).toBe("");
    expect((await ask("GET", "/orders/before")).json).toBeNull();
    // The bundle of before, without a new start.
    expect((await ask("GET", "/implicit")).json).toEqual({ plain: true });

    await ask("POST", "/orders/after");
    await ask("GET", "/fail");
    await ask("POST", "/_local/quiesce");
    expect((await ask("GET", "/orders/after")).json).toMatchObject({ timesSeen: { N: "1" } });
    expect(((await ask("GET", "/_local/events")).json as Events).items.map(({ detail }) => detail.order)).toEqual([
      "after",
    ]);
    expect(readFileSync(join(stack.logsDir, "Web.log"), "utf8")).toContain("TypeError: broken");
    await stack.stop();
    fixture.remove();
  });

  test("begins at the given instant", async () => {
    const fixture = writeFixture();
    const stack = await startStack(fixture);
    const ask = client(stack);
    const tomorrow = Date.now() + 86_400_000;
    await ask("POST", "/_local/clock", { advance: "P10D" });
    await stack.empty(tomorrow);
    expect(Math.abs(Date.parse((await ask("GET", "/_local/clock")).json.now) - tomorrow)).toBeLessThan(5_000);
    await stack.stop();
    fixture.remove();
  });

  test("keeps nothing of an invocation that was under way", async () => {
    const fixture = writeFixture();
    const stack = await startStack(fixture);
    const ask = client(stack);
    await ask("POST", "/orders/first");
    const slow = ask("POST", "/orders/slow?afterMs=400");
    await sleep(50);
    await stack.empty();
    expect((await slow).status).toBe(201);
    expect((await ask("GET", "/orders/slow")).json).toBeNull();
    await stack.stop();
    fixture.remove();
  });

  test("is refused with Stripe's test mode and with another DynamoDB, and keeps its data", async () => {
    const [one, other] = [writeFixture(), writeFixture()];
    const owner = await startStack({ ...one, stripeSecretKey: "sk_test_sample" });
    const guest = await startStack({ ...other, dynamoDbEndpoint: owner.dynamoDbUrl });
    await client(guest)("POST", "/orders/kept");
    for (const stack of [owner, guest]) {
      await expect(stack.empty()).rejects.toThrow("only a stack with the embedded DynamoDB and the Stripe simulator");
      expect((await client(stack)("GET", "/orders/kept")).json).not.toBeNull();
    }
    for (const stack of [guest, owner]) await stack.stop();
    for (const fixture of [one, other]) fixture.remove();
  });
});

test("kill -9 of the whole stack ends its database, and a restart continues the work", async () => {
  const fixture = writeFixture();
  const first = await spawnStack(fixture);
  await client(first)("POST", "/_local/faults", { target: "events", kind: "error", rate: 1 });
  for (let n = 0; n < 5; n++) await client(first)("POST", `/orders/${n}`);
  await first.kill();
  const database = readFileSync(join(fixture.dataDir, "dynoxide.pid"), "utf8");
  // Empty for a process that has ended but was not reaped.
  const commandOf = (pid: string) => (existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "");
  await expect.poll(() => commandOf(database)).toBe("");

  const second = await spawnStack(fixture);
  await client(second)("POST", "/_local/quiesce");
  for (let n = 0; n < 5; n++) {
    expect((await client(second)("GET", `/orders/${n}`)).json).toMatchObject({ timesSeen: { N: "1" } });
  }
  await second.stop();
  fixture.remove();
});

describe("a start is refused in one line", () => {
  test("when the port is taken", async () => {
    const [one, other] = [writeFixture(), writeFixture()];
    const stack = await startStack(one);
    const port = Number(new URL(stack.apiUrl).port);
    await expect(startStack({ ...other, port })).rejects.toThrow(`port ${port} on 127.0.0.1 is in use`);
    await stack.stop();
    one.remove();
    other.remove();
  });

  test("when no DynamoDB answers at the given endpoint", async () => {
    const fixture = writeFixture();
    const endpoint = "http://127.0.0.1:1";
    await expect(startStack({ ...fixture, dynamoDbEndpoint: endpoint })).rejects.toThrow(
      `no DynamoDB answers at ${endpoint}`,
    );
    fixture.remove();
  });

  test("when a function may not read its queue", async () => {
    const fixture = writeFixture((template) => {
      Object.assign(template.Resources, { ConsumerPolicy: { Type: "AWS::Logs::LogGroup" } });
    });
    await expect(startStack(fixture)).rejects.toThrow("Consumer may not sqs:ReceiveMessage its source");
    fixture.remove();
  });
});
