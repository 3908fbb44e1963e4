import { createHash } from "node:crypto";

/**
 * An e-mail address for comparing. Only ASCII letters lose their case: Unicode's rules turn the Kelvin sign into a `k`,
 * and would let one address pass for another.
 */
export const comparableAddress = (email: string): string =>
  email.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** The same person is the same verified address, whatever account it signs in with. */
export const isSamePerson = (one: string, other: string): boolean =>
  comparableAddress(one) === comparableAddress(other);

/** What stands for a person in a key: 32 hexadecimal digits, from which no address can be read. */
export const personKey = (email: string): string => digest(comparableAddress(email));

/** What stands for a mailbox in a key: `name+anything@domain` is the mailbox of `name@domain`. */
export const mailboxKey = (email: string): string => digest(comparableAddress(email).replace(/\+[^@]*(?=@)/, ""));

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);
