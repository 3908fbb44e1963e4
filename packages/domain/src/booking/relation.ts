import { type EventName, topicOf } from "../event/index.ts";
import { comparableAddress, isSamePerson, personKey } from "../person/index.ts";
import type { Booking } from "./booking.ts";

/** The person who makes a request: account subject, verified e-mail, and whether they act as staff. */
export type Person = { sub: string; email: string; staff: boolean };

/** A person's relation to a booking. Staff who pay or take part are clients there, never staff. */
export type Relation = "payer" | "participant" | "staff";

type Parties = Pick<Booking, "owner" | "participant">;

/** The payer id of a booking that an admin made for somebody: it stands for the person with that verified e-mail. */
export const subOfEmail = (email: string): string => `person:${personKey(email)}`;

/**
 * The payer of a new booking: the person who makes it. If an admin makes it, the payer is the person with the
 * participant's verified e-mail.
 */
export const payerFor = (
  maker: { sub: string; email: string; admin: boolean },
  participant: { email: string },
): Booking["owner"] =>
  maker.admin
    ? { sub: subOfEmail(participant.email), email: comparableAddress(participant.email) }
    : { sub: maker.sub, email: maker.email };

/** The payer ids of a person: their account's subject, and their verified e-mail for bookings that an admin made. */
export const payerSubsOf = ({ sub, email }: Pick<Person, "sub" | "email">): string[] => [sub, subOfEmail(email)];

/** Only the verified e-mail identifies the participant. */
const takesPart = (person: Pick<Person, "email">, { participant }: Pick<Booking, "participant">): boolean =>
  isSamePerson(person.email, participant.email);

/** Whether the payer is the participant. If not, somebody else books for the participant. */
export const isForOneself = ({ owner, participant }: Parties): boolean => isSamePerson(owner.email, participant.email);

/** Whether this address is the participant's on a booking that somebody else pays for. */
export const onlyTakesPart = (email: string, booking: Parties): boolean =>
  takesPart({ email }, booking) && !isForOneself(booking);

/** A person's relation to a booking; null for a stranger. A payer who is also the participant is the payer. */
export function relationTo(person: Person, booking: Parties): Relation | null {
  const { owner } = booking;
  if (payerSubsOf(person).includes(owner.sub) || isSamePerson(person.email, owner.email)) return "payer";
  if (takesPart(person, booking)) return "participant";
  return person.staff ? "staff" : null;
}

export const isPayer = (person: Person, booking: Parties): boolean => relationTo(person, booking) === "payer";

/** Whether a person acts as staff on a booking: they neither pay for it nor take part in it. */
export const isStaffOn = (person: Person, booking: Parties): boolean => relationTo(person, booking) === "staff";

/**
 * For whom a person cancels: an admin who is staff on the booking cancels for the operator, the payer for the client.
 * Null for anybody else; the booking is `not_found` to them.
 */
export function cancelsFor(person: Person & { admin: boolean }, booking: Parties): "operator" | "client" | null {
  if (person.admin && isStaffOn(person, booking)) return "operator";
  return isPayer(person, booking) ? "client" : null;
}

/** What a person may see of a booking besides its status and dates. */
export type Sight = { money: boolean; clearance: boolean };

/** The payer sees money, the participant sees clearance, staff see both; null for a stranger, who sees nothing. */
export function sightOf(person: Person, booking: Parties): Sight | null {
  switch (relationTo(person, booking)) {
    case "staff":
      return { money: true, clearance: true };
    case "payer":
      return { money: true, clearance: takesPart(person, booking) || isForOneself(booking) };
    case "participant":
      return { money: false, clearance: true };
    case null:
      return null;
  }
}

/** Whether a timeline event reports on the agreement, dues or payments. */
export const aboutMoney = (event: EventName): boolean => topicOf(event) === "money";

/** Whether a timeline event reports on the participant's clearance. */
export const aboutClearance = (event: EventName): boolean => topicOf(event) === "clearance";
