import { TransactGetCommand } from "@aws-sdk/lib-dynamodb";
import type { Item } from "./items.ts";
import type { Key } from "./read.ts";
import { retried } from "./retry.ts";
import type { Store } from "./store.ts";

/**
 * Items by name, all as of one instant; null for a missing item. A decision on several items reads them so: DynamoDB
 * does not isolate single reads, batches and queries from transactions, so they can show half of another change. The
 * items can be in several tables; at most 100. A read that conflicts with a transaction is retried.
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
