import { decodeCursor, encodeCursor } from "@clearing/contracts/cursor";
import { listAudit, verifyAudit as verifyRoute } from "@clearing/contracts/routes/audit";
import { type AuditRecord, type AuditSpan, auditSpan } from "@clearing/domain/audit";

import type { Instant } from "@clearing/domain/time";
import { callerIn, sightFor } from "@clearing/runtime/access";
import type { Answer } from "@clearing/runtime/api";
import { bind, type RequestContext } from "@clearing/runtime/binding";
import type { RecordedAct } from "@clearing/store/append-only";
import { auditPage, verifyAudit } from "@clearing/store/audit";
import { readBookings } from "@clearing/store/booking";
import { whenSettled } from "@clearing/store/stamped";
import type { Store } from "@clearing/store/store";
import { subjectPage } from "@clearing/store/subject-page";

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

/** `bkg_...` means a booking and its clearance; `booking#bkg_...` and `clearance#bkg_...` mean one of the two. */
function subjectsOf(subject: string): Subject[] {
  const [type, id] = subject.includes("#") ? subject.split("#") : [undefined, subject];
  const types = type === undefined ? (typeOf[subject.slice(0, subject.indexOf("_"))] ?? []) : [type as Subject["type"]];
  return types.map((one) => ({ type: one, id: id ?? "" }));
}

/** The answer for a day that has ended contains everything recorded on it, even if it ended a moment ago. */
async function spanOf({ subject, actor, ...days }: Query, store: Store, now: Instant): Promise<AuditSpan> {
  const narrowed = subject !== undefined || actor !== undefined;
  const { endedAt, ...span } = auditSpan({ ...days, narrowed }, now);
  if (endedAt !== null) await whenSettled(store, endedAt);
  return span;
}

/**
 * The records that the caller may see. For a booking that they pay for, those about the participant's clearance are
 * left out; for one that they take part in without paying, those about its money.
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
    // A cursor is the place of the last record returned.
    const after = decodeCursor(query.cursor)?.[0] ?? "";
    const { items, next } =
      subject === undefined
        ? await auditPage(store, { actor, ...span }, { limit, after })
        : await subjectPage(store, subjectsOf(subject), { actor, ...span }, { limit, after });
    const shown = await visible(context, items);
    return { status: 200, body: { items: shown, nextCursor: next === null ? null : encodeCursor(next) } };
  }),

  bind(verifyRoute, async (_input, { deps }): Promise<Answer> => {
    const { records, broken } = await verifyAudit(deps.store);
    return { status: 200, body: { verified: broken.length === 0, records, broken } };
  }),
];
