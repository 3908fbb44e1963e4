import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bookedAs } from "../testing/retreat.ts";
import { untilCaught } from "../testing/until-caught.ts";
import {
  type Account,
  allPrincipal,
  bookingEntries,
  chartOfAccounts,
  dueBilled,
  type FactContext,
  type JournalEntry,
  journalEntry,
  keptAtCancellation,
  type Move,
  paymentSettled,
  paymentToReturn,
  paymentUnknown,
  refundOwed,
  refundReturned,
  refundTaken,
  revenueEarned,
  trialBalance,
  unknownRefundOwed,
  unpaidReversed,
} from "./index.ts";

const at: FactContext = { effectiveOn: "2027-01-04", currency: "usd", bookingId: "bkg_1" };

type Builder = (amount: number) => JournalEntry[];
/** The accounts and the reference of each fact's entry, written by hand and not derived from the code. */
const builders: [fact: string, build: Builder, debit: Account, credit: Account, reference: string][] = [
  [
    "a due billed",
    (amount) => dueBilled({ dueId: "due_1", billing: 1, parts: allPrincipal(amount) }, { ...at, completed: false }),
    "receivable",
    "deferred_revenue",
    "due-billed:due_1:1",
  ],
  [
    "a payment",
    (amount) => paymentSettled({ chargeId: "ch_1", amount }, at),
    "stripe_balance",
    "receivable",
    "payment:ch_1",
  ],
  [
    "a payment to return",
    (amount) => paymentToReturn({ chargeId: "ch_1", amount }, at),
    "stripe_balance",
    "refunds_payable",
    "payment:ch_1",
  ],
  [
    "a payment of nobody",
    (amount) => paymentUnknown({ chargeId: "ch_1", amount }, at),
    "stripe_balance",
    "suspense",
    "payment:ch_1",
  ],
  [
    "what was billed and never paid",
    (amount) => unpaidReversed({ bookingId: "bkg_1", parts: allPrincipal(amount) }, at),
    "deferred_revenue",
    "receivable",
    "unpaid-reversed:bkg_1",
  ],
  [
    "what a cancellation keeps",
    (amount) => keptAtCancellation({ bookingId: "bkg_1", occasion: "ending", parts: allPrincipal(amount) }, at),
    "deferred_revenue",
    "fee_income",
    "kept:bkg_1:ending",
  ],
  [
    "a refund owed",
    (amount) => refundOwed({ refundId: "ref_1", parts: allPrincipal(amount) }, at),
    "deferred_revenue",
    "refunds_payable",
    "refund-owed:ref_1",
  ],
  [
    "a refund owed after completion",
    (amount) => refundOwed({ refundId: "ref_1", parts: allPrincipal(amount), from: "earned_revenue" }, at),
    "earned_revenue",
    "refunds_payable",
    "refund-owed:ref_1",
  ],
  [
    "a refund of a payment of nobody",
    (amount) => unknownRefundOwed({ refundId: "ref_1", amount }, at),
    "suspense",
    "refunds_payable",
    "refund-owed:ref_1",
  ],
  [
    "a refund taken",
    (amount) => refundTaken({ amount, booked: bookedAs("txn_1", amount) }, at),
    "refunds_payable",
    "stripe_balance",
    "refund-taken:txn_1",
  ],
  [
    "a refund returned",
    (amount) => refundReturned({ amount, booked: bookedAs("txn_1", amount) }, at),
    "stripe_balance",
    "refunds_payable",
    "refund-returned:txn_1",
  ],
  [
    "completion",
    (amount) => revenueEarned({ bookingId: "bkg_1", deferred: amount, toBill: allPrincipal(0) }, at),
    "deferred_revenue",
    "earned_revenue",
    "completion:bkg_1",
  ],
];

const amounts = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

/** A valid entry: whole amounts, each on one side, and both sides equal (I3). */
const isSound = ({ postings }: JournalEntry): boolean =>
  postings.length >= 2 &&
  postings.every(({ debit, credit }) => Number.isSafeInteger(debit + credit) && (debit === 0) !== (credit === 0)) &&
  postings.reduce((sum, { debit, credit }) => sum + debit - credit, 0) === 0;

describe("the postings of a fact", () => {
  test.each(builders)(
    "%s: the right accounts, a unique reference, its booking",
    (_, build, debit, credit, reference) => {
      expect(build(1_234)).toEqual([
        {
          reference,
          effectiveOn: "2027-01-04",
          currency: "usd",
          postings: [
            { account: debit, debit: 1_234, credit: 0, bookingId: "bkg_1" },
            { account: credit, debit: 0, credit: 1_234, bookingId: "bkg_1" },
          ],
        },
      ]);
    },
  );

  test.each(builders)("%s balances, for any amount (I3)", (_, build) => {
    fc.assert(fc.property(amounts, (amount) => build(amount).every(isSound)));
  });

  test.each(builders)("%s of 0 makes no entry; a negative amount or half a cent throws", (_, build) => {
    expect(build(0)).toEqual([]);
    expect(() => build(-1)).toThrow(RangeError);
    expect(() => build(0.5)).toThrow(RangeError);
  });

  test("money without a booking names none", () => {
    const [entry] = journalEntry("x", [{ debit: "bank", credit: "suspense", amount: 5 }], {
      effectiveOn: "2027-01-04",
      currency: "usd",
    });

    expect(entry?.postings.every((posting) => !("bookingId" in posting))).toBe(true);
  });

  test("control: a builder that loses a cent is caught", () => {
    const mutated: Builder = (amount) =>
      paymentSettled({ chargeId: "ch_1", amount }, at).map((entry) => ({
        ...entry,
        postings: entry.postings.map((posting) =>
          posting.credit > 1 ? { ...posting, credit: posting.credit - 1 } : posting,
        ),
      }));

    const check = fc.check(
      fc.property(amounts, (amount) => mutated(amount).every(isSound)),
      untilCaught,
    );

    expect(check.failed).toBe(true);
  });
});

