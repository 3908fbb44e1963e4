import { type EventName, topicOf } from "../event/index.ts";
import { comparableAddress, isSamePerson, personKey } from "../person/index.ts";
import type { Booking } from "./booking.ts";

/** A person who asks: the subject of an account, its verified e-mail, and whether it acts as staff. */
export type Person = { sub: string; email: string; staff: boolean };

/** Who somebody is to a booking. Staff who pay or take part are clients there, and never staff. */
export type Relation = "owner" | "participant" | "staff";

type Parties = Pick<Booking, "owner" | "participant">;

/** Whom a booking belongs to that an admin made for somebody else: the person of that verified e-mail. */
export const emailOwner = (email: string): string => `person:${personKey(email)}`;

/** Whose a new booking is: of who makes it; one that an admin makes, of the person of the participant's verified e-mail. */
export const ownerOf = (
  maker: { sub: string; email: string; admin: boolean },
  participant: { email: string },
): Booking["owner"] =>
  maker.admin
    ? { sub: emailOwner(participant.email), email: comparableAddress(participant.email) }
    : { sub: maker.sub, email: maker.email };

/** As whom a person owns bookings: the subject that made them, or, made by an admin, the verified e-mail. */
export const ownersOf = ({ sub, email }: Pick<Person, "sub" | "email">): string[] => [sub, emailOwner(email)];

/** The participant is known by the verified e-mail alone. */
const takesPart = (person: Pick<Person, "email">, { participant }: Pick<Booking, "participant">): boolean =>
  isSamePerson(person.email, participant.email);

/** Whether the payer is the participant; if not, somebody else books for the participant. */
export const isForOneself = ({ owner, participant }: Parties): boolean => isSamePerson(owner.email, participant.email);

/** Whether the person of this address is the participant of a booking that somebody else made and pays for. */
export const onlyTakesPart = (email: string, booking: Parties): boolean =>
  takesPart({ email }, booking) && !isForOneself(booking);

/** Who a person is to a booking; null for a stranger. An owner who is also the participant is the owner. */
export function relationTo(person: Person, booking: Parties): Relation | null {
  const { owner } = booking;
  if (ownersOf(person).includes(owner.sub) || isSamePerson(person.email, owner.email)) return "owner";
  if (takesPart(person, booking)) return "participant";
  return person.staff ? "staff" : null;
}

export const isOwner = (person: Person, booking: Parties): boolean => relationTo(person, booking) === "owner";

/** Whether a person acts as staff on a booking: it is neither theirs nor are they its participant. */
export const isStaffOn = (person: Person, booking: Parties): boolean => relationTo(person, booking) === "staff";

/**
 * For whom a person cancels: an admin who acts as staff for the operator, an owner for themselves; null for anybody else,
 * to whom the booking is not there.
 */
export function cancelsFor(person: Person & { admin: boolean }, booking: Parties): "operator" | "client" | null {
  if (person.admin && isStaffOn(person, booking)) return "operator";
  return isOwner(person, booking) ? "client" : null;
}

/** What a person sees of a booking beside its status and dates. */
export type Sight = { money: boolean; clearance: boolean };

/** Money is the payer's to see, clearance the participant's, and both are for staff; null for a stranger, who sees nothing. */
export function sightOf(person: Person, booking: Parties): Sight | null {
  switch (relationTo(person, booking)) {
    case "staff":
      return { money: true, clearance: true };
    case "owner":
      return { money: true, clearance: takesPart(person, booking) || isForOneself(booking) };
    case "participant":
      return { money: false, clearance: true };
    case null:
      return null;
  }
}

/** Whether an event on a booking's timeline tells of what was agreed, owed and paid. */
export const aboutMoney = (event: EventName): boolean => topicOf(event) === "money";

/** Whether an event on a booking's timeline tells of the participant's clearance. */
export const aboutClearance = (event: EventName): boolean => topicOf(event) === "clearance";
