import { AwsError } from "./aws-error.ts";

/** An entry of `SendMessageBatch`, as far as the local stack knows it. */
export type Entry = { Id?: string; MessageBody?: string; MessageGroupId?: string };

/**
 * SQS's limits of a batch and of a message in a standard queue. Source: SendMessageBatch, its errors and
 * SendMessageBatchRequestEntry at docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference.
 */
const mostEntries = 10;
const mostBytes = 1_048_576;
const id = /^[A-Za-z0-9_-]{1,80}$/;
const groupId = /^[!-~]{1,128}$/;
const known = new Set(["Id", "MessageBody", "MessageGroupId", "MessageDeduplicationId"]);

/** Throws SQS's error for a batch that is refused as a whole. */
export function checkBatch(entries: readonly Entry[]): void {
  if (entries.length === 0) throw new AwsError("EmptyBatchRequest", "There should be at least one entry.");
  if (entries.length > mostEntries) {
    throw new AwsError("TooManyEntriesInBatchRequest", `Maximum number of entries per request are ${mostEntries}.`);
  }
  if (!entries.every(({ Id = "" }) => id.test(Id))) {
    throw new AwsError(
      "InvalidBatchEntryId",
      "A batch entry id has 1 to 80 letters, digits, hyphens and underscores, and no other character.",
    );
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw new AwsError("BatchEntryIdsNotDistinct", "Two or more batch entries have the same Id.");
  }
  const bytes = entries.reduce((sum, { MessageBody = "" }) => sum + Buffer.byteLength(MessageBody), 0);
  if (bytes > mostBytes) {
    throw new AwsError("BatchRequestTooLong", `Batch requests cannot be longer than ${mostBytes} bytes: ${bytes}.`);
  }
  const other = entries.flatMap(Object.keys).find((name) => !known.has(name));
  if (other) throw new AwsError("UnsupportedOperation", `${other} of an entry is not supported by the local stack`);
}

/** SQS's error for one entry; null if the entry is accepted. */
export function entryRefusal(entry: Entry): { Code: string; Message: string } | null {
  const { MessageBody = "", MessageGroupId } = entry;
  if (MessageBody === "")
    return { Code: "MissingParameter", Message: "The request must contain the parameter MessageBody." };
  if (forbidden.test(MessageBody)) return { Code: "InvalidMessageContents", Message: "Invalid characters found." };
  if (MessageGroupId !== undefined && !groupId.test(MessageGroupId)) return invalid("MessageGroupId");
  if ("MessageDeduplicationId" in entry) return invalid("MessageDeduplicationId");
  return null;
}

const invalid = (parameter: string) => ({
  Code: "InvalidParameterValue",
  Message: `The value of ${parameter} is not valid for this queue type.`,
});

/** All but #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF. */
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
