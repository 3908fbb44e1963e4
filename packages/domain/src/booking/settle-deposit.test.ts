import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { paying } from "../testing/paying.ts";
import { card, held } from "../testing/retreat.ts";
import { plusHours } from "../time/index.ts";
import {
  type CheckoutAttempt,
  decideSettlement,
  depositSettled,
  type PaymentOutcome,
  type SettlementState,
} from "./index.ts";

const failed: PaymentOutcome = { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" };
const references = (life: Life): string[] => life.journal.map(({ reference }) => reference);
const due = (life: Life, sequence: number) => life.booking.dues[sequence];

describe("a deposit that is paid", () => {
  test("makes the booking await its clearance, and takes its place", () => {
    const { life, attempt } = paying();
    const state: SettlementState = { booking: life.booking, attempt, placeIsOurs: true, refundId: "ref_1" };

    const decision = decideSettlement(state, life.paymentOf(attempt.id), life.now);

    expect(decision).toMatchObject({
      kind: "settle",
      settlement: {
        booking: { status: "awaiting_clearance", paid: 250_000, deferred: 250_000, holdExpiresAt: null },
        attempt: { status: "succeeded", feePosted: true, dueAt: null },
        charge: { amount: 250_000, refundable: 250_000 },
        place: { kind: "take" },
      },
    });
  });

  test("is billed with its payment, and nothing else is billed", () => {
    const { life, attempt } = paying();

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(references(life)).toEqual(["due-billed:due_0:1", `payment:ch_${attempt.id}`, `fee:txn_${attempt.id}`]);
  });

  test("keeps its payment method and Stripe's balance transaction", () => {
    const { life, attempt } = paying();

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.charges).toMatchObject([{ paidWith: card, balanceTransactionId: `txn_${attempt.id}` }]);
  });

  test("is billed together with dues whose date has come", () => {
    const life = new Life(held("deposit_and_balance", { now: "2027-02-10T17:00:00Z" })).sign();
    const attempt = life.checkout("deposit") as CheckoutAttempt;

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(due(life, 1)).toMatchObject({ dueOn: "2027-02-10", billed: 1_600_000, paid: 0 });
    expect(references(life)).toContain("due-billed:due_1:1");
  });

  test("does not bill the balance of `full`, which waits for the confirmation", () => {
    const { life, attempt } = paying("full");

    life.at("2027-02-22T23:00:00Z").settle(attempt.id, life.paymentOf(attempt.id));

    expect(due(life, 1)).toMatchObject({ billed: 0, status: "scheduled" });
  });

  test("takes the place of an expired hold if that still names the booking", () => {
    const { life, attempt } = paying();

    life.at(plusHours(life.now, 5)).settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking.status).toBe("awaiting_clearance");
  });
});

describe("late money", () => {
  test("revives an expired booking on a free place", () => {
    const { life, attempt } = paying();
    life.at(plusHours(life.now, 1)).lapse();
    life.freePlace = "plc_2";

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking).toMatchObject({ status: "awaiting_clearance", placeId: "plc_2", paid: 250_000, refunded: 0 });
    expect(life.booking.dues.map(({ status }) => status)).toEqual(["paid", "scheduled"]);
    expect(life.events.map(({ name }) => name)).toContain("BookingRevived");
  });

  test("revives a lapsed hold that the sweep has not expired yet", () => {
    const { life, attempt } = paying();
    life.at(plusHours(life.now, 1)).placeIsOurs = false;
    life.freePlace = "plc_2";

    expect(life.settle(attempt.id, life.paymentOf(attempt.id))).toBe("revived");
    expect(life.booking.status).toBe("awaiting_clearance");
  });

  test("without a place is refunded in full, and a lapsed hold expires in the same transaction", () => {
    const { life, attempt } = paying();
    life.at(plusHours(life.now, 1)).placeIsOurs = false;

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking).toMatchObject({ status: "expired", paid: 250_000, refunded: 250_000, deferred: 0 });
    expect(life.booking.dues.every(({ status }) => status === "cancelled")).toBe(true);
    expect(life.refunds).toMatchObject([{ amount: 250_000, reason: "late_payment" }]);
    expect(life.charges).toMatchObject([{ refundable: 0 }]);
    expect(life.events.map(({ name }) => name)).toEqual(["AgreementSigned", "HoldExpired", "RefundRequested"]);
  });

  test("of a failed attempt is not dropped", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, failed);

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
  });
});

describe("the deposit of a booking", () => {
  test("is found at any position among its dues", () => {
    const { booking } = new Life(held()).sign().pay("deposit");

    expect(depositSettled(held())).toBe(false);
    expect(depositSettled({ ...booking, dues: booking.dues.toReversed() })).toBe(true);
  });

  test("is required: a booking without one throws", () => {
    const [, ...dues] = held().dues;

    expect(() => depositSettled({ ...held(), dues })).toThrow("bkg_1 has no deposit");
  });
});
