import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Handlers that need no package: they call AWS by fetch, as the SDK would. */
const aws = `
const call = async (service, target, input) => {
  const response = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": target,
      authorization: "AWS4-HMAC-SHA256 Credential=" + process.env.AWS_ACCESS_KEY_ID + "/20260101/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=x",
    },
    body: JSON.stringify(input),
  });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.message), { name: answer.__type.split("#")[1] });
  return answer;
};
const dynamodb = (operation, input) => call("dynamodb", "DynamoDB_20120810." + operation, input);
`;
const bundles: Record<string, string> = {
  // The web function: each path shows one thing.
  Web: `${aws}
export const handler = async (event) => {
  const json = (statusCode, body) => ({ statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const table = process.env.CORE_TABLE;
  switch (event.routeKey) {
    case "GET /echo": case "POST /echo": case "GET /me/{id}": case "GET /shared/{id}": return json(200, event);
    case "GET /time": return json(200, { now: new Date().toISOString(), date: Date.now(), same: new Date() instanceof Date });
    case "GET /fail": throw new TypeError("broken");
    case "GET /secret": return json(200, await dynamodb("GetItem", { TableName: process.env.SECRET_TABLE, Key: { pk: { S: "a" }, sk: { S: "a" } } }).catch((error) => ({ name: error.name, message: error.message })));
    case "POST /orders/{id}": {
      const id = event.pathParameters.id;
      await dynamodb("TransactWriteItems", { TransactItems: [
        { Put: { TableName: table, Item: { pk: { S: id }, sk: { S: "ORDER" }, ...(event.queryStringParameters?.due && { duePk: { S: "DUE" }, dueAt: { S: event.queryStringParameters.due } }) } } },
        { Put: { TableName: process.env.OUTBOX_TABLE, Item: { pk: { S: "evt-" + id }, sk: { S: "OUTBOX" }, order: { S: id } } } },
      ] });
      return json(201, { id });
    }
    case "GET /orders/{id}": return json(200, (await dynamodb("GetItem", { TableName: table, Key: { pk: { S: event.pathParameters.id }, sk: { S: "ORDER" } } })).Item ?? null);
    default: return { plain: true };
  }
};`,
  // The authorizer: what it says is what it is asked, and when.
  Gate: `
export const handler = async (event) => {
  const [said = "", who] = event.identitySource[0].split(" ");
  if (said === "broken") throw new Error("broken");
  if (said === "odd") return "odd";
  if (said !== "yes" && said !== "no") throw new Error("Unauthorized");
  return { isAuthorized: said === "yes", context: { sub: who, at: Date.now(), asked: event.routeArn, type: event.type, body: event.body ?? null } };
};`,
  Relay: `${aws}
export const handler = async (event) => {
  const Entries = event.Records.map((record) => ({ EventBusName: process.env.EVENT_BUS, Source: "clearing", DetailType: "OrderPlaced",
    Detail: JSON.stringify({ order: record.dynamodb.NewImage.order.S }) }));
  const answer = await call("events", "AWSEvents.PutEvents", { Entries });
  return { batchItemFailures: event.Records.filter((_, index) => answer.Entries[index].ErrorCode).map((record) => ({ itemIdentifier: record.dynamodb.SequenceNumber })) };
};`,
  Consumer: `${aws}
export const handler = async (event) => {
  const batchItemFailures = [];
  for (const record of event.Records) {
    const { detail } = JSON.parse(record.body);
    if (detail.order.startsWith("poison")) batchItemFailures.push({ itemIdentifier: record.messageId });
    else await dynamodb("UpdateItem", { TableName: process.env.CORE_TABLE, Key: { pk: { S: detail.order }, sk: { S: "ORDER" } },
      UpdateExpression: "ADD timesSeen :one", ExpressionAttributeValues: { ":one": { N: "1" } } });
  }
  return { batchItemFailures };
};`,
  Sweep: `${aws}
export const handler = async () => {
  const TableName = process.env.CORE_TABLE;
  const now = new Date().toISOString().slice(0, 19) + "Z";
  const due = await dynamodb("Query", { TableName, IndexName: "byDue", KeyConditionExpression: "duePk = :due AND dueAt <= :now",
    ExpressionAttributeValues: { ":due": { S: "DUE" }, ":now": { S: now } } });
  for (const item of due.Items) await dynamodb("UpdateItem", { TableName, Key: { pk: item.pk, sk: item.sk },
    UpdateExpression: "SET sweptAt = :now REMOVE duePk, dueAt", ExpressionAttributeValues: { ":now": { S: now } } });
};`,
};

