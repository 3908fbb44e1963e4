import type { Actor } from "@clearing/domain/audit";
import { type Booking, type Person, relationTo, type Sight, sightOf } from "@clearing/domain/booking";
import type { Caller } from "./api.ts";
import type { RequestContext } from "./binding.ts";

/** The caller of a route that asks for one; a route without an authorizer has none. */
export function callerIn({ caller }: RequestContext): Caller {
  if (caller === null) throw new Error("a route with roles was reached without a caller");
  return caller;
}

const staff: Caller["roles"] = ["clinician", "admin", "finance"];

export const isStaff = ({ roles }: Caller): boolean => roles.some((role) => staff.includes(role));

/** The caller as the domain knows people. */
export const personOf = (caller: Caller): Person => ({ sub: caller.sub, email: caller.email, staff: isStaff(caller) });

/** A client sees only what is theirs. */
export const owns = (caller: Caller, booking: Booking): boolean => relationTo(personOf(caller), booking) === "owner";

/** The caller acts as staff on this booking: it is neither theirs nor are they its participant. */
export const actsAsStaff = (caller: Caller, booking: Booking): boolean =>
  relationTo(personOf(caller), booking) === "staff";

/** What the caller sees of a booking; null when it is not theirs to see. */
export const sightFor = (caller: Caller, booking: Booking): Sight | null => sightOf(personOf(caller), booking);

/** The actor of an audit record, in the highest of the caller's roles that the route allows. */
export function actorOf({ sub, roles }: Caller, preferred: readonly Actor["role"][]): Actor {
  const role = preferred.find((one) => (roles as readonly string[]).includes(one)) ?? "client";
  return { sub, role };
}
