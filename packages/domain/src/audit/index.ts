import { canonicalHash } from "../canonical/index.ts";
import type { Instant } from "../time/index.ts";

export * from "./span.ts";

/**
 * Who acted: a person by their account's subject, or `system` for deadlines and messages. Never a name or an address.
 */
export type Actor = { sub: string; role: "client" | "clinician" | "admin" | "finance" | "system" };

/**
 * One act on one subject. `before` and `after` hold only statuses, amounts, dates and ids. `reason` is the text that
 * staff wrote for an exception.
 */
export type AuditFact = {
  subject: { type: "program" | "cohort" | "booking" | "clearance"; id: string };
  /** The subject's version after the act; it prevents gaps and forks in the chain. */
  sequence: number;
  at: Instant;
  actor: Actor;
  action: string;
  reason?: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
};

/**
 * One record of a subject's hash chain. Its hash covers the fact and the previous hash in canonical form (RFC 8785).
 */
export type AuditRecord = AuditFact & { previousHash: string; hash: string };

/** Appends a fact to the chain that ends in `previousHash`; it is empty for the first record. */
export function chain(previousHash: string, fact: AuditFact): AuditRecord {
  return { ...fact, previousHash, hash: hashOf(previousHash, fact) };
}

export type ChainVerdict = { verified: true } | { verified: false; brokenAt: number };

/** Verifies one subject's chain from its first record. `head` is the hash stored with the subject. */
export function verifyChain(records: AuditRecord[], head: string): ChainVerdict {
  let previous = "";
  for (const [index, { previousHash, hash, ...fact }] of records.entries()) {
    const sound = previousHash === previous && fact.sequence === index + 1 && hash === hashOf(previous, fact);
    if (!sound) return { verified: false, brokenAt: index + 1 };
    previous = hash;
  }
  return previous === head ? { verified: true } : { verified: false, brokenAt: records.length + 1 };
}

const hashOf = (previousHash: string, fact: AuditFact): string => {
  const { subject, sequence, at, actor, action, reason, before, after } = fact;
  const said = reason === undefined ? {} : { reason };
  return canonicalHash({ previousHash, subject, sequence, at, actor, action, ...said, before, after });
};
