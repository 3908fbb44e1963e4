import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { commit } from "./commit.ts";
import { keys } from "./keys.ts";
import type { Store } from "./store.ts";

/** A client's customer at Stripe; `customerId` is null while it has been asked for and not been heard of. */
export type Customer = { sub: string; email: string; customerId: string | null };

export async function readCustomer(store: Store, sub: string): Promise<Customer | null> {
  const { Item } = await store.client.send(
    new GetCommand({ TableName: store.tables.core, Key: keys.customer(sub), ConsistentRead: true }),
  );
  return Item === undefined ? null : { sub, email: String(Item.email), customerId: Item.customerId ?? null };
}

/** Records that a customer will be asked for, with the address it is asked for with; whoever was first decides it. */
export async function requestCustomer(store: Store, { sub, email }: { sub: string; email: string }): Promise<Customer> {
  await commit(store, [
    {
      write: {
        Put: {
          TableName: store.tables.core,
          Item: { ...keys.customer(sub), sub, email },
          ConditionExpression: "attribute_not_exists(pk)",
        },
      },
      refusal: "stale",
    },
  ]);
  const customer = await readCustomer(store, sub);
  if (customer === null) throw new Error(`the customer of ${sub} could not be requested`);
  return customer;
}

export async function recordCustomer(
  store: Store,
  sub: string,
  customerId: string,
): Promise<{ ok: true; customerId: string } | { ok: false; reason: "conflict" }> {
  const result = await commit(store, [
    {
      write: {
        Update: {
          TableName: store.tables.core,
          Key: keys.customer(sub),
          UpdateExpression: "SET customerId = :id",
          ConditionExpression: "attribute_not_exists(customerId) OR customerId = :id",
          ExpressionAttributeValues: { ":id": customerId },
        },
      },
      refusal: "stale",
    },
  ]);
  if (result.ok) return { ok: true, customerId };
  const known = result.reason === "stale" ? await readCustomer(store, sub) : null;
  return known?.customerId ? { ok: true, customerId: known.customerId } : { ok: false, reason: "conflict" };
}
