import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Guarded } from "./commit.ts";
import type { Store } from "./store.ts";

/**
 * The answer to a request that carried an Idempotency-Key, kept in the transaction that had the effect (I10). `scope`
 * names caller, method, path and key; `fingerprint` the body. `expiresAt`: epoch seconds.
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
export function idempotencyPut(table: string, record: IdempotencyRecord): Guarded<"replayed"> {
  const { scope, body, ...rest } = record;
  const Item = { ...key(scope), ...rest, body: JSON.stringify(body) };
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

/** The kept answer, read consistently; null when there is none, or when it is older than `nowSeconds`. */
export async function readIdempotency(
  store: Store,
  table: string,
  scope: string,
  nowSeconds: number,
): Promise<IdempotencyRecord | null> {
  const { Item } = await store.client.send(new GetCommand({ TableName: table, Key: key(scope), ConsistentRead: true }));
  if (Item === undefined || Number(Item.expiresAt) <= nowSeconds) return null;
  return {
    scope,
    fingerprint: String(Item.fingerprint),
    status: Number(Item.status),
    body: JSON.parse(String(Item.body)),
    expiresAt: Number(Item.expiresAt),
  };
}
