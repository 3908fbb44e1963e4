import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AuditFact, type AuditRecord, chain, verifyChain } from "./index.ts";

const fact = (sequence: number): AuditFact => ({
  subject: { type: "booking", id: "bkg_1" },
  sequence,
  at: `2027-01-04T10:00:${String(sequence).padStart(2, "0")}Z`,
  actor: { sub: "sub_staff", role: "admin" },
  action: "cancel",
  before: { status: "confirmed", paid: 250_000, nested: { b: 1, a: [1, 2] } },
  after: { status: "cancelled", paid: 250_000, refund: sequence },
});

function chainOf(length: number): { records: AuditRecord[]; head: string } {
  const records: AuditRecord[] = [];
  for (let sequence = 1; sequence <= length; sequence++) {
    records.push(chain(records.at(-1)?.hash ?? "", fact(sequence)));
  }
  return { records, head: records.at(-1)?.hash ?? "" };
}

/** Recomputes a chain from its facts, as a forger could. */
function relinked(records: AuditRecord[]): AuditRecord[] {
  const forged: AuditRecord[] = [];
  for (const { hash: _hash, previousHash: _previousHash, ...rest } of records) {
    forged.push(chain(forged.at(-1)?.hash ?? "", rest));
  }
  return forged;
}

const lengths = fc.integer({ min: 2, max: 8 });
const indexed = lengths.chain((length) => fc.record({ length: fc.constant(length), at: fc.nat(length - 1) }));

describe("an audit chain (I9)", () => {
  test("that was not changed is verified, an empty one too", () => {
    const { records, head } = chainOf(5);

    expect(verifyChain(records, head)).toEqual({ verified: true });
    expect(verifyChain([], "")).toEqual({ verified: true });
  });

  test("survives storage that returns fields in another order", () => {
    const { records, head } = chainOf(3);
    const reordered = records.map(
      (record): AuditRecord =>
        JSON.parse(JSON.stringify(record), (_name, value: unknown) =>
          value === null || typeof value !== "object" || Array.isArray(value)
            ? value
            : Object.fromEntries(Object.entries(value).reverse()),
        ),
    );

    expect(verifyChain(reordered, head)).toEqual({ verified: true });
  });

  const changes: [what: string, change: (record: AuditRecord) => AuditRecord][] = [
    ["the actor", (record) => ({ ...record, actor: { ...record.actor, sub: "sub_other" } })],
    ["the role", (record) => ({ ...record, actor: { ...record.actor, role: "finance" } })],
    ["the instant", (record) => ({ ...record, at: "2027-01-05T00:00:00Z" })],
    ["the action", (record) => ({ ...record, action: "confirm" })],
    ["the reason", (record) => ({ ...record, reason: "Another reason" })],
    ["the subject", (record) => ({ ...record, subject: { ...record.subject, id: "bkg_2" } })],
    ["what was before", (record) => ({ ...record, before: null })],
    ["what came after", (record) => ({ ...record, after: { ...record.after, refund: 1_000_000 } })],
    ["a field deep inside", (record) => ({ ...record, before: { ...record.before, nested: { b: 1, a: [2, 1] } } })],
    ["the sequence", (record) => ({ ...record, sequence: record.sequence + 1 })],
    ["the link", (record) => ({ ...record, previousHash: "0".repeat(64) })],
    ["the hash", (record) => ({ ...record, hash: "0".repeat(64) })],
  ];
  test.each(changes)("detects that %s of any record was changed, and in which record", (_, change) => {
    fc.assert(
      fc.property(indexed, ({ length, at }) => {
        const { records, head } = chainOf(length);
        const tampered = records.map((record, index) => (index === at ? change(record) : record));
        expect(verifyChain(tampered, head)).toEqual({ verified: false, brokenAt: at + 1 });
      }),
    );
  });

  test("detects that any record was removed, the last one too", () => {
    fc.assert(
      fc.property(indexed, ({ length, at }) => {
        const { records, head } = chainOf(length);
        expect(verifyChain(records.toSpliced(at, 1), head).verified).toBe(false);
      }),
    );
  });

  test("detects that two records were swapped", () => {
    fc.assert(
      fc.property(indexed, ({ length, at }) => {
        const { records, head } = chainOf(length);
        const other = (at + 1) % length;
        const swapped = records.map(
          (record, index) => (index === at ? records[other] : index === other ? records[at] : record) as AuditRecord,
        );
        expect(verifyChain(swapped, head).verified).toBe(false);
      }),
    );
  });

  test("detects a gap in the versions, even if every hash and the head match", () => {
    const first = chain("", fact(1));
    const third = chain(first.hash, fact(3));

    expect(verifyChain([first, third], third.hash)).toEqual({ verified: false, brokenAt: 2 });
  });

  test("detects a record that is there twice", () => {
    const { records, head } = chainOf(3);

    expect(verifyChain([...records, records[2] as AuditRecord], head).verified).toBe(false);
  });

  test("detects recomputed hashes by the head that is stored elsewhere", () => {
    const { records, head } = chainOf(4);
    const forged = relinked(records.map((record) => ({ ...record, actor: { sub: "sub_other", role: "admin" } })));

    expect(verifyChain(forged, head)).toEqual({ verified: false, brokenAt: 5 });
  });

  test("control: without the head stored elsewhere, recomputed hashes would not be detected", () => {
    const forged = relinked(chainOf(4).records.map((record) => ({ ...record, action: "confirm" })));

    expect(verifyChain(forged, forged.at(-1)?.hash ?? "")).toEqual({ verified: true });
  });
});
