import type { Actor } from "@clearing/domain/audit";
import type { Booking } from "@clearing/domain/booking";
import { personKey } from "@clearing/domain/person";
import type { Caller, RequestContext } from "./api.ts";

/** The caller of a route that asks for one; a route without an authorizer has none. */
export function callerIn({ caller }: RequestContext): Caller {
  if (caller === null) throw new Error("a route with roles was reached without a caller");
  return caller;
}

const staff: Caller["roles"] = ["clinician", "admin", "finance"];

export const isStaff = ({ roles }: Caller): boolean => roles.some((role) => staff.includes(role));

/** As whom a client owns bookings: the subject that made them, or, made by an admin, the verified e-mail. */
export const ownersOf = ({ sub, email }: Caller): string[] => [sub, emailOwner(email)];

/** A client sees only what is theirs. */
export const owns = (caller: Caller, { owner }: Booking): boolean => ownersOf(caller).includes(owner.sub);

export const maySee = (caller: Caller, booking: Booking): boolean => isStaff(caller) || owns(caller, booking);

/** Whom a booking belongs to that an admin made for somebody else, until that person signs in. */
export const emailOwner = (email: string): string => `person:${personKey(email)}`;

/** The actor of an audit record, in the highest of the caller's roles that the route allows. */
export function actorOf({ sub, roles }: Caller, preferred: Actor["role"][]): Actor {
  const role = preferred.find((one) => (roles as readonly string[]).includes(one)) ?? "client";
  return { sub, role };
}
