import { describe, expect, test } from "vitest";
import type { DomainEvent } from "../event/index.ts";
import { Life } from "../testing/life.ts";
import { bookedAs, card, held, today } from "../testing/retreat.ts";
import { refusedFor } from "../testing/stories.ts";
import { plusDays, plusHours, plusMinutes } from "../time/index.ts";
import {
  type Attempt,
  applyRefund,
  beginCheckout,
  type Charge,
  decideSettlement,
  type PaymentOutcome,
  type Refund,
  remindOfClearance,
  returnStrayPayment,
  setAutopay,
  unconfirm,
} from "./index.ts";

const about = (life: Life, version = life.booking.version) => ({ type: "booking", id: "bkg_1", version });
const event = (life: Life, name: string, data: Record<string, unknown>) => ({
  name,
  subject: about(life),
  data: { bookingId: "bkg_1", cohortId: "coh_1", status: life.booking.status, ...data },
});
/** What a step of a life reports, and what it posts: the references of its entries. */
function reported(life: Life, step: (life: Life) => unknown): { events: DomainEvent[]; references: string[] } {
  const [events, entries] = [life.events.length, life.journal.length];
  step(life);
  return {
    events: life.events.slice(events),
    references: life.journal.slice(entries).map(({ reference }) => reference),
  };
}

/** A signed hold whose deposit's page is open. */
function paying() {
  const life = new Life(held()).sign();
  return { life, attempt: life.checkout("deposit") as Attempt };
}
const confirmed = () => new Life(held()).sign().pay("deposit").confirm();
const ofDeposit = (attempt: Attempt) => ({
  dueId: "due_0",
  attemptId: attempt.id,
  purpose: "deposit",
  amount: 250_000,
  currency: "usd",
});

