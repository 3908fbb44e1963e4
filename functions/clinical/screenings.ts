import { getScreening, listScreenings } from "@clearing/contracts/routes/clinical";
import { isLive } from "@clearing/domain/booking";
import { clearanceSummary, missing } from "@clearing/domain/screening";
import { dateIn, type Instant } from "@clearing/domain/time";
import { callerIn } from "@clearing/runtime/access";
import { bind, type RequestContext } from "@clearing/runtime/api";
import { type BookingFile, listFiles, readFile } from "@clearing/store/booking";
import { logAccess, readEvaluations } from "@clearing/store/evaluation";
import { shardsOf } from "@clearing/store/shards";
import { evaluationView } from "./view.ts";

/** What the queue shows of a booking: its dates and what its clearance lacks, no person. */
function summaryOf({ booking, clearance }: BookingFile, now: Instant) {
  const { id: bookingId, status: bookingStatus, cohortId, terms, clearanceDueAt } = booking;
  return {
    bookingId,
    bookingStatus,
    cohortId,
    startsOn: terms.startsOn,
    endsOn: terms.endsOn,
    clearanceDueAt,
    clearance: clearanceSummary(clearance, dateIn(terms.timeZone, now)),
    missing: missing(clearance, terms.endsOn),
  };
}

/** Every read of a clinical record is written down before its answer leaves. */
const logRead = (context: RequestContext, bookingId: string, what: "queue" | "screening", purpose: string) =>
  logAccess(context.deps.store, {
    id: context.deps.ids.next("acc"),
    bookingId,
    by: callerIn(context).sub,
    purpose,
    what,
    at: context.now,
  });

export const screeningBindings = [
  bind(listScreenings, async ({ query, headers }, context) => {
    const { deps, now } = context;
    const { status, limit, cursor } = query;
    const page = await listFiles(
      deps.store,
      { index: "byList", partitions: shardsOf("BOOKINGS"), newestFirst: true, limit, cursor },
      (file) => isLive(file.booking) && (status === undefined || summaryOf(file, now).clearance.status === status),
    );
    const items = page.items.map((file) => summaryOf(file, now));
    const purpose = headers["access-purpose"];
    await Promise.all(items.map(({ bookingId }) => logRead(context, bookingId, "queue", purpose)));
    return { status: 200, body: { items, nextCursor: page.nextCursor } };
  }),

  bind(getScreening, async ({ params, headers }, context) => {
    const { deps, now } = context;
    const { bookingId } = params;
    const file = await readFile(deps.store, bookingId);
    if (file === null) return { refused: "not_found" };
    const evaluations = await readEvaluations(deps.store, bookingId);
    await logRead(context, bookingId, "screening", headers["access-purpose"]);
    const { name, dateOfBirth } = file.booking.participant;
    const views = evaluations.map(evaluationView);
    return { status: 200, body: { ...summaryOf(file, now), participant: { name, dateOfBirth }, evaluations: views } };
  }),
];
