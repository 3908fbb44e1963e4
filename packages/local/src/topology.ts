import { type Authorizer, readAuthorizers } from "./authorizers.ts";
import { checkGrants, readRoleStatements } from "./grants.ts";
import { type Pool, readPools } from "./issuers.ts";
import { compilePolicy, type Policy } from "./policy.ts";
import { ACCOUNT, fail, REGION, type Resource, read, type Template, TemplateError } from "./template.ts";

export type TableSpec = {
  name: string;
  arn: string;
  hashKey: string;
  rangeKey: string | undefined;
  /** Input of CreateTable. */
  create: Record<string, unknown>;
  timeToLive: string | undefined;
  /** A customer-managed key that a caller must be allowed to decrypt with. */
  kmsKeyArn: string | undefined;
  streamArn: string | undefined;
};
export type FunctionSpec = {
  /** Logical id: the access key id that its calls are signed with. */
  id: string;
  label: string;
  name: string;
  arn: string;
  roleArn: string;
  folder: string;
  handler: string;
  timeoutMs: number;
  memory: number;
  environment: Record<string, string>;
  allows: Policy;
};
/** Requests a second, and how many may come at once. */
export type Throttle = { ratePerSecond: number; burst: number };
export type RouteSpec = {
  key: string;
  functionId: string;
  authorizer: Authorizer | undefined;
  /** Without one the gateway lets everything through. */
  throttle?: Throttle | undefined;
};
export type QueueSpec = {
  name: string;
  arn: string;
  url: string;
  fifo: boolean;
  visibilityMs: number;
  delayMs: number;
  redrive: { arn: string; maxReceives: number } | undefined;
};
export type TargetSpec = { arn: string; deadLetterArn: string | undefined };
export type RuleSpec = {
  name: string;
  busArn: string;
  pattern: Record<string, unknown>;
  targets: readonly TargetSpec[];
};
export type MappingSpec = {
  id: string;
  functionId: string;
  sourceArn: string;
  batchSize: number;
  maxConcurrency: number;
  filters: readonly Record<string, unknown>[];
  partialFailures: boolean;
  /** -1 is without end. */
  maxRetries: number;
  /** How long a stream record is tried, in milliseconds; -1 is without end. */
  maxAgeMs: number;
  bisect: boolean;
  onFailureArn: string | undefined;
};
export type ScheduleSpec = {
  name: string;
  expression: string;
  functionId: string;
  input: unknown;
  /** How often Lambda, which is called asynchronously, tries again by itself. */
  retries: number;
  /** Where Lambda reports a call that failed each time. */
  onFailureArn: string | undefined;
};

