import type { Invocation } from "./sandbox.ts";

/**
 * Which of `ids` a batch's result leaves to be retried: all after an error, those it names where partial failures are
 * reported, and all if it names one that was not in the batch.
 */
export function failuresOf(result: Invocation, ids: readonly string[], partial: boolean): ReadonlySet<string> {
  if (!result.ok) return new Set(ids);
  if (!partial || result.payload === undefined) return new Set();
  const response = JSON.parse(result.payload) as { batchItemFailures?: { itemIdentifier?: string }[] | null } | null;
  const named = (response?.batchItemFailures ?? []).map((failure) => failure.itemIdentifier ?? "");
  return new Set(named.every((id) => ids.includes(id)) ? named : ids);
}
