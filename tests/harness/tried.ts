import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { commit, type Guarded } from "@clearing/store/commit";
import type { Store } from "@clearing/store/store";
import { expect } from "vitest";

export type Item = Record<string, unknown>;

/**
 * A write with items that may stand at its key (null: none): those for which its condition holds, and those that it
 * refuses.
 */
export type Case = { what: string; write: () => Guarded<string>; holds: (Item | null)[]; refuses: (Item | null)[] };

/** The table and key of a write. */
export function target({ write: { Put, Update, Delete, ConditionCheck } }: Guarded<string>) {
  if (Put !== undefined) return { TableName: Put.TableName, Key: { pk: Put.Item?.pk, sk: Put.Item?.sk } };
  const one = Update ?? Delete ?? ConditionCheck;
  if (one === undefined) throw new Error("the write has no key");
  return { TableName: one.TableName, Key: one.Key ?? {} };
}

/** Puts an item at the key of a write, or ensures that none is there; then tries only this write. */
export async function triedOn(
  store: Store,
  guarded: Guarded<string>,
  stored: Item | null,
): Promise<"written" | "refused"> {
  const { TableName, Key } = target(guarded);
  if (stored !== null) await store.client.send(new PutCommand({ TableName, Item: { ...stored, ...Key } }));
  try {
    return (await commit(store, [guarded])).ok ? "written" : "refused";
  } catch (error) {
    if (error instanceof Error && error.name === "TransactionCanceledException") return "refused";
    throw error;
  }
}

export async function judgedOn(store: Store, { write, holds, refuses }: Case): Promise<void> {
  for (const stored of holds) expect([stored, await triedOn(store, write(), stored)]).toEqual([stored, "written"]);
  for (const stored of refuses) expect([stored, await triedOn(store, write(), stored)]).toEqual([stored, "refused"]);
}
