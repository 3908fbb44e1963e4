import { createHash, randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { AwsCall, AwsService } from "./aws-endpoint.ts";
import { type AwsAnswer, AwsError, requireGrant } from "./aws-error.ts";
import { atomically } from "./data-folder.ts";
import type { Queues } from "./queues.ts";
import type { QueueSpec } from "./topology.ts";

type Options = { db: DatabaseSync; specs: readonly QueueSpec[]; queues: Queues };
type Entry = { Id?: string; MessageBody?: string; MessageGroupId?: string; MessageDeduplicationId?: string };

const MAX_ENTRIES = 10;
const WAITING = "ApproximateNumberOfMessages";

/** SQS for functions: `SendMessageBatch`, and how many messages wait by `GetQueueAttributes`. */
export function createQueueService({ db, specs, queues }: Options): AwsService {
  const byUrl = new Map(specs.map((queue) => [queue.url, queue]));

  /** The queue that a request names, if its caller may do this with it. */
  function queueOf({ fn }: AwsCall, action: string, url = ""): QueueSpec {
    const queue = byUrl.get(url);
    requireGrant(fn, `sqs:${action}`, queue?.arn ?? url);
    if (!queue) throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
    return queue;
  }

  function sendBatch(queue: QueueSpec, entries: readonly Entry[]) {
    if (entries.length === 0) throw new AwsError("EmptyBatchRequest", "There should be at least one entry.");
    if (entries.length > MAX_ENTRIES) {
      throw new AwsError("TooManyEntriesInBatchRequest", `Maximum number of entries per request are ${MAX_ENTRIES}.`);
    }
    if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
      throw new AwsError("BatchEntryIdsNotDistinct", "Two or more batch entries have the same Id.");
    }
    const results = atomically(db, () => entries.map((entry) => send(queue, entry)));
    queues.wake();
    return {
      Successful: results.filter((result) => "MessageId" in result),
      Failed: results.filter((result) => "Code" in result),
    };
  }

  function send({ arn, fifo }: QueueSpec, { Id, MessageBody = "", MessageGroupId, MessageDeduplicationId }: Entry) {
    const failed = (Code: string, Message: string) => ({ Id, Code, Message, SenderFault: true });
    if (MessageBody === "") return failed("MissingParameter", "The request must contain the parameter MessageBody.");
    if (!fifo) queues.insert(arn, MessageBody);
    else if (!MessageGroupId) {
      return failed("MissingParameter", "The request must contain the parameter MessageGroupId.");
    } else if (!MessageDeduplicationId) {
      return failed("InvalidParameterValue", "The queue should have ContentBasedDeduplication enabled or an id given.");
    } else queues.insert(arn, MessageBody, { groupId: MessageGroupId, deduplicationId: MessageDeduplicationId });
    return { Id, MessageId: randomUUID(), MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex") };
  }

  return async (call) => {
    const input = JSON.parse(call.body.toString()) as {
      QueueUrl?: string;
      Entries?: Entry[];
      AttributeNames?: string[];
    };
    switch (call.operation.split(".").at(-1)) {
      case "SendMessageBatch":
        return answer(sendBatch(queueOf(call, "SendMessage", input.QueueUrl), input.Entries ?? []));
      case "GetQueueAttributes": {
        const queue = queueOf(call, "GetQueueAttributes", input.QueueUrl);
        const unknown = input.AttributeNames?.find((name) => name !== WAITING);
        if (unknown) throw new AwsError("InvalidAttributeName", `${unknown} is not known to the local stack`);
        return answer({ Attributes: { [WAITING]: String(queues.waiting(queue.arn)) } });
      }
      default:
        throw new AwsError("UnknownOperationException", `${call.operation} is not known`);
    }
  };
}

const answer = (body: object): AwsAnswer => ({ status: 200, body: JSON.stringify(body) });
