import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Deps } from "@clearing/runtime/deps";
import { pause } from "@clearing/store/retry";

/** An outbox item as an entry for the bus. */
export type Message = { pk: string; sk: string; entry: PutEventsRequestEntry; bytes: number };

/**
 * The result of sending: `gone` messages are on the bus and deleted, `refused` ones are permanently rejected. All
 * others must be sent again.
 */
export type Sent = { gone: ReadonlySet<Message>; refused: ReadonlySet<Message> };

/** The stream usually takes a second: it has failed on older messages, or given them up. */
export const lateSeconds = 120;

const entriesPerCall = 10;
const bytesPerCall = 256 * 1024;
const deletesPerCall = 25;
const maxCalls = 4;
const pauses = { firstMs: 200, longestMs: 2_000 };

/**
 * Errors that would repeat for the same entry. Sources: PutEventsResultEntry and the common errors in AWS's reference.
 */
const refusedForGood: ReadonlySet<string> = new Set(["MalformedDetail", "InvalidArgument", "ValidationException"]);

/** The message of an outbox item; null if the bus could not accept it. */
export function messageOf(text: (attribute: string) => unknown, eventBus: string): Message | null {
  const attributes = ["pk", "sk", "source", "detailType", "detail", "createdAt"].map(text);
  if (!attributes.every((value) => typeof value === "string" && value !== "")) return null;
  const [pk, sk, source, detailType, detail, createdAt] = attributes as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const time = new Date(createdAt);
  // EventBridge's size of an entry: 14 bytes for its time, and the three texts.
  const bytes = 14 + Buffer.byteLength(source) + Buffer.byteLength(detailType) + Buffer.byteLength(detail);
  if (Number.isNaN(time.getTime()) || bytes > bytesPerCall || !isJsonObject(detail)) return null;
  const entry = { EventBusName: eventBus, Source: source, DetailType: detailType, Detail: detail, Time: time };
  return { pk, sk, entry, bytes };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/**
 * Reports outbox items that can never be sent. They stay in the table for a person to fix. The alarm on this count
 * stays on until then, because `resend` reports them each minute.
 */
export function reportUnsendable(pks: readonly unknown[], { log }: Deps): void {
  for (const pk of pks) log.error("malformed outbox item", null, { outboxId: String(pk) });
  if (pks.length > 0) log.metric("OutboxUnsendable", pks.length, "Count");
}

/** The messages grouped into calls of PutEvents: at most ten entries and 256 KB each. */
export function batches(messages: readonly Message[]): Message[][] {
  const calls: Message[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const last = calls.at(-1);
    if (last === undefined || last.length === entriesPerCall || bytes + message.bytes > bytesPerCall) {
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
 * Sends the messages of one call to the bus, then deletes them from the outbox. A message whose answer was lost is sent
 * again: at least once (I7).
 */
export async function sendAndDelete(call: readonly Message[], deps: Deps, bus: EventBridgeClient): Promise<Sent> {
  const { taken, refused } = await send(call, deps, bus);
  return { gone: await deleteSent(taken, deps), refused: new Set(refused) };
}

type Attempted = { taken: Message[]; refused: Message[] };

/**
 * PutEvents can succeed while single entries fail: only entries without an error were accepted. If a whole call is
 * rejected, it is retried entry by entry, so that one bad entry does not block the others.
 */
async function send(call: readonly Message[], deps: Deps, bus: EventBridgeClient): Promise<Attempted> {
  const taken: Message[] = [];
  const refused: Message[] = [];
  let left = [...call];
  for (let calls = 1; left.length > 0 && calls <= maxCalls; calls += 1) {
    if (calls > 1) await pause(deps.store, calls - 1, pauses);
    try {
      const { Entries = [] } = await bus.send(new PutEventsCommand({ Entries: left.map(({ entry }) => entry) }));
      const unsent: Message[] = [];
      for (const [index, message] of left.entries()) {
        const { EventId, ErrorCode } = Entries[index] ?? {};
        if (EventId !== undefined && ErrorCode === undefined) taken.push(message);
        else if (ErrorCode !== undefined && refusedForGood.has(ErrorCode)) refused.push(message);
        else unsent.push(message);
      }
      left = unsent;
    } catch (error) {
      const isRefusal = error instanceof Error && refusedForGood.has(error.name);
      deps.log.error(isRefusal ? "event bus rejected messages" : "event bus request failed", error, {
        entries: left.length,
      });
      if (isRefusal && left.length === 1) refused.push(...left);
      else if (isRefusal) {
        for (const message of left) {
          const alone = await send([message], deps, bus);
          taken.push(...alone.taken);
          refused.push(...alone.refused);
        }
      }
      break;
    }
  }
  return { taken, refused };
}

async function deleteSent(sent: readonly Message[], deps: Deps): Promise<ReadonlySet<Message>> {
  const table = deps.store.tables.outbox;
  const deleted = new Set(sent);
  for (let start = 0; start < sent.length; start += deletesPerCall) {
    const group = sent.slice(start, start + deletesPerCall);
    const left = await deleteGroup(table, group, deps);
    for (const message of group) if (left.has(message.pk)) deleted.delete(message);
  }
  return deleted;
}

/** The keys that DynamoDB did not delete after several calls. */
async function deleteGroup(table: string, group: readonly Message[], deps: Deps): Promise<ReadonlySet<string>> {
  // DynamoDB rejects a batch that names a key twice.
  const keys = new Map(group.map(({ pk, sk }) => [`${pk} ${sk}`, { pk, sk }]));
  let left = [...keys.values()].map((Key) => ({ DeleteRequest: { Key } }));
  for (let calls = 1; left.length > 0 && calls <= maxCalls; calls += 1) {
    if (calls > 1) await pause(deps.store, calls - 1, pauses);
    try {
      const { UnprocessedItems } = await deps.store.client.send(
        new BatchWriteCommand({ RequestItems: { [table]: left } }),
      );
      left = (UnprocessedItems?.[table] ?? []) as typeof left;
    } catch (error) {
      deps.log.error("deleting sent outbox messages failed", error, { messages: left.length });
      break;
    }
  }
  return new Set(left.map(({ DeleteRequest }) => DeleteRequest.Key.pk));
}
