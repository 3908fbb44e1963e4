import type { EventBridgeClient, PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Deps } from "@clearing/runtime/deps";

/** An outbox item on its way to the bus. */
export type Message = { pk: string; sk: string; entry: PutEventsRequestEntry; bytes: number };

const ENTRIES_PER_CALL = 10;
const BYTES_PER_CALL = 256 * 1024;
const DELETES_PER_CALL = 25;
const TRIES = 4;

/** The message that an outbox item's attributes make; null if it is none. */
export function messageOf(text: (attribute: string) => string | undefined, eventBus: string): Message | null {
  const [pk, sk, source, detailType, detail] = ["pk", "sk", "source", "detailType", "detail"].map(text);
  const createdAt = text("createdAt");
  if (!pk || !sk || !source || !detailType || !detail || !createdAt) return null;
  const entry = {
    EventBusName: eventBus,
    Source: source,
    DetailType: detailType,
    Detail: detail,
    Time: new Date(createdAt),
  };
  // How EventBridge counts an entry: 14 bytes for its time, and the three texts.
  const bytes = 14 + Buffer.byteLength(source) + Buffer.byteLength(detailType) + Buffer.byteLength(detail);
  return { pk, sk, entry, bytes };
}

/** The messages by calls of PutEvents: ten entries or 256 KB each. */
export function batches(messages: readonly Message[]): Message[][] {
  const calls: Message[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const last = calls.at(-1);
    if (last === undefined || last.length === ENTRIES_PER_CALL || bytes + message.bytes > BYTES_PER_CALL) {
      calls.push([message]);
      bytes = message.bytes;
    } else {
      last.push(message);
      bytes += message.bytes;
    }
  }
  return calls;
}

/**
 * Has the bus take the messages of one call, then deletes them from the outbox; gives those of which both is done. A
 * lost answer leaves a message to be sent again: at least once (I7).
 */
export async function sendAndDelete(
  call: readonly Message[],
  deps: Deps,
  bus: EventBridgeClient,
): Promise<ReadonlySet<Message>> {
  return deleteSent(await send(call, deps, bus), deps);
}

/** PutEvents succeeds as a whole while single entries fail: only entries without an error were taken. */
async function send(call: readonly Message[], deps: Deps, bus: EventBridgeClient): Promise<Message[]> {
  const sent: Message[] = [];
  let left = [...call];
  for (let attempt = 1; left.length > 0 && attempt <= TRIES; attempt += 1) {
    if (attempt > 1) await pause(deps, attempt);
    try {
      const { Entries = [] } = await bus.send(new PutEventsCommand({ Entries: left.map(({ entry }) => entry) }));
      const taken = (index: number) => Entries[index]?.EventId !== undefined && Entries[index].ErrorCode === undefined;
      sent.push(...left.filter((_, index) => taken(index)));
      left = left.filter((_, index) => !taken(index));
    } catch (error) {
      deps.log.error("the bus did not answer", error, { entries: left.length });
      break;
    }
  }
  return sent;
}

async function deleteSent(sent: readonly Message[], deps: Deps): Promise<ReadonlySet<Message>> {
  const table = deps.store.tables.outbox;
  const deleted = new Set(sent);
  for (let start = 0; start < sent.length; start += DELETES_PER_CALL) {
    const group = sent.slice(start, start + DELETES_PER_CALL);
    const left = await deleteGroup(table, group, deps);
    for (const message of group) if (left.has(message.pk)) deleted.delete(message);
  }
  return deleted;
}

/** The keys that DynamoDB did not delete although asked several times. */
async function deleteGroup(table: string, group: readonly Message[], deps: Deps): Promise<ReadonlySet<string>> {
  let left = group.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }));
  for (let attempt = 1; left.length > 0 && attempt <= TRIES; attempt += 1) {
    if (attempt > 1) await pause(deps, attempt);
    try {
      const { UnprocessedItems } = await deps.store.client.send(
        new BatchWriteCommand({ RequestItems: { [table]: left } }),
      );
      left = (UnprocessedItems?.[table] ?? []) as typeof left;
    } catch (error) {
      deps.log.error("sent messages could not be deleted", error, { messages: left.length });
      break;
    }
  }
  return new Set(left.map(({ DeleteRequest }) => DeleteRequest.Key.pk));
}

const pause = ({ store }: Deps, attempt: number): Promise<void> =>
  store.sleep(store.random() * Math.min(2_000, 50 * 4 ** (attempt - 1)));
