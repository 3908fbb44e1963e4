import {
  draftProgram as decideDraft,
  editProgram as decideEdit,
  type EditedProgram,
  type NewProgram,
  type Problem,
  type Program,
  type ProgramEdit,
} from "@clearing/domain/program";
import type { ActionContext } from "@clearing/store/action-context";
import { untilFresh } from "@clearing/store/commit";
import { type IdempotencyRecord, keepAnswer } from "@clearing/store/idempotency";
import { readProgram } from "@clearing/store/program";
import type { Store } from "@clearing/store/store";
import { writeProgram } from "./program.ts";

/** `settled`: the currencies that the Stripe account settles. */
type Context = { store: Store; settled: readonly string[] };
type Answering = (done: { program: Program }) => IdempotencyRecord | null;
type Done = { ok: true; program: Program };
type Invalid = { ok: false; reason: "validation_failed"; errors: Problem[] };

/** Creates a program as a draft. */
export async function draftProgram(
  { store, settled }: Context,
  content: NewProgram & { id: string },
  occasion: ActionContext,
  answer: Answering,
): Promise<Done | Invalid | { ok: false; reason: "replayed" | "conflict" }> {
  const { id, ...written } = content;
  const drafted = decideDraft(written, id, settled);
  if (!drafted.ok) return drafted;
  const { program } = drafted;
  const created = await writeProgram(store, null, program, [], occasion, answer({ program }));
  if (created.ok) return { ok: true, program };
  return { ok: false, reason: created.reason === "replayed" ? "replayed" : "conflict" };
}

/** Changes, publishes or retires a program. Refuses `cohort_open` if it would retire a program with an open cohort. */
export function editProgram(
  { store, settled }: Context,
  id: string,
  edit: ProgramEdit,
  occasion: ActionContext,
  answer: Answering,
) {
  type Result =
    | Done
    | Extract<EditedProgram, { ok: false }>
    | { ok: false; reason: "not_found" | "cohort_open" | "replayed" | "conflict" };
  return untilFresh<Result>(store, async () => {
    const before = await readProgram(store, id);
    if (before === null) return { ok: false, reason: "not_found" };
    const edited = decideEdit(before, edit, settled);
    if (!edited.ok) return edited;
    const { program, events } = edited;
    const record = answer({ program });
    const written =
      program === before
        ? await keepAnswer(store, store.tables.core, record)
        : await writeProgram(store, before, program, events, occasion, record);
    return written.ok ? { ok: true, program } : written;
  });
}
