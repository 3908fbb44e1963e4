import { BatchGetCommand, GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { chain } from "@clearing/domain/audit";
import type { DomainEvent } from "@clearing/domain/event";
import type { Program } from "@clearing/domain/program";
import type { Occasion } from "./booking.ts";
import { type CommitResult, commit } from "./commit.ts";
import { auditPut, outboxPut } from "./facts.ts";
import { type IdempotencyRecord, idempotencyPut } from "./idempotency.ts";
import { fromItem, type Item } from "./items.ts";
import { keys } from "./keys.ts";
import type { Store } from "./store.ts";

export async function readProgram(store: Store, id: string): Promise<Program | null> {
  const { Item } = await store.client.send(
    new GetCommand({ TableName: store.tables.core, Key: keys.program(id), ConsistentRead: true }),
  );
  return Item === undefined ? null : fromItem<Program>(Item);
}

export type Listed<Value> = { items: Value[]; nextCursor: string | null };

/** One page of an index's keys; `cursor` is the place where the last page ended, opaque to its reader. */
export async function listKeys(
  store: Store,
  query: {
    index: "byList" | "byOwner" | "byCohort";
    partition: string;
    from?: string | undefined;
    newestFirst?: boolean;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<Listed<{ pk: string; sk: string }>> {
  const names = {
    byList: ["listPk", "listSk"],
    byOwner: ["ownerPk", "ownerSk"],
    byCohort: ["cohortPk", "cohortSk"],
  } as const;
  const [pk, sk] = names[query.index];
  const { Items, LastEvaluatedKey } = await store.client.send(
    new QueryCommand({
      TableName: store.tables.core,
      IndexName: query.index,
      KeyConditionExpression: query.from === undefined ? "#pk = :pk" : "#pk = :pk AND #sk >= :from",
      ExpressionAttributeNames: query.from === undefined ? { "#pk": pk } : { "#pk": pk, "#sk": sk },
      ExpressionAttributeValues: {
        ":pk": query.partition,
        ...(query.from === undefined ? {} : { ":from": query.from }),
      },
      ScanIndexForward: query.newestFirst !== true,
      Limit: query.limit,
      ExclusiveStartKey: decodeCursor(query.cursor),
    }),
  );
  return {
    items: (Items ?? []).map((item) => ({ pk: String(item.pk), sk: String(item.sk) })),
    nextCursor: LastEvaluatedKey === undefined ? null : encodeCursor(LastEvaluatedKey),
  };
}

const encodeCursor = (key: Item): string => Buffer.from(JSON.stringify(key)).toString("base64url");

/** A cursor that is not one of ours starts from the beginning of nothing: DynamoDB refuses it as invalid. */
function decodeCursor(cursor: string | undefined): Item | undefined {
  if (cursor === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString()) as Item;
  } catch {
    return undefined;
  }
}

/** The items behind keys, in the keys' order; what is gone meanwhile is left out. At most 100. */
export async function readItems(store: Store, wanted: { pk: string; sk: string }[]): Promise<Item[]> {
  const found = new Map<string, Item>();
  let missing: Item[] = wanted.map(({ pk, sk }) => ({ pk, sk }));
  for (let attempt = 0; missing.length > 0; attempt++) {
    if (attempt === 6) throw new Error("the items could not be read: the table keeps throttling");
    if (attempt > 0) await store.sleep(store.random() * 50 * 2 ** attempt);
    const { Responses, UnprocessedKeys } = await store.client.send(
      new BatchGetCommand({ RequestItems: { [store.tables.core]: { Keys: missing, ConsistentRead: true } } }),
    );
    for (const item of Responses?.[store.tables.core] ?? []) found.set(`${item.pk} ${item.sk}`, item);
    missing = UnprocessedKeys?.[store.tables.core]?.Keys ?? [];
  }
  return wanted.flatMap(({ pk, sk }) => {
    const item = found.get(`${pk} ${sk}`);
    return item === undefined ? [] : [item];
  });
}

export async function listPrograms(store: Store, limit: number, cursor?: string): Promise<Listed<Program>> {
  const { items, nextCursor } = await listKeys(store, { index: "byList", partition: "PROGRAMS", limit, cursor });
  const programs = await readItems(store, items);
  return { items: programs.map((item) => fromItem<Program>(item)), nextCursor };
}

const audited = ({ status, publicLabel, currency, placeTypes, deposit, plans, cancellation, screening }: Program) => ({
  status,
  publicLabel,
  currency,
  placeTypes,
  deposit,
  plans,
  cancellation,
  screening,
});

/** Writes a program's next version with its audit record and events; `before` null creates it. */
export async function writeProgram(
  store: Store,
  before: Program | null,
  after: Program,
  events: DomainEvent[],
  occasion: Occasion,
  idempotency: IdempotencyRecord | null,
): Promise<CommitResult<"stale" | "replayed">> {
  const record = chain(before?.auditHash ?? "", {
    subject: { type: "program", id: after.id },
    sequence: after.version,
    at: occasion.now,
    actor: occasion.actor,
    action: occasion.action,
    before: before === null ? null : audited(before),
    after: audited(after),
  });
  const Item = { ...after, auditHash: record.hash, ...keys.program(after.id), listPk: "PROGRAMS", listSk: after.id };
  const unchanged =
    before === null
      ? { ConditionExpression: "attribute_not_exists(pk)" }
      : {
          ConditionExpression: "#version = :version",
          ExpressionAttributeNames: { "#version": "version" },
          ExpressionAttributeValues: { ":version": before.version },
        };
  return commit(store, [
    ...(idempotency === null ? [] : [idempotencyPut(store.tables.core, idempotency)]),
    { write: { Put: { TableName: store.tables.core, Item, ...unchanged } }, refusal: "stale" as const },
    auditPut(store, record),
    ...events.map((event) => outboxPut(store, event, occasion.now)),
  ]);
}
