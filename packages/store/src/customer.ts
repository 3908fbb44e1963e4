import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { Failure } from "@clearing/domain/failure";
import type { Instant } from "@clearing/domain/time";
import { conditionHeld } from "./condition.ts";
import { keys } from "./keys.ts";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";

/**
 * A client's Stripe customer. `id` is ours: the idempotency key of its creation and the metadata it is found by.
 * `email` is the address as first sent to Stripe. `customerId` is null until Stripe's answer is recorded.
 */
export type Customer = { id: string; email: string; requestedAt: Instant; customerId: string | null };

type StoredCustomer = Omit<Customer, "customerId"> & { customerId?: string };

export async function readCustomer(store: Store, email: string): Promise<Customer | null> {
  return readItem(store, keys.customer(email), (item) => {
    const { id, email, requestedAt, customerId = null } = item as StoredCustomer;
    return { id, email, requestedAt, customerId };
  });
}

/**
 * Records, before asking Stripe, that a customer will be created and with which values. The first request wins; later
 * ones get its record.
 */
export async function requestCustomer(
  store: Store,
  { id, email, requestedAt }: Omit<Customer, "customerId">,
): Promise<Customer> {
  const put = new PutCommand({
    TableName: store.tables.core,
    Item: { ...keys.customer(email), id, email, requestedAt },
    ConditionExpression: "attribute_not_exists(pk)",
  });
  const isFirst = await conditionHeld(store.client.send(put));
  return isFirst ? { id, email, requestedAt, customerId: null } : customerRequested(store, email);
}

/**
 * Replaces a customer that was deleted at Stripe, or never created, by one under a new id. Of two concurrent callers
 * the second gets the first one's replacement.
 */
export async function replaceCustomer(
  store: Store,
  { id, email, customerId }: Customer,
  next: { id: string; requestedAt: Instant },
): Promise<Customer> {
  const update = new UpdateCommand({
    TableName: store.tables.core,
    Key: keys.customer(email),
    UpdateExpression: "SET id = :next, requestedAt = :now REMOVE customerId",
    ConditionExpression:
      customerId === null ? "id = :asked AND attribute_not_exists(customerId)" : "customerId = :gone",
    ExpressionAttributeValues: {
      ":next": next.id,
      ":now": next.requestedAt,
      ...(customerId === null ? { ":asked": id } : { ":gone": customerId }),
    },
  });
  const isFirst = await conditionHeld(store.client.send(update));
  return isFirst ? { ...next, email, customerId: null } : customerRequested(store, email);
}

/** The customer record that another caller has written. */
async function customerRequested(store: Store, email: string): Promise<Customer> {
  const customer = await readCustomer(store, email);
  if (customer === null) throw new Failure("requested customer record not found");
  return customer;
}

export async function recordCustomer(
  store: Store,
  { id, email }: Customer,
  customerId: string,
): Promise<{ ok: true; customerId: string } | { ok: false; reason: "conflict" }> {
  const update = new UpdateCommand({
    TableName: store.tables.core,
    Key: keys.customer(email),
    UpdateExpression: "SET customerId = :id",
    // Does not overwrite a replacement that was requested after this customer was gone.
    ConditionExpression: "id = :asked AND attribute_not_exists(customerId)",
    ExpressionAttributeValues: { ":asked": id, ":id": customerId },
  });
  if (await conditionHeld(store.client.send(update))) return { ok: true, customerId };
  const known = await readCustomer(store, email);
  return known?.customerId ? { ok: true, customerId: known.customerId } : { ok: false, reason: "conflict" };
}
