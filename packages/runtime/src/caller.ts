import type { Role } from "@clearing/contracts/route";
import { comparableAddress } from "@clearing/domain/person";

/** The person behind a request, from the token that the gateway has already verified. */
export type Caller = { sub: string; email: string; roles: readonly Role[] };

const ROLES: readonly string[] = ["client", "clinician", "admin", "finance"] satisfies Role[];

type Claims = Readonly<Record<string, unknown>>;

/**
 * Reads the claims of an ID token. Null without a person, or when the e-mail in the token is not verified: bookings
 * are owned by e-mail, so an unverified one proves nothing.
 */
export function callerOf(claims: Claims | undefined): Caller | null {
  const { sub, email, email_verified: verified } = claims ?? {};
  if (typeof sub !== "string" || sub === "" || typeof email !== "string" || email === "") return null;
  if (verified !== true && verified !== "true") return null;
  return { sub, email: comparableAddress(email), roles: rolesOf(claims?.["cognito:groups"]) };
}

/** An HTTP API's authorizer hands an array claim on as a string, `[admin finance]`; elsewhere it is an array. */
function rolesOf(groups: unknown): Role[] {
  const names =
    typeof groups === "string" ? groups.replace(/^\[|\]$/g, "").split(/[\s,]+/) : Array.isArray(groups) ? groups : [];
  const roles = names.filter((name): name is Role => ROLES.includes(name));
  // Whoever signs up alone is in no group yet: a client, who sees what is theirs and nothing else.
  return roles.length > 0 ? roles : ["client"];
}
