import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Account and region that every ARN of the local stack names. */
export const ACCOUNT = "000000000000";
export const REGION = "us-east-1";

/** What stops the start: the template asks for something that this stack does not know, or leaves something out. */
export class TemplateError extends Error {
  override name = "TemplateError";
}

type Properties = Record<string, unknown>;
type RawResource = { Type: string; Properties?: Properties; Metadata?: Record<string, unknown> };
type RawTemplate = { Resources?: Record<string, RawResource>; Outputs?: Record<string, RawOutput> };
type RawOutput = { Value: unknown; Export?: { Name: unknown } };
type Attributes = { Ref: string } & Record<string, string>;

/** One resource with every intrinsic function resolved. `label` is the construct's own name, for logs and messages. */
export type Resource = {
  id: string;
  type: string;
  stack: string;
  label: string;
  name: string;
  attributes: Attributes;
  properties: Properties;
};

type Shape<T> = T & Record<string, unknown>;
/** The properties of a resource, as their reader knows them. */
export const read = <T>(resource: Resource) => resource.properties as Shape<T>;
/** Stops the start with the name of a resource. */
export const fail = (resource: Resource, message: string): never => {
  throw new TemplateError(`${resource.stack}/${resource.id}: ${message}`);
};

/** All stacks of a synthesized app as one set of resources. */
export type Template = {
  resources: readonly Resource[];
  ofType(type: string): readonly Resource[];
  /** Folder of an asset that the template names as `<hash>.zip`. */
  asset(key: string): string;
};

const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const nameOnly = (name: string): Attributes => ({ Ref: name });

/** Resource types and what `Ref` and `Fn::GetAtt` give for them. A type that is not here stops the start. */
const types: Record<string, { named?: string; attributes: (name: string, id: string) => Attributes }> = {
  "AWS::ApiGatewayV2::Api": { attributes: (_, id) => ({ Ref: apiId(id), ApiId: apiId(id), ApiEndpoint: apiHost(id) }) },
  "AWS::ApiGatewayV2::Authorizer": { attributes: (_, id) => ({ Ref: id, AuthorizerId: id }) },
  "AWS::ApiGatewayV2::Integration": { attributes: (_, id) => ({ Ref: id, IntegrationId: id }) },
  "AWS::ApiGatewayV2::Route": { attributes: (_, id) => ({ Ref: id, RouteId: id }) },
  "AWS::ApiGatewayV2::Stage": { named: "StageName", attributes: nameOnly },
  "AWS::CloudWatch::Alarm": {
    named: "AlarmName",
    attributes: (name) => ({ Ref: name, Arn: arn("cloudwatch", `alarm:${name}`) }),
  },
  "AWS::CloudWatch::Dashboard": { named: "DashboardName", attributes: nameOnly },
  "AWS::Cognito::UserPool": {
    attributes: (_, id) => ({
      Ref: `${REGION}_${id}`,
      UserPoolId: `${REGION}_${id}`,
      Arn: arn("cognito-idp", `userpool/${REGION}_${id}`),
      ProviderName: `cognito-idp.${REGION}.amazonaws.com/${REGION}_${id}`,
      ProviderURL: `https://cognito-idp.${REGION}.amazonaws.com/${REGION}_${id}`,
    }),
  },
  "AWS::Cognito::UserPoolClient": { attributes: (_, id) => ({ Ref: id, ClientId: id }) },
  "AWS::Cognito::UserPoolGroup": { named: "GroupName", attributes: nameOnly },
  "AWS::DynamoDB::Table": {
    named: "TableName",
    attributes: (name) => ({
      Ref: name,
      Arn: arn("dynamodb", `table/${name}`),
      StreamArn: arn("dynamodb", `table/${name}/stream/local`),
    }),
  },
  "AWS::EventSchemas::Registry": {
    named: "RegistryName",
    attributes: (name) => ({ Ref: name, RegistryName: name, RegistryArn: arn("schemas", `registry/${name}`) }),
  },
  "AWS::EventSchemas::Schema": {
    named: "SchemaName",
    attributes: (name) => ({ Ref: name, SchemaName: name, SchemaArn: arn("schemas", `schema/${name}`) }),
  },
  "AWS::Events::Archive": {
    named: "ArchiveName",
    attributes: (name) => ({ Ref: name, ArchiveName: name, Arn: arn("events", `archive/${name}`) }),
  },
  "AWS::Events::EventBus": {
    named: "Name",
    attributes: (name) => ({ Ref: name, Name: name, Arn: arn("events", `event-bus/${name}`) }),
  },
  "AWS::Events::Rule": { named: "Name", attributes: (name) => ({ Ref: name, Arn: arn("events", `rule/${name}`) }) },
  "AWS::IAM::Policy": { named: "PolicyName", attributes: nameOnly },
  "AWS::IAM::Role": {
    named: "RoleName",
    attributes: (name) => ({ Ref: name, Arn: `arn:aws:iam::${ACCOUNT}:role/${name}`, RoleId: name }),
  },
  "AWS::KMS::Alias": { named: "AliasName", attributes: nameOnly },
  "AWS::KMS::Key": { attributes: (_, id) => ({ Ref: id, KeyId: id, Arn: arn("kms", `key/${id}`) }) },
  "AWS::Lambda::EventInvokeConfig": { attributes: (_, id) => nameOnly(id) },
  "AWS::Lambda::EventSourceMapping": { attributes: (_, id) => ({ Ref: id, Id: id }) },
  "AWS::Lambda::Function": {
    named: "FunctionName",
    attributes: (name) => ({ Ref: name, Arn: arn("lambda", `function:${name}`) }),
  },
  "AWS::Lambda::Permission": { attributes: (_, id) => nameOnly(id) },
  "AWS::Logs::LogGroup": {
    named: "LogGroupName",
    attributes: (name) => ({ Ref: name, Arn: arn("logs", `log-group:${name}:*`) }),
  },
  "AWS::SES::ConfigurationSet": { named: "Name", attributes: nameOnly },
  "AWS::SES::ConfigurationSetEventDestination": { attributes: (_, id) => ({ Ref: id, Id: id }) },
  "AWS::SES::EmailIdentity": { named: "EmailIdentity", attributes: nameOnly },
  "AWS::SNS::Topic": {
    named: "TopicName",
    attributes: (name) => ({ Ref: arn("sns", name), TopicArn: arn("sns", name), TopicName: name }),
  },
  "AWS::SNS::TopicPolicy": { attributes: (_, id) => nameOnly(id) },
  "AWS::SNS::Subscription": { attributes: (_, id) => nameOnly(id) },
  "AWS::SQS::Queue": {
    named: "QueueName",
    attributes: (name) => ({
      Ref: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`,
      QueueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`,
      QueueName: name,
      Arn: arn("sqs", name),
    }),
  },
  "AWS::SQS::QueuePolicy": { attributes: (_, id) => nameOnly(id) },
  "AWS::Scheduler::Schedule": {
    named: "Name",
    attributes: (name) => ({ Ref: name, Arn: arn("scheduler", `schedule/${name}`) }),
  },
  "AWS::Scheduler::ScheduleGroup": {
    named: "Name",
    attributes: (name) => ({ Ref: name, Arn: arn("scheduler", `schedule-group/${name}`) }),
  },
  "AWS::SecretsManager::Secret": {
    named: "Name",
    attributes: (name) => ({
      Ref: arn("secretsmanager", `secret:${name}-local0`),
      Id: arn("secretsmanager", `secret:${name}-local0`),
    }),
  },
};

