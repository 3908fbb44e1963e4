import { getBooking, listBookings, previewCancellation } from "@clearing/contracts/routes/booking";
import { type Booking, cancellationPreview, transition } from "@clearing/domain/booking";
import { dateIn } from "@clearing/domain/time";
import { callerIn, isStaff, maySee, ownersOf } from "@clearing/runtime/access";
import { bind, type Caller } from "@clearing/runtime/api";
import { bookingView } from "@clearing/runtime/booking-view";
import { type BookingFile, readFile, readFiles } from "@clearing/store/booking";
import { type Listed, listKeys, listKeysOf } from "@clearing/store/read";
import type { Store } from "@clearing/store/store";

type Query = { cohortId?: string | undefined; limit: number; cursor?: string | undefined };

/** Staff see all bookings, or a cohort's; a client those that they made, and those that an admin made for their address. */
async function page(store: Store, caller: Caller, { cohortId, limit, cursor }: Query): Promise<Listed<BookingFile>> {
  const common = { limit: Math.min(limit, 50), cursor };
  const keys = !isStaff(caller)
    ? await listKeysOf(store, ownersOf(caller), { index: "byOwner", ...common })
    : cohortId === undefined
      ? await listKeys(store, { index: "byList", partition: "BOOKINGS", newestFirst: true, ...common })
      : await listKeys(store, { index: "byCohort", partition: cohortId, newestFirst: true, ...common });
  const ids = keys.items.map(({ pk }) => pk.slice("BKG#".length));
  return { items: await readFiles(store, ids), nextCursor: keys.nextCursor };
}

export const readBindings = [
  bind(listBookings, async ({ query }, context) => {
    const { deps, now } = context;
    const caller = callerIn(context);
    const { items, nextCursor } = await page(deps.store, caller, query);
    const views = items
      .filter(({ booking }) => maySee(caller, booking))
      .map(({ booking, clearance }) => bookingView(booking, clearance, now))
      .filter(
        (view) =>
          (query.cohortId === undefined || view.cohortId === query.cohortId) &&
          (query.status === undefined || view.status === query.status) &&
          (query.standing === undefined || view.standing === query.standing),
      );
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
    const { today, next } = cancellationPreview(booking, dateIn(booking.terms.timeZone, context.now));
    const { id: bookingId, currency } = booking;
    return { status: 200, body: { bookingId, currency, ...today, next } };
  }),
];

const mayCancel = ({ status, admission }: Booking): boolean =>
  admission === null && transition(status, "cancelled_by_client") !== null;
