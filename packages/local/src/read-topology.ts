import { createHash } from "node:crypto";
import { checkGrants, readRoleStatements } from "./grants.ts";
import { readPools } from "./issuers.ts";
import { compilePolicy } from "./policy.ts";
import { readMapping, readQueue, readRule, readSchedules } from "./read-events.ts";
import { readRoutes } from "./read-routes.ts";
import { fail, type Resource, read, TemplateError } from "./resource.ts";
import type { Template } from "./template.ts";
import { defaultBus, type FunctionOf, type FunctionSpec, type TableSpec, type Topology } from "./topology.ts";

/**
 * Converts resolved resources to the topology. Refuses what the parts do not support and what the template's own grants
 * forbid.
 */
export function readTopology(template: Template): Topology {
  const functions = readFunctions(template);
  const byReference = new Map(functions.flatMap((fn) => [[fn.arn, fn.id] as const, [fn.name, fn.id] as const]));
  const functionOf: FunctionOf = (resource, reference) => {
    const found = /arn:aws:lambda:[^/]*:function:[^/:]+/.exec(reference)?.[0] ?? reference;
    return byReference.get(found) ?? fail(resource, `${reference} is not a function of the template`);
  };
  const ownBuses = template
    .ofType("AWS::Events::EventBus")
    .map(({ name, attributes }) => ({ name, arn: attributes.Arn ?? "" }));
  const buses = [...ownBuses, defaultBus];
  const topology: Topology = {
    tables: template.ofType("AWS::DynamoDB::Table").map(readTable),
    functions,
    apiId: template.ofType("AWS::ApiGatewayV2::Api")[0]?.attributes.Ref ?? "local",
    httpStage: template.ofType("AWS::ApiGatewayV2::Stage")[0]?.name ?? "$default",
    routes: readRoutes(template, functionOf),
    pools: readPools(template),
    queues: template.ofType("AWS::SQS::Queue").map(readQueue),
    buses,
    rules: template.ofType("AWS::Events::Rule").flatMap((rule) => readRule(rule, buses)),
    mappings: template.ofType("AWS::Lambda::EventSourceMapping").map((mapping) => readMapping(mapping, functionOf)),
    schedules: readSchedules(template, functionOf),
    secrets: template.ofType("AWS::SecretsManager::Secret").map((secret) => ({
      arn: secret.attributes.Ref,
      value: secretValue(secret),
    })),
  };
  checkGrants(template, topology);
  return topology;
}

/**
 * The value of a secret in the template: its own, or, if Secrets Manager would generate one, a value that is the same
 * at every start, so that earlier signatures stay valid. Only somebody who can read the template could know it.
 */
function secretValue(secret: Resource): string | undefined {
  const { SecretString, GenerateSecretString } = read<{ SecretString?: string; GenerateSecretString?: object }>(secret);
  if (GenerateSecretString === undefined) return SecretString;
  return createHash("sha256").update(`generated for ${secret.attributes.Ref}`).digest("hex");
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
    hashKey: key("HASH") ?? fail(resource, "it has no partition key"),
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
  const ofRoles = readRoleStatements(template);
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
    const key = properties.Code.S3Key ?? fail(resource, "its code must be an asset");
    const statements = ofRoles.get(properties.Role) ?? [];
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
      statements,
      allows: compilePolicy(statements),
    };
  });
  const twice = functions.find((fn, index) => functions.findIndex((other) => other.id === fn.id) !== index);
  if (twice) throw new TemplateError(`two functions of the template have the logical id ${twice.id}`);
  return functions;
}
