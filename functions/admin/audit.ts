import { decodeCursor, encodeCursor } from "@clearing/contracts/cursor";
import { listAudit, verifyAudit as verifyRoute } from "@clearing/contracts/routes/admin";
import type { AuditRecord } from "@clearing/domain/audit";
import { addDays, dateIn, endOfDay, type Instant, later, plusSeconds } from "@clearing/domain/time";
import { callerIn, sightFor } from "@clearing/runtime/access";
import { type Answer, bind, type RequestContext } from "@clearing/runtime/api";
import { auditPlace, type RecordedAct } from "@clearing/store/append-only";
import { type AuditSpan, auditBegins, auditPage, subjectRecords, verifyAudit } from "@clearing/store/audit";
import { readBookings } from "@clearing/store/booking";
import { whenSettled } from "@clearing/store/stamped";
import type { Store } from "@clearing/store/store";

type Query = {
  subject?: string | undefined;
  actor?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  limit: number;
  cursor?: string | undefined;
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

/**
 * Dates are UTC days over the instant of writing, both inclusive; a list of everybody's records without a first day
 * begins 30 days before its last. A day that has ended holds all that was written in it, also when it ended a moment ago.
 */
async function spanOf({ subject, actor, from, to }: Query, store: Store, now: Instant): Promise<AuditSpan> {
  const today = dateIn("UTC", now);
  const last = to === undefined || to > today ? today : to;
  const first = from ?? (subject === undefined && actor === undefined ? addDays(last, -30) : auditBegins);
  if (last < today) await whenSettled(store, plusSeconds(endOfDay(last, "UTC"), -1));
  return { from: later(first, auditBegins), to: last };
}

type Page = { items: RecordedAct[]; next: string | null };

/** A subject's records in the order of its chains. They are few, and are read from the first on. */
async function subjectPage(
  store: Store,
  { subject, actor, limit }: Query & { subject: string },
  span: AuditSpan,
  after: string,
): Promise<Page> {
  const items: RecordedAct[] = [];
  let given = after !== "";
  for (const one of subjectsOf(subject)) {
    for await (const record of subjectRecords(store, one)) {
      const isNew = !given;
      given &&= auditPlace(record) !== after;
      const day = record.recordedAt.slice(0, 10);
      const isWanted = span.from <= day && day <= span.to && (actor === undefined || record.actor.sub === actor);
      const last = items.at(-1);
      if (!isNew || !isWanted) continue;
      if (items.length === limit && last !== undefined) return { items, next: auditPlace(last) };
      items.push(record);
    }
  }
  return { items, next: null };
}

/**
 * The records that the caller may see: of a booking that they pay for, nothing of the participant's clearance, and of one
 * that they take part in and do not pay for, nothing of its money.
 */
async function visible(context: RequestContext, records: RecordedAct[]): Promise<RecordedAct[]> {
  const isOfBooking = ({ subject }: RecordedAct) => subject.type === "booking" || subject.type === "clearance";
  const ids = [...new Set(records.filter(isOfBooking).map(({ subject }) => subject.id))];
  const bookings = await readBookings(context.deps.store, ids);
  return records.filter(({ subject }) => {
    const booking = bookings.get(subject.id);
    if (booking === undefined) return true;
    const sight = sightFor(callerIn(context), booking);
    return subject.type === "clearance" ? sight?.clearance : sight?.money;
  });
}

export const auditBindings = [
  bind(listAudit, async ({ query }, context): Promise<Answer> => {
    const { deps, now } = context;
    const { store } = deps;
    const { subject, actor, limit } = query;
    const span = await spanOf(query, store, now);
    // A cursor is the place of the record that was given last.
    const after = decodeCursor(query.cursor)?.[0] ?? "";
    const { items, next } =
      subject === undefined
        ? await auditPage(store, { actor, ...span }, { limit, after })
        : await subjectPage(store, { ...query, subject }, span, after);
    const shown = await visible(context, items);
    return { status: 200, body: { items: shown, nextCursor: next === null ? null : encodeCursor(next) } };
  }),

  bind(verifyRoute, async (_input, { deps }): Promise<Answer> => {
    const { records, broken } = await verifyAudit(deps.store);
    return { status: 200, body: { verified: broken.length === 0, records, broken } };
  }),
];
