import { isDeepStrictEqual } from "node:util";
import { DeleteCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { Store } from "@clearing/store/store";

type Item = Record<string, unknown>;

const itemsOf = async ({ client, tables }: Store): Promise<{ table: keyof Store["tables"]; item: Item }[]> => {
  const names = Object.keys(tables) as (keyof Store["tables"])[];
  const scanned = await Promise.all(
    names.map(async (table) => {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: tables[table], ConsistentRead: true }));
      return Items.map((item: Item) => ({ table, item }));
    }),
  );
  return scanned.flat();
};

/** Removes every item of every table, so that `changesOf` finds an act's changes by reading all items. */
export async function emptied(store: Store): Promise<void> {
  const items = await itemsOf(store);
  const removed = items.map(({ table, item: { pk, sk } }) =>
    store.client.send(new DeleteCommand({ TableName: store.tables[table], Key: { pk, sk } })),
  );
  await Promise.all(removed);
}

/**
 * The changes that an act makes in the tables, each item by a plain name: `charge` is written, `no charge` is deleted.
 */
export async function changesOf(store: Store, act: () => Promise<unknown>): Promise<string[]> {
  const before = await stored(store);
  await act();
  const after = await stored(store);
  const changed = [...after].filter(([key, { item }]) => !isDeepStrictEqual(before.get(key)?.item, item));
  const gone = [...before].filter(([key]) => !after.has(key));
  return [...changed.map(([, { name }]) => name), ...gone.map(([, { name }]) => `no ${name}`)].toSorted();
}

async function stored(store: Store): Promise<Map<string, { name: string; item: Item }>> {
  const items = await itemsOf(store);
  return new Map(
    items.map(({ table, item }) => [`${table} ${item.pk} ${item.sk}`, { name: nameOf(table, item), item }]),
  );
}

/** Names by the prefix of the sort key, unless that is a plain word. */
const names: Record<string, string> = {
  PLC: "place",
  ATT: "attempt",
  SET: "setup",
  CHG: "charge",
  REF: "refund",
  HOLD: "slot",
  ENDED: "unpaid ending",
  OPEN: "open cohorts",
  IDEM: "answer",
  EVL: "evaluation",
  EVENT: "event of Stripe's",
  BKG: "way to a booking",
};

function nameOf(table: keyof Store["tables"], { pk, sk, detailType, reference }: Item): string {
  const [kind = "", ...rest] = String(pk).split("#");
  if (table === "outbox") return String(detailType);
  if (table === "ledger") return `entry ${String(reference).split(":")[0]}`;
  if (table === "audit") return `audit of a ${kind}`;
  const word = String(sk).split("#")[0] ?? "";
  if (word === "LOCK") return kind === "DEBIT" ? "debit lock" : `${rest.length === 3 ? "payer" : "participant"} lock`;
  if (word === "BACK") return `way back of ${rest.join().split("_")[0]}`;
  return names[word] ?? word.toLowerCase();
}
