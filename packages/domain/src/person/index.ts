import { createHash } from "node:crypto";

/**
 * An e-mail address for comparison: trimmed, with ASCII letters in lower case. Unicode's rules would turn the Kelvin
 * sign into a `k`, so that one address passes for another.
 */
export const comparableAddress = (email: string): string =>
  email.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** A verified address identifies a person, whichever account they sign in with. */
export const isSamePerson = (one: string, other: string): boolean =>
  comparableAddress(one) === comparableAddress(other);

/** A person's identifier in keys: 32 hexadecimal digits that do not reveal the address. */
export const personKey = (email: string): string => digest(comparableAddress(email));

/** A mailbox's identifier in keys, with plus-addressing folded: `name+anything@domain` and `name@domain` share one. */
export const mailboxKey = (email: string): string => digest(comparableAddress(email).replace(/\+[^@]*(?=@)/, ""));

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);
