import { compilePolicy, type Statement } from "./policy.ts";
import { account, fail, read, TemplateError } from "./resource.ts";
import type { Template } from "./template.ts";
import type { Topology } from "./topology.ts";

/** The statements of each role by ARN: inline and attached ones. */
export function readRoleStatements(template: Template): Map<string, Statement[]> {
  type Document = { Statement: Statement[] };
  const roles = new Map<string, Statement[]>();
  const arnOf = new Map<string, string>();
  for (const role of template.ofType("AWS::IAM::Role")) {
    type Properties = { Policies?: { PolicyDocument: Document }[]; ManagedPolicyArns?: string[] };
    const { Policies = [], ManagedPolicyArns } = read<Properties>(role);
    if (ManagedPolicyArns) fail(role, "managed policies are not supported by the local stack");
    const arn = role.attributes.Arn ?? "";
    roles.set(
      arn,
      Policies.flatMap((policy) => policy.PolicyDocument.Statement),
    );
    arnOf.set(role.name, arn);
  }
  for (const policy of template.ofType("AWS::IAM::Policy")) {
    const { Roles, PolicyDocument } = read<{ Roles: string[]; PolicyDocument: Document }>(policy);
    for (const name of Roles) roles.get(arnOf.get(name) ?? "")?.push(...PolicyDocument.Statement);
  }
  return roles;
}

/** Checks the grants between services. A missing one would otherwise show only after a deployment. */
export function checkGrants(template: Template, topology: Topology): void {
  const missing = [
    ...ofMappings(topology),
    ...ofDestinations(topology),
    ...ofSchedules(template),
    ...ofRules(template),
    ...ofAlarms(template),
    ...ofSubscriptions(template),
    ...ofRoutes(template, topology),
  ];
  if (missing.length > 0) throw new TemplateError(`the template lacks a permission: ${missing.join("; ")}`);
}

function ofMappings({ functions, mappings }: Topology): string[] {
  return mappings.flatMap(({ functionId, sourceArn }) => {
    const fn = functions.find(({ id }) => id === functionId);
    const actions = sourceArn.includes(":sqs:")
      ? ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      : ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"];
    return actions
      .filter((action) => !fn?.allows(action, sourceArn))
      .map((action) => `${fn?.label} may not ${action} its source`);
  });
}

/** Lambda reports failures of a stream's mapping and of a schedule's call under the function's role. */
function ofDestinations({ functions, mappings, schedules }: Topology): string[] {
  return [...mappings, ...schedules].flatMap(({ functionId, onFailureArn }) => {
    const fn = functions.find(({ id }) => id === functionId);
    if (onFailureArn === undefined || fn?.allows("sqs:SendMessage", onFailureArn)) return [];
    return [`${fn?.label} may not sqs:SendMessage to its destination`];
  });
}

function ofSchedules(template: Template): string[] {
  const roles = readRoleStatements(template);
  return template.ofType("AWS::Scheduler::Schedule").flatMap((schedule) => {
    type Target = { Arn: string; RoleArn: string; DeadLetterConfig?: { Arn: string } };
    const { Arn, RoleArn, DeadLetterConfig: dead } = read<{ Target: Target }>(schedule).Target;
    const allows = compilePolicy(roles.get(RoleArn) ?? []);
    return [
      ...(allows("lambda:InvokeFunction", Arn) ? [] : [`${schedule.label} may not invoke its function`]),
      ...(!dead || allows("sqs:SendMessage", dead.Arn)
        ? []
        : [`${schedule.label} may not send to its dead-letter queue`]),
    ];
  });
}

function ofRules(template: Template): string[] {
  const statements = statementsOf(template, "AWS::SQS::QueuePolicy");
  return template.ofType("AWS::Events::Rule").flatMap((rule) => {
    const source = rule.attributes.Arn ?? "";
    const refused = (arn: string | undefined) =>
      arn?.includes(":sqs:") && !accepts(statements, "events", "sqs:SendMessage", arn, source);
    type Target = { Arn: string; DeadLetterConfig?: { Arn: string } };
    return (read<{ Targets?: Target[] }>(rule).Targets ?? []).flatMap(({ Arn, DeadLetterConfig }) => [
      ...(refused(Arn) ? [`${rule.label} may not send to its queue`] : []),
      ...(refused(DeadLetterConfig?.Arn) ? [`${rule.label} may not send to its dead-letter queue`] : []),
    ]);
  });
}

/**
 * A topic without a policy has SNS's default, under which the account's alarms may publish. A policy replaces that
 * default.
 */
function ofAlarms(template: Template): string[] {
  const policies = template.ofType("AWS::SNS::TopicPolicy");
  const hasPolicy = new Set(policies.flatMap((policy) => read<{ Topics: string[] }>(policy).Topics));
  const statements = statementsOf(template, "AWS::SNS::TopicPolicy");
  return template.ofType("AWS::CloudWatch::Alarm").flatMap((alarm) => {
    const source = alarm.attributes.Arn ?? "";
    const refusing = (topic: string) =>
      hasPolicy.has(topic) && !accepts(statements, "cloudwatch", "sns:Publish", topic, source);
    return (read<{ AlarmActions?: string[] }>(alarm).AlarmActions ?? [])
      .filter(refusing)
      .map(() => `${alarm.label} may not publish to its topic`);
  });
}

function ofSubscriptions(template: Template): string[] {
  const statements = statementsOf(template, "AWS::SQS::QueuePolicy");
  return template.ofType("AWS::SNS::Subscription").flatMap((subscription) => {
    type Properties = { TopicArn: string; RedrivePolicy?: { deadLetterTargetArn: string } };
    const { TopicArn, RedrivePolicy } = read<Properties>(subscription);
    const dead = RedrivePolicy?.deadLetterTargetArn;
    if (dead === undefined || accepts(statements, "sns", "sqs:SendMessage", dead, TopicArn)) return [];
    return [`the subscription ${subscription.label} may not send to its dead-letter queue`];
  });
}

function ofRoutes(template: Template, { functions, routes }: Topology): string[] {
  const invocable = new Set(
    template
      .ofType("AWS::Lambda::Permission")
      .filter((permission) => read<{ Principal: string }>(permission).Principal === "apigateway.amazonaws.com")
      .map((permission) => read<{ FunctionName: string }>(permission).FunctionName),
  );
  const behind = new Set(
    routes.flatMap(({ functionId, authorizer }) =>
      authorizer?.kind === "function" ? [functionId, authorizer.functionId] : [functionId],
    ),
  );
  return functions
    .filter(({ id, arn, name }) => behind.has(id) && !invocable.has(arn) && !invocable.has(name))
    .map(({ label }) => `the API may not invoke ${label}`);
}

const statementsOf = (template: Template, type: string): Statement[] =>
  template
    .ofType(type)
    .flatMap((policy) => read<{ PolicyDocument: { Statement: Statement[] } }>(policy).PolicyDocument.Statement);

/** Whether the resource's policy lets an AWS service act on it for the resource `source`. */
function accepts(
  statements: readonly Statement[],
  service: string,
  action: string,
  resource: string,
  source: string,
): boolean {
  const principals = ({ Principal }: Statement) => JSON.stringify(Principal) ?? "";
  const applying = statements.filter(
    (statement) => /"\*"/.test(principals(statement)) || principals(statement).includes(`"${service}.amazonaws.com"`),
  );
  return compilePolicy(applying)(action, resource, { "aws:SourceArn": [source], "aws:SourceAccount": [account] });
}
