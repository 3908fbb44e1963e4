import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { describe, expect, test } from "vitest";
import { functionNames, grants, tableNames } from "../../infra/grants.ts";
import { functionOf, permissionsFor, rolePermissions, stage, synthesize, tableArn } from "./stage.ts";

const clinicalKey = stage.ofType("AWS::KMS::Key")[0]?.attributes.Arn ?? "";
const touchesClinical = (resource: string) => resource.startsWith(tableArn("clinical")) || resource === clinicalKey;
const on = (name: (typeof functionNames)[number], table: string) =>
  permissionsFor(name).filter(({ resource }) => resource.startsWith(tableArn(table)));

describe("clinical data", () => {
  test("only the clinical function may use the clinical table or its key", () => {
    const who = functionNames.filter((name) => permissionsFor(name).some(({ resource }) => touchesClinical(resource)));

    expect(who).toEqual(["clinical"]);
  });

  test("the clinical function has the permissions on the key that DynamoDB requires of a table's user", () => {
    const actions = permissionsFor("clinical").filter(({ resource }) => resource === clinicalKey);

    expect(actions.map(({ action }) => action).sort()).toEqual([
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey",
      "kms:GenerateDataKeyWithoutPlaintext",
      "kms:ReEncryptFrom",
      "kms:ReEncryptTo",
    ]);
  });

  test("the clinical function may use the key only through DynamoDB, in this account", () => {
    const permissions = permissionsFor("clinical").filter(({ resource }) => resource === clinicalKey);

    for (const { action, condition } of permissions) {
      expect(condition, action).toEqual({
        StringEquals: { "kms:ViaService": "dynamodb.us-east-1.amazonaws.com", "kms:CallerAccount": "000000000000" },
      });
    }
  });

  test("no other role may use the clinical table or its key", () => {
    const roles = [...rolePermissions(stage.resources)].filter(([, permissions]) =>
      permissions.some(({ resource }) => touchesClinical(resource)),
    );

    expect(roles).toHaveLength(1);
  });

  test("no other function knows the table's name", () => {
    const told = functionNames.filter((name) => JSON.stringify(functionOf(name).properties).includes("CLINICAL_TABLE"));

    expect(told).toEqual(["clinical"]);
  });

  test("the clinical function may not write to the core table", () => {
    const actions = on("clinical", "core").map(({ action }) => action);

    expect(actions.filter((action) => !/:(GetItem|BatchGetItem|Query|ConditionCheckItem)$/.test(action))).toEqual([]);
  });

  test("only the clinical function and the deadline worker may write a clearance, without a condition on keys", () => {
    const writes = functionNames.flatMap((name) =>
      on(name, "clearance")
        .filter(({ action }) => /:(Put|Update|Delete|BatchWrite)/.test(action))
        .map(({ action, condition }) => [name, action, condition]),
    );

    expect(writes).toEqual([
      ["clinical", "dynamodb:PutItem", undefined],
      ["deadline-worker", "dynamodb:PutItem", undefined],
      ["deadline-worker", "dynamodb:UpdateItem", undefined],
    ]);
  });
});

describe("functions that anybody may call", () => {
  test.each([
    ["catalogue", "QUO#*"],
    ["webhook", "EVT#*"],
  ] as const)("%s, which requires no token, may only put items %s into the core table", (name, key) => {
    const writes = on(name, "core").filter(({ action }) => !/:(Get|BatchGet|Query)/.test(action));

    expect(writes.map(({ action }) => action)).toEqual(["dynamodb:PutItem"]);
    expect(writes[0]?.condition).toEqual({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [key] } });
  });
});

describe("append-only tables", () => {
  test.each(functionNames)("%s may not change or delete an entry of the ledger or of the audit log", (name) => {
    const actions = [...on(name, "ledger"), ...on(name, "audit")].map(({ action }) => action);

    expect(actions.filter((action) => !/:(PutItem|GetItem|BatchGetItem|Query)$/.test(action))).toEqual([]);
  });
});

/** Permissions with a wildcard. An ARN of a log group ends in `:*`, for its streams: it does not count. */
const wildcardsOf = (resources: typeof stage.resources): string[] => {
  const found = [...rolePermissions(resources).values()]
    .flat()
    .filter(
      ({ action, resource }) => action.includes("*") || resource.replace(/(:log-group:.*):\*$/, "$1").includes("*"),
    )
    .map(({ action, resource }) => `${action} on ${resource}`);
  return [...new Set(found)].sort();
};

