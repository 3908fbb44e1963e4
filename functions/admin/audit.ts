import { listAudit, verifyAudit as verifyRoute } from "@clearing/contracts/routes/admin";
import type { AuditRecord } from "@clearing/domain/audit";
import { addDays, type CalendarDate, dateIn } from "@clearing/domain/time";
import { type Answer, bind } from "@clearing/runtime/api";
import { actorRecords, dayRecords, subjectRecords, verifyAudit } from "@clearing/store/audit";
import type { Store } from "@clearing/store/store";

type Query = {
  subject?: string | undefined;
  actor?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
};
type Subject = AuditRecord["subject"];

const typeOf: Record<string, Subject["type"][]> = {
  prog: ["program"],
  coh: ["cohort"],
  bkg: ["booking", "clearance"],
};

/** `bkg_...` is a booking and its clearance; `booking#bkg_...` is one of the two. */
function subjectsOf(subject: string): Subject[] {
  const [type, id] = subject.includes("#") ? subject.split("#") : [undefined, subject];
  const types = type === undefined ? (typeOf[subject.slice(0, subject.indexOf("_"))] ?? []) : [type as Subject["type"]];
  return types.map((one) => ({ type: one, id: id ?? "" }));
}

function* daysOf(from: CalendarDate, to: CalendarDate): Iterable<CalendarDate> {
  for (let day = from; day <= to; day = addDays(day, 1)) yield day;
}

async function* found(
  store: Store,
  { subject, actor, from, to }: Query,
  today: CalendarDate,
): AsyncIterable<AuditRecord> {
  if (subject !== undefined) for (const one of subjectsOf(subject)) yield* subjectRecords(store, one);
  else if (actor !== undefined) yield* actorRecords(store, actor);
  else yield* dayRecords(store, daysOf(from ?? addDays(to ?? today, -30), to ?? today));
}

/** A cursor is the number of records that were given already: the log only grows at its end. */
const offsetOf = (cursor: string | undefined): number => {
  const offset = Number(cursor ?? 0);
  return Number.isSafeInteger(offset) && offset >= 0 ? offset : 0;
};

export const auditBindings = [
  bind(listAudit, async ({ query }, { deps, now }): Promise<Answer> => {
    const { actor, from, to, limit, cursor } = query;
    const start = offsetOf(cursor);
    const items: AuditRecord[] = [];
    let position = 0;
    for await (const record of found(deps.store, query, dateIn("UTC", now))) {
      const day = record.at.slice(0, 10);
      const wanted =
        (actor === undefined || record.actor.sub === actor) && (from ?? "") <= day && day <= (to ?? "9999-12-31");
      if (!wanted || position++ < start) continue;
      if (items.length === limit) return { status: 200, body: { items, nextCursor: String(start + limit) } };
      items.push(record);
    }
    return { status: 200, body: { items, nextCursor: null } };
  }),

  bind(verifyRoute, async (_input, { deps }): Promise<Answer> => {
    const { records, broken } = await verifyAudit(deps.store);
    return { status: 200, body: { verified: broken.length === 0, records, broken } };
  }),
];
