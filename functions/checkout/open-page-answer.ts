import type { Answer } from "@clearing/runtime/api";
import type { RequestContext } from "@clearing/runtime/binding";
import { recordOf } from "@clearing/runtime/record";
import { keepAnswer } from "@clearing/store/idempotency";

/**
 * Answers with a page of Stripe's that is open, and keeps the answer for a request that is repeated. The page is open
 * whatever becomes of that record: a repetition without it finds the same open page.
 */
export async function openPageAnswer(context: RequestContext, body: object): Promise<Answer> {
  const { store } = context.deps;
  const kept = await keepAnswer(store, store.tables.core, recordOf(context, 200, body));
  return kept.ok || kept.reason === "conflict" ? { status: 200, body } : { replayed: true };
}
