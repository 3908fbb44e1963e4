import { compilePolicy, type Statement } from "./policy.ts";
import { ACCOUNT, fail, read, type Template, TemplateError } from "./template.ts";
import type { Topology } from "./topology.ts";

/** Statements of each role by its arn: inline, attached by a policy, and managed. */
export function readRoleStatements(template: Template): Map<string, Statement[]> {
  type Document = { Statement: Statement[] };
  const managed = new Map(
    template
      .ofType("AWS::IAM::ManagedPolicy")
      .map((policy) => [policy.attributes.Ref, read<{ PolicyDocument: Document }>(policy).PolicyDocument.Statement]),
  );
  const roles = new Map<string, Statement[]>();
  const arnOf = new Map<string, string>();
  for (const role of template.ofType("AWS::IAM::Role")) {
    const { Policies = [], ManagedPolicyArns = [] } = read<{
      Policies?: { PolicyDocument: Document }[];
      ManagedPolicyArns?: string[];
    }>(role);
    const attached = ManagedPolicyArns.flatMap((arn) => {
      // Logs and traces are not AWS calls here, so the policies that allow them say nothing.
      if (/:policy\/service-role\/AWSLambdaBasicExecutionRole$|:policy\/AWSXRayDaemonWriteAccess$/.test(arn)) return [];
      return managed.get(arn) ?? fail(role, `the managed policy ${arn} is not known to the local stack`);
    });
    roles.set(role.attributes.Arn ?? "", [
      ...Policies.flatMap((policy) => policy.PolicyDocument.Statement),
      ...attached,
    ]);
    arnOf.set(role.name, role.attributes.Arn ?? "");
  }
  for (const policy of [...template.ofType("AWS::IAM::Policy"), ...template.ofType("AWS::IAM::ManagedPolicy")]) {
    const { Roles = [], PolicyDocument } = read<{ Roles?: string[]; PolicyDocument: Document }>(policy);
    for (const name of Roles) roles.get(arnOf.get(name) ?? "")?.push(...PolicyDocument.Statement);
  }
  return roles;
}

/** The services call each other under grants too; one that is missing would show only after a deployment. */
export function checkGrants(template: Template, topology: Topology): void {
  const byId = new Map(topology.functions.map((fn) => [fn.id, fn]));
  const missing: string[] = [];
  for (const mapping of topology.mappings) {
    const fn = byId.get(mapping.functionId);
    const actions = mapping.sourceArn.includes(":sqs:")
      ? ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      : ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"];
    for (const action of actions) {
      if (!fn?.allows(action, mapping.sourceArn)) missing.push(`${fn?.label} may not ${action} its source`);
    }
  }
  const roles = readRoleStatements(template);
  for (const schedule of template.ofType("AWS::Scheduler::Schedule")) {
    const { Target } = read<{ Target: { Arn: string; RoleArn: string } }>(schedule);
    const allows = compilePolicy(roles.get(Target.RoleArn) ?? []);
    if (!allows("lambda:InvokeFunction", Target.Arn)) missing.push(`${schedule.label} may not invoke its function`);
  }
  for (const rule of template.ofType("AWS::Events::Rule")) {
    for (const target of read<{ Targets?: { Arn: string }[] }>(rule).Targets ?? []) {
      if (!target.Arn.includes(":sqs:")) continue;
      if (!queueAccepts(template, target.Arn, rule.attributes.Arn ?? ""))
        missing.push(`${rule.label} may not send to its queue`);
    }
  }
  const invocable = new Set(
    template
      .ofType("AWS::Lambda::Permission")
      .filter((permission) => read<{ Principal: string }>(permission).Principal === "apigateway.amazonaws.com")
      .map((permission) => read<{ FunctionName: string }>(permission).FunctionName),
  );
  for (const id of new Set(topology.routes.map((route) => route.functionId))) {
    const fn = byId.get(id);
    if (fn && !invocable.has(fn.arn) && !invocable.has(fn.name)) missing.push(`the API may not invoke ${fn.label}`);
  }
  if (missing.length > 0) throw new TemplateError(`the template lacks a permission: ${missing.join("; ")}`);
}

function queueAccepts(template: Template, queueArn: string, ruleArn: string): boolean {
  return template.ofType("AWS::SQS::QueuePolicy").some((policy) => {
    const { PolicyDocument } = read<{ PolicyDocument: { Statement: Statement[] } }>(policy);
    const forEvents = PolicyDocument.Statement.filter((statement) =>
      JSON.stringify(statement.Principal)?.includes("events."),
    );
    return compilePolicy(forEvents)("sqs:SendMessage", queueArn, {
      "aws:SourceArn": [ruleArn],
      "aws:SourceAccount": [ACCOUNT],
    });
  });
}
