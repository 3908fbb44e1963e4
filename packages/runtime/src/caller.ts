import type { Role } from "@clearing/contracts/route";
import { comparableAddress } from "@clearing/domain/person";
import type { Instant } from "@clearing/domain/time";

/**
 * The person behind a request. `sub` is unique per issuer: the same person has another `sub` in the other user pool.
 */
export type Caller = { sub: string; email: string; roles: readonly Role[] };

/** The issuers of clients' and of staff's tokens. */
export type Issuers = { readonly client: string; readonly staff: string };

type Claims = Readonly<Record<string, unknown>>;

/** The claims that the gateway passes on from a verified token: of a JWT authorizer, or of our Lambda authorizer. */
export type Authorized = { jwt?: { claims?: Claims }; lambda?: Claims | null };

const staff: readonly string[] = ["clinician", "admin", "finance"] satisfies Role[];

/**
 * Reads the claims of a verified ID token. Returns null if it names no person, if it has expired (the gateway caches
 * our authorizer's answer), or if its e-mail is not verified: people are identified by e-mail.
 */
export function callerOf(authorized: Authorized | undefined, issuers: Issuers, now: Instant): Caller | null {
  const claims = authorized?.lambda ?? authorized?.jwt?.claims ?? {};
  const { iss, sub, email, email_verified: verified, exp } = claims;
  if (typeof sub !== "string" || sub === "" || typeof email !== "string" || email === "") return null;
  if (verified !== true && verified !== "true") return null;
  if (!(Number(exp) * 1000 > Date.parse(now))) return null;
  const person = { sub, email: comparableAddress(email) };
  if (iss === issuers.client) return { ...person, roles: ["client"] };
  if (iss !== issuers.staff) return null;
  const groups = authorized?.lambda ? listed(claims.groups) : bracketed(claims["cognito:groups"]);
  return { ...person, roles: groups.filter((name): name is Role => staff.includes(name)) };
}

/** The groups as our authorizer writes them: a JSON list of exact names. */
function listed(groups: unknown): string[] {
  try {
    const names: unknown = JSON.parse(String(groups));
    return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}

/**
 * A JWT authorizer writes the groups as `[admin finance]`, in which one name with a space looks like two. So the text
 * counts only if the staff pool has every name in it.
 */
function bracketed(groups: unknown): string[] {
  if (Array.isArray(groups)) return groups.filter((name) => typeof name === "string");
  if (typeof groups !== "string") return [];
  const names = /^\[.*\]$/.test(groups) ? groups.slice(1, -1).split(" ") : [groups];
  return names.every((name) => staff.includes(name)) ? names : [];
}
