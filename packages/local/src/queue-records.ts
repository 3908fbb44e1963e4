import { createHash } from "node:crypto";
import type { Message } from "./messages.ts";
import { region } from "./resource.ts";
import type { QueueSpec } from "./topology.ts";

/** A message as Lambda's event record. */
export function recordOf(queue: QueueSpec, message: Message) {
  return {
    messageId: message.id,
    receiptHandle: `${message.id}#${message.receives}`,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receives),
      SentTimestamp: String(message.sentAt),
      SenderId: "events.amazonaws.com",
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      ...(message.groupId !== null && { MessageGroupId: message.groupId }),
    },
    messageAttributes: {},
    md5OfBody: createHash("md5").update(message.body).digest("hex"),
    eventSource: "aws:sqs",
    eventSourceARN: queue.arn,
    awsRegion: region,
  };
}

/** A record as a mapping's filter sees it: its body is parsed if it is JSON. */
export function filteredBy(record: ReturnType<typeof recordOf>): object {
  try {
    return { ...record, body: JSON.parse(record.body) };
  } catch {
    return record;
  }
}
