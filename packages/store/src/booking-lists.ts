import { type Booking, type BookingStatus, isForOneself, ownersOf, type Person } from "@clearing/domain/booking";
import { personKey } from "@clearing/domain/person";
import type { ListQuery } from "./list.ts";
import { inShard, shardsOf } from "./shards.ts";

/**
 * Where a status stands in a person's list and a cohort's. What is under way is one part: a booking moves through it up
 * to its confirmation, and each move of an index key costs two writes. A cohort has at most as many of those as places.
 */
const parts: Record<BookingStatus, string> = {
  held: "live",
  awaiting_clearance: "live",
  confirmed: "live",
  completed: "completed",
  expired: "expired",
  declined: "declined",
  cancelled: "cancelled",
};

const partsOf = (statuses: Statuses): string[] => [...new Set(statuses.map((status) => parts[status]))];

/**
 * What the indexes list a booking by. Each list is divided, so that a reader of what is live reads no key of what has
 * ended: a hundred thousand holds that were abandoned cost the roster nothing. The list of all bookings is divided by
 * status, since more are confirmed than one page may skip; a reader of one status leaves out what else stands in its
 * part. All bookings stand by their id in `byList`, which never moves.
 */
export const bookingListKeys = ({ id, status, owner, participant, cohortId }: Booking) => ({
  listPk: inShard("BOOKINGS", id),
  listSk: id,
  statusPk: inShard(`BOOKINGS#${status}`, id),
  statusSk: id,
  ownerPk: `${owner.sub}#${parts[status]}`,
  ownerSk: id,
  cohortPk: `${cohortId}#${parts[status]}`,
  cohortSk: id,
  // Only where somebody else books: the others are their owner's already.
  ...(isForOneself({ owner, participant })
    ? {}
    : { participantPk: `${personKey(participant.email)}#${parts[status]}`, participantSk: id }),
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
  partitions: ownersOf(person).flatMap((owner) => partsOf(statuses).map((part) => `${owner}#${part}`)),
  also: {
    index: "byParticipant",
    partitions: partsOf(statuses).map((part) => `${personKey(person.email)}#${part}`),
  },
});

export const bookingsOfCohort = (cohortId: string, statuses: Statuses): Listing => ({
  index: "byCohort",
  partitions: partsOf(statuses).map((part) => `${cohortId}#${part}`),
});
