import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { paying, payingBalance } from "../testing/paying.ts";
import { held } from "../testing/retreat.ts";
import { plusMinutes } from "../time/index.ts";
import type { CheckoutAttempt, PaymentOutcome } from "./index.ts";

const processing: PaymentOutcome = { kind: "processing", paymentIntentId: "pi_1" };
const failed: PaymentOutcome = { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" };
const references = (life: Life): string[] => life.journal.map(({ reference }) => reference);
const current = (life: Life, { id }: CheckoutAttempt) => life.attempts.find((one) => one.id === id) as CheckoutAttempt;

describe("a payment in flight when the booking ended", () => {
  test("by the client's cancellation is settled by its tier, the fee once", () => {
    const { life, attempt } = payingBalance();
    life.at("2027-01-20T17:00:00Z").end("client");
    const [first] = life.refunds;

    life.at("2027-02-20T17:00:00Z").settle(attempt.id, life.paymentOf(attempt.id));

    // Half of 250,000 less the fee of 50,000; afterwards half of 1,850,000 in total less the fee.
    expect(first).toMatchObject({ amount: 75_000, reason: "cancellation" });
    expect(life.refunds[1]).toMatchObject({ amount: 800_000, reason: "after_cancellation" });
    expect(life.booking).toMatchObject({
      refunded: 875_000,
      deferred: 0,
      ending: { netPaid: 1_850_000, kept: 975_000 },
    });
  });

  test("of a hold that the client cancelled is settled by its tier too", () => {
    const { life, attempt } = paying();
    life.end("client");

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking).toMatchObject({ status: "cancelled", paid: 250_000, refunded: 200_000 });
  });

  test("is one that began while the cancellation, requested just before, was being carried out", () => {
    const life = new Life(held()).sign().pay("deposit").confirm();
    const asked = "2027-01-20T17:00:00Z";
    const attempt = life.at(plusMinutes(asked, 1)).checkout("due", { dueId: "due_1" }) as CheckoutAttempt;
    life.at(asked).end("client");

    life.at(plusMinutes(asked, 5)).settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.refunds[1]).toMatchObject({ amount: 800_000, reason: "after_cancellation" });
    expect(life.booking.ending).toMatchObject({ netPaid: 1_850_000, kept: 975_000 });
  });

  test("is one that had begun: none begins on a booking that has ended", () => {
    const { life } = payingBalance();
    life.end("client");

    expect(life.checkout("due", { dueId: "due_1" })).toBeNull();
    expect(life.checkout("deposit")).toBeNull();
  });

  test("by the operator is refunded in full", () => {
    const { life, attempt } = payingBalance();
    life.end("operator");

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking).toMatchObject({ paid: 1_850_000, refunded: 1_850_000, deferred: 0 });
  });

  test("by a decline is refunded in full, and neither billed nor deferred", () => {
    const life = new Life(held()).sign().pay("deposit");
    const attempt = life.checkout("due", { dueId: "due_1" }) as CheckoutAttempt;
    life.end("not_cleared");

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking).toMatchObject({ status: "declined", paid: 1_850_000, refunded: 1_850_000 });
    expect(references(life).filter((reference) => reference.startsWith("due-billed:due_1:"))).toEqual([]);
    expect(life.refunds.at(-1)).toMatchObject({ amount: 1_600_000, reason: "not_cleared" });
  });

  test("in another currency is refunded in full, and does not count in the ending", () => {
    const { life, attempt } = payingBalance();
    life.end("client");

    life.settle(attempt.id, life.paymentOf(attempt.id, { currency: "eur", booked: null }));

    expect(life.refunds.at(-1)).toMatchObject({ amount: 1_600_000, currency: "eur", reason: "wrong_currency" });
    expect(life.booking.ending).toMatchObject({ netPaid: 250_000 });
  });

  test("of a cancelled booking without an ending throws", () => {
    const { life, attempt } = payingBalance();
    life.booking = { ...life.booking, status: "cancelled" };

    expect(() => life.settle(attempt.id, life.paymentOf(attempt.id))).toThrow("bkg_1 is cancelled without an ending");
  });

  test("that fails or is still processing changes only the attempt", () => {
    const { life, attempt } = payingBalance();
    life.end("client");
    const { booking } = life;

    life.settle(attempt.id, processing);
    life.settle(attempt.id, failed);

    expect(life.booking).toBe(booking);
    expect(current(life, attempt).status).toBe("failed");
  });
});
