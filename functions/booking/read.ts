import { getBooking, listBookings, previewCancellation } from "@clearing/contracts/routes/booking";
import { cancellationPreview, mayCancel, standing } from "@clearing/domain/booking";
import { dateIn } from "@clearing/domain/time";
import { callerIn, isStaff, maySee, ownersOf } from "@clearing/runtime/access";
import { bind, type Caller } from "@clearing/runtime/api";
import { bookingView } from "@clearing/runtime/booking-view";
import { listFiles, readFile } from "@clearing/store/booking";
import type { ListQuery } from "@clearing/store/read";
import { shardsOf } from "@clearing/store/shards";

type Query = { cohortId?: string | undefined; limit: number; cursor?: string | undefined };

/** Staff see all bookings, or a cohort's; a client those that they made, and those that an admin made for their address. */
function listOf(caller: Caller, { cohortId, limit, cursor }: Query): ListQuery {
  const page = { limit, cursor, newestFirst: true };
  if (!isStaff(caller)) return { index: "byOwner", partitions: ownersOf(caller), ...page };
  if (cohortId === undefined) return { index: "byList", partitions: shardsOf("BOOKINGS"), ...page };
  return { index: "byCohort", partitions: [cohortId], ...page };
}

export const readBindings = [
  bind(listBookings, async ({ query }, context) => {
    const { deps, now } = context;
    const caller = callerIn(context);
    const { cohortId, status, standing: wanted } = query;
    const { items, nextCursor } = await listFiles(deps.store, listOf(caller, query), ({ booking }) => {
      const today = dateIn(booking.terms.timeZone, now);
      return (
        maySee(caller, booking) &&
        (cohortId === undefined || booking.cohortId === cohortId) &&
        (status === undefined || booking.status === status) &&
        (wanted === undefined || standing(booking, today) === wanted)
      );
    });
    const views = items.map(({ booking, clearance }) => bookingView(booking, clearance, now));
    return { status: 200, body: { items: views, nextCursor } };
  }),

  bind(getBooking, async ({ params }, context) => {
    const file = await readFile(context.deps.store, params.id);
    const caller = callerIn(context);
    if (file === null || !maySee(caller, file.booking)) return { refused: "not_found" };
    const view = bookingView(file.booking, file.clearance, context.now);
    // What a person wrote when they cancelled may say anything of them: it is for those who handle cancellations alone.
    const reason = caller.roles.includes("admin") ? (file.booking.ending?.reason ?? null) : null;
    return { status: 200, body: reason === null ? view : { ...view, cancellationReason: reason } };
  }),

  bind(previewCancellation, async ({ params }, context) => {
    const file = await readFile(context.deps.store, params.id);
    const caller = callerIn(context);
    if (file === null || !maySee(caller, file.booking)) return { refused: "not_found" };
    const { booking } = file;
    if (!mayCancel(booking)) return { refused: "invalid_transition" };
    const by = caller.roles.includes("admin") ? "operator" : "client";
    const { today, next } = cancellationPreview(booking, by, dateIn(booking.terms.timeZone, context.now));
    const { id: bookingId, currency } = booking;
    return { status: 200, body: { bookingId, currency, ...today, next } };
  }),
];