describe("what a decision reports and posts", () => {
  test("of a signature, with the choice of automatic collection", () => {
    const life = new Life(held());

    expect(reported(life, (one) => one.sign()).events).toEqual([
      event(life, "AgreementSigned", { agreementVersion: 1, autopay: false }),
    ]);
  });

  test("of automatic collection that is given", () => {
    const { booking } = new Life(held()).sign();

    expect(setAutopay(booking, true, today)).toMatchObject({
      events: [{ name: "AutopayChanged", data: { autopay: true, status: "held" } }],
      journal: [],
    });
  });

  test("of a checkout that begins: nothing, since nobody has paid", () => {
    const { life, attempt } = paying();

    expect(life.events.map(({ name }) => name)).toEqual(["AgreementSigned"]);
    expect(attempt).toMatchObject({
      version: 2,
      bookingId: "bkg_1",
      dueId: "due_0",
      purpose: "deposit",
      amount: 250_000,
      currency: "usd",
      customerId: "cus_1",
      description: "Seven-day program",
      autopay: false,
      status: "open",
      paymentIntentId: null,
      chargeId: null,
      feePosted: false,
      failureCode: null,
      createdAt: today,
    });
  });

  test("of a checkout that begins: it is left to its request for a minute", () => {
    const { booking } = new Life(held()).sign();
    const asked = { customerId: "cus_1", methods: ["card" as const], returnUrl: "https://example.org/return" };
    const request = { purpose: "deposit" as const, ...asked, attemptId: "att_1", notCleared: false, verifying: false };

    const decision = beginCheckout(booking, request, today);

    expect(decision).toMatchObject({
      kind: "begin",
      attempt: { version: 1, status: "requested", dueAt: plusMinutes(today, 1) },
      events: [],
      journal: [],
      booking: { version: booking.version + 1, dues: [{ openPart: false }, { openPart: false }] },
    });
  });

  test("of a deposit: its payment, and its fee", () => {
    const { life, attempt } = paying();
    const payment = life.paymentOf(attempt.id);

    const { events, references } = reported(life, (one) => one.settle(attempt.id, payment));

    expect(events).toEqual([event(life, "PaymentSettled", ofDeposit(attempt))]);
    expect(references).toEqual(["due-billed:due_0:1", `payment:ch_${attempt.id}`, `fee:txn_${attempt.id}`]);
    expect(life.attempts.at(-1)).toMatchObject({
      version: 3,
      status: "succeeded",
      paymentIntentId: `pi_${attempt.id}`,
      chargeId: `ch_${attempt.id}`,
      failureCode: null,
    });
    expect(life.charges).toMatchObject([
      {
        id: `ch_${attempt.id}`,
        bookingId: "bkg_1",
        dueId: "due_0",
        attemptId: attempt.id,
        paymentIntentId: `pi_${attempt.id}`,
        amount: 250_000,
        refundable: 250_000,
        applied: 250_000,
        currency: "usd",
        createdAt: life.now,
      },
    ]);
  });

  test("of late money that revives a booking: that it is back, and the payment", () => {
    const { life, attempt } = paying();
    life.at(plusHours(today, 1)).lapse();
    life.freePlace = "plc_2";

    const { events } = reported(life, (one) => one.settle(attempt.id, one.paymentOf(attempt.id)));

    expect(events).toEqual([event(life, "BookingRevived", {}), event(life, "PaymentSettled", ofDeposit(attempt))]);
  });

  test("of late money that is returned: the hold's end and the refund", () => {
    const { life, attempt } = paying();
    life.at(plusHours(today, 1)).placeIsOurs = false;

    const { events, references } = reported(life, (one) => one.settle(attempt.id, one.paymentOf(attempt.id)));

    const refundId = life.refunds[0]?.id;
    const data = { refundId, amount: 250_000, currency: "usd", reason: "late_payment" };
    expect(events).toEqual([event(life, "HoldExpired", {}), event(life, "RefundRequested", data)]);
    expect(references).toEqual([`payment:ch_${attempt.id}`, `fee:txn_${attempt.id}`]);
    expect(life.charges).toMatchObject([{ refundable: 0, applied: 0 }]);
    expect(life.refunds).toMatchObject([
      {
        version: 1,
        bookingId: "bkg_1",
        amount: 250_000,
        unspread: 0,
        requestedBy: "system",
        requestedAt: life.now,
        effectiveOn: "2027-01-04",
        dueAt: plusMinutes(life.now, 2),
        parts: [
          {
            id: `${refundId}-1`,
            generation: 1,
            chargeId: `ch_${attempt.id}`,
            paymentIntentId: `pi_${attempt.id}`,
            amount: 250_000,
            status: "approved",
            stripeRefundId: null,
            failureCode: null,
            explained: false,
            takenPosted: false,
            returnedPosted: false,
          },
        ],
      },
    ]);
  });

  const says: [string, PaymentOutcome, string, Record<string, unknown>][] = [
    ["a bank debit under way", { kind: "processing", paymentIntentId: "pi_1" }, "PaymentProcessing", {}],
    [
      "a bank account to verify",
      { kind: "verifying", paymentIntentId: "pi_1" },
      "PaymentActionRequired",
      { action: "verify_bank_account", until: plusMinutes(plusDays(today, 10), -5) },
    ],
    [
      "a payment that failed",
      { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" },
      "PaymentFailed",
      { reason: "insufficient_funds" },
    ],
    [
      "a payment that was cancelled at Stripe",
      { kind: "cancelled", paymentIntentId: "pi_1", code: "abandoned" },
      "PaymentFailed",
      { reason: "abandoned" },
    ],
  ];
  test.each(says)("of %s", (_what, outcome, name, data) => {
    const { life, attempt } = paying();

    const { events, references } = reported(life, (one) => one.settle(attempt.id, outcome));

    expect(events).toEqual([event(life, name, { ...ofDeposit(attempt), ...data })]);
    expect(references).toEqual([]);
  });

  test.each<[string, PaymentOutcome]>([
    ["expired", { kind: "expired" }],
    ["was refused", { kind: "refused", code: "parameter_invalid" }],
    ["was withdrawn", { kind: "withdrawn", code: "customer_gone" }],
  ])("of a page that %s: nothing", (_what, outcome) => {
    const { life, attempt } = paying();

    expect(reported(life, (one) => one.settle(attempt.id, outcome))).toEqual({ events: [], references: [] });
    expect(life.attempts.at(-1)).toMatchObject({ version: 3, dueAt: null });
  });

  test("of a bank account that nobody verified: that the payment failed, and why", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, { kind: "verifying", paymentIntentId: "pi_1" });

    const { events } = reported(life, (one) => one.settle(attempt.id, { kind: "abandoned", paymentIntentId: "pi_1" }));

    expect(events).toEqual([
      event(life, "PaymentFailed", { ...ofDeposit(attempt), reason: "bank_account_not_verified" }),
    ]);
    expect(life.attempts.at(-1)).toMatchObject({
      version: 4,
      status: "abandoned",
      failureCode: "bank_account_not_verified",
      dueAt: null,
    });
  });

  test("of a due that fell due and is past due", () => {
    const life = confirmed();
    const { dueOn } = life.booking.dues[1] ?? { dueOn: "" };
    const data = { dueId: "due_1", dueOn, amount: 1_600_000, currency: "usd" };

    expect(reported(life.at(`${dueOn}T08:00:00Z`), (one) => one.fallDue())).toEqual({
      events: [event(life, "DueBilled", data)],
      references: ["due-billed:due_1:1"],
    });
    expect(reported(life.at(plusDays(life.now, 1)), (one) => one.fallDue())).toEqual({
      events: [event(life, "DuePastDue", data)],
      references: [],
    });
  });

  test("of a confirmation, and of one that is taken back", () => {
    const life = new Life(held()).sign().pay("deposit");

    expect(reported(life, (one) => one.confirm())).toEqual({
      events: [event(life, "BookingConfirmed", {})],
      references: [],
    });
    const { booking, events, journal } = unconfirm(life.booking, life.now);
    life.booking = booking;
    expect(events).toEqual([event(life, "BookingUnconfirmed", {})]);
    expect(journal).toEqual([]);
  });

  test("of a reminder: how many days are left, in the cohort's zone", () => {
    const life = new Life(held()).sign().pay("deposit");
    const [at = ""] = life.booking.clearanceReminders.toSorted();

    const change = remindOfClearance(life.booking, null, at);

    expect(change?.events).toMatchObject([
      { name: "ClearanceReminder", data: { daysLeft: 30, clearanceDueAt: life.booking.clearanceDueAt } },
    ]);
    expect(change?.journal).toEqual([]);
  });

  test("of an ending: what goes back, what is kept, and the refund", () => {
    const life = confirmed().at("2027-01-20T17:00:00Z");

    const { events, references } = reported(life, (one) => one.end("client"));

    const refundId = life.refunds[0]?.id;
    expect(events).toEqual([
      event(life, "BookingCancelled", { by: "client", refund: 75_000, kept: 175_000, currency: "usd" }),
      event(life, "RefundRequested", { refundId, amount: 75_000, currency: "usd", reason: "cancellation" }),
    ]);
    expect(references).toEqual(["kept:bkg_1:ending", `refund-owed:${refundId}`]);
    expect(life.booking.ending).toEqual({
      by: "client",
      at: life.now,
      on: "2027-01-20",
      refundPercent: 50,
      administrationFee: 50_000,
      netPaid: 250_000,
      kept: 175_000,
      refundId,
      reason: null,
    });
  });

  test.each([
    ["operator", "BookingCancelled", "cancellation"],
    ["clearance_deadline", "BookingCancelled", "clearance_deadline"],
    ["not_cleared", "BookingDeclined", "not_cleared"],
  ] as const)("of an ending by %s", (by, name, reason) => {
    const life = new Life(held()).sign().pay("deposit");

    const { events } = reported(life, (one) => one.end(by));

    expect(events.map((one) => one.name)).toEqual([name, "RefundRequested"]);
    expect(events[0]?.data).toMatchObject({ by, refund: 250_000, kept: 0 });
    expect(events[1]?.data).toMatchObject({ reason });
  });

  test("of an ending of a booking on which nothing was paid: that alone", () => {
    const life = new Life(held()).sign();

    expect(reported(life, (one) => one.end("client"))).toEqual({
      events: [event(life, "BookingCancelled", { by: "client", refund: 0, kept: 0, currency: "usd" })],
      references: [],
    });
  });

  test("of a completion: it is earned", () => {
    const life = confirmed().pay("due", { dueId: "due_1" }).at("2027-03-08T17:00:00Z").admit();

    const { events, references } = reported(life.at("2027-03-15T17:00:00Z"), (one) => one.complete());

    expect(events).toEqual([event(life, "BookingCompleted", {})]);
    expect(references).toEqual(["completion:bkg_1"]);
  });
});

