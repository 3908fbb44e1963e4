import { getAccessLog, getBooking, listBookings, previewCancellation } from "@clearing/contracts/routes/booking";
import { bookingView } from "@clearing/contracts/views/booking";
import {
  type BookingFilter,
  bookingStatuses,
  cancellationPreview,
  cancelsFor,
  isListed,
  mayCancel,
  statusesPassing,
} from "@clearing/domain/booking";
import { dateIn } from "@clearing/domain/time";
import { actsAsStaff, callerIn, isStaff, personOf, sightFor } from "@clearing/runtime/access";
import type { Caller } from "@clearing/runtime/api";
import { bind } from "@clearing/runtime/binding";
import { recordStaffRead } from "@clearing/runtime/staff-read";
import { listAccess } from "@clearing/store/access-log";
import { listFiles, readFile } from "@clearing/store/booking-file";
import { allBookings, bookingsIn, bookingsOfCohort, bookingsOfPerson } from "@clearing/store/booking-lists";
import type { ListQuery } from "@clearing/store/list";
import { readUndeliverable } from "@clearing/store/undeliverable";
import { tooLateToCancel } from "./cancellation.ts";

type Page = { limit: number; cursor?: string | undefined };

/**
 * Staff list all bookings or those of a cohort; a client lists those that they made and those made for their address.
 * Reads only statuses that can pass the filter.
 */
function listOf(caller: Caller, { limit, cursor, ...filter }: BookingFilter & Page): ListQuery {
  const page = { limit, cursor, newestFirst: true };
  const statuses = statusesPassing(filter);
  const all = statuses ?? bookingStatuses;
  if (!isStaff(caller)) return { ...bookingsOfPerson(caller, all), ...page };
  if (filter.cohortId !== undefined) return { ...bookingsOfCohort(filter.cohortId, all), ...page };
  return { ...(statuses === null ? allBookings() : bookingsIn(statuses)), ...page };
}

export const readBindings = [
  bind(listBookings, async ({ query }, context) => {
    const { deps, now } = context;
    const caller = callerIn(context);
    const viewer = personOf(caller);
    const { items, nextCursor } = await listFiles(deps.store, listOf(caller, query), ({ booking }) =>
      isListed(booking, viewer, query, now),
    );
    // A list of one cohort's bookings is its roster, on any route, so the read is recorded.
    const roster = query.cohortId === undefined ? [] : items.map(({ booking }) => booking);
    const unrecorded = await recordStaffRead(context, roster, "read_roster");
    if (unrecorded !== null) return unrecorded;
    const views = items.map(({ booking, clearance }) => bookingView(booking, clearance, now, viewer));
    return { status: 200, body: { items: views, nextCursor } };
  }),

  bind(getBooking, async ({ params }, context) => {
    const file = await readFile(context.deps.store, params.id);
    const caller = callerIn(context);
    if (file === null || sightFor(caller, file.booking) === null) return { refused: "not_found" };
    const unrecorded = await recordStaffRead(context, [file.booking], "read_booking");
    if (unrecorded !== null) return unrecorded;
    const view = bookingView(file.booking, file.clearance, context.now, personOf(caller));
    // The text of a person who cancelled can contain anything, so only admins, who handle cancellations, see it.
    const asStaff = actsAsStaff(caller, file.booking);
    const handles = caller.roles.includes("admin") && asStaff;
    const reason = handles ? (file.booking.ending?.reason ?? null) : null;
    const { phone, dateOfBirth } = file.booking.participant;
    const cares = asStaff && caller.roles.some((role) => role === "admin" || role === "clinician");
    const body = {
      ...view,
      ...(cares && { participant: { ...view.participant, phone, dateOfBirth } }),
      ...(reason !== null && { cancellationReason: reason }),
      ...(asStaff && { undeliverable: await readUndeliverable(context.deps.store, file.booking) }),
    };
    return { status: 200, body };
  }),

  bind(getAccessLog, async ({ params, query }, context) => {
    const { store } = context.deps;
    const file = await readFile(store, params.id);
    const caller = callerIn(context);
    if (file === null || sightFor(caller, file.booking) === null) return { refused: "not_found" };
    const asStaff = actsAsStaff(caller, file.booking);
    if (asStaff && !caller.roles.includes("admin")) return { refused: "not_found" };
    return { status: 200, body: await listAccess(store, params.id, query) };
  }),

  bind(previewCancellation, async ({ params }, context) => {
    const file = await readFile(context.deps.store, params.id);
    const caller = callerIn(context);
    if (file === null) return { refused: "not_found" };
    const { booking } = file;
    const by = cancelsFor({ ...personOf(caller), admin: caller.roles.includes("admin") }, booking);
    if (by === null) return { refused: "not_found" };
    if (!mayCancel(booking)) return tooLateToCancel;
    const unrecorded = await recordStaffRead(context, [booking], "preview_cancellation");
    if (unrecorded !== null) return unrecorded;
    const { today, next } = cancellationPreview(booking, by, dateIn(booking.terms.timeZone, context.now));
    const { id: bookingId, currency } = booking;
    return { status: 200, body: { bookingId, currency, ...today, next } };
  }),
];
