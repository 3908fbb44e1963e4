import { type Booking, type BookingStatus, isForOneself, ownersOf, type Person } from "@clearing/domain/booking";
import { personKey } from "@clearing/domain/person";
import type { ListQuery } from "./list.ts";
import { inShard, shardsOf } from "./shards.ts";

/**
 * What the indexes list a booking by. Each list is divided by status, so that a reader of some statuses reads no key of
 * another: a hundred thousand holds that were abandoned cost the roster nothing. All bookings stand by their id in
 * `byList`, which never moves.
 */
export const bookingListKeys = ({ id, status, owner, participant, cohortId }: Booking) => ({
  listPk: inShard("BOOKINGS", id),
  listSk: id,
  statusPk: inShard(`BOOKINGS#${status}`, id),
  statusSk: id,
  ownerPk: `${owner.sub}#${status}`,
  ownerSk: id,
  cohortPk: `${cohortId}#${status}`,
  cohortSk: id,
  // Only where somebody else books: the others are their owner's already.
  ...(isForOneself({ owner, participant })
    ? {}
    : { participantPk: `${personKey(participant.email)}#${status}`, participantSk: id }),
});

type Listing = Pick<ListQuery, "index" | "partitions" | "also">;
type Statuses = readonly BookingStatus[];

export const allBookings = (): Listing => ({ index: "byList", partitions: shardsOf("BOOKINGS") });

export const bookingsIn = (statuses: Statuses): Listing => ({
  index: "byStatus",
  partitions: statuses.flatMap((status) => shardsOf(`BOOKINGS#${status}`)),
});

/** The bookings that a person owns, and those that somebody else made for them. */
export const bookingsOfPerson = (person: Pick<Person, "sub" | "email">, statuses: Statuses): Listing => ({
  index: "byOwner",
  partitions: ownersOf(person).flatMap((owner) => statuses.map((status) => `${owner}#${status}`)),
  also: {
    index: "byParticipant",
    partitions: statuses.map((status) => `${personKey(person.email)}#${status}`),
  },
});

export const bookingsOfCohort = (cohortId: string, statuses: Statuses): Listing => ({
  index: "byCohort",
  partitions: statuses.map((status) => `${cohortId}#${status}`),
});
