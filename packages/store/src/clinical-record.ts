import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Evaluation, Withdrawal } from "@clearing/domain/screening";
import type { Instant } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import { fromItem } from "./items.ts";
import { queryItems } from "./read.ts";
import type { Store } from "./store.ts";

const record = (bookingId: string) => `SCR#${bookingId}`;

/** All evaluations of a booking, newest first. */
export async function readEvaluations(store: Store, bookingId: string): Promise<Evaluation[]> {
  const items = queryItems(store, {
    TableName: store.tables.clinical,
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: { ":pk": record(bookingId), ":prefix": "EVL#" },
    ScanIndexForward: false,
    ConsistentRead: true,
  });
  return Array.fromAsync(items, fromItem<Evaluation>);
}

export type ClinicalItem = { evaluation: Evaluation } | { withdrawal: Withdrawal };

export function clinicalPut(store: Store, bookingId: string, item: ClinicalItem): Guarded<never> {
  const [prefix, content] = "evaluation" in item ? ["EVL", item.evaluation] : ["WDR", item.withdrawal];
  const Item = { ...content, pk: record(bookingId), sk: `${prefix}#${content.at}#${content.id}` };
  return {
    write: { Put: { TableName: store.tables.clinical, Item, ConditionExpression: "attribute_not_exists(pk)" } },
  };
}

/** Records who read which part of a clinical record, when and why. The caller writes this before it answers. */
export async function logAccess(
  store: Store,
  access: { id: string; bookingId: string; by: string; purpose: string; what: string; at: Instant },
): Promise<void> {
  const Item = { ...access, pk: record(access.bookingId), sk: `ACCESS#${access.at}#${access.id}` };
  await store.client.send(new PutCommand({ TableName: store.tables.clinical, Item }));
}
