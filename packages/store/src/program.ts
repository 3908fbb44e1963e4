import { chain } from "@clearing/domain/audit";
import type { DomainEvent } from "@clearing/domain/event";
import { type Program, type ProgramStatus, programTerms } from "@clearing/domain/program";
import type { ActionContext } from "./action-context.ts";
import { auditPut, outboxPut } from "./append-only.ts";
import type { Guarded } from "./commit.ts";
import { fromItem } from "./items.ts";
import { keys } from "./keys.ts";
import { type Listed, list } from "./list.ts";
import { checkNoneOpen } from "./open-cohorts.ts";
import { readItem, readItems } from "./read.ts";
import { inShard, shardsOf } from "./shards.ts";
import type { Store } from "./store.ts";
import { isVersion } from "./version.ts";

export async function readProgram(store: Store, id: string): Promise<Program | null> {
  return readItem(store, keys.program(id), fromItem<Program>);
}

/** The index keys of a program: by id in `byList` and within its status in `byStatus`. */
const listKeys = ({ id, status }: Program) => ({
  listPk: inShard("PROGRAMS", id),
  listSk: id,
  statusPk: inShard(`PROGRAMS#${status}`, id),
  statusSk: id,
});

/** One page of the programs of one status, oldest first. */
export const listPrograms = (
  store: Store,
  status: ProgramStatus,
  page: { limit: number; cursor?: string | undefined },
): Promise<Listed<Program>> =>
  list(store, { index: "byStatus", partitions: shardsOf(`PROGRAMS#${status}`), ...page }, async (found) => {
    const programs = new Map((await readItems(store, found)).map((item) => [item.pk, fromItem<Program>(item)]));
    return found.map(({ pk }) => {
      const program = programs.get(pk);
      return program?.status === status ? program : null;
    });
  });

/**
 * What the audit record keeps of a program: all that cohorts copy, because a cohort's record names only the version.
 */
const audited = (program: Program) => ({ status: program.status, ...programTerms(program) });

/**
 * The writes of a program's next version: the program on the condition that its version has not changed (`stale`), the
 * audit record, the events. Refuses `cohort_open` if it retires the program while one of its cohorts is open.
 */
export function programWrites(
  store: Store,
  before: Program | null,
  after: Program,
  events: DomainEvent[],
  occasion: ActionContext,
): Guarded<"stale" | "cohort_open">[] {
  const record = chain(before?.auditHash ?? "", {
    subject: { type: "program", id: after.id },
    sequence: after.version,
    at: occasion.now,
    actor: occasion.actor,
    action: occasion.action,
    before: before === null ? null : audited(before),
    after: audited(after),
  });
  const Item = { ...after, auditHash: record.hash, ...keys.program(after.id), ...listKeys(after) };
  const retires = after.status === "retired" && before?.status !== "retired";
  return [
    { write: { Put: { TableName: store.tables.core, Item, ...isVersion(before?.version ?? null) } }, refusal: "stale" },
    ...(retires ? [checkNoneOpen(store, after.id)] : []),
    auditPut(store, record),
    ...events.map((event) => outboxPut(store, event, occasion.now)),
  ];
}
