import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { Deps } from "@clearing/runtime/deps";
import type { DynamoDBRecord } from "aws-lambda";
import { batches, type Message, messageOf, sendAndDelete } from "./send.ts";

/**
 * Sends what the outbox's stream brings to the bus and deletes what was sent; answers the sequence numbers of what is
 * still unsent or undeleted. Everything reaches the bus at least once (I7): a lost answer sends it again.
 */
export async function relay(
  records: readonly DynamoDBRecord[],
  deps: Deps,
  bus: EventBridgeClient,
): Promise<readonly string[]> {
  const unsent: string[] = [];
  const sequenceNumbers = new Map<Message, string>();
  for (const { dynamodb } of records.filter(({ eventName }) => eventName === "INSERT")) {
    const sequenceNumber = dynamodb?.SequenceNumber ?? "";
    const message = messageOf((name) => dynamodb?.NewImage?.[name]?.S, deps.config.eventBus);
    if (message !== null) sequenceNumbers.set(message, sequenceNumber);
    else {
      deps.log.error("an outbox item that is no message", null, { sequenceNumber });
      unsent.push(sequenceNumber);
    }
  }
  for (const call of batches([...sequenceNumbers.keys()])) {
    const gone = await sendAndDelete(call, deps, bus);
    unsent.push(...call.filter((message) => !gone.has(message)).map((message) => sequenceNumbers.get(message) ?? ""));
  }
  if (unsent.length > 0) deps.log.metric("OutboxUnsent", unsent.length, "Count");
  return unsent;
}
