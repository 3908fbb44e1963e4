import type { Role } from "@clearing/contracts/route";
import { comparableAddress } from "@clearing/domain/person";
import type { Instant } from "@clearing/domain/time";

/** The person behind a request. `sub` is of one issuer: the same person has another one in the other user pool. */
export type Caller = { sub: string; email: string; roles: readonly Role[] };

/** Who signs the tokens of clients, and who those of staff. */
export type Issuers = { readonly client: string; readonly staff: string };

type Claims = Readonly<Record<string, unknown>>;

/** What the gateway hands on of the token that it has verified: from a JWT authorizer, or from our own. */
export type Authorized = { jwt?: { claims?: Claims }; lambda?: Claims | null };

const staff: readonly string[] = ["clinician", "admin", "finance"] satisfies Role[];

/**
 * Reads the claims of a verified ID token. Null without a person, once the token has expired (the gateway keeps what our
 * authorizer said of it for a while), or when its e-mail is not verified: people are known by e-mail, and an unverified
 * one proves nothing.
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

/** The groups as our own authorizer writes them: a list in JSON, in which every name is exact. */
function listed(groups: unknown): string[] {
  try {
    const names: unknown = JSON.parse(String(groups));
    return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}

/**
 * A JWT authorizer writes the list as `[admin finance]`, where one name with a space in it looks like two. So the text
 * counts only if every name in it is one that the staff's pool has.
 */
function bracketed(groups: unknown): string[] {
  if (Array.isArray(groups)) return groups.filter((name) => typeof name === "string");
  if (typeof groups !== "string") return [];
  const names = /^\[.*\]$/.test(groups) ? groups.slice(1, -1).split(" ") : [groups];
  return names.every((name) => staff.includes(name)) ? names : [];
}
