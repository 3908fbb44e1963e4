import type { AuditRecord } from "@clearing/domain/audit";
import { type AuditSpan, isWithin } from "@clearing/domain/audit";
import { auditPlace, type RecordedAct } from "./append-only.ts";
import { subjectRecords } from "./audit.ts";
import type { Store } from "./store.ts";

type Subject = AuditRecord["subject"];

/**
 * One page of the audit records of some subjects, in the order of their chains, and the place (`auditPlace`) to
 * continue from. Subjects have few records, so each page reads from the first one.
 */
export async function subjectPage(
  store: Store,
  subjects: readonly Subject[],
  { actor, ...span }: AuditSpan & { actor?: string | undefined },
  { limit, after }: { limit: number; after: string },
): Promise<{ items: RecordedAct[]; next: string | null }> {
  const items: RecordedAct[] = [];
  let given = after !== "";
  for (const subject of subjects) {
    for await (const record of subjectRecords(store, subject)) {
      const isNew = !given;
      given &&= auditPlace(record) !== after;
      if (!isNew || !isWithin(span, record) || (actor !== undefined && record.actor.sub !== actor)) continue;
      const last = items.at(-1);
      if (items.length === limit && last !== undefined) return { items, next: auditPlace(last) };
      items.push(record);
    }
  }
  return { items, next: null };
}
