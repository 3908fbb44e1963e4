import type { Booking, BookingStatus } from "@clearing/domain/booking";
import type { ListQuery } from "./read.ts";
import { inShard, shardsOf } from "./shards.ts";

/**
 * What the indexes list a booking by. Each list is divided by status, so that a reader of some statuses reads no key of
 * another: a hundred thousand holds that were abandoned cost the roster nothing. All bookings stand by their id in
 * `byList`, which never moves.
 */
export const bookingListKeys = ({ id, status, owner, cohortId }: Booking) => ({
  listPk: inShard("BOOKINGS", id),
  listSk: id,
  statusPk: inShard(`BOOKINGS#${status}`, id),
  statusSk: id,
  ownerPk: `${owner.sub}#${status}`,
  ownerSk: id,
  cohortPk: `${cohortId}#${status}`,
  cohortSk: id,
});

type Listing = Pick<ListQuery, "index" | "partitions">;
type Statuses = readonly BookingStatus[];

export const allBookings = (): Listing => ({ index: "byList", partitions: shardsOf("BOOKINGS") });

export const bookingsIn = (statuses: Statuses): Listing => ({
  index: "byStatus",
  partitions: statuses.flatMap((status) => shardsOf(`BOOKINGS#${status}`)),
});

/** The bookings that belong to any of these owners. */
export const bookingsOfOwners = (owners: readonly string[], statuses: Statuses): Listing => ({
  index: "byOwner",
  partitions: owners.flatMap((owner) => statuses.map((status) => `${owner}#${status}`)),
});

export const bookingsOfCohort = (cohortId: string, statuses: Statuses): Listing => ({
  index: "byCohort",
  partitions: statuses.map((status) => `${cohortId}#${status}`),
});
