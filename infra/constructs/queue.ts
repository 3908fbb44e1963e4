import { Duration } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { acknowledge } from "../nag.ts";

/** What nobody could handle is kept as long as SQS can keep it: an alarm has told somebody long before. */
export function deadLetterQueue(scope: Construct, id: string, queueName: string): Queue {
  const queue = new Queue(scope, id, {
    queueName,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  acknowledge(queue, "deadLetters");
  return queue;
}

/** A consumer's queue with its dead-letter queue. */
export function consumerQueue(
  scope: Construct,
  id: string,
  props: { queueName: string; visibilityTimeout: Duration; maxReceiveCount: number },
): { queue: Queue; dead: Queue } {
  const dead = deadLetterQueue(scope, `${id}-dead`, `${props.queueName}-dead`);
  const queue = new Queue(scope, `${id}-queue`, {
    queueName: props.queueName,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    visibilityTimeout: props.visibilityTimeout,
    retentionPeriod: Duration.days(14),
    deadLetterQueue: { queue: dead, maxReceiveCount: props.maxReceiveCount },
  });
  return { queue, dead };
}
