import { describe, expect, test } from "vitest";
import type { Life } from "../testing/life.ts";
import { paying } from "../testing/paying.ts";
import { plusDays, plusHours, plusMinutes } from "../time/index.ts";
import { type CheckoutAttempt, decideSettlement, type PaymentOutcome, type SettlementState } from "./index.ts";

const processing: PaymentOutcome = { kind: "processing", paymentIntentId: "pi_1" };
const failed: PaymentOutcome = { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" };
const due = (life: Life, sequence: number) => life.booking.dues[sequence];
const current = (life: Life, { id }: CheckoutAttempt) => life.attempts.find((one) => one.id === id) as CheckoutAttempt;

describe("a bank debit for the deposit", () => {
  test("moves the claim ten days ahead once it is processing", () => {
    const { life, attempt } = paying();
    const state: SettlementState = { booking: life.booking, attempt, placeIsOurs: true, refundId: "ref_1" };
    const until = plusDays(life.now, 10);

    const decision = decideSettlement(state, processing, life.now);

    expect(decision).toMatchObject({
      settlement: {
        booking: { status: "held", holdExpiresAt: until, dueAt: until, dues: [{ status: "processing" }, {}] },
        attempt: { status: "processing" },
        place: { kind: "claim", until, cause: "debit" },
      },
    });
  });

  test("does not move the claim again when Stripe repeats that it is processing", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, processing);
    const { booking } = life;

    life.at(plusHours(life.now, 25)).settle(attempt.id, processing);

    expect(life.booking).toBe(booking);
    expect(current(life, attempt).dueAt).toBe(plusDays(life.now, 1));
  });

  test("that fails leaves the program's hold minutes, tells the client, and allows one more session", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, processing);
    life.at(plusDays(life.now, 3)).settle(attempt.id, failed);

    expect(life.booking.holdExpiresAt).toBe(plusMinutes(life.now, 30));
    expect(due(life, 0)).toMatchObject({ status: "scheduled", openAttemptId: null });
    expect(life.events.at(-1)).toMatchObject({ name: "PaymentFailed", data: { reason: "insufficient_funds" } });
    expect(life.checkout("deposit")).toMatchObject({ status: "open" });
  });

  test("that settles after its hold was overtaken is late money", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, processing);
    life.at(plusDays(life.now, 11)).lapse();

    expect(life.settle(attempt.id, life.paymentOf(attempt.id))).toBe("returned");
  });

  test("that is processing for a hold that lost its place claims nothing", () => {
    const { life, attempt } = paying();
    life.placeIsOurs = false;
    const { booking } = life;

    life.settle(attempt.id, processing);

    expect(life.booking).toBe(booking);
    expect(current(life, attempt).status).toBe("processing");
  });
});
