import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held } from "../testing/retreat.ts";
import { replaceDue } from "./due.ts";
import { type Due, type OffSessionAttempt, type PaymentOutcome, sessionOf, verifiedBy } from "./index.ts";

/** The balance of a confirmed booking, collected with a saved method. */
function collecting(): { life: Life; attempt: OffSessionAttempt } {
  const life = new Life(held()).sign().pay("deposit").confirm();
  const { booking, now } = life;
  const due = booking.dues[1] as Due;
  const attempt: OffSessionAttempt = {
    ...{ id: "att_off", version: 1, bookingId: booking.id, dueId: due.id, purpose: "due", via: "off_session" },
    ...{ amount: due.amount, currency: booking.currency, customerId: "cus_1", description: "Seven-day program" },
    ...{
      paymentMethodId: "pm_1",
      methodType: "card",
      fingerprint: "fp_1",
      mandateId: null,
      paymentIntentId: null,
      chargeId: null,
      feePosted: false,
    },
    ...{ status: "requested", failureCode: null, createdAt: now, dueAt: now },
  };
  life.attempts.push(attempt);
  life.booking = { ...booking, dues: replaceDue(booking.dues, { ...due, openAttemptId: attempt.id }) };
  return { life, attempt };
}
const balance = ({ booking }: Life) => booking.dues[1] as Due;
const current = ({ attempts }: Life) => attempts.at(-1);

describe("an attempt with a saved method", () => {
  test("has no page and no account to verify", () => {
    const { attempt } = collecting();

    expect([sessionOf(attempt), verifiedBy(attempt)]).toEqual([null, null]);
  });

  test("pays its due", () => {
    const { life, attempt } = collecting();

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(balance(life)).toMatchObject({ status: "paid", openAttemptId: null });
    expect(current(life)).toMatchObject({ via: "off_session", status: "succeeded", chargeId: "ch_att_off" });
    expect(current(life)).not.toHaveProperty("verifyUntil");
  });

  test("is on its way while a debit is processing, and can be followed by the next when it fails", () => {
    const { life, attempt } = collecting();

    life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_1" });
    expect([balance(life).status, current(life)?.status]).toEqual(["processing", "processing"]);

    life.settle(attempt.id, { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" });
    expect(balance(life)).toMatchObject({ status: "action_required", openAttemptId: null });
    expect(current(life)).toMatchObject({ status: "failed", failureCode: "insufficient_funds" });
  });

  test.each<PaymentOutcome>([{ kind: "open" }, { kind: "verifying", paymentIntentId: "pi_1" }])(
    "has no page: $kind changes nothing",
    (outcome) => {
      const { life, attempt } = collecting();

      expect(life.settle(attempt.id, outcome)).toBe("unchanged");
    },
  );
});
