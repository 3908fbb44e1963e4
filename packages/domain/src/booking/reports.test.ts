import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { paying } from "../testing/paying.ts";
import { event, reported } from "../testing/reported.ts";
import { held, today } from "../testing/retreat.ts";
import { plusDays, plusHours, plusMinutes } from "../time/index.ts";
import {
  type Attempt,
  allowAutopay,
  beginCheckout,
  type PaymentOutcome,
  remindOfClearance,
  type SavedMethod,
  unconfirm,
} from "./index.ts";

const confirmed = () => new Life(held()).sign().pay("deposit").confirm();
const ofDeposit = (attempt: Attempt) => ({
  dueId: "due_0",
  attemptId: attempt.id,
  purpose: "deposit",
  amount: 250_000,
  currency: "usd",
});

describe("the events and entries", () => {
  test("of a signature, with the choice of automatic collection", () => {
    const life = new Life(held());

    expect(reported(life, (one) => one.sign()).events).toEqual([
      event(life, "AgreementSigned", { agreementVersion: 1, autopay: false }),
    ]);
  });

  test("of permission to collect that is given", () => {
    const savedMethod: SavedMethod = {
      ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: null },
      ...{ mandateId: null, savedAt: today, unusable: null },
    };
    const { booking } = new Life(held()).sign();
    const permission = { id: "per_1", version: 2, hash: "hash-of-text", at: today };

    expect(allowAutopay({ ...booking, savedMethod }, { hash: permission.hash, permission }, today)).toMatchObject({
      events: [{ name: "AutopayChanged", data: { autopay: true, status: "held" } }],
      journal: [],
    });
  });

  test("of a checkout that begins: none, since nobody has paid", () => {
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

  test("of a checkout that begins: the sweep leaves it to its request for a minute", () => {
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

  test("of a deposit: its payment and its fee", () => {
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

  test("of late money that revives a booking: the revival and the payment", () => {
    const { life, attempt } = paying();
    life.at(plusHours(today, 1)).lapse();
    life.freePlace = "plc_2";

    const { events } = reported(life, (one) => one.settle(attempt.id, one.paymentOf(attempt.id)));

    expect(events).toEqual([event(life, "BookingRevived", {}), event(life, "PaymentSettled", ofDeposit(attempt))]);
  });

  test("of late money that is refunded: the hold's end and the refund", () => {
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
  ])("of a session that %s: none", (_what, outcome) => {
    const { life, attempt } = paying();

    expect(reported(life, (one) => one.settle(attempt.id, outcome))).toEqual({ events: [], references: [] });
    expect(life.attempts.at(-1)).toMatchObject({ version: 3, dueAt: null });
  });

  test("of a bank account that was not verified: the payment failed, and why", () => {
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

  test("of a confirmation, and of one that is lost", () => {
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

  test("of a reminder: the days left, in the cohort's time zone", () => {
    const life = new Life(held()).sign().pay("deposit");
    const [at = ""] = life.booking.clearanceReminders.toSorted();

    const change = remindOfClearance(life.booking, null, at);

    expect(change?.events).toMatchObject([
      { name: "ClearanceReminder", data: { daysLeft: 30, clearanceDueAt: life.booking.clearanceDueAt } },
    ]);
    expect(change?.journal).toEqual([]);
  });

  test("of an ending: the refunded and the kept amount, and the refund", () => {
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

  test("of an ending of a booking without payments: only the ending", () => {
    const life = new Life(held()).sign();

    expect(reported(life, (one) => one.end("client"))).toEqual({
      events: [event(life, "BookingCancelled", { by: "client", refund: 0, kept: 0, currency: "usd" })],
      references: [],
    });
  });

  test("of a completion: the earned revenue", () => {
    const life = confirmed().pay("due", { dueId: "due_1" }).at("2027-03-08T17:00:00Z").admit();

    const { events, references } = reported(life.at("2027-03-15T17:00:00Z"), (one) => one.complete());

    expect(events).toEqual([event(life, "BookingCompleted", {})]);
    expect(references).toEqual(["completion:bkg_1"]);
  });
});