const apiId = (id: string) => id.toLowerCase().slice(0, 40);
const apiHost = (id: string) => `https://${apiId(id)}.execute-api.${REGION}.amazonaws.com`;

const pseudo: Record<string, string> = {
  "AWS::AccountId": ACCOUNT,
  "AWS::Region": REGION,
  "AWS::Partition": "aws",
};

type Manifest = {
  artifacts: Record<
    string,
    { type: string; properties?: { templateFile?: string; stackName?: string; file?: string } }
  >;
};

/**
 * Reads every stack that `cdk synth` wrote to `folder` and resolves all intrinsic functions, across stacks too. URLs of
 * the HTTP API become `apiUrl`. Throws a TemplateError that names each unknown resource type, function or reference.
 */
export function loadTemplate(folder: string, apiUrl: string): Template {
  const manifest = readJson<Manifest>(join(folder, "manifest.json"));
  const stacks = new Map<string, RawTemplate>();
  const assets = new Map<string, string>();
  for (const [id, artifact] of Object.entries(manifest.artifacts)) {
    const properties = artifact.properties ?? {};
    if (artifact.type === "aws:cloudformation:stack" && properties.templateFile) {
      stacks.set(properties.stackName ?? id, readJson(join(folder, properties.templateFile)));
    } else if (artifact.type === "cdk:asset-manifest" && properties.file) {
      const { files } = readJson<{ files: Record<string, { source: { path?: string } }> }>(
        join(folder, properties.file),
      );
      for (const [hash, file] of Object.entries(files)) {
        if (file.source.path) assets.set(hash, join(folder, file.source.path));
      }
    }
  }
  const resources = resolveStacks(stacks, apiUrl);
  const byType = Map.groupBy(resources, (resource) => resource.type);
  return {
    resources,
    ofType: (type) => byType.get(type) ?? [],
    asset: (key) => {
      const path = assets.get(key.replace(/\.zip$/, ""));
      if (!path) throw new TemplateError(`the asset ${key} is not in ${folder}: run "npm run synth"`);
      return path;
    },
  };
}

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new TemplateError(`cannot read ${path}: run "npm run synth"`, { cause });
  }
}

