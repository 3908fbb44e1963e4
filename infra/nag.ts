import { type App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, HIPAASecurityChecks, ServerlessChecks } from "cdk-nag";
import type { IConstruct } from "constructs";

/** AWS's rules for any workload, for functions, and for health data. */
export const rulePacks = [AwsSolutionsChecks, ServerlessChecks, HIPAASecurityChecks] as const;

type Acknowledgement = { rules: readonly string[]; reason: string };

/** Findings that stand wherever they occur: decisions about the whole architecture. */
const everywhere: readonly Acknowledgement[] = [
  {
    rules: ["HIPAA.Security-LambdaInsideVPC"],
    reason:
      "Functions reach DynamoDB, EventBridge, SES and Stripe over TLS and listen to nobody; there is no network of our own to keep them in.",
  },
  {
    rules: ["HIPAA.Security-LambdaConcurrency"],
    reason:
      "The API is throttled and consumers have a maximum concurrency; only the webhook may have a reservation, which takes from all others.",
  },
  {
    rules: ["HIPAA.Security-LambdaDLQ", "Serverless-LambdaDLQ"],
    reason:
      "Only schedules invoke asynchronously, and what they call has a destination for failures; the gateway waits, queues and the stream have dead-letter queues.",
  },
  {
    rules: ["Serverless-LambdaEventSourceMappingDestination"],
    reason:
      "A mapping from SQS has no destination of its own: the queue's redrive policy is it. The stream's mapping has one.",
  },
  {
    rules: ["HIPAA.Security-CloudWatchLogGroupEncrypted"],
    reason:
      "Logs hold ids, routes and outcomes, never bodies, names or health facts; CloudWatch's own encryption is enough.",
  },
  {
    rules: ["HIPAA.Security-IAMNoInlinePolicy"],
    reason:
      "Each function has a role of its own and nobody shares its policy: inline, it lives and dies with the role.",
  },
  {
    rules: ["HIPAA.Security-DynamoDBInBackupPlan"],
    reason:
      "Point-in-time recovery reaches back 35 days on every table, which also have deletion protection and are retained.",
  },
];

/** Findings that stand at one place, by topic. */
const topics = {
  xray: {
    rules: ["AwsSolutions-IAM5[Resource::*]"],
    reason: "X-Ray's PutTraceSegments and PutTelemetryRecords know no resource.",
  },
  streams: {
    rules: ["AwsSolutions-IAM5"],
    reason:
      "ListStreams, which Lambda asks for with a stream's mapping, knows no single stream: all those of the outbox.",
  },
  mailRecipients: {
    rules: ["AwsSolutions-IAM5"],
    reason:
      "SES's sandbox asks IAM for the recipient's identity too; a condition bounds the sending to the stage's one address.",
  },
  publicRoute: {
    rules: ["AwsSolutions-APIG4"],
    reason: "Public by the API's contract; throttled, and the webhook checks a signature over the raw body itself.",
  },
  deadLetters: {
    rules: ["AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"],
    reason: "It is where undelivered messages end; an alarm watches it.",
  },
  secret: {
    rules: ["AwsSolutions-SMG4", "HIPAA.Security-SecretsManagerRotationEnabled"],
    reason:
      "Stripe's keys are rolled at Stripe, by a person; the secret holds two webhook secrets so that this needs no outage.",
  },
  linkSecret: {
    rules: ["AwsSolutions-SMG4", "HIPAA.Security-SecretsManagerRotationEnabled"],
    reason:
      "Links live for 30 days, so a rotation is an operator's decision; the value before it is accepted for as long.",
  },
  secretKey: {
    rules: ["HIPAA.Security-SecretsManagerUsingKMSKey"],
    reason:
      "It guards money, not health facts; Secrets Manager's own key is enough, and who may read it is in infra/access.ts.",
  },
  alarmTopic: {
    rules: ["HIPAA.Security-SNSEncryptedKMS"],
    reason: "It carries names of alarms and thresholds, nothing about anybody.",
  },
  mfa: {
    rules: ["AwsSolutions-COG2"],
    reason:
      "Cognito excludes one-time codes by e-mail, which clients sign in with, from pools where a second factor is required; it is in the staff's.",
  },
  essentials: {
    rules: ["AwsSolutions-COG8"],
    reason: "Only the production stage has real people to protect from account takeover, and it is on the plus plan.",
  },
} satisfies Record<string, Acknowledgement>;

/**
 * Acknowledges, with its written reason, what the packs find about a construct and what is under it. `finding` is what a
 * rule says beyond its name where that depends on the stage, such as `[Resource::...]`.
 */
export function acknowledge(construct: IConstruct, topic: keyof typeof topics, finding = ""): void {
  const { rules, reason } = topics[topic];
  add(construct, { rules: rules.map((rule) => rule + finding), reason });
}

function add(construct: IConstruct, { rules, reason }: Acknowledgement): void {
  for (const id of rules) Validations.of(construct).acknowledge({ id, reason });
}

/** Has AWS's own rule packs judge each synth: a finding without a written reason stops it. */
export function checkWithNag(app: App): void {
  for (const acknowledgement of everywhere) add(app, acknowledgement);
  Validations.of(app).addPlugins(...rulePacks.map((Pack) => new Pack(app)));
}
