import { type CommitResult, commit, type Guarded } from "./commit.ts";
import type { Item } from "./items.ts";
import { packed, unpacked } from "./packed.ts";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";
import { readTogether } from "./together.ts";

/**
 * The answer to a request that carried an Idempotency-Key, kept in the transaction that had the effect (I10). `scope`
 * names caller, method, path and key; `fingerprint` the body and the query. `expiresAt`: epoch seconds.
 */
export type IdempotencyRecord = {
  scope: string;
  fingerprint: string;
  status: number;
  body: unknown;
  expiresAt: number;
};

/** Answers are kept for 30 days. */
export const keptSeconds = 30 * 24 * 60 * 60;

const key = (scope: string) => ({ pk: `IDEM#${scope}`, sk: "IDEM" });

/** Keeps an answer once. `replayed`: the same request was answered meanwhile; give that answer. */
function idempotencyPut(table: string, record: IdempotencyRecord): Guarded<"replayed"> {
  const { scope, body, ...rest } = record;
  const Item = { ...key(scope), ...rest, body: packed(body) };
  return {
    write: {
      Put: {
        TableName: table,
        Item,
        ConditionExpression: "attribute_not_exists(pk) OR expiresAt <= :now", // I10
        ExpressionAttributeValues: { ":now": record.expiresAt - keptSeconds },
      },
    },
    refusal: "replayed",
  };
}

/** The write of a request's record; none where the request has no key, or where nobody asked. */
export const answerWrites = (table: string, record: IdempotencyRecord | null): Guarded<"replayed">[] =>
  record === null ? [] : [idempotencyPut(table, record)];

/** Keeps the answer to a request that changed nothing, or whose effect was written before. */
export const keepAnswer = (
  store: Store,
  table: string,
  record: IdempotencyRecord | null,
): Promise<CommitResult<"replayed">> | { ok: true } =>
  record === null ? { ok: true } : commit(store, answerWrites(table, record));

/** Where and until when a record is looked for: the table, the scope, and the epoch second of the request. */
type Wanted = { table: string; scope: string; nowSeconds: number };

/** The kept answer, read consistently; null when there is none, or when it is older than `nowSeconds`. */
export async function readIdempotency(store: Store, wanted: Wanted): Promise<IdempotencyRecord | null> {
  const { table, scope } = wanted;
  return readItem(store, { ...key(scope), table }, (item) => recordIn(item, wanted));
}

/**
 * The kept answer once more, before a refusal. Read as a transaction: a request that has seen the effect of another finds
 * its record, though that commit is not yet everywhere.
 */
export async function readIdempotencyAgain(store: Store, wanted: Wanted): Promise<IdempotencyRecord | null> {
  const { found } = await readTogether(store, { found: key(wanted.scope) }, wanted.table);
  return found && recordIn(found, wanted);
}

function recordIn(item: Item, { scope, nowSeconds }: Wanted): IdempotencyRecord | null {
  if (Number(item.expiresAt) <= nowSeconds) return null;
  return {
    scope,
    fingerprint: String(item.fingerprint),
    status: Number(item.status),
    body: unpacked(item.body),
    expiresAt: Number(item.expiresAt),
  };
}
