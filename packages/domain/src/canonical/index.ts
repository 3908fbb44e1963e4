import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/**
 * A value as JSON in the canonical form of RFC 8785: equal values give equal text, whatever the order of their fields.
 * A field that is undefined is left out, and -0 is 0. Throws on what I-JSON cannot hold: half of a surrogate pair, a
 * number that is not finite, or nothing at all.
 */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("only what JSON can hold has a canonical form");
  return text;
}

/** The SHA-256 of a value's canonical form, in hexadecimal. */
export const canonicalHash = (value: unknown): string => createHash("sha256").update(canonical(value)).digest("hex");
