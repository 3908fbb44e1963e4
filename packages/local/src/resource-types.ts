import { type Attributes, account, region } from "./resource.ts";

const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
const nameOnly = (name: string): Attributes => ({ Ref: name });

/** The supported resource types with their `Ref` and `Fn::GetAtt`. Any other type stops the start. */
export const resourceTypes: Record<string, { named?: string; attributes: (name: string, id: string) => Attributes }> = {
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
      Ref: `${region}_${id}`,
      UserPoolId: `${region}_${id}`,
      Arn: arn("cognito-idp", `userpool/${region}_${id}`),
      ProviderName: `cognito-idp.${region}.amazonaws.com/${region}_${id}`,
      ProviderURL: `https://cognito-idp.${region}.amazonaws.com/${region}_${id}`,
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
    attributes: (name) => ({ Ref: name, Arn: `arn:aws:iam::${account}:role/${name}`, RoleId: name }),
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
      Ref: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
      QueueUrl: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
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
const apiHost = (id: string) => `https://${apiId(id)}.execute-api.${region}.amazonaws.com`;
