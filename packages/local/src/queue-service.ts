import { createHash, randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { AwsCall, AwsService } from "./aws-endpoint.ts";
import { type AwsAnswer, AwsError, requireGrant } from "./aws-error.ts";
import { atomically } from "./data-folder.ts";
import { checkBatch, type Entry, entryRefusal } from "./message-limits.ts";
import type { Counts } from "./messages.ts";
import type { Queues } from "./queues.ts";
import type { QueueSpec } from "./topology.ts";

type Options = { db: DatabaseSync; specs: readonly QueueSpec[]; queues: Queues };

/** The attributes of `GetQueueAttributes`. All counts are exact here. */
const told = new Map<string, keyof Counts>([
  ["ApproximateNumberOfMessages", "visible"],
  ["ApproximateNumberOfMessagesNotVisible", "inFlight"],
  ["ApproximateNumberOfMessagesDelayed", "delayed"],
]);

/** SQS for functions: `SendMessageBatch`, and the message counts of `GetQueueAttributes`. */
export function createQueueService({ db, specs, queues }: Options): AwsService {
  const byUrl = new Map(specs.map((queue) => [queue.url, queue]));

  /** The queue that a request names. Throws if its caller may not do this or the queue does not exist. */
  function queueOf({ fn }: AwsCall, action: string, url = ""): QueueSpec {
    const queue = byUrl.get(url);
    requireGrant(fn, `sqs:${action}`, queue?.arn ?? url);
    if (!queue) throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
    return queue;
  }

  function sendBatch(queue: QueueSpec, entries: readonly Entry[]) {
    checkBatch(entries);
    const results = atomically(db, () => entries.map((entry) => send(queue, entry)));
    queues.wake();
    return {
      Successful: results.filter((result) => "MessageId" in result),
      Failed: results.filter((result) => "Code" in result),
    };
  }

  function send({ arn }: QueueSpec, entry: Entry) {
    const { Id, MessageBody = "", MessageGroupId } = entry;
    const refusal = entryRefusal(entry);
    if (refusal !== null) return { Id, ...refusal, SenderFault: true };
    queues.insert(arn, MessageBody, MessageGroupId);
    return { Id, MessageId: randomUUID(), MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex") };
  }

  function attributesOf(queue: QueueSpec, names: readonly string[]): Record<string, string> {
    const counts = queues.counts(queue.arn);
    return Object.fromEntries(
      names.map((name) => {
        const count = told.get(name);
        if (!count) throw new AwsError("InvalidAttributeName", `${name} is not supported by the local stack`);
        return [name, String(counts[count])];
      }),
    );
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
        return answer({ Attributes: attributesOf(queue, input.AttributeNames ?? []) });
      }
      default:
        throw new AwsError("UnknownOperationException", `${call.operation} is not supported`);
    }
  };
}

const answer = (body: object): AwsAnswer => ({ status: 200, body: JSON.stringify(body) });
