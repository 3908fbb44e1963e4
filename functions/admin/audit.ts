import { decodeCursor, encodeCursor } from "@clearing/contracts/cursor";
import { listAudit, verifyAudit as verifyRoute } from "@clearing/contracts/routes/admin";
import type { AuditRecord } from "@clearing/domain/audit";
import { addDays, type CalendarDate, dateIn, isCalendarDate, later } from "@clearing/domain/time";
import { type Answer, bind } from "@clearing/runtime/api";
import {
  type AuditSpan,
  actorRecords,
  auditBegins,
  dayRecords,
  subjectRecords,
  verifyAudit,
} from "@clearing/store/audit";
import { auditOrder } from "@clearing/store/facts";
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

/** A cursor is the place of the record that was given last; what is none begins from the first. */
function placeIn(cursor: string | undefined): string {
  const place = decodeCursor(cursor)?.[0] ?? "";
  return isCalendarDate(place.slice(0, 10)) ? place : "";
}

/** Dates are UTC days, both inclusive; a list of everybody's records without a first day begins 30 days before its last. */
function spanOf({ subject, actor, from, to }: Query, today: CalendarDate): AuditSpan {
  const last = to === undefined || to > today ? today : to;
  const first = from ?? (subject === undefined && actor === undefined ? addDays(last, -30) : auditBegins);
  return { from: later(first, auditBegins), to: last };
}

/** The records that a list is made of, from the one on that was given last. */
async function* found(
  store: Store,
  { subject, actor }: Query,
  span: AuditSpan,
  last: string,
): AsyncIterable<AuditRecord> {
  const rest = { ...span, from: later(last, span.from) };
  if (subject === undefined) {
    yield* actor === undefined ? dayRecords(store, rest) : actorRecords(store, actor, rest);
    return;
  }
  // A subject's records are few: they are read from the first on.
  let given = last !== "";
  for (const one of subjectsOf(subject)) {
    for await (const record of subjectRecords(store, one)) {
      given &&= auditOrder(record) !== last;
      const day = record.at.slice(0, 10);
      const wanted = span.from <= day && day <= span.to && (actor === undefined || record.actor.sub === actor);
      if (wanted && !given) yield record;
    }
  }
}

export const auditBindings = [
  bind(listAudit, async ({ query }, { deps, now }): Promise<Answer> => {
    const { limit, cursor } = query;
    const last = placeIn(cursor);
    const items: AuditRecord[] = [];
    for await (const record of found(deps.store, query, spanOf(query, dateIn("UTC", now)), last)) {
      if (auditOrder(record) === last) continue;
      items.push(record);
      if (items.length > limit) break;
    }
    if (items.length <= limit) return { status: 200, body: { items, nextCursor: null } };
    items.pop();
    return { status: 200, body: { items, nextCursor: encodeCursor(auditOrder(items.at(-1) as AuditRecord)) } };
  }),

  bind(verifyRoute, async (_input, { deps }): Promise<Answer> => {
    const { records, broken } = await verifyAudit(deps.store);
    return { status: 200, body: { verified: broken.length === 0, records, broken } };
  }),
];
