import { type Booking, type BookingStatus, isForOneself, type Person, payerSubsOf } from "@clearing/domain/booking";
import { personKey } from "@clearing/domain/person";
import type { ListQuery } from "./list.ts";
import { inShard, shardsOf } from "./shards.ts";

/**
 * The part of a person's and a cohort's list that each status belongs to. All live statuses share one part: a booking
 * moves through them up to its confirmation, and each move of an index key costs two writes. A cohort has at most as
 * many live bookings as places.
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
 * The index keys of a booking. Lists are split by status or part, so a reader of live bookings reads no key of ended
 * ones: a hundred thousand abandoned holds cost the roster nothing. The list of all bookings is split by exact status,
 * because more bookings are confirmed than one page may skip. A reader of one status filters out the other statuses of
 * its part. `byList` holds every booking by id; that key never changes.
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
  // Only if somebody else books: the participant's own bookings are in the payer's list already.
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

/** The bookings that a person pays for, and those that somebody else made for them. */
export const bookingsOfPerson = (person: Pick<Person, "sub" | "email">, statuses: Statuses): Listing => ({
  index: "byOwner",
  partitions: payerSubsOf(person).flatMap((sub) => partsOf(statuses).map((part) => `${sub}#${part}`)),
  also: {
    index: "byParticipant",
    partitions: partsOf(statuses).map((part) => `${personKey(person.email)}#${part}`),
  },
});

export const bookingsOfCohort = (cohortId: string, statuses: Statuses): Listing => ({
  index: "byCohort",
  partitions: partsOf(statuses).map((part) => `${cohortId}#${part}`),
});
