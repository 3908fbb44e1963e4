import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { hasCome, instantOf, plusSeconds } from "@clearing/domain/time";
import type { Deps } from "@clearing/runtime/deps";
import { type Key, readItems } from "@clearing/store/read";
import type { DynamoDBRecord } from "aws-lambda";
import { batches, type Message, messageOf, reportUnsendable, sendAndDelete } from "./send.ts";

/**
 * Sends the records of the outbox's stream to the bus and deletes what was sent. Returns the sequence numbers that are
 * still unsent or undeleted; the stream retries everything from the first of them on.
 *
 * A call that can contain repeated records first reads which items are still in the outbox and sends only those, so
 * that one failure repeats no other message. Such calls are an instance's first call, a call after a failure, and a
 * call with a message older than some seconds, which another instance may have failed on or `resend` may have sent.
 * Other calls read nothing, so records on which another instance failed a moment ago can repeat. Every message reaches
 * the bus at least once (I7): a lost answer sends it again.
 */
export function relayTo(bus: EventBridgeClient) {
  // Only this instance knows it.
  let mayRepeat = true;
  return async (records: readonly DynamoDBRecord[], deps: Deps): Promise<readonly string[]> => {
    const looks = mayRepeat;
    mayRepeat = true;
    const unsent = await relay(records, deps, bus, looks);
    mayRepeat = unsent.length > 0;
    return unsent;
  };
}

async function relay(
  records: readonly DynamoDBRecord[],
  deps: Deps,
  bus: EventBridgeClient,
  mayRepeat: boolean,
): Promise<readonly string[]> {
  const unsent: string[] = [];
  const unsendable: unknown[] = [];
  const sequenceNumbers = new Map<Message, readonly string[]>();
  for (const { image, numbers } of latestImages(records)) {
    const message = messageOf((name) => image?.[name]?.S, deps.config.eventBus);
    if (message === null) unsendable.push(image?.pk?.S);
    else sequenceNumbers.set(message, numbers);
  }
  const messages = [...sequenceNumbers.keys()];
  const looks = mayRepeat || messages.some(({ entry }) => isOld(entry, deps));
  for (const call of batches(looks ? await stillThere(messages, deps) : messages)) {
    const { gone, refused } = await sendAndDelete(call, deps, bus);
    for (const message of call) {
      if (refused.has(message)) unsendable.push(message.pk);
      else if (!gone.has(message)) unsent.push(...(sequenceNumbers.get(message) ?? []));
    }
  }
  reportUnsendable(unsendable, deps);
  if (unsent.length > 0) deps.log.metric("OutboxUnsent", unsent.length, "Count");
  return unsent;
}

/** The stream usually takes a second, so an older message has probably been tried before. */
const oldSeconds = 5;

const isOld = ({ Time }: Message["entry"], { clock }: Deps): boolean =>
  hasCome(plusSeconds(instantOf(Time?.getTime() ?? 0), oldSeconds), clock.now());

type Image = NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"];

/**
 * The latest image of each added item, with the sequence numbers of all its records. An item that was deleted and
 * written again appears twice, and no DynamoDB batch may name it twice.
 */
function latestImages(records: readonly DynamoDBRecord[]): Iterable<{ image: Image; numbers: string[] }> {
  const added = new Map<string, { image: Image; numbers: string[] }>();
  for (const { dynamodb } of records.filter(({ eventName }) => eventName === "INSERT")) {
    const image = dynamodb?.NewImage;
    const key = `${image?.pk?.S} ${image?.sk?.S}`;
    added.set(key, { image, numbers: [...(added.get(key)?.numbers ?? []), dynamodb?.SequenceNumber ?? ""] });
  }
  return added.values();
}

const readAtOnce = 100;

/** The messages that are still in the outbox; another call, or `resend`, has sent the others. */
async function stillThere(messages: readonly Message[], { store }: Deps): Promise<Message[]> {
  const found = new Set<string>();
  for (let start = 0; start < messages.length; start += readAtOnce) {
    const wanted: Key[] = messages.slice(start, start + readAtOnce);
    for (const { pk } of await readItems(store, wanted, store.tables.outbox)) found.add(String(pk));
  }
  return messages.filter(({ pk }) => found.has(pk));
}
