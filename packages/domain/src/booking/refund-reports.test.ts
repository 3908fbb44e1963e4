import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { about, event, reported } from "../testing/reported.ts";
import { bookedAs, card, held, today } from "../testing/retreat.ts";
import { refusedFor } from "../testing/stories.ts";
import { plusHours } from "../time/index.ts";
import { applyRefund, type Charge, type Refund, returnStrayPayment } from "./index.ts";

const confirmed = () => new Life(held()).sign().pay("deposit").confirm();

describe("the events and entries of a refund", () => {
  /** A booking that the operator cancelled, and its refund of 250,000 on one charge. */
  function refunding(): { life: Life; refund: Refund; partId: string } {
    const life = new Life(held()).sign().pay("deposit");
    life.end("operator");
    life.spread();
    const refund = life.refunds[0] as Refund;
    return { life, refund, partId: refund.parts[0]?.id ?? "" };
  }
  const outcome = { stripeRefundId: "re_1", failureCode: null, taken: null, returned: null };

  test("when it succeeded: the event, and the entry of what Stripe took", () => {
    const { life, refund, partId } = refunding();
    const taken = bookedAs("txn_1", 250_000);

    const { events, references } = reported(life, (one) =>
      one.refundOutcome(refund.id, partId, { ...outcome, status: "succeeded", taken }),
    );

    const data = { refundId: refund.id, amount: 250_000, currency: "usd", reason: "cancellation" };
    expect(events).toEqual([event(life, "RefundSucceeded", data)]);
    expect(references).toEqual(["refund-taken:txn_1"]);
    expect(life.refunds[0]).toMatchObject({
      version: refund.version + 1,
      dueAt: null,
      parts: [{ status: "succeeded", stripeRefundId: "re_1", takenPosted: true, returnedPosted: false }],
    });
  });

  test("when it is on its way: none, and a check six hours later", () => {
    const { life, refund, partId } = refunding();

    const { events, references } = reported(life, (one) =>
      one.refundOutcome(refund.id, partId, { ...outcome, status: "pending" }),
    );

    expect({ events, references }).toEqual({ events: [], references: [] });
    expect(life.refunds[0]).toMatchObject({ dueAt: plusHours(life.now, 6), parts: [{ status: "pending" }] });
  });

  test("when the bank returned it: that it failed, and it is owed again", () => {
    const { life, refund, partId } = refunding();
    const booked = { taken: bookedAs("txn_1", 250_000), returned: bookedAs("txn_2", 250_000) };

    const { events, references } = reported(life, (one) =>
      one.refundOutcome(refund.id, partId, { ...outcome, ...booked, status: "failed", failureCode: "lost" }),
    );

    const data = { refundId: refund.id, amount: 250_000, currency: "usd", reason: "cancellation" };
    expect(events).toEqual([event(life, "RefundFailed", data)]);
    expect(references).toEqual(["refund-taken:txn_1", "refund-returned:txn_2"]);
    expect(life.booking.refunded).toBe(0);
    expect(life.charges).toMatchObject([{ refundable: 250_000, applied: 0 }]);
    expect(life.refunds[0]?.parts).toMatchObject([{ failureCode: "lost", takenPosted: true, returnedPosted: true }]);
  });

  test("when Stripe refused it: why", () => {
    const { life, refund, partId } = refunding();

    const { events } = reported(life, (one) => one.refundOutcome(refund.id, partId, refusedFor("charge_disputed")));

    const data = { refundId: refund.id, amount: 250_000, currency: "usd", reason: "cancellation" };
    expect(events).toEqual([event(life, "RefundRefused", { ...data, code: "charge_disputed" })]);
    expect(life.refunds[0]?.parts).toMatchObject([{ status: "refused", failureCode: "charge_disputed" }]);
  });

  test("when it is reported again: none", () => {
    const { life, refund, partId } = refunding();
    const taken = bookedAs("txn_1", 250_000);
    life.refundOutcome(refund.id, partId, { ...outcome, status: "succeeded", taken });
    const settled = life.refunds[0] as Refund;

    expect(applyRefund(life.booking, settled, partId, { ...outcome, status: "succeeded", taken }, life.now)).toEqual({
      kind: "unchanged",
    });
  });

  test("when somebody made it at Stripe: the event, and who requested it", () => {
    const life = confirmed();
    const [charge] = life.charges as [Charge];

    const { events, references } = reported(life, (one) => one.refundByHand(charge.id, 100_000));

    const [refund] = life.refunds as [Refund];
    const data = { refundId: refund.id, amount: 100_000, currency: "usd", reason: "made_at_stripe" };
    expect(events).toEqual([event(life, "RefundRequested", data)]);
    expect(references).toEqual([`refund-owed:${refund.id}`]);
    expect(refund).toMatchObject({ requestedBy: "stripe", parts: [{ status: "pending", amount: 100_000 }] });
    expect(life.charges).toMatchObject([{ refundable: 150_000, applied: 150_000 }]);
    expect(life.booking.refunded).toBe(100_000);
  });

  test("for a payment without an attempt: it is refunded in full", () => {
    const life = confirmed();
    const payment = {
      paymentIntentId: "pi_9",
      chargeId: "ch_9",
      amount: 70_000,
      refunded: 20_000,
      currency: "usd",
      paidAt: today,
      paidWith: card,
      booked: bookedAs("txn_9", 70_000),
    };

    const change = returnStrayPayment(life.booking, payment, { refundId: "ref_9", now: life.now });

    const version = life.booking.version + 1;
    const data = { refundId: "ref_9", amount: 50_000, currency: "usd", reason: "duplicate_payment" };
    expect(change).toMatchObject({
      booking: { version, paid: 320_000, refunded: 50_000 },
      charge: { id: "ch_9", bookingId: "bkg_1", dueId: null, attemptId: null, amount: 70_000, refundable: 20_000 },
      refund: { id: "ref_9", amount: 50_000, requestedBy: "system", parts: [{ chargeId: "ch_9", amount: 50_000 }] },
    });
    expect(change.charge).toMatchObject({ applied: 0, currency: "usd", createdAt: life.now, paymentIntentId: "pi_9" });
    expect(change.events).toEqual([{ ...event(life, "RefundRequested", data), subject: about(life, version) }]);
    expect(change.journal.map(({ reference }) => reference)).toEqual(["payment:ch_9"]);
  });
});
