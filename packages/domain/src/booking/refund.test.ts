import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, today } from "../testing/retreat.ts";
import { plusHours, plusSeconds } from "../time/index.ts";
import {
  applyRefund,
  type Charge,
  type Refund,
  type RefundOutcome,
  type RefundPartStatus,
  refundMadeAtStripe,
  refundStatus,
  spreadRefund,
} from "./index.ts";

const charge = (index: number, refundable: number, changes: Partial<Charge> = {}): Charge => ({
  id: `ch_${index}`,
  bookingId: "bkg_1",
  dueId: "due_0",
  attemptId: `att_${index}`,
  paymentIntentId: `pi_${index}`,
  amount: 1_000_000,
  refundable,
  currency: "usd",
  createdAt: plusSeconds(today, index),
  ...changes,
});

const usd = (amount: number) => ({ amount, currency: "usd" });

describe("spreading a refund over charges", () => {
  test("takes the newest first", () => {
    const shares = spreadRefund(usd(700), [charge(1, 500), charge(3, 300), charge(2, 600)]);

    expect(shares.map(({ charge: { id }, amount }) => [id, amount])).toEqual([
      ["ch_3", 300],
      ["ch_2", 400],
    ]);
  });

  test("adds up to the refund, and never exceeds what a charge can give back (I6)", () => {
    const charges = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(charges, fc.double({ min: 0, max: 1, noNaN: true }), (refundable, part) => {
        const on = refundable.map((amount, index) => charge(index, amount));
        const amount = Math.floor(refundable.reduce((sum, one) => sum + one, 0) * part);
        const shares = spreadRefund(usd(amount), on);
        expect(shares.reduce((sum, share) => sum + share.amount, 0)).toBe(amount);
        expect(shares.every((share) => share.amount > 0 && share.amount <= share.charge.refundable)).toBe(true);
      }),
    );
  });

  test("takes nothing from a charge of another currency, whose cents are others", () => {
    const euros = charge(3, 500, { currency: "eur" });

    const shares = spreadRefund(usd(400), [charge(1, 500), euros]);

    expect(shares.map(({ charge: { id }, amount }) => [id, amount])).toEqual([["ch_1", 400]]);
    expect(() => spreadRefund(usd(501), [charge(1, 500), euros])).toThrow(RangeError);
  });

  test("gives back no cent more than was captured: that is for a person to look at", () => {
    expect(() => spreadRefund(usd(901), [charge(1, 500), charge(2, 400)])).toThrow(RangeError);
  });
});

/** A booking that the operator cancelled: one refund of one part over the deposit. */
function owed(): { life: Life; refund: Refund; partId: string } {
  const life = new Life(held()).sign().pay("deposit");
  life.end("operator");
  const [refund] = life.refunds;
  return { life, refund: refund as Refund, partId: refund?.parts[0]?.id ?? "" };
}

const told = (status: RefundOutcome["status"], changes: Partial<RefundOutcome> = {}): RefundOutcome => ({
  stripeRefundId: "re_1",
  status,
  failureCode: status === "failed" ? "lost_or_stolen_card" : null,
  taken: { balanceTransactionId: "txn_out", amount: 250_000 },
  returned: status === "failed" ? { balanceTransactionId: "txn_back", amount: 250_000 } : null,
  ...changes,
});

