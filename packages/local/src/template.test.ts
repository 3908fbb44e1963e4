import { describe, expect, test } from "vitest";
import { resolveStacks } from "./intrinsics.ts";
import { readQueue } from "./read-events.ts";

const stack = (Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>) =>
  new Map([["app", { Resources }]]);
/** A placeholder of `Fn::Sub`. */
const hole = (name: string) => `$\{${name}}`;
const topicWith = (value: unknown) => {
  const resources = stack({
    Table: { Type: "AWS::DynamoDB::Table", Properties: { TableName: "core" } },
    Api: { Type: "AWS::ApiGatewayV2::Api" },
    Topic: { Type: "AWS::SNS::Topic", Properties: { value } },
  });
  return resolveStacks(resources, "http://127.0.0.1:8787").find(({ id }) => id === "Topic")?.properties.value;
};

describe("intrinsic functions", () => {
  test.each([
    [{ Ref: "Table" }, "core"],
    [{ Ref: "AWS::Region" }, "us-east-1"],
    [{ "Fn::GetAtt": ["Table", "Arn"] }, "arn:aws:dynamodb:us-east-1:000000000000:table/core"],
    [{ "Fn::GetAtt": "Table.Arn" }, "arn:aws:dynamodb:us-east-1:000000000000:table/core"],
    [{ "Fn::Join": ["-", ["a", { Ref: "Table" }]] }, "a-core"],
    [
      { "Fn::Sub": `${hole("Table")}/${hole("Table.Arn")}/${hole("AWS::Region")}` },
      "core/arn:aws:dynamodb:us-east-1:000000000000:table/core/us-east-1",
    ],
    [{ nested: [{ Ref: "Table" }, 1, true] }, { nested: ["core", 1, true] }],
  ])("%j gives %j", (value, expected) => {
    expect(topicWith(value)).toEqual(expected);
  });

  test.each([
    { "Fn::GetAtt": ["Api", "ApiEndpoint"] },
    {
      "Fn::Join": ["", ["https://", { Ref: "Api" }, ".execute-api.", { Ref: "AWS::Region" }, ".amazonaws.com"]],
    },
  ])("the API's address %j becomes the local one", (value) => {
    expect(topicWith(value)).toBe("http://127.0.0.1:8787");
  });

  test("a value is imported from the stack that exports it", () => {
    const stacks = new Map([
      [
        "data",
        {
          Resources: { Table: { Type: "AWS::DynamoDB::Table" } },
          Outputs: { Out: { Value: { Ref: "Table" }, Export: { Name: "data:Table" } } },
        },
      ],
      [
        "api",
        {
          Resources: { Topic: { Type: "AWS::SNS::Topic", Properties: { value: { "Fn::ImportValue": "data:Table" } } } },
        },
      ],
    ]);
    expect(resolveStacks(stacks, "http://x").at(-1)?.properties.value).toBe("data-Table");
  });
});

describe("what is not supported stops the start by its name", () => {
  test("a resource type", () => {
    expect(() => resolveStacks(stack({ Cache: { Type: "AWS::ElastiCache::CacheCluster" } }), "")).toThrow(
      "AWS::ElastiCache::CacheCluster (app/Cache)",
    );
  });
  test("a FIFO queue", () => {
    const queues = stack({ Work: { Type: "AWS::SQS::Queue", Properties: { FifoQueue: true } } });
    const [queue] = resolveStacks(queues, "");
    expect(() => queue && readQueue(queue)).toThrow("app/Work: FIFO queues are not supported");
  });
  test.each([
    [{ "Fn::Cidr": ["10.0.0.0/16", 1] }, "Fn::Cidr"],
    [{ "Fn::GetAtt": ["Table", "Nothing"] }, "Table.Nothing"],
    [{ Ref: "Missing" }, "Missing"],
    [{ "Fn::ImportValue": "nowhere" }, "nowhere"],
  ])("%j", (value, name) => {
    expect(() => topicWith(value)).toThrow(name);
  });
});
