import { expect, test } from "vitest";
import { compilePolicy } from "./policy.ts";
import { sightOf } from "./sight.ts";
import type { TableSpec } from "./topology.ts";

const table = (name: string): TableSpec => ({
  ...{ name, arn: `arn:${name}`, hashKey: "pk", rangeKey: undefined },
  ...{ timeToLive: undefined, kmsKeyArn: undefined, streamArn: undefined },
  create: { GlobalSecondaryIndexes: [{ IndexName: "byDue" }, { IndexName: "byList" }] },
});

test.each([
  ["nothing", [], { due: false, tables: [], outside: false }],
  ["reached deadlines", ["dynamodb:Query arn:core/index/byDue"], { due: true, tables: [], outside: false }],
  ["another index", ["dynamodb:Query arn:core/index/byList"], { due: false, tables: ["core"], outside: false }],
  ["a table", ["dynamodb:Scan arn:outbox"], { due: false, tables: ["outbox"], outside: false }],
  [
    "nothing of a table that it may only write",
    ["dynamodb:PutItem arn:core"],
    { due: false, tables: [], outside: false },
  ],
  ["a secret", ["secretsmanager:GetSecretValue arn:stripe"], { due: false, tables: [], outside: true }],
])("a role sees %s", (_, grants, expected) => {
  const statements = grants.map((grant) => {
    const [Action = "", Resource = ""] = grant.split(" ");
    return { Effect: "Allow" as const, Action, Resource };
  });

  const sight = sightOf(
    { allows: compilePolicy(statements) },
    [table("core"), table("outbox")],
    [{ arn: "arn:stripe" }],
  );

  expect(sight).toEqual(expected);
});
