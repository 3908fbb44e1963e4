import { DynamoDBClient, type DynamoDBClientConfig, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, test, vi } from "vitest";
import { awsClient } from "./aws.ts";

/** How often the SDK copies the input of one call for its log. */
async function copiesOf(config: DynamoDBClientConfig): Promise<number> {
  const copied = vi.fn((input: unknown) => input);
  const client = new DynamoDBClient({
    ...config,
    region: "us-east-1",
    credentials: { accessKeyId: "sample", secretAccessKey: "sample" },
    requestHandler: { handle: async () => ({ response: { statusCode: 200, headers: {}, body: Buffer.from("{}") } }) },
  });
  client.middlewareStack.add(
    (next, context) => (call) => {
      Object.assign(context, { inputFilterSensitiveLog: copied });
      return next(call);
    },
    { step: "initialize" },
  );
  await client.send(new GetItemCommand({ TableName: "core", Key: { pk: { S: "a" } } }));
  return copied.mock.calls.length;
}

test("the SDK copies no input for a log that nobody reads", async () => {
  expect(await copiesOf(awsClient)).toBe(0);
  // Control: its own logger, which writes nothing.
  expect(await copiesOf({})).toBe(1);
});