const att = (id: string, name: string) => ({ "Fn::GetAtt": [id, name] });
const table = (extra: object = {}) => ({
  Type: "AWS::DynamoDB::Table",
  Properties: {
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "sk", AttributeType: "S" },
    ],
    BillingMode: "PAY_PER_REQUEST",
    ...extra,
  },
});

const dataTemplate = {
  Resources: {
    Core: table({
      AttributeDefinitions: ["pk", "sk", "duePk", "dueAt"].map((AttributeName) => ({
        AttributeName,
        AttributeType: "S",
      })),
      GlobalSecondaryIndexes: [
        {
          IndexName: "byDue",
          KeySchema: [
            { AttributeName: "duePk", KeyType: "HASH" },
            { AttributeName: "dueAt", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
    }),
    Outbox: table({ StreamSpecification: { StreamViewType: "NEW_IMAGE" } }),
    Secret: table(),
  },
  Outputs: Object.fromEntries(
    [
      ["Core", "Ref"],
      ["Core", "Arn"],
      ["Outbox", "Ref"],
      ["Outbox", "Arn"],
      ["Outbox", "StreamArn"],
      ["Secret", "Ref"],
    ].map(([id = "", name = ""]) => [
      `${id}${name}`,
      { Value: name === "Ref" ? { Ref: id } : att(id, name), Export: { Name: `data:${id}${name}` } },
    ]),
  ),
};
const imported = (name: string) => ({ "Fn::ImportValue": `data:${name}` });

function lambda(id: string, variables: object, statements: object[]) {
  return {
    [`${id}Role`]: {
      Type: "AWS::IAM::Role",
    },
    [`${id}Policy`]: {
      Type: "AWS::IAM::Policy",
      Properties: {
        PolicyName: `${id}Policy`,
        Roles: [{ Ref: `${id}Role` }],
        PolicyDocument: { Statement: statements.map((statement) => ({ Effect: "Allow", ...statement })) },
      },
    },
    [`${id}Fn`]: {
      Type: "AWS::Lambda::Function",
      Metadata: { "aws:cdk:path": `fixture/${id}/Resource` },
      Properties: {
        Code: { S3Bucket: { "Fn::Join": ["", ["assets-", { Ref: "AWS::AccountId" }]] }, S3Key: `${id}.zip` },
        Handler: "index.handler",
        Role: att(`${id}Role`, "Arn"),
        Timeout: 10,
        Environment: { Variables: variables },
      },
    },
  };
}

const anyOf = (arn: object) => ({ "Fn::Join": ["", [arn, "/index/*"]] });
const apiTemplate = {
  Resources: {
    Api: { Type: "AWS::ApiGatewayV2::Api", Properties: { ProtocolType: "HTTP" } },
    Stage: {
      Type: "AWS::ApiGatewayV2::Stage",
      Properties: {
        StageName: "$default",
        DefaultRouteSettings: { ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 2_000 },
        RouteSettings: { "GET /seldom": { ThrottlingRateLimit: 0.001, ThrottlingBurstLimit: 2 } },
      },
    },
    Users: { Type: "AWS::Cognito::UserPool" },
    Client: { Type: "AWS::Cognito::UserPoolClient", Properties: { UserPoolId: { Ref: "Users" } } },
    Staff: { Type: "AWS::Cognito::UserPool" },
    StaffClient: {
      Type: "AWS::Cognito::UserPoolClient",
      Properties: { UserPoolId: { Ref: "Staff" }, IdTokenValidity: 15, TokenValidityUnits: { IdToken: "minutes" } },
    },
    ...Object.fromEntries(
      [
        ["client", "Users"],
        ["clinician", "Staff"],
        ["admin", "Staff"],
        ["finance", "Staff"],
      ].map(([GroupName, pool]) => [
        `Group${GroupName}`,
        { Type: "AWS::Cognito::UserPoolGroup", Properties: { GroupName, UserPoolId: { Ref: pool } } },
      ]),
    ),
    Authorizer: {
      Type: "AWS::ApiGatewayV2::Authorizer",
      Properties: {
        AuthorizerType: "JWT",
        JwtConfiguration: {
          Audience: [{ Ref: "Client" }],
          Issuer: {
            "Fn::Join": ["", ["https://cognito-idp.", { Ref: "AWS::Region" }, ".amazonaws.com/", { Ref: "Users" }]],
          },
        },
      },
    },
    GateAuthorizer: {
      Type: "AWS::ApiGatewayV2::Authorizer",
      Properties: {
        AuthorizerType: "REQUEST",
        AuthorizerPayloadFormatVersion: "2.0",
        AuthorizerResultTtlInSeconds: 300,
        EnableSimpleResponses: true,
        IdentitySource: ["$request.header.Authorization"],
        AuthorizerUri: {
          "Fn::Join": [
            "",
            ["arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/", att("GateFn", "Arn"), "/invocations"],
          ],
        },
      },
    },
    GatePermission: {
      Type: "AWS::Lambda::Permission",
      Properties: {
        Principal: "apigateway.amazonaws.com",
        FunctionName: att("GateFn", "Arn"),
        Action: "lambda:InvokeFunction",
      },
    },
    Integration: {
      Type: "AWS::ApiGatewayV2::Integration",
      Properties: { IntegrationType: "AWS_PROXY", PayloadFormatVersion: "2.0", IntegrationUri: att("WebFn", "Arn") },
    },
    Permission: {
      Type: "AWS::Lambda::Permission",
      Properties: {
        Principal: "apigateway.amazonaws.com",
        FunctionName: att("WebFn", "Arn"),
        Action: "lambda:InvokeFunction",
      },
    },
    ...Object.fromEntries(
      [
        "GET /echo",
        "POST /echo",
        "GET /time",
        "GET /fail",
        "GET /secret",
        "POST /orders/{id}",
        "GET /orders/{id}",
        "GET /implicit",
        "GET /seldom",
        "GET /me/{id}",
        "GET /shared/{id}",
      ].map((RouteKey, index) => [
        `Route${index}`,
        {
          Type: "AWS::ApiGatewayV2::Route",
          Properties: {
            RouteKey,
            Target: { "Fn::Join": ["", ["integrations/", { Ref: "Integration" }]] },
            ...(RouteKey.includes("/me/") && { AuthorizationType: "JWT", AuthorizerId: { Ref: "Authorizer" } }),
            ...(RouteKey.includes("/shared/") && {
              AuthorizationType: "CUSTOM",
              AuthorizerId: { Ref: "GateAuthorizer" },
            }),
          },
        },
      ]),
    ),
    ...lambda(
      "Web",
      { CORE_TABLE: imported("CoreRef"), OUTBOX_TABLE: imported("OutboxRef"), SECRET_TABLE: imported("SecretRef") },
      [
        { Action: ["dynamodb:GetItem", "dynamodb:PutItem"], Resource: imported("CoreArn") },
        { Action: "dynamodb:PutItem", Resource: imported("OutboxArn") },
      ],
    ),
    ...lambda("Gate", { STAFF_ISSUER: att("Staff", "ProviderURL") }, []),
    ...lambda("Relay", { EVENT_BUS: { Ref: "Bus" } }, [
      {
        Action: ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"],
        Resource: imported("OutboxStreamArn"),
      },
      { Action: "events:PutEvents", Resource: att("Bus", "Arn") },
    ]),
    ...lambda("Consumer", { CORE_TABLE: imported("CoreRef") }, [
      { Action: "dynamodb:UpdateItem", Resource: imported("CoreArn") },
      { Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], Resource: att("Queue", "Arn") },
    ]),
    ...lambda("Sweep", { CORE_TABLE: imported("CoreRef") }, [
      {
        Action: ["dynamodb:UpdateItem", "dynamodb:Query"],
        Resource: [imported("CoreArn"), anyOf(imported("CoreArn"))],
      },
    ]),
    StreamMapping: {
      Type: "AWS::Lambda::EventSourceMapping",
      Properties: {
        FunctionName: { Ref: "RelayFn" },
        EventSourceArn: imported("OutboxStreamArn"),
        BatchSize: 10,
        StartingPosition: "TRIM_HORIZON",
        FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      },
    },
    Bus: { Type: "AWS::Events::EventBus", Properties: { Name: "clearing-fixture" } },
    Rule: {
      Type: "AWS::Events::Rule",
      Properties: {
        EventBusName: { Ref: "Bus" },
        EventPattern: { source: ["clearing"], "detail-type": ["OrderPlaced"] },
        Targets: [{ Id: "Target0", Arn: att("Queue", "Arn") }],
      },
    },
    Dead: { Type: "AWS::SQS::Queue" },
    Queue: {
      Type: "AWS::SQS::Queue",
      Properties: {
        VisibilityTimeout: 60,
        RedrivePolicy: { deadLetterTargetArn: att("Dead", "Arn"), maxReceiveCount: 3 },
      },
    },
    QueuePolicy: {
      Type: "AWS::SQS::QueuePolicy",
      Properties: {
        Queues: [{ Ref: "Queue" }],
        PolicyDocument: {
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "events.amazonaws.com" },
              Action: "sqs:SendMessage",
              Resource: att("Queue", "Arn"),
              Condition: { ArnEquals: { "aws:SourceArn": att("Rule", "Arn") } },
            },
          ],
        },
      },
    },
    QueueMapping: {
      Type: "AWS::Lambda::EventSourceMapping",
      Properties: {
        FunctionName: { Ref: "ConsumerFn" },
        EventSourceArn: att("Queue", "Arn"),
        BatchSize: 5,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      },
    },
    SchedulerRole: {
      Type: "AWS::IAM::Role",
      Properties: {
        Policies: [
          {
            PolicyDocument: {
              Statement: [{ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: att("SweepFn", "Arn") }],
            },
          },
        ],
      },
    },
    Schedule: {
      Type: "AWS::Scheduler::Schedule",
      Properties: {
        ScheduleExpression: "rate(1 minute)",
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: { Arn: att("SweepFn", "Arn"), RoleArn: att("SchedulerRole", "Arn"), Input: "{}" },
      },
    },
  },
};

/** A small synthesized app in a temporary folder, for the tests of this package. `change` edits the API's template first. */
export function writeFixture(change: (template: typeof apiTemplate) => void = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), "local-stack-"));
  const templateDir = join(folder, "cdk.out");
  const stack = (name: string) => ({
    type: "aws:cloudformation:stack",
    properties: { templateFile: `${name}.json`, stackName: name },
  });
  const template = structuredClone(apiTemplate);
  change(template);
  const files: Record<string, unknown> = {
    "manifest.json": {
      artifacts: {
        data: stack("data"),
        api: stack("api"),
        "api.assets": { type: "cdk:asset-manifest", properties: { file: "api.assets.json" } },
      },
    },
    "data.json": dataTemplate,
    "api.json": template,
    "api.assets.json": {
      files: Object.fromEntries(Object.keys(bundles).map((id) => [id, { source: { path: `asset.${id}` } }])),
    },
  };
  mkdirSync(templateDir);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(templateDir, name), JSON.stringify(content));
  for (const [id, source] of Object.entries(bundles)) {
    mkdirSync(join(templateDir, `asset.${id}`));
    writeFileSync(join(templateDir, `asset.${id}`, "index.mjs"), source);
  }
  return { templateDir, dataDir: join(folder, "data"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
