import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  allPrincipal,
  type BillingContext,
  type JournalEntry,
  type Parts,
  sumOf,
  trialBalance,
} from "../ledger/index.ts";
import { held } from "../testing/retreat.ts";
import { billDue, cancelDue, type Due, payDue, scheduledDue, unpaidParts } from "./due.ts";
import { unpayDue } from "./resting.ts";

const at: BillingContext = { effectiveOn: "2027-02-06", currency: "usd", bookingId: "bkg_1", completed: false };
const due = (parts: Parts): Due =>
  scheduledDue({
    ...{ id: "due_1", sequence: 1, kind: "installment", dueOn: "2027-02-06", startsBy: "date" },
    ...{ amount: sumOf(parts), parts },
  });

const amount = fc.integer({ min: 0, max: 2_000_000 });
const anyParts = fc.record<Parts>({ principal: amount, interest: amount, fee: amount, tax: amount });
const credited = (journal: JournalEntry[], account: string) =>
  0 - (trialBalance(journal, "usd").accounts.find((one) => one.account === account)?.balance ?? 0);

describe("a due", () => {
  test("is refused if its parts do not add up to its amount", () => {
    expect(() => scheduledDue({ ...due(allPrincipal(100)), amount: 99 })).toThrow(
      "due_1: the parts add up to 100, not to 99",
    );
  });

  test("is billed to one account per part, whichever parts were paid before and in whatever amounts", () => {
    fc.assert(
      fc.property(anyParts, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }), (parts, shares) => {
        const journal: JournalEntry[] = [];
        let now = due(parts);
        for (const [index, share] of shares.entries()) {
          const payment = { attemptId: `att_${index}`, amount: Math.floor((now.amount - now.paid) * share) };
          const paid = payDue(now, payment, at);
          journal.push(...paid.journal);
          now = paid.due;
          expect(sumOf(now.billedParts)).toBe(now.billed);
        }
        const billed = billDue(now, at);
        journal.push(...billed.journal);

        expect(billed.due.billedParts).toEqual(parts);
        expect(credited(journal, "deferred_revenue")).toBe(parts.principal);
        expect(credited(journal, "tax_payable")).toBe(parts.tax);
        expect(credited(journal, "interest_income")).toBe(parts.interest);
        expect(credited(journal, "fee_income")).toBe(parts.fee);
        expect(new Set(journal.map(({ reference }) => reference)).size).toBe(journal.length);
        expect(billed.due.billings).toBe(journal.length);
      }),
    );
  });

  test("has a different reference for each bill when it was cancelled and is owed again", () => {
    const billed = billDue(due(allPrincipal(1_000)), at);
    const again = billDue({ ...cancelDue(billed.due, "usd"), status: "scheduled" }, at);

    expect([billed, again].map(({ journal }) => journal[0]?.reference)).toEqual([
      "due-billed:due_1:1",
      "due-billed:due_1:2",
    ]);
    expect(again.due).toMatchObject({ billed: 1_000, billings: 2 });
  });

  test("that is billed is not billed again for nothing", () => {
    const { due: billed } = billDue(due(allPrincipal(1_000)), at);

    expect(billDue(billed, at)).toEqual({ due: billed, journal: [] });
    expect(payDue(billed, { attemptId: "att_1", amount: 1_000 }, at)).toMatchObject({
      due: { billings: 1 },
      journal: [],
    });
  });

  test("stays open after a part payment, and is paid with the rest", () => {
    const open: Due = { ...due(allPrincipal(1_000)), status: "processing" };
    const part = payDue(open, { attemptId: "att_1", amount: 999 }, at).due;

    expect(part).toMatchObject({ status: "scheduled", paid: 999, partsPaid: 1 });
    expect(payDue(part, { attemptId: "att_2", amount: 1 }, at).due).toMatchObject({ status: "paid", partsPaid: 1 });
  });

  test("paid in part leaves interest and the fee unpaid, and its cancellation reverses just those", () => {
    const { due: billed } = billDue(due({ principal: 900, interest: 30, fee: 20, tax: 100 }), at);
    const { due: paid } = payDue(billed, { attemptId: "att_1", amount: 1_010 }, at);

    expect(unpaidParts(paid, "usd")).toEqual({ principal: 0, interest: 20, fee: 20, tax: 0 });
    expect(cancelDue(paid, "usd")).toMatchObject({
      status: "cancelled",
      billed: 1_010,
      billedParts: { principal: 900, interest: 10, fee: 0, tax: 100 },
    });
  });
});

describe("a due whose payment was returned", () => {
  const on = (today: string) => ({ booking: held(), today });
  /** A due without its history: its bills, its part payments, and since when it is late. */
  const now = ({
    billed: _,
    billedParts: _parts,
    billings: _billings,
    partsPaid: _partsPaid,
    late: _late,
    ...rest
  }: Due) => rest;

  test("is as before its payment, except for its history", () => {
    fc.assert(
      fc.property(anyParts, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (parts, share, isLate) => {
        const status = isLate ? "past_due" : "scheduled";
        const before: Due = { ...due(parts), status };
        const amountPaid = Math.floor(before.amount * share);
        const paid = payDue(before, { attemptId: "att_1", amount: amountPaid }, at).due;

        const after = unpayDue(
          { ...paid, status: amountPaid === 0 ? status : paid.status },
          amountPaid,
          on(isLate ? "2027-02-07" : "2027-02-06"),
        );

        expect(now(after)).toEqual(now(before));
        const late = isLate && amountPaid > 0 ? { dueOn: before.dueOn, on: before.dueOn } : undefined;
        expect(after.late).toEqual(late);
        expect(after).toMatchObject({ billed: paid.billed, billedParts: paid.billedParts, billings: paid.billings });
      }),
    );
  });

  test("keeps the attempt under way for its rest, so that it is not collected twice (I5)", () => {
    const half = { ...due(allPrincipal(1_000)), paid: 400, status: "processing", openAttemptId: "att_2" } as const;

    expect(unpayDue(half, 400, on("2027-03-01"))).toEqual({ ...half, paid: 0 });
  });

  test("stays cancelled on a booking that has ended, and stays billed as far as it is still paid", () => {
    const { due: paid } = payDue(due(allPrincipal(1_000)), { attemptId: "att_1", amount: 600 }, at);

    expect(unpayDue(cancelDue(paid, "usd"), 400, on("2027-03-01"))).toMatchObject({
      ...{ status: "cancelled", paid: 200, billed: 200, billedParts: allPrincipal(200) },
    });
  });

  test("cannot return more than was paid, less than zero, or half a cent", () => {
    const { due: paid } = payDue(due(allPrincipal(1_000)), { attemptId: "att_1", amount: 600 }, at);

    for (const amount of [601, -1, 0.5]) expect(() => unpayDue(paid, amount, on("2027-03-01"))).toThrow(RangeError);
  });
});