describe("least privilege", () => {
  test("the only wildcards are for X-Ray, which has no resources, the outbox's streams, and the recipients of mail", () => {
    expect(wildcardsOf(stage.resources)).toEqual([
      `dynamodb:ListStreams on ${tableArn("outbox")}/stream/*`,
      "ses:SendEmail on arn:aws:ses:us-east-1:000000000000:identity/*",
      "xray:PutTelemetryRecords on *",
      "xray:PutTraceSegments on *",
    ]);
  });

  test("control: a wildcard in a role is detected", () => {
    const spoilt = synthesize({}, ({ api }) => {
      const all = new PolicyStatement({ actions: ["dynamodb:*"], resources: ["*"] });
      api.functions.get("finance")?.addToRolePolicy(all);
    });

    expect(wildcardsOf(spoilt.resources)).toContain("dynamodb:* on *");
  });

  test("a role allows the tables in its row, and the environment names the same ones", () => {
    for (const name of functionNames) {
      const tables = tableNames;
      const allowed = tables.filter((table) => on(name, table).length > 0);
      const { Variables } = functionOf(name).properties.Environment as { Variables: Record<string, string> };
      const named = tables.filter((table) => `${table.toUpperCase()}_TABLE` in Variables);

      expect(named, name).toEqual(tables.filter((table) => grants[name][table]));
      expect(allowed, name).toEqual(named);
    }
  });

  test.each([
    ["finance", "ledger", ["Query"]],
    ["admin", "audit", ["BatchGetItem", "PutItem", "Query"]],
    ["admin", "clearance", ["BatchGetItem", "GetItem"]],
  ] as const)("%s may call on the table %s only what it needs", (name, table, calls) => {
    const actions = new Set(on(name, table).map(({ action }) => action));

    expect([...actions].sort()).toEqual(calls.map((call) => `dynamodb:${call}`));
  });

  test("only functions that call Stripe or receive its events may read the Stripe secret", () => {
    const secret = stage.ofType("AWS::SecretsManager::Secret")[0]?.attributes.Ref ?? "";
    const who = functionNames.filter((name) => permissionsFor(name).some(({ resource }) => resource === secret));

    expect(who.sort()).toEqual(["catch-up", "checkout", "payment-worker", "stripe-events", "stripe-work", "webhook"]);
  });

  test("the sweep may query the keys of reached deadlines and send them, and may not read or change an item", () => {
    const queue = (worker: string) => `arn:aws:sqs:us-east-1:000000000000:clearing-dev-${worker}-worker`;
    const allowed = permissionsFor("sweep")
      // Lambda sends failed calls to the dead letters with the function's role.
      .filter(({ action, resource }) => /^(dynamodb|sqs):/.test(action) && !resource.endsWith("-schedules-dead"))
      .map(({ action, resource }) => `${action} ${resource}`);

    expect(allowed.sort()).toEqual(
      [
        `dynamodb:Query ${tableArn("core")}/index/byDue`,
        `dynamodb:Query ${tableArn("clearance")}/index/byDue`,
        ...["deadline", "payment"].flatMap((worker) => [
          `sqs:GetQueueAttributes ${queue(worker)}`,
          `sqs:SendMessage ${queue(worker)}`,
        ]),
      ].sort(),
    );
    const sending = functionNames.filter((name) =>
      permissionsFor(name).some(({ action, resource }) => action === "sqs:SendMessage" && resource.endsWith("-worker")),
    );
    expect(sending).toEqual(["sweep"]);
  });

  test("only relay and resend may put events on the bus, and only the mailer may send mail", () => {
    const allowed = (action: string) =>
      functionNames.filter((name) => permissionsFor(name).some((permission) => permission.action === action));

    expect(allowed("events:PutEvents")).toEqual(["relay", "resend"]);
    expect(allowed("ses:SendEmail")).toEqual(["mailer"]);
  });

  test("every function may write only to its own log group", () => {
    for (const name of functionNames) {
      const logs = permissionsFor(name).filter(({ action }) => action.startsWith("logs:"));

      expect(new Set(logs.map(({ resource }) => resource)).size, name).toBe(1);
      expect(logs[0]?.resource, name).toContain(`/aws/lambda/clearing-dev-${name}`);
    }
  });
});
