import { once } from "node:events";
import http, { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { callDirectly } from "./direct-dynamodb.ts";

type Asked = { at: "database" | "endpoint"; headers: IncomingHttpHeaders; body: string };

const asked: Asked[] = [];
const wrote: string[][] = [];
const faults = new Int32Array(new SharedArrayBuffer(4));
const servers: Server[] = [];
let status = 200;
let awsPort = 0;

async function serve(at: Asked["at"]): Promise<number> {
  const server = createServer(async (request, response) => {
    asked.push({ at, headers: request.headers, body: Buffer.concat(await request.toArray()).toString() });
    response.writeHead(status, { "x-amz-crc32": "17" }).end('{"answered":true}');
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

type Answer = { status: number | undefined; date: string | undefined; body: string; told: number };

/** Asks as the SDK's handler does: options and a body, one answer. */
function ask(target: string, input: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { "X-Amz-Target": target, authorization: "AWS4-HMAC-SHA256 Credential=WebFn/20260101/..." };
    const options = { host: "127.0.0.1", port: awsPort, method: "POST", path: "/", headers };
    const request = http.request(options, (response) => {
      const told = wrote.length;
      response.toArray().then((chunks) => {
        resolve({
          status: response.statusCode,
          date: response.headers.date,
          body: Buffer.concat(chunks).toString(),
          told,
        });
      }, reject);
    });
    request.on("error", reject);
    request.end(JSON.stringify(input));
  });
}

const put = (table: string) => ({ TableName: table, Item: { pk: { S: "a" }, sk: { S: "b" } } });

beforeAll(async () => {
  awsPort = await serve("endpoint");
  const database = { host: "127.0.0.1", port: await serve("database") };
  const table = (name: string) => ({
    name,
    arn: `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`,
    hashKey: "pk",
    rangeKey: "sk",
    create: {},
    timeToLive: undefined,
    kmsKeyArn: undefined,
    streamArn: undefined,
  });
  const statements = [
    { Effect: "Allow" as const, Action: ["dynamodb:PutItem", "dynamodb:Query"], Resource: "*:table/core" },
  ];
  callDirectly(
    {
      awsPort,
      database,
      headers: { authorization: "local" },
      caller: { label: "Web", name: "web", roleArn: "arn:aws:iam::000000000000:role/web", statements },
      tables: [table("core"), table("secret")],
      faults: faults.buffer,
    },
    (tables) => wrote.push(tables),
  );
  await ask("DynamoDB_20120810.PutItem", put("core"));
  expect(asked.map(({ at }) => at)).toEqual(["endpoint"]);
  // The first calls use the endpoint, until there are enough to make loading the checks worthwhile.
  const reachesTheDatabase = async () => {
    await ask("DynamoDB_20120810.PutItem", put("core"));
    expect(asked.at(-1)?.at).toBe("database");
  };
  await vi.waitFor(reachesTheDatabase, { interval: 1, timeout: 5_000 });
});
afterAll(() => {
  for (const server of servers) server.close();
});
beforeEach(() => {
  asked.length = 0;
  wrote.length = 0;
  faults[0] = 0;
  status = 200;
});

describe("a function's call of DynamoDB", () => {
  test("goes to the database itself, under the function's name instead of its signature", async () => {
    const answer = await ask("DynamoDB_20120810.PutItem", put("core"));

    expect(answer).toMatchObject({ status: 200, body: '{"answered":true}' });
    expect(asked).toEqual([
      {
        at: "database",
        headers: expect.objectContaining({ authorization: "local", "user-agent": "Web" }),
        body: JSON.stringify(put("core")),
      },
    ]);
  });

  test("that writes is reported for the streams before the function gets its answer", async () => {
    const { told } = await ask("DynamoDB_20120810.PutItem", put("core"));

    expect(wrote).toEqual([["core"]]);
    expect(told).toBe(1);
  });

  test("that was refused, or only reads, is not reported", async () => {
    status = 400;
    await ask("DynamoDB_20120810.PutItem", put("core"));
    status = 200;
    const condition = { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": { S: "a" } } };
    await ask("DynamoDB_20120810.Query", { TableName: "core", ...condition });

    expect(asked).toHaveLength(2);
    expect(wrote).toEqual([]);
  });

  test("that its role does not allow is refused in AWS's words, and never reaches the database", async () => {
    const answer = await ask("DynamoDB_20120810.PutItem", put("secret"));

    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({
      __type: "com.amazonaws#AccessDeniedException",
      message: expect.stringContaining("role/web/web is not authorized to perform: dynamodb:PutItem"),
    });
    expect(asked).toEqual([]);
  });

  test("that AWS refuses and the embedded database would accept is refused", async () => {
    const condition = { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": { S: "" } } };
    const answer = await ask("DynamoDB_20120810.Query", { TableName: "core", ...condition });

    expect(answer.body).toContain("cannot contain an empty string value");
    expect(asked).toEqual([]);
  });

  test.each(["core", "secret"])(
    "is answered at the function's own time, so that the SDK finds no clock wrong: %s",
    async (table) => {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 5 * 3_600_000 });
      const { date } = await ask("DynamoDB_20120810.PutItem", put(table));
      const lag = Date.now() - Date.parse(date ?? "");
      vi.useRealTimers();

      expect(lag).toBeLessThan(60_000);
    },
  );

  test("uses the endpoint, where faults strike, while one is active", async () => {
    faults[0] = 1;

    await ask("DynamoDB_20120810.PutItem", put("core"));

    expect(asked).toMatchObject([{ at: "endpoint", headers: { authorization: expect.stringContaining("WebFn") } }]);
  });
});

test("a call of another service uses the endpoint", async () => {
  await ask("AWSEvents.PutEvents", { Entries: [] });

  expect(asked.map(({ at }) => at)).toEqual(["endpoint"]);
});