/** Resolves raw templates by stack name; split from the reading so that a test can pass a literal template. */
export function resolveStacks(stacks: ReadonlyMap<string, RawTemplate>, apiUrl: string): readonly Resource[] {
  refuseUnknownTypes(stacks);
  const exported = new Map<string, { stack: string; value: unknown }>();
  for (const [stack, template] of stacks) {
    for (const output of Object.values(template.Outputs ?? {})) {
      if (output.Export) exported.set(String(resolve(output.Export.Name, stack)), { stack, value: output.Value });
    }
  }

  function attributesOf(stack: string, id: string): Attributes {
    const raw = stacks.get(stack)?.Resources?.[id];
    const kind = raw && types[raw.Type];
    if (!kind) throw new TemplateError(`${stack} refers to ${id}, which is not a resource of it`);
    return kind.attributes(nameOf(stack, id, raw), id);
  }

  function nameOf(stack: string, id: string, raw: RawResource): string {
    const property = types[raw.Type]?.named;
    const given = property && raw.Properties?.[property];
    return given === undefined ? `${stack}-${id}` : String(resolve(given, stack));
  }

  function reference(stack: string, id: string, attribute: string): string {
    const value = pseudo[id] ?? attributesOf(stack, id)[attribute];
    if (value === undefined) throw new TemplateError(`${stack}: the attribute ${id}.${attribute} is not known`);
    return local(value);
  }

  function resolve(value: unknown, stack: string): unknown {
    if (Array.isArray(value)) return value.map((item) => resolve(item, stack));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    const [key, argument] = entries[0] ?? [];
    if (entries.length === 1 && key !== undefined && (key === "Ref" || key.startsWith("Fn::"))) {
      return intrinsic(key, argument, stack);
    }
    return Object.fromEntries(entries.map(([name, item]) => [name, resolve(item, stack)]));
  }

  function intrinsic(name: string, argument: unknown, stack: string): unknown {
    const given = name === "Ref" || name === "Fn::GetAtt" ? argument : resolve(argument, stack);
    switch (name) {
      case "Ref":
        return reference(stack, String(given), "Ref");
      case "Fn::GetAtt": {
        const [id, attribute] = Array.isArray(given) ? given.map(String) : String(given).split(/\.(.*)/s);
        return reference(stack, id ?? "", attribute ?? "");
      }
      case "Fn::Join": {
        const [separator, parts] = given as [string, string[]];
        return local(parts.join(separator));
      }
      case "Fn::Sub": {
        const filled = String(given).replace(/\$\{([^}]+)\}/g, (_, name: string) => {
          const [id = "", attribute = "Ref"] = name.split(/\.(.*)/s);
          return reference(stack, id, attribute);
        });
        return local(filled);
      }
      case "Fn::ImportValue": {
        const found = exported.get(String(given));
        if (!found) throw new TemplateError(`${stack} imports ${String(given)}, which no stack exports`);
        return resolve(found.value, found.stack);
      }
      default:
        throw new TemplateError(`${stack}: the intrinsic function ${name} is not known to the local stack`);
    }
  }

  const local = (text: string) => text.replace(/https:\/\/[a-z0-9]+\.execute-api\.us-east-1\.amazonaws\.com/g, apiUrl);

  return [...stacks].flatMap(([stack, template]) =>
    Object.entries(template.Resources ?? {}).map(([id, raw]): Resource => {
      return {
        id,
        stack,
        type: raw.Type,
        label: labelOf(raw, id),
        name: nameOf(stack, id, raw),
        attributes: attributesOf(stack, id),
        properties: resolve(raw.Properties ?? {}, stack) as Properties,
      };
    }),
  );
}

function refuseUnknownTypes(stacks: ReadonlyMap<string, RawTemplate>): void {
  const unknown = [...stacks].flatMap(([stack, template]) =>
    Object.entries(template.Resources ?? {})
      .filter(([, resource]) => !types[resource.Type])
      .map(([id, resource]) => `${resource.Type} (${stack}/${id})`),
  );
  if (unknown.length > 0) {
    throw new TemplateError(
      `the template uses resource types that the local stack does not know: ${unknown.join(", ")}`,
    );
  }
}

/** `clearing-dev-api/Booking/Resource` is called `Booking`. */
function labelOf(raw: RawResource, id: string): string {
  const path = raw.Metadata?.["aws:cdk:path"];
  return typeof path === "string" ? (path.split("/").at(-2) ?? id) : id;
}
