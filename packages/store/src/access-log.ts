import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { decodeCursor, encodeCursor } from "@clearing/contracts/cursor";
import { type AccessRecord, accessPut } from "./append-only.ts";
import { type CommitResult, commit } from "./commit.ts";
import { fromItem } from "./items.ts";
import type { Listed } from "./list.ts";
import type { Store } from "./store.ts";

/** Records one read of several bookings (at most 100) in one transaction: all of them or none. */
export const recordAccess = (
  store: Store,
  bookingIds: readonly string[],
  record: AccessRecord,
): Promise<CommitResult<never>> =>
  commit(
    store,
    bookingIds.map((id) => accessPut(store, id, record)),
  );

/** One page of the staff reads of a booking, newest first. The cursor is opaque. */
export async function listAccess(
  store: Store,
  bookingId: string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Listed<AccessRecord>> {
  const pk = `access#${bookingId}`;
  const [after] = decodeCursor(cursor) ?? [];
  const { Items = [], LastEvaluatedKey } = await store.client.send(
    new QueryCommand({
      TableName: store.tables.audit,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": pk },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: limit,
      ExclusiveStartKey: after === undefined ? undefined : { pk, sk: after },
    }),
  );
  const items = Items.map((item) => fromItem<AccessRecord>(item));
  return { items, nextCursor: LastEvaluatedKey === undefined ? null : encodeCursor(String(LastEvaluatedKey.sk)) };
}