/** The bus that every account has, on which AWS's own services publish. */
export const DEFAULT_BUS = { name: "default", arn: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default` };

/** What the template says, in the words of the parts that play it. */
export type Topology = {
  tables: readonly TableSpec[];
  functions: readonly FunctionSpec[];
  apiId: string;
  stage: string;
  routes: readonly RouteSpec[];
  pools: readonly Pool[];
  queues: readonly QueueSpec[];
  buses: readonly { name: string; arn: string }[];
  rules: readonly RuleSpec[];
  mappings: readonly MappingSpec[];
  schedules: readonly ScheduleSpec[];
  /** Arns of secrets, with a value that the template itself gives. */
  secrets: readonly { arn: string; value: string | undefined }[];
};

/** Turns resolved resources into the topology; refuses what the parts cannot play and what the template forbids itself. */
export function readTopology(template: Template): Topology {
  const functions = readFunctions(template);
  const byReference = new Map(functions.flatMap((fn) => [[fn.arn, fn.id] as const, [fn.name, fn.id] as const]));
  const functionOf = (resource: Resource, reference: string): string => {
    const found = /arn:aws:lambda:[^/]*:function:[^/:]+/.exec(reference)?.[0] ?? reference;
    return byReference.get(found) ?? fail(resource, `${reference} is not a function of the template`);
  };
  const ownBuses = template
    .ofType("AWS::Events::EventBus")
    .map(({ name, attributes }) => ({ name, arn: attributes.Arn ?? "" }));
  const buses = [...ownBuses, DEFAULT_BUS];
  const topology: Topology = {
    tables: template.ofType("AWS::DynamoDB::Table").map(readTable),
    functions,
    apiId: template.ofType("AWS::ApiGatewayV2::Api")[0]?.attributes.Ref ?? "local",
    stage: template.ofType("AWS::ApiGatewayV2::Stage")[0]?.name ?? "$default",
    routes: readRoutes(template, functionOf),
    pools: readPools(template),
    queues: template.ofType("AWS::SQS::Queue").map(readQueue),
    buses,
    rules: template.ofType("AWS::Events::Rule").flatMap((rule) => readRule(rule, buses)),
    mappings: template.ofType("AWS::Lambda::EventSourceMapping").map((mapping) => readMapping(mapping, functionOf)),
    schedules: readSchedules(template, functionOf),
    secrets: template.ofType("AWS::SecretsManager::Secret").map((secret) => ({
      arn: secret.attributes.Ref,
      value: read<{ SecretString?: string }>(secret).SecretString,
    })),
  };
  checkGrants(template, topology);
  return topology;
}

function readTable(resource: Resource): TableSpec {
  type Key = { AttributeName: string; KeyType: string };
  type Properties = {
    KeySchema: Key[];
    AttributeDefinitions: unknown[];
    GlobalSecondaryIndexes?: Record<string, unknown>[];
    StreamSpecification?: { StreamViewType: string };
    TimeToLiveSpecification?: { AttributeName: string; Enabled: boolean };
    SSESpecification?: { KMSMasterKeyId?: string };
  };
  const properties = read<Properties>(resource);
  const key = (type: string) => properties.KeySchema.find((part) => part.KeyType === type)?.AttributeName;
  const { StreamSpecification: stream, TimeToLiveSpecification: ttl } = properties;
  const indexes = properties.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
    IndexName,
    KeySchema,
    Projection,
  }));
  return {
    name: resource.name,
    arn: resource.attributes.Arn ?? "",
    hashKey: key("HASH") ?? fail(resource, "has no partition key"),
    rangeKey: key("RANGE"),
    create: {
      TableName: resource.name,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: properties.KeySchema,
      AttributeDefinitions: properties.AttributeDefinitions,
      ...(indexes && { GlobalSecondaryIndexes: indexes }),
      ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType } }),
    },
    timeToLive: ttl?.Enabled ? ttl.AttributeName : undefined,
    kmsKeyArn: properties.SSESpecification?.KMSMasterKeyId,
    streamArn: stream && resource.attributes.StreamArn,
  };
}

function readFunctions(template: Template): readonly FunctionSpec[] {
  const statements = readRoleStatements(template);
  type Properties = {
    Role: string;
    Handler: string;
    Timeout?: number;
    MemorySize?: number;
    Code: { S3Key?: string };
    Environment?: { Variables?: Record<string, string> };
  };
  const functions = template.ofType("AWS::Lambda::Function").map((resource): FunctionSpec => {
    const properties = read<Properties>(resource);
    const key = properties.Code.S3Key ?? fail(resource, "has no asset as its code");
    return {
      id: resource.id,
      label: resource.label,
      name: resource.name,
      arn: resource.attributes.Arn ?? "",
      roleArn: properties.Role,
      folder: template.asset(key),
      handler: properties.Handler,
      timeoutMs: (properties.Timeout ?? 3) * 1000,
      memory: properties.MemorySize ?? 128,
      environment: properties.Environment?.Variables ?? {},
      allows: compilePolicy(statements.get(properties.Role) ?? []),
    };
  });
  const twice = functions.find((fn, index) => functions.findIndex((other) => other.id === fn.id) !== index);
  if (twice) throw new TemplateError(`two functions of the template have the logical id ${twice.id}`);
  return functions;
}

type FunctionOf = (resource: Resource, reference: string) => string;

function readRoutes(template: Template, functionOf: FunctionOf): readonly RouteSpec[] {
  const integrations = new Map(
    template.ofType("AWS::ApiGatewayV2::Integration").map((integration) => {
      const properties = read<{ IntegrationType: string; IntegrationUri: string; PayloadFormatVersion?: string }>(
        integration,
      );
      if (properties.IntegrationType !== "AWS_PROXY") fail(integration, `${properties.IntegrationType} is not known`);
      if (properties.PayloadFormatVersion !== "2.0") fail(integration, "only payload format 2.0 is known");
      return [integration.id, functionOf(integration, properties.IntegrationUri)];
    }),
  );
  const authorizers = readAuthorizers(template, functionOf);
  const routes = template.ofType("AWS::ApiGatewayV2::Route");
  const throttleOf = readThrottles(
    template,
    routes.map((route) => read<{ RouteKey: string }>(route).RouteKey),
  );
  return routes.map((route): RouteSpec => {
    const properties = read<{ RouteKey: string; Target: string; AuthorizationType?: string; AuthorizerId?: string }>(
      route,
    );
    const integration = properties.Target.replace("integrations/", "");
    const functionId = integrations.get(integration) ?? fail(route, `the integration ${integration} is missing`);
    const open = (properties.AuthorizationType ?? "NONE") === "NONE";
    const authorizer = open ? undefined : authorizers.get(properties.AuthorizerId ?? "");
    if (!open && !authorizer) fail(route, "its authorizer is missing");
    return { key: properties.RouteKey, functionId, authorizer, throttle: throttleOf(properties.RouteKey) };
  });
}

type RouteSettings = { ThrottlingRateLimit?: number; ThrottlingBurstLimit?: number };

/** What the stage says of each route: its own settings replace the default ones whole, and name only what exists. */
function readThrottles(template: Template, keys: readonly string[]): (key: string) => Throttle | undefined {
  const [stage] = template.ofType("AWS::ApiGatewayV2::Stage");
  if (stage === undefined) return () => undefined;
  type Properties = { DefaultRouteSettings?: RouteSettings; RouteSettings?: Record<string, RouteSettings> };
  const { DefaultRouteSettings: all = {}, RouteSettings: own = {} } = read<Properties>(stage);
  for (const key of Object.keys(own)) if (!keys.includes(key)) fail(stage, `there is no route ${key} to set`);
  return (key) => {
    const { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst } = own[key] ?? all;
    return ratePerSecond === undefined || burst === undefined ? undefined : { ratePerSecond, burst };
  };
}

function readQueue(resource: Resource): QueueSpec {
  const properties = read<{
    VisibilityTimeout?: number;
    DelaySeconds?: number;
    FifoQueue?: boolean;
    ContentBasedDeduplication?: boolean;
    RedrivePolicy?: { deadLetterTargetArn: string; maxReceiveCount: number };
  }>(resource);
  if (properties.ContentBasedDeduplication) fail(resource, "deduplication by content is not known to the local stack");
  const redrive = properties.RedrivePolicy;
  return {
    name: resource.name,
    arn: resource.attributes.Arn ?? "",
    url: resource.attributes.QueueUrl ?? "",
    fifo: properties.FifoQueue ?? false,
    visibilityMs: (properties.VisibilityTimeout ?? 30) * 1000,
    delayMs: (properties.DelaySeconds ?? 0) * 1000,
    redrive: redrive && { arn: redrive.deadLetterTargetArn, maxReceives: Number(redrive.maxReceiveCount) },
  };
}

function readRule(resource: Resource, buses: readonly { name: string; arn: string }[]): readonly RuleSpec[] {
  type Target = { Arn: string; DeadLetterConfig?: { Arn?: string } } & Record<string, unknown>;
  const properties = read<{
    EventBusName?: string;
    EventPattern?: Record<string, unknown>;
    ScheduleExpression?: string;
    State?: string;
    Targets?: Target[];
  }>(resource);
  if (properties.State === "DISABLED") return [];
  if (!properties.EventPattern || properties.ScheduleExpression)
    fail(resource, "only rules with an event pattern are known");
  const { EventBusName: busName = DEFAULT_BUS.name } = properties;
  const bus = buses.find(({ name, arn }) => busName === name || busName === arn);
  if (!bus) fail(resource, `the bus ${busName} is missing`);
  const targets = properties.Targets ?? [];
  for (const target of targets) {
    for (const transform of ["Input", "InputPath", "InputTransformer"]) {
      if (target[transform] !== undefined) fail(resource, `${transform} of a target is not known to the local stack`);
    }
  }
  const kept = targets.map((target) => ({ arn: target.Arn, deadLetterArn: target.DeadLetterConfig?.Arn }));
  return [{ name: resource.name, busArn: bus?.arn ?? "", pattern: properties.EventPattern ?? {}, targets: kept }];
}

function readMapping(resource: Resource, functionOf: FunctionOf): MappingSpec {
  const properties = read<{
    FunctionName: string;
    EventSourceArn: string;
    BatchSize?: number;
    ScalingConfig?: { MaximumConcurrency?: number };
    FilterCriteria?: { Filters?: { Pattern: string }[] };
    FunctionResponseTypes?: string[];
    MaximumRetryAttempts?: number;
    MaximumRecordAgeInSeconds?: number;
    BisectBatchOnFunctionError?: boolean;
    DestinationConfig?: { OnFailure?: { Destination?: string } };
  }>(resource);
  const stream = properties.EventSourceArn.includes(":dynamodb:");
  return {
    id: resource.id,
    functionId: functionOf(resource, properties.FunctionName),
    sourceArn: properties.EventSourceArn,
    batchSize: properties.BatchSize ?? (stream ? 100 : 10),
    maxConcurrency: properties.ScalingConfig?.MaximumConcurrency ?? 5,
    filters: (properties.FilterCriteria?.Filters ?? []).map((filter) => JSON.parse(filter.Pattern)),
    partialFailures: properties.FunctionResponseTypes?.includes("ReportBatchItemFailures") ?? false,
    maxRetries: properties.MaximumRetryAttempts ?? -1,
    maxAgeMs: (properties.MaximumRecordAgeInSeconds ?? -0.001) * 1000,
    bisect: properties.BisectBatchOnFunctionError ?? false,
    onFailureArn: properties.DestinationConfig?.OnFailure?.Destination,
  };
}

type InvokeConfig = {
  FunctionName: string;
  MaximumRetryAttempts?: number;
  DestinationConfig?: { OnFailure?: { Destination: string } };
};

function readSchedules(template: Template, functionOf: FunctionOf): readonly ScheduleSpec[] {
  const configs = new Map(
    template.ofType("AWS::Lambda::EventInvokeConfig").map((resource) => {
      const config = read<InvokeConfig>(resource);
      return [functionOf(resource, config.FunctionName), config];
    }),
  );
  return template.ofType("AWS::Scheduler::Schedule").flatMap((schedule) => readSchedule(schedule, functionOf, configs));
}

function readSchedule(
  resource: Resource,
  functionOf: FunctionOf,
  configs: ReadonlyMap<string, InvokeConfig>,
): readonly ScheduleSpec[] {
  const properties = read<{
    ScheduleExpression: string;
    ScheduleExpressionTimezone?: string;
    State?: string;
    Target: { Arn: string; Input?: string };
  }>(resource);
  if (properties.State === "DISABLED") return [];
  if ((properties.ScheduleExpressionTimezone ?? "UTC") !== "UTC")
    fail(resource, "schedules in a time zone are not known");
  const { Target: target } = properties;
  const functionId = functionOf(resource, target.Arn);
  const config = configs.get(functionId);
  return [
    {
      name: resource.name,
      expression: properties.ScheduleExpression,
      functionId,
      input: target.Input === undefined ? {} : JSON.parse(target.Input),
      retries: config?.MaximumRetryAttempts ?? 2,
      onFailureArn: config?.DestinationConfig?.OnFailure?.Destination,
    },
  ];
}
