import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ConditionalCheckFailedException, DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, expect, test, vi } from "vitest";
import { createAwsEndpoint } from "../../packages/local/src/aws-endpoint.ts";
import { AwsError } from "../../packages/local/src/aws-error.ts";
import type { FunctionSpec } from "../../packages/local/src/topology.ts";

afterEach(() => vi.useRealTimers());

test("a refused call is not retried, however far the stack's clock has been moved", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 5 * 3_600_000 });
  let asked = 0;
  const refusing = async () => {
    asked++;
    throw new AwsError("ConditionalCheckFailedException", "The conditional request failed");
  };
  const functions = [{ id: "booking" } as FunctionSpec];
  const endpoint = createAwsEndpoint(functions, { DynamoDB_20120810: refusing }, () => Date.now());
  const server = createServer(endpoint).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "booking", secretAccessKey: "local" },
    maxAttempts: 4,
  });

  const refused = client.send(new GetItemCommand({ TableName: "core", Key: { pk: { S: "1" } } }));

  await expect(refused).rejects.toThrow(ConditionalCheckFailedException);
  expect(asked).toBe(1);
  client.destroy();
  server.close();
});
