import type { Answer } from "@clearing/runtime/api";
import type { RequestContext } from "@clearing/runtime/binding";
import { recordOf } from "@clearing/runtime/record";
import { keepAnswer } from "@clearing/store/idempotency";

/**
 * Answers with an open Checkout Session, and stores the answer for a repeated request. If it cannot be stored, a
 * repetition finds the same open session.
 */
export async function sessionAnswer(context: RequestContext, body: object): Promise<Answer> {
  const { store } = context.deps;
  const kept = await keepAnswer(store, store.tables.core, recordOf(context, 200, body));
  return kept.ok || kept.reason === "conflict" ? { status: 200, body } : { replayed: true };
}
