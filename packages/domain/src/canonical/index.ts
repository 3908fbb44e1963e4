import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/**
 * Serializes a value as canonical JSON (RFC 8785): equal values give equal text, whatever the order of their fields.
 * Undefined fields are omitted, and -0 becomes 0. Throws if JSON cannot represent the value: a lone surrogate, a number
 * that is not finite, or undefined.
 */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("the value has no canonical form, because JSON cannot represent it");
  return text;
}

/** The SHA-256 of a value's canonical form, in hexadecimal. */
export const canonicalHash = (value: unknown): string => createHash("sha256").update(canonical(value)).digest("hex");
