import type { Actor } from "@clearing/domain/audit";
import { type Booking, type Person, relationTo, type Sight, sightOf } from "@clearing/domain/booking";
import type { Caller } from "./api.ts";
import type { RequestContext } from "./binding.ts";

/** The caller of a route that requires one. Throws on a route without an authorizer. */
export function callerIn({ caller }: RequestContext): Caller {
  if (caller === null) throw new Error("the handler needs a caller, but its route has no authorizer");
  return caller;
}

const staff: Caller["roles"] = ["clinician", "admin", "finance"];

export const isStaff = ({ roles }: Caller): boolean => roles.some((role) => staff.includes(role));

/** For staff who pay for the booking or take part in it: there they act as a client. */
export const ownBooking = {
  refused: "forbidden",
  detail: "You are the payer or the participant of this booking. Ask a colleague.",
} as const;

/** The caller in the domain's terms. */
export const personOf = (caller: Caller): Person => ({ sub: caller.sub, email: caller.email, staff: isStaff(caller) });

/** Whether the caller pays for the booking. */
export const isPayerOf = (caller: Caller, booking: Booking): boolean =>
  relationTo(personOf(caller), booking) === "payer";

/** Whether the caller acts as staff on this booking: they are neither its payer nor its participant. */
export const actsAsStaff = (caller: Caller, booking: Booking): boolean =>
  relationTo(personOf(caller), booking) === "staff";

/** What the caller may see of a booking; null if they may not see it. */
export const sightFor = (caller: Caller, booking: Booking): Sight | null => sightOf(personOf(caller), booking);

/** The actor of an audit record: the first of the preferred roles that the caller has, or `client`. */
export function actorOf({ sub, roles }: Caller, preferred: readonly Actor["role"][]): Actor {
  const role = preferred.find((one) => (roles as readonly string[]).includes(one)) ?? "client";
  return { sub, role };
}
