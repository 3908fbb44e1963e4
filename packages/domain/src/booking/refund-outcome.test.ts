import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { owed } from "../testing/refunds.ts";
import { bookedAs, held } from "../testing/retreat.ts";
import { refusedFor } from "../testing/stories.ts";
import { plusHours, plusMinutes } from "../time/index.ts";
import { applyRefund, type Refund, type RefundOutcome, refundStatus } from "./index.ts";

const told = (status: RefundOutcome["status"], changes: Partial<RefundOutcome> = {}): RefundOutcome => ({
  stripeRefundId: "re_1",
  status,
  failureCode: status === "failed" ? "lost_or_stolen_card" : null,
  taken: bookedAs("txn_out", 250_000),
  returned: status === "failed" ? bookedAs("txn_back", 250_000) : null,
  ...changes,
});

describe("Stripe's report on a refund", () => {
  test("takes effect on the days of Stripe's balance transactions, in the cohort's zone, whenever it arrives", () => {
    const { life, refund, partId } = owed();
    // Evenings in Denver, when it is the next day in UTC.
    const taken = bookedAs("txn_out", 250_000, { at: "2027-01-06T05:00:00Z" });
    const returned = bookedAs("txn_back", 250_000, { at: "2027-01-09T05:00:00Z" });

    life.at("2027-01-20T17:00:00Z").refundOutcome(refund.id, partId, told("failed", { taken, returned }));

    const dates = life.journal.map(({ reference, effectiveOn }) => [reference, effectiveOn]);
    expect(dates).toContainEqual(["refund-taken:txn_out", "2027-01-05"]);
    expect(dates).toContainEqual(["refund-returned:txn_back", "2027-01-08"]);
  });

  test("that it is pending, with its balance transaction, posts once that it was taken", () => {
    const { life, refund, partId } = owed();

    life.refundOutcome(refund.id, partId, told("pending"));
    life.refundOutcome(refund.id, partId, told("succeeded"));

    expect(life.journal.filter(({ reference }) => reference === "refund-taken:txn_out")).toHaveLength(1);
    expect(life.refunds[0]).toMatchObject({ dueAt: null, parts: [{ status: "succeeded", stripeRefundId: "re_1" }] });
  });

  test("before its balance transaction exists schedules another check", () => {
    const { life, refund, partId } = owed();

    life.refundOutcome(refund.id, partId, told("succeeded", { taken: null }));

    expect(life.refunds[0]?.dueAt).toBe(plusHours(life.now, 6));
    expect(life.journal.some(({ reference }) => reference.startsWith("refund-taken"))).toBe(false);
  });

  test("that it succeeded, repeated, changes nothing more", () => {
    const { life, refund, partId } = owed();
    life.refundOutcome(refund.id, partId, told("succeeded"));

    expect(life.refundOutcome(refund.id, partId, told("succeeded"))).toBe("unchanged");
    expect(life.events.filter(({ name }) => name === "RefundSucceeded")).toHaveLength(1);
  });

  test("that it failed after it had succeeded: it is still owed, and may be made again", () => {
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

  test("in any order, repeated, posts each balance transaction once and counts the debt once", () => {
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

  test("that it is refused for good: reported with its code, owed, refundable, and no longer counted as refunded", () => {
    const { life, refund, partId } = owed();

    life.refundOutcome(refund.id, partId, refusedFor("charge_disputed"));

    const [part] = life.refunds[0]?.parts ?? [];
    expect(life.refunds[0]).toMatchObject({ dueAt: null });
    expect(part).toMatchObject({ status: "refused", stripeRefundId: null, failureCode: "charge_disputed" });
    expect(refundStatus(life.refunds[0] as Refund)).toBe("refused");
    expect(life.charges).toMatchObject([{ refundable: 250_000, applied: 0 }]);
    expect(life.booking).toMatchObject({ refunded: 0, deferred: 0 });
    expect(life.events.at(-1)).toMatchObject({
      name: "RefundRefused",
      data: { refundId: refund.id, code: "charge_disputed", amount: 250_000, currency: "usd" },
    });
    expect(life.refundOutcome(refund.id, partId, refusedFor("charge_disputed"))).toBe("unchanged");
  });

  test("that it is refused after it was made changes nothing", () => {
    const { life, refund, partId } = owed();
    life.refundOutcome(refund.id, partId, told("pending"));

    expect(life.refundOutcome(refund.id, partId, refusedFor("charge_disputed"))).toBe("unchanged");
  });

  test("on a part that it had refused throws: the money would leave while counted as refundable", () => {
    const { life, refund, partId } = owed();
    life.refundOutcome(refund.id, partId, refusedFor("charge_disputed"));

    expect(() => life.refundOutcome(refund.id, partId, told("succeeded"))).toThrow(/refused part: .*, re_1$/);
  });

  test("on another refund than the part's own throws: its transactions are not the part's", () => {
    const { life, refund, partId } = owed();
    life.refundOutcome(refund.id, partId, told("pending"));

    expect(() => life.refundOutcome(refund.id, partId, told("succeeded", { stripeRefundId: "re_2" }))).toThrow(
      /another refund at stripe: .*, re_2$/,
    );
  });

  test("on one part leaves the others due soon, and not in hours", () => {
    const life = new Life(held()).sign().pay("deposit").confirm().pay("due", { dueId: "due_1" });
    life.end("operator");
    const [refund] = life.spread().refunds as [Refund];

    life.refundOutcome(refund.id, `${refund.id}-1`, told("pending"));

    expect(life.refunds[0]?.dueAt).toBe(plusMinutes(life.now, 2));
  });

  test("on a part that the refund does not have throws", () => {
    const { life, refund } = owed();

    expect(() => applyRefund(life.booking, refund, "ref_x-9", told("pending"), life.now)).toThrow("ref_x-9");
  });
});