describe("what Stripe says of a refund", () => {
  test("that it is pending, its balance transaction there already, posts that it was taken, once", () => {
    const { life, refund, partId } = owed();

    life.refundOutcome(refund.id, partId, told("pending"));
    life.refundOutcome(refund.id, partId, told("succeeded"));

    expect(life.journal.filter(({ reference }) => reference === "refund-taken:txn_out")).toHaveLength(1);
    expect(life.refunds[0]).toMatchObject({ dueAt: null, parts: [{ status: "succeeded", stripeRefundId: "re_1" }] });
  });

  test("before its balance transaction is there leaves it to be looked at again", () => {
    const { life, refund, partId } = owed();

    life.refundOutcome(refund.id, partId, told("succeeded", { taken: null }));

    expect(life.refunds[0]?.dueAt).toBe(plusHours(life.now, 6));
    expect(life.journal.some(({ reference }) => reference.startsWith("refund-taken"))).toBe(false);
  });

  test("that it succeeded, told twice, changes nothing more", () => {
    const { life, refund, partId } = owed();
    life.refundOutcome(refund.id, partId, told("succeeded"));

    expect(life.refundOutcome(refund.id, partId, told("succeeded"))).toBe("unchanged");
    expect(life.events.filter(({ name }) => name === "RefundSucceeded")).toHaveLength(1);
  });

  test("that it failed after it had succeeded: still owed, and it may be made again", () => {
    const { life, refund, partId } = owed();
    life.refundOutcome(refund.id, partId, told("succeeded"));

    life.refundOutcome(refund.id, partId, told("failed"));

    expect(life.booking).toMatchObject({ refunded: 0, deferred: 0 });
    expect(life.charges).toMatchObject([{ refundable: 250_000 }]);
    expect(life.events.at(-1)).toMatchObject({ name: "RefundFailed", data: { amount: 250_000 } });
    expect(life.journal.at(-1)).toMatchObject({ reference: "refund-returned:txn_back" });
  });

  test.each([
    ["pending", "succeeded", "succeeded"],
    ["succeeded", "pending", "succeeded"],
    ["failed", "pending", "failed"],
    ["failed", "succeeded", "failed"],
    ["succeeded", "failed", "failed"],
  ] as const)("moves forward only: %s, then %s, is %s", (first, second, last) => {
    const { life, refund, partId } = owed();

    life.refundOutcome(refund.id, partId, told(first));
    life.refundOutcome(refund.id, partId, told(second));

    expect(life.refunds[0]?.parts[0]?.status).toBe(last);
  });

  test("in any order and however often ends with each transaction posted once, and what is owed counted once", () => {
    const outcomes = fc.array(fc.constantFrom<RefundOutcome["status"]>("pending", "succeeded", "failed"), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(outcomes, (sequence) => {
        const { life, refund, partId } = owed();
        for (const status of sequence) life.refundOutcome(refund.id, partId, told(status));
        const failed = sequence.includes("failed");
        const references = life.journal.map(({ reference }) => reference);
        expect(new Set(references).size).toBe(references.length);
        expect(life.booking.refunded).toBe(failed ? 0 : 250_000);
        expect(life.charges[0]?.refundable).toBe(failed ? 250_000 : 0);
      }),
    );
  });

  test("that it refused to make it ends the polling: it is owed, and may be made again", () => {
    const { life, refund, partId } = owed();

    life.refundOutcome(refund.id, partId, told("failed", { stripeRefundId: null, taken: null, returned: null }));

    expect(life.refunds[0]).toMatchObject({ dueAt: null, parts: [{ status: "failed", stripeRefundId: null }] });
    expect(life.charges).toMatchObject([{ refundable: 250_000 }]);
  });

  test("of a part that it had refused is a bug: the money would leave, counted as refundable again", () => {
    const { life, refund, partId } = owed();
    life.refundOutcome(refund.id, partId, told("failed", { stripeRefundId: null, taken: null, returned: null }));

    expect(() => life.refundOutcome(refund.id, partId, told("succeeded"))).toThrow("was refused, and is now re_1");
  });

  test("of a part that the refund does not have is a bug", () => {
    const { life, refund } = owed();

    expect(() => applyRefund(life.booking, refund, "ref_x-9", told("pending"), life.now)).toThrow("ref_x-9");
  });
});

describe("a refund of several parts", () => {
  const withParts = (...statuses: RefundPartStatus[]): Refund => {
    const { refund } = owed();
    const [part] = refund.parts;
    return { ...refund, parts: statuses.flatMap((status) => (part === undefined ? [] : [{ ...part, status }])) };
  };

  test.each([
    [["succeeded", "succeeded"], "succeeded"],
    [["succeeded", "pending"], "pending"],
    [["pending", "approved"], "approved"],
    [["succeeded", "failed"], "failed"],
  ] as const)("%s is as far as the part that is least far: %s", (statuses, status) => {
    expect(refundStatus(withParts(...statuses))).toBe(status);
  });
});

describe("a refund that somebody made at Stripe", () => {
  const made = { id: "ref_9", stripeRefundId: "re_9", amount: 100_000, now: today };

  test("is owed from what is deferred, and pending until it is looked at", () => {
    const life = new Life(held()).sign().pay("deposit");

    const { refund, booking, journal } = refundMadeAtStripe(life.booking, life.charges[0] as Charge, made);

    expect(refund).toMatchObject({ reason: "made_at_stripe", parts: [{ status: "pending", stripeRefundId: "re_9" }] });
    expect(booking).toMatchObject({ refunded: 100_000, deferred: 150_000 });
    expect(journal[0]?.postings[0]).toMatchObject({ account: "deferred_revenue", debit: 100_000 });
  });

  test.each([
    ["completed", "earned_revenue"],
    ["cancelled", "fee_income"],
  ] as const)("on a %s booking is owed from %s", (status, account) => {
    const life = new Life(held()).sign().pay("deposit").confirm();
    if (status === "cancelled") life.end("client");
    else life.at("2027-03-08T17:00:00Z").admit().at("2027-03-16T17:00:00Z");
    life.fallDue();
    life.complete();

    const { journal } = refundMadeAtStripe(life.booking, life.charges[0] as Charge, made);

    expect(life.booking.status).toBe(status);
    expect(journal[0]?.postings[0]).toMatchObject({ account, debit: 100_000 });
  });
});
