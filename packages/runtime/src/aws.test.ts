import { DynamoDBClient, type DynamoDBClientConfig, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, expect, test, vi } from "vitest";
import { awsClient, dynamoDbClient } from "./aws.ts";

const answerOf = (statusCode: number, body: object) => ({
  response: { statusCode, headers: {}, body: Buffer.from(JSON.stringify(body)) },
});
const ok = answerOf(200, {});
const throttled = answerOf(400, { __type: "com.amazonaws.dynamodb.v20120810#ThrottlingException" });
const get = new GetItemCommand({ TableName: "core", Key: { pk: { S: "a" } } });

const clientOf = (config: DynamoDBClientConfig, handle: () => Promise<typeof ok>) =>
  new DynamoDBClient({
    ...config,
    region: "us-east-1",
    credentials: { accessKeyId: "sample", secretAccessKey: "sample" },
    requestHandler: { handle },
  });

/** How often the SDK copies the input of one call for its log. */
async function copiesOf(config: DynamoDBClientConfig): Promise<number> {
  const copied = vi.fn((input: unknown) => input);
  const client = clientOf(config, async () => ok);
  client.middlewareStack.add(
    (next, context) => (call) => {
      Object.assign(context, { inputFilterSensitiveLog: copied });
      return next(call);
    },
    { step: "initialize" },
  );
  await client.send(get);
  return copied.mock.calls.length;
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("the SDK copies no input for a log that nobody reads", async () => {
  expect(await copiesOf(awsClient)).toBe(0);
  // Control: its own logger, which writes nothing.
  expect(await copiesOf({})).toBe(1);
});

/** When a client calls a service that always answers with an error, in milliseconds from the first call. */
async function callsTo(error: ReturnType<typeof answerOf>, config: DynamoDBClientConfig): Promise<number[]> {
  vi.useFakeTimers();
  const calls: number[] = [];
  const client = clientOf(config, async () => {
    calls.push(Date.now());
    return error;
  });
  const refused = expect(client.send(get)).rejects.toThrow();
  await vi.runAllTimersAsync();
  await refused;
  return calls.map((at) => at - (calls[0] ?? 0));
}

test.each([
  ["throttled", throttled, [0, 100, 300, 700], [0, 1_000, 3_000, 7_000]],
  ["failed", answerOf(500, { __type: "InternalServerError" }), [0, 25, 75, 175], [0, 25, 75, 175]],
])(
  "a %s call of DynamoDB is repeated three times, after pauses of random length",
  async (_what, error, here, usual) => {
    const random = vi.spyOn(Math, "random").mockReturnValue(1);

    expect(await callsTo(error, dynamoDbClient)).toEqual(here);
    // Control: the SDK's own pauses.
    expect(await callsTo(error, awsClient)).toEqual(usual);
    random.mockReturnValue(0);
    expect(await callsTo(error, dynamoDbClient)).toEqual([0, 0, 0, 0]);
  },
);
