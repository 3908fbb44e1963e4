import { TransactGetCommand } from "@aws-sdk/lib-dynamodb";
import type { Item } from "./items.ts";
import type { Key } from "./read.ts";
import { retried } from "./retry.ts";
import type { Store } from "./store.ts";

/**
 * Items as they all were at one instant, by name; null where there is none. A decision on several items reads them so:
 * one after the other (or in a batch or a query, which DynamoDB does not isolate from transactions) they may show half
 * of another's change. They may be of several tables. At most 100; a read that meets a transaction in flight is tried again.
 */
export async function readTogether<Name extends string>(
  store: Store,
  wanted: Record<Name, Key & { table?: string }>,
  usualTable = store.tables.core,
): Promise<Record<Name, Item | null>> {
  const names = Object.keys(wanted) as Name[];
  const command = new TransactGetCommand({
    TransactItems: names.map((name) => {
      const { table: TableName = usualTable, ...Key } = wanted[name];
      return { Get: { TableName, Key } };
    }),
  });
  const { Responses = [] } = await retried(store, () => store.client.send(command));
  return Object.fromEntries(names.map((name, index) => [name, Responses[index]?.Item ?? null])) as Record<
    Name,
    Item | null
  >;
}
