import { Duration } from "aws-cdk-lib";
import type { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { type DeadLetterQueue, Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct, IConstruct } from "constructs";
import { acknowledge } from "../nag.ts";

/** When the queue's alarm fires: its oldest message has waited this many seconds, or it holds this many messages. */
export type QueueAlarm =
  | { on: "age"; seconds: number; says: string }
  | { on: "letters"; messages: number; says: string };

type WatchedQueueProps = {
  queueName: string;
  alarm: QueueAlarm;
  visibilityTimeout?: Duration;
  deadLetterQueue?: DeadLetterQueue;
};

/**
 * A queue with its alarm. The operations stack creates an alarm for every queue of the app, and lint refuses a plain
 * `Queue` elsewhere, so every queue has an alarm.
 */
export class WatchedQueue extends Queue {
  readonly alarm: QueueAlarm;

  constructor(scope: Construct, id: string, { alarm, ...props }: WatchedQueueProps) {
    super(scope, id, {
      ...props,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.alarm = alarm;
  }

  /** The metric of the alarm, per minute, and its threshold. */
  get watched(): { metric: Metric; threshold: number } {
    const period = Duration.minutes(1);
    return this.alarm.on === "age"
      ? { metric: this.metricApproximateAgeOfOldestMessage({ period }), threshold: this.alarm.seconds }
      : { metric: this.metricApproximateNumberOfMessagesVisible({ period }), threshold: this.alarm.messages };
  }
}

/** Every queue below a construct. */
export const queuesIn = ({ node }: IConstruct): WatchedQueue[] =>
  node.findAll().filter((construct) => construct instanceof WatchedQueue);

/** A dead-letter queue. It keeps messages as long as SQS can; its alarm fires on the first one. */
export function deadLetterQueue(scope: Construct, id: string, queueName: string): WatchedQueue {
  const says = "a message failed repeatedly: docs/architecture.md says what is lost and what to do";
  const alarm = { on: "letters", messages: 1, says } as const;
  const queue = new WatchedQueue(scope, id, { queueName, alarm });
  acknowledge(queue, "deadLetters");
  return queue;
}

/** A consumer's queue with its dead-letter queue. */
export function consumerQueue(
  scope: Construct,
  id: string,
  props: { queueName: string; visibilityTimeout: Duration; maxReceiveCount: number },
): { queue: WatchedQueue; dead: WatchedQueue } {
  const { queueName, visibilityTimeout, maxReceiveCount } = props;
  const dead = deadLetterQueue(scope, `${id}-dead`, `${queueName}-dead`);
  const queue = new WatchedQueue(scope, `${id}-queue`, {
    queueName,
    visibilityTimeout,
    deadLetterQueue: { queue: dead, maxReceiveCount },
    alarm: {
      on: "age",
      seconds: 15 * 60,
      says: "the oldest message is 15 minutes old. The consumer fails, is throttled or is too slow: check its log",
    },
  });
  return { queue, dead };
}
