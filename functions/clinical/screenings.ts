import { getScreening, listScreenings } from "@clearing/contracts/routes/clinical";
import { mayBeEvaluated } from "@clearing/domain/booking";
import { attentionTo, clearanceSummary, missing } from "@clearing/domain/screening";
import { dateIn, type Instant } from "@clearing/domain/time";
import { actsAsStaff, callerIn } from "@clearing/runtime/access";
import { bind, type RequestContext } from "@clearing/runtime/api";
import { type BookingFile, listFiles, readFile } from "@clearing/store/booking-file";
import { logAccess, readEvaluations } from "@clearing/store/clinical-record";
import { queuePart } from "@clearing/store/screening-queue";
import { evaluationView, ownBooking } from "./view.ts";

/** What the queue shows of a booking: its dates, what its clearance lacks and how soon that matters, no person. */
function summaryOf({ booking, clearance }: BookingFile, now: Instant) {
  const { id: bookingId, status: bookingStatus, cohortId, terms, clearanceDueAt } = booking;
  const lacks = missing(clearance, terms.endsOn);
  return {
    bookingId,
    bookingStatus,
    cohortId,
    startsOn: terms.startsOn,
    endsOn: terms.endsOn,
    clearanceDueAt,
    clearance: clearanceSummary(clearance, dateIn(terms.timeZone, now)),
    missing: lacks,
    attention: mayBeEvaluated(booking) ? attentionTo(lacks, clearanceDueAt, now) : null,
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
    const caller = callerIn(context);
    const { status, attention, limit, cursor } = query;
    const page = await listFiles(deps.store, { ...queuePart(attention, now), limit, cursor }, (file) => {
      const summary = summaryOf(file, now);
      return (
        mayBeEvaluated(file.booking) &&
        actsAsStaff(caller, file.booking) &&
        (status === undefined || summary.clearance.status === status) &&
        (attention === undefined || summary.attention === attention)
      );
    });
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
    if (!actsAsStaff(callerIn(context), file.booking)) return ownBooking;
    const evaluations = await readEvaluations(deps.store, bookingId);
    await logRead(context, bookingId, "screening", headers["access-purpose"]);
    const { name, dateOfBirth } = file.booking.participant;
    const views = evaluations.map(evaluationView);
    return { status: 200, body: { ...summaryOf(file, now), participant: { name, dateOfBirth }, evaluations: views } };
  }),
];
