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

/** The fixture's tables. */
export const dataTemplate = {
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
/** The rest of the fixture: API, functions, bus, queue, schedule. */
export const apiTemplate = {
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