describe("an entry of many moves", () => {
  const accounts = Object.keys(chartOfAccounts) as Account[];
  const move: fc.Arbitrary<Move> = fc.record({
    debit: fc.constantFrom(...accounts),
    credit: fc.constantFrom(...accounts),
    amount: fc.integer({ min: 0, max: 100_000_000 }),
  });
  const sumOf = (moves: Move[], side: "debit" | "credit", account: Account) =>
    moves.reduce((sum, one) => sum + (one[side] === account ? one.amount : 0), 0);

  test("balances, has one posting for each account and side, and loses no move (I3)", () => {
    fc.assert(
      fc.property(fc.array(move, { minLength: 1, maxLength: 12 }), (moves) => {
        const entries = journalEntry("x", moves, at);
        const postings = entries.flatMap((one) => one.postings);

        expect(entries).toHaveLength(moves.some(({ amount }) => amount > 0) ? 1 : 0);
        expect(entries.every(isSound)).toBe(true);
        for (const side of ["debit", "credit"] as const) {
          for (const account of accounts) {
            const found = postings.filter((one) => one.account === account && one[side] > 0);
            expect(found.length).toBeLessThanOrEqual(1);
            expect(found[0]?.[side] ?? 0).toBe(sumOf(moves, side, account));
          }
        }
      }),
    );
  });

  test("sums the moves of each account, debits first, and omits accounts that do not move", () => {
    const moves: Move[] = [
      { debit: "receivable", credit: "deferred_revenue", amount: 900 },
      { debit: "receivable", credit: "fee_income", amount: 0 },
      { debit: "receivable", credit: "interest_income", amount: 100 },
    ];

    expect(journalEntry("x", moves, at)[0]?.postings).toEqual([
      { account: "receivable", debit: 1_000, credit: 0, bookingId: "bkg_1" },
      { account: "deferred_revenue", debit: 0, credit: 900, bookingId: "bkg_1" },
      { account: "interest_income", debit: 0, credit: 100, bookingId: "bkg_1" },
    ]);
  });

  test("refuses a move that is negative, fractional or beyond the safe integers, even among others", () => {
    const good: Move = { debit: "bank", credit: "suspense", amount: 5 };
    for (const amount of [-1, 0.5, Number.NaN]) {
      expect(() => journalEntry("x", [good, { ...good, amount }], at)).toThrow(RangeError);
    }
    const largest = { ...good, amount: Number.MAX_SAFE_INTEGER };
    expect(() => journalEntry("x", [largest, { ...largest, debit: "receivable" }], at)).toThrow(RangeError);
  });
});

describe("the trial balance", () => {
  test("adds up debits, credits and balance by account, in the chart's order, one currency at a time", () => {
    const euros = { ...at, currency: "eur" };
    const entries = [
      ...paymentSettled({ chargeId: "ch_1", amount: 1_000 }, at),
      ...dueBilled({ dueId: "due_1", billing: 1, parts: allPrincipal(1_500) }, { ...at, completed: false }),
      ...bookingEntries({ amount: 1_000, direction: "in", booked: bookedAs("txn_1", 1_000, { fee: 59 }) }, at),
      ...paymentUnknown({ chargeId: "ch_2", amount: 7 }, euros),
    ];

    expect(trialBalance(entries, "usd")).toEqual({
      currency: "usd",
      accounts: [
        { account: "receivable", debit: 1_500, credit: 1_000, balance: 500 },
        { account: "stripe_balance", debit: 1_000, credit: 59, balance: 941 },
        { account: "deferred_revenue", debit: 0, credit: 1_500, balance: -1_500 },
        { account: "processing_fees", debit: 59, credit: 0, balance: 59 },
      ],
      totalDebit: 2_559,
      totalCredit: 2_559,
    });
  });

  test("balances for any journal", () => {
    const journal = fc.array(fc.tuple(fc.nat(builders.length - 1), fc.integer({ min: 0, max: 10_000_000 })));
    fc.assert(
      fc.property(journal, (facts) => {
        const entries = facts.flatMap(([index, amount]) => builders[index]?.[1](amount) ?? []);
        const { totalDebit, totalCredit, accounts } = trialBalance(entries, "usd");
        expect(totalDebit).toBe(totalCredit);
        expect(accounts.reduce((sum, { balance }) => sum + balance, 0)).toBe(0);
      }),
    );
  });

  test("of nothing is empty", () => {
    expect(trialBalance([], "usd")).toEqual({ currency: "usd", accounts: [], totalDebit: 0, totalCredit: 0 });
  });
});
