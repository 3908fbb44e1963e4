import type { Invocation } from "./sandbox.ts";

/**
 * The ids of a batch that must be retried: all after an error, the reported ones if partial failures are on, and all if
 * the report names an id that is not in the batch.
 */
export function failuresOf(result: Invocation, ids: readonly string[], partial: boolean): ReadonlySet<string> {
  if (!result.ok) return new Set(ids);
  if (!partial || result.payload === undefined) return new Set();
  const response = JSON.parse(result.payload) as { batchItemFailures?: { itemIdentifier?: string }[] | null } | null;
  const named = (response?.batchItemFailures ?? []).map((failure) => failure.itemIdentifier ?? "");
  return new Set(named.every((id) => ids.includes(id)) ? named : ids);
}