describe("what a refund reports", () => {
  /** A booking that the operator cancelled, and its refund of 250,000 on one charge. */
  function refunding(): { life: Life; refund: Refund; partId: string } {
    const life = new Life(held()).sign().pay("deposit");
    life.end("operator");
    life.spread();
    const refund = life.refunds[0] as Refund;
    return { life, refund, partId: refund.parts[0]?.id ?? "" };
  }
  const outcome = { stripeRefundId: "re_1", failureCode: null, taken: null, returned: null };

  test("when it succeeded, with the entry of what Stripe took", () => {
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

  test("when it is on its way: nothing, and a look six hours later", () => {
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

  test("when it is told again: nothing changes", () => {
    const { life, refund, partId } = refunding();
    const taken = bookedAs("txn_1", 250_000);
    life.refundOutcome(refund.id, partId, { ...outcome, status: "succeeded", taken });
    const settled = life.refunds[0] as Refund;

    expect(applyRefund(life.booking, settled, partId, { ...outcome, status: "succeeded", taken }, life.now)).toEqual({
      kind: "unchanged",
    });
  });

  test("of a refund that somebody made at Stripe, and whom it is recorded under", () => {
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

  test("of money that no attempt asked for: it goes back whole", () => {
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

test("a decision on an attempt of another booking is a bug", () => {
  const { life, attempt } = paying();
  const state = { booking: life.booking, placeIsOurs: true, refundId: "ref_1" };
  const stray: Attempt = { ...attempt, dueId: "due_9" };

  expect(() => decideSettlement({ ...state, attempt: stray }, { kind: "expired" }, life.now)).toThrow("due_9");
});
