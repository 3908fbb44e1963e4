import { type CommitResult, commit, type Guarded } from "./commit.ts";
import type { Item } from "./items.ts";
import { packed, unpacked } from "./packed.ts";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";
import { readTogether } from "./together.ts";

/**
 * The stored answer to a request with an Idempotency-Key, committed in the transaction of the effect (I10). `scope`
 * names caller, method, path and key; `fingerprint` covers the body and the query. `expiresAt` is in epoch seconds.
 */
export type IdempotencyRecord = {
  scope: string;
  fingerprint: string;
  status: number;
  body: unknown;
  expiresAt: number;
};

/** Answers are kept for 30 days, in seconds. */
export const keptSeconds = 30 * 24 * 60 * 60;

const key = (scope: string) => ({ pk: `IDEM#${scope}`, sk: "IDEM" });

/** Stores an answer once. Refuses `replayed` if the same request was answered in the meantime; return that answer. */
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

/** The write of a request's idempotency record; none if the request has no key or nobody made a request. */
export const answerWrites = (table: string, record: IdempotencyRecord | null): Guarded<"replayed">[] =>
  record === null ? [] : [idempotencyPut(table, record)];

/** Stores the answer to a request that changed nothing, or whose effect is committed already. */
export const keepAnswer = (
  store: Store,
  table: string,
  record: IdempotencyRecord | null,
): Promise<CommitResult<"replayed">> | { ok: true } =>
  record === null ? { ok: true } : commit(store, answerWrites(table, record));

/** Where to look for a record: table, scope, and the request's time in epoch seconds. */
type Wanted = { table: string; scope: string; nowSeconds: number };

/** The stored answer, read consistently; null if there is none or it expired by `nowSeconds`. */
export async function readIdempotency(store: Store, wanted: Wanted): Promise<IdempotencyRecord | null> {
  const { table, scope } = wanted;
  return readItem(store, { ...key(scope), table }, (item) => recordIn(item, wanted));
}

/**
 * Reads the stored answer once more before a refusal, in a transaction: a request that has seen part of another commit
 * must also see that commit's idempotency record.
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
