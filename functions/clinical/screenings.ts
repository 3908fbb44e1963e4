import { getScreening, listScreenings } from "@clearing/contracts/routes/clinical";
import { screeningSummary, screeningView } from "@clearing/contracts/views/screening";
import { isQueued, isStaffOn } from "@clearing/domain/booking";
import { callerIn, ownBooking, personOf } from "@clearing/runtime/access";
import { bind, type RequestContext } from "@clearing/runtime/binding";
import { listFiles, readFile } from "@clearing/store/booking-file";
import { logAccess, readEvaluations } from "@clearing/store/clinical-record";
import { queuePart } from "@clearing/store/screening-queue";

/** Every read of a clinical record is logged before its answer is sent. */
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
    const clinician = personOf(callerIn(context));
    const { limit, cursor, ...filter } = query;
    const page = await listFiles(deps.store, { ...queuePart(filter.attention, now), limit, cursor }, (file) =>
      isQueued(file, clinician, filter, now),
    );
    const items = page.items.map((file) => screeningSummary(file, now));
    const purpose = headers["access-purpose"];
    await Promise.all(items.map(({ bookingId }) => logRead(context, bookingId, "queue", purpose)));
    return { status: 200, body: { items, nextCursor: page.nextCursor } };
  }),

  bind(getScreening, async ({ params, headers }, context) => {
    const { deps, now } = context;
    const { bookingId } = params;
    const file = await readFile(deps.store, bookingId);
    if (file === null) return { refused: "not_found" };
    if (!isStaffOn(personOf(callerIn(context)), file.booking)) return ownBooking;
    const evaluations = await readEvaluations(deps.store, bookingId);
    await logRead(context, bookingId, "screening", headers["access-purpose"]);
    return { status: 200, body: screeningView(file, evaluations, now) };
  }),
];
