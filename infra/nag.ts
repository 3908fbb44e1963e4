import { type App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, HIPAASecurityChecks, ServerlessChecks } from "cdk-nag";
import type { IConstruct } from "constructs";

/** AWS's rule packs for all workloads, for serverless, and for health data. */
export const rulePacks = [AwsSolutionsChecks, ServerlessChecks, HIPAASecurityChecks] as const;

type Acknowledgement = { rules: readonly string[]; reason: string };

/** Findings accepted everywhere: decisions about the whole architecture. */
const everywhere: readonly Acknowledgement[] = [
  {
    rules: ["HIPAA.Security-LambdaInsideVPC"],
    reason:
      "Functions only call DynamoDB, EventBridge, SES and Stripe over TLS and accept no connections, so a VPC would protect nothing.",
  },
  {
    rules: ["HIPAA.Security-LambdaConcurrency"],
    reason:
      "The API is throttled and consumers have a maximum concurrency. Reserved concurrency takes capacity from all other functions, so only the webhook may have it.",
  },
  {
    rules: ["HIPAA.Security-LambdaDLQ", "Serverless-LambdaDLQ"],
    reason:
      "Only schedules invoke functions asynchronously, and those functions have a failure destination. The gateway invokes synchronously; queues and the stream have dead-letter queues.",
  },
  {
    rules: ["Serverless-LambdaEventSourceMappingDestination"],
    reason:
      "An SQS mapping has no failure destination: the queue's redrive policy does the same. The stream's mapping has one.",
  },
  {
    rules: ["HIPAA.Security-CloudWatchLogGroupEncrypted"],
    reason:
      "Logs contain ids, routes and outcomes, never bodies, names or health data. CloudWatch's default encryption is enough.",
  },
  {
    rules: ["HIPAA.Security-IAMNoInlinePolicy"],
    reason: "Each function has a separate role whose policy is not shared. An inline policy is deleted with the role.",
  },
  {
    rules: ["HIPAA.Security-DynamoDBInBackupPlan"],
    reason: "Every table has point-in-time recovery for 35 days and deletion protection, and is retained.",
  },
];

/** Findings accepted at one place, by topic. */
const topics = {
  xray: {
    rules: ["AwsSolutions-IAM5[Resource::*]"],
    reason: "X-Ray's PutTraceSegments and PutTelemetryRecords do not support resource-level permissions.",
  },
  streams: {
    rules: ["AwsSolutions-IAM5"],
    reason:
      "Lambda's stream mapping needs ListStreams, which cannot be limited to one stream. It is limited to the streams of the outbox.",
  },
  mailRecipients: {
    rules: ["AwsSolutions-IAM5"],
    reason:
      "SES's sandbox also requires IAM permission on the recipient's identity. A condition limits sending to the stage's one address.",
  },
  publicRoute: {
    rules: ["AwsSolutions-APIG4"],
    reason:
      "The API's contract makes this route public. It is throttled, and the webhook verifies a signature over the raw body.",
  },
  deadLetters: {
    rules: ["AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"],
    reason: "This is a dead-letter queue. An alarm watches it.",
  },
  secret: {
    rules: ["AwsSolutions-SMG4", "HIPAA.Security-SecretsManagerRotationEnabled"],
    reason:
      "A person rolls Stripe's keys at Stripe. The secret holds two webhook secrets so that rolling needs no downtime.",
  },
  linkSecret: {
    rules: ["AwsSolutions-SMG4", "HIPAA.Security-SecretsManagerRotationEnabled"],
    reason:
      "Links are valid for 30 days or longer, so the operator decides when to rotate. Links signed with the previous value stay valid.",
  },
  secretKey: {
    rules: ["HIPAA.Security-SecretsManagerUsingKMSKey"],
    reason:
      "It protects payments, not health data. The key of Secrets Manager is enough, and infra/grants.ts lists who may read the secret.",
  },
  alarmTopic: {
    rules: ["HIPAA.Security-SNSEncryptedKMS"],
    reason: "Messages contain alarm names and thresholds, no personal data.",
  },
  mfa: {
    rules: ["AwsSolutions-COG2"],
    reason:
      "Clients sign in with one-time codes by email, which Cognito does not allow in a pool that requires a second factor. The staff pool requires one.",
  },
  essentials: {
    rules: ["AwsSolutions-COG8"],
    reason: "Only the production stage has real users to protect from account takeover, and it uses the Plus plan.",
  },
} satisfies Record<string, Acknowledgement>;

/**
 * Accepts, with a written reason, the rule packs' findings on a construct and its children. `finding` is the part after
 * the rule's name if it depends on the stage, such as `[Resource::...]`.
 */
export function acknowledge(construct: IConstruct, topic: keyof typeof topics, finding = ""): void {
  const { rules, reason } = topics[topic];
  add(construct, { rules: rules.map((rule) => rule + finding), reason });
}

function add(construct: IConstruct, { rules, reason }: Acknowledgement): void {
  for (const id of rules) Validations.of(construct).acknowledge({ id, reason });
}

/** Runs AWS's rule packs on each synthesis. A finding without a written reason stops it. */
export function checkWithNag(app: App): void {
  for (const acknowledgement of everywhere) add(app, acknowledgement);
  Validations.of(app).addPlugins(...rulePacks.map((Pack) => new Pack(app)));
}
