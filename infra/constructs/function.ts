import { join } from "node:path";
import { type Duration, Stack, Token } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { type FunctionName, grants, type TableAccess, type TableName, tableNames } from "../grants.ts";
import { acknowledge } from "../nag.ts";
import type { Settings } from "../settings.ts";
import type { Mail } from "./mail.ts";
import { issuerOf, type People } from "./people.ts";

type Bus = { eventBusArn: string; eventBusName: string };
type WorkQueue = { queueArn: string; queueUrl: string };

/** The stack with a stage's lasting resources: tables, keys, secrets, user pools, mail. */
type Kept = Stack & {
  tables: Record<TableName, Table>;
  clinicalKey: IKey;
  stripeSecret: CfnSecret;
  linkSecret: CfnSecret;
  clients: People;
  staff: People;
  mail: Mail;
};

export type ClearingFunctionProps = {
  settings: Settings;
  data: Kept;
  publicUrl: string;
  timeout: Duration;
  memorySize?: number;
  bus?: Bus;
  /** The workers' queues by function name. */
  workQueues?: ReadonlyMap<FunctionName, WorkQueue>;
};

/**
 * One function of the product: the bundle of its name, with a role and an environment that hold exactly what
 * infra/grants.ts lists.
 */
export class ClearingFunction extends LambdaFunction {
  constructor(scope: Construct, name: FunctionName, props: ClearingFunctionProps) {
    const { settings } = props;
    const functionName = `clearing-${settings.stage}-${name}`;
    const logs = new LogGroup(scope, `${name}-logs`, {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: settings.logRetention,
      removalPolicy: settings.logRemoval,
    });
    super(scope, name, {
      functionName,
      description: `Clearing ${settings.stage}: ${name}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(settings.dist, "functions", name)),
      handler: "index.handler",
      memorySize: props.memorySize ?? 1024,
      timeout: props.timeout,
      tracing: Tracing.ACTIVE,
      logGroup: logs,
      loggingFormat: LoggingFormat.JSON,
      role: roleOf(scope, name, logs, props),
      environment: environmentOf(name, props),
      // Stripe's deliveries then do not compete with other functions for concurrency. The reserved executions are taken
      // from the others.
      ...(name === "webhook" &&
        settings.webhookConcurrency !== undefined && { reservedConcurrentExecutions: settings.webhookConcurrency }),
    });
  }
}

function roleOf(scope: Construct, name: FunctionName, logs: LogGroup, props: ClearingFunctionProps): Role {
  const role = new Role(scope, `${name}-role`, {
    description: `Permissions of the function ${name}`,
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
  });
  role.addToPolicy(allow(["logs:CreateLogStream", "logs:PutLogEvents"], [logs.logGroupArn]));
  for (const statement of statementsOf(name, props)) role.addToPolicy(statement);
  acknowledge(role, "xray");
  if (grants[name].mail && props.data.mail.from) acknowledge(role, "mailRecipients", identities(props.data));
  return role;
}

const allow = (actions: string[], resources: string[], conditions?: Record<string, Record<string, unknown>>) =>
  new PolicyStatement({ actions, resources, ...(conditions && { conditions }) });

/**
 * The KMS actions that DynamoDB needs for a table under a customer managed key, with `ReEncrypt*` and
 * `GenerateDataKey*` spelled out.
 */
const keyActions = [
  "kms:Encrypt",
  "kms:Decrypt",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:DescribeKey",
];

/**
 * Restricts the key to requests through DynamoDB in this account and region, so an abused role cannot decrypt anything
 * directly. Source: docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html
 */
const throughDynamoDb = (scope: Construct) => {
  const { region, account } = Stack.of(scope);
  return { StringEquals: { "kms:ViaService": `dynamodb.${region}.amazonaws.com`, "kms:CallerAccount": account } };
};

/** The IAM statements for a function's row in infra/grants.ts. */
function statementsOf(name: FunctionName, { data, bus, workQueues }: ClearingFunctionProps): PolicyStatement[] {
  const row = grants[name];
  const statements = tableNames.flatMap((table) => (row[table] ? tableStatements(table, row[table], data) : []));
  if (row.clinical) statements.push(allow(keyActions, [data.clinicalKey.keyArn], throughDynamoDb(data)));
  if (row.stripe) statements.push(allow(["secretsmanager:GetSecretValue"], [data.stripeSecret.ref]));
  if (row.links) statements.push(allow(["secretsmanager:GetSecretValue"], [data.linkSecret.ref]));
  if (row.mail && data.mail.from) statements.push(sending(data, data.mail.from));
  if (row.bus) statements.push(allow(["events:PutEvents"], [busOf(name, bus).eventBusArn]));
  if (row.handsOut) {
    const queueArns = workQueuesOf(name, workQueues).map(([, { queueArn }]) => queueArn);
    statements.push(allow(["sqs:SendMessage", "sqs:GetQueueAttributes"], queueArns));
  }
  return statements;
}

/**
 * In SES's sandbox, IAM also checks the recipient's identity, which can be any. The condition on the sender's address
 * limits the sending.
 */
function sending(data: Kept, from: string): PolicyStatement {
  const ses = (resource: string, resourceName: string) => data.formatArn({ service: "ses", resource, resourceName });
  const resources = [ses("identity", "*"), ses("configuration-set", data.mail.configurationSetName)];
  return allow(["ses:SendEmail"], resources, { StringEquals: { "ses:FromAddress": from } });
}

/** The resource as the rule pack writes it: values that only a deployment knows are in angle brackets. */
function identities({ partition, region, account }: Kept): string {
  const known = (value: string, parameter: string) => (Token.isUnresolved(value) ? `<AWS::${parameter}>` : value);
  const owner = `${known(region, "Region")}:${known(account, "AccountId")}`;
  return `[Resource::arn:${known(partition, "Partition")}:ses:${owner}:identity/*]`;
}

function tableStatements(name: TableName, row: TableAccess, data: Kept): PolicyStatement[] {
  const { tableArn } = data.tables[name];
  const actions = (list: readonly string[]) => list.map((action) => `dynamodb:${action}`);
  const statements: PolicyStatement[] = [];
  if (row.actions.length > 0) statements.push(allow(actions(row.actions), [tableArn]));
  if (row.indexes) {
    statements.push(
      allow(
        ["dynamodb:Query"],
        row.indexes.map((index) => `${tableArn}/index/${index}`),
      ),
    );
  }
  if (row.where) {
    const keys = row.where.partitions.map((partition) => `${partition}*`);
    const condition = { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys } };
    statements.push(allow(actions(row.where.actions), [tableArn], condition));
  }
  return statements;
}

function environmentOf(name: FunctionName, { settings, data, publicUrl, bus, workQueues }: ClearingFunctionProps) {
  const row = grants[name];
  const tables = tableNames.filter((table) => row[table]);
  return {
    STAGE: settings.stage,
    PUBLIC_URL: publicUrl,
    REPORTING_TIME_ZONE: settings.reportingTimeZone,
    MERCHANT_NAME: settings.merchantName,
    ...Object.fromEntries(tables.map((table) => [`${table.toUpperCase()}_TABLE`, data.tables[table].tableName])),
    ...(row.people && peopleOf(data)),
    ...(row.programs && { SETTLEMENT_CURRENCIES: settings.settlementCurrencies }),
    ...(row.quotes && creditEnvironment(settings)),
    ...(row.clinical && settings.oneClinicianMaySignBoth && { ONE_CLINICIAN_MAY_SIGN_BOTH: "true" }),
    ...(row.holds && settings.holdLimits !== undefined && { HOLD_LIMITS: settings.holdLimits }),
    ...(row.stripe && { STRIPE_SECRET_ARN: data.stripeSecret.ref }),
    ...(row.links && { LINK_SECRET_ARN: data.linkSecret.ref }),
    ...(row.site && settings.siteUrl !== undefined && { SITE_URL: settings.siteUrl }),
    ...(row.mail && mailEnvironment(settings, data)),
    ...(row.bus && { EVENT_BUS: busOf(name, bus).eventBusName }),
    ...(row.handsOut && queueEnvironment(workQueuesOf(name, workQueues))),
  };
}

const peopleOf = ({ clients, staff, region }: Kept) => ({
  CLIENT_ISSUER: issuerOf(clients, region),
  CLIENT_AUDIENCE: clients.client.userPoolClientId,
  STAFF_ISSUER: issuerOf(staff, region),
  STAFF_AUDIENCE: staff.client.userPoolClientId,
});

const creditEnvironment = ({ creditExemptAbove, lateChargeCap }: Settings) => ({
  ...(creditExemptAbove !== undefined && { CREDIT_EXEMPT_ABOVE: creditExemptAbove }),
  ...(lateChargeCap !== undefined && { LATE_CHARGE_CAP_PERCENT: lateChargeCap }),
});

function mailEnvironment({ supportEmail, supportPhone, mailsADay }: Settings, { mail }: Kept) {
  return {
    MAIL_CONFIGURATION_SET: mail.configurationSetName,
    SUPPORT_EMAIL: supportEmail,
    ...(mail.from !== undefined && { MAIL_FROM: mail.from }),
    ...(supportPhone !== undefined && { SUPPORT_PHONE: supportPhone }),
    ...(mailsADay !== undefined && { MAILS_A_DAY: mailsADay }),
  };
}

/** Environment variables such as `DEADLINE_WORKER_QUEUE`: the URL of each worker's queue. */
const queueEnvironment = (queues: readonly [FunctionName, WorkQueue][]) =>
  Object.fromEntries(
    queues.map(([worker, { queueUrl }]) => [`${worker.toUpperCase().replaceAll("-", "_")}_QUEUE`, queueUrl]),
  );

function workQueuesOf(
  name: FunctionName,
  queues: ReadonlyMap<FunctionName, WorkQueue> | undefined,
): [FunctionName, WorkQueue][] {
  if (!queues) throw new Error(`the function ${name} hands out keys: pass it the queues of the workers`);
  return [...queues];
}

function busOf(name: FunctionName, bus: Bus | undefined): Bus {
  if (!bus) throw new Error(`the function ${name} puts events on the bus: pass it the bus`);
  return bus;
}
