import { describe, expect, test } from "vitest";
import type { Life } from "../testing/life.ts";
import { paying, payingBalance } from "../testing/paying.ts";
import { endOfDay, plusDays, plusHours, plusMinutes } from "../time/index.ts";
import { type CheckoutAttempt, decideSettlement, type PaymentOutcome } from "./index.ts";

const processing: PaymentOutcome = { kind: "processing", paymentIntentId: "pi_1" };
const verifying: PaymentOutcome = { kind: "verifying", paymentIntentId: "pi_1" };
const abandoned: PaymentOutcome = { kind: "abandoned", paymentIntentId: "pi_1" };
const failed: PaymentOutcome = { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" };
const expired: PaymentOutcome = { kind: "expired" };

const due = (life: Life, sequence: number) => life.booking.dues[sequence];
const current = (life: Life, { id }: CheckoutAttempt) => life.attempts.find((one) => one.id === id) as CheckoutAttempt;

describe("a bank account that is to be verified by micro-deposits", () => {
  const completedAfter = 20;

  /** A page that was completed, twenty minutes after it opened, with an account that nobody has verified. */
  function waiting({ life, attempt }: { life: Life; attempt: CheckoutAttempt }) {
    life.at(plusMinutes(life.now, completedAfter)).settle(attempt.id, verifying);
    return { life, attempt, completed: life.now };
  }

  test("for a deposit keeps the place for ten days from the completion, and counts as processing", () => {
    const { life, attempt, completed } = waiting(paying());

    expect(life.booking).toMatchObject({ status: "held", holdExpiresAt: plusDays(completed, 10) });
    expect(due(life, 0)).toMatchObject({ status: "processing", openAttemptId: attempt.id });
    expect(current(life, attempt)).toMatchObject({
      status: "processing",
      verifyUntil: plusMinutes(plusDays(completed, 10), -5),
      dueAt: plusDays(completed, 1),
    });
    expect(life.events.at(-1)).toMatchObject({
      name: "PaymentActionRequired",
      data: { action: "verify_bank_account", until: plusMinutes(plusDays(completed, 10), -5), amount: 250_000 },
    });
  });

  test("is pending from the session's end at the latest, however late we learn of it", () => {
    const { life, attempt } = paying();
    const { sessionExpiresAt } = attempt;

    life.at(plusDays(life.now, 2)).settle(attempt.id, verifying);

    expect(life.booking.holdExpiresAt).toBe(plusDays(sessionExpiresAt, 10));
  });

  test("reported again does not move the claim", () => {
    const { life, attempt } = waiting(paying());
    const { booking } = life;

    life.at(plusDays(life.now, 1)).settle(attempt.id, verifying);

    expect(life.booking).toBe(booking);
  });

  test("reported again is checked after a day, or at its end if that is sooner", () => {
    const { life, attempt, completed } = waiting(paying());
    const { verifyUntil } = current(life, attempt);

    life.at(plusHours(completed, 25)).settle(attempt.id, verifying);
    expect(current(life, attempt).dueAt).toBe(plusDays(life.now, 1));

    life.at(plusHours(verifyUntil ?? "", -1)).settle(attempt.id, verifying);
    expect(current(life, attempt).dueAt).toBe(verifyUntil);
  });

  test("that the bank already debits is checked again after a day", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, processing);

    life.at(plusHours(life.now, 25)).settle(attempt.id, verifying);

    expect(current(life, attempt)).toMatchObject({ verifyUntil: null, dueAt: plusDays(life.now, 1) });
  });

  test("once verified keeps the place for ten days from then, only once", () => {
    const { life, attempt, completed } = waiting(paying());
    const verified = plusDays(completed, 4);

    life.at(verified).settle(attempt.id, processing);
    life.at(plusDays(verified, 1)).settle(attempt.id, processing);
    life.settle(attempt.id, verifying);

    expect(life.booking.holdExpiresAt).toBe(plusDays(verified, 10));
    expect(current(life, attempt)).toMatchObject({ status: "processing", verifyUntil: null });
    expect(life.events.filter(({ name }) => name === "PaymentProcessing")).toHaveLength(1);
  });

  test("and is not: the attempt is abandoned, the hold ends, and the client gets a mail", () => {
    const { life, attempt } = waiting(paying());
    life.at(current(life, attempt).verifyUntil ?? "");
    const state = { booking: life.booking, attempt: current(life, attempt), placeIsOurs: true, refundId: "ref_1" };
    expect(decideSettlement(state, abandoned, life.now)).toMatchObject({
      settlement: { place: { kind: "claim", until: life.now, cause: "debit" } },
    });
    life.settle(attempt.id, abandoned);

    expect(current(life, attempt)).toMatchObject({ status: "abandoned", verifyUntil: null, dueAt: null });
    expect(life.booking).toMatchObject({ status: "held", holdExpiresAt: life.now, dueAt: life.now });
    expect(due(life, 0)).toMatchObject({ status: "scheduled", openAttemptId: null });
    expect(life.events.at(-1)).toMatchObject({
      name: "PaymentFailed",
      data: { reason: "bank_account_not_verified" },
    });
    expect(life.checkout("deposit")).toBeNull();
    expect(life.lapse()).toBe(true);
  });

  test("for a due is pending for five business days, not counting a holiday", () => {
    const { life } = payingBalance();
    life.settle(life.attempts.at(-1)?.id ?? "", expired);
    // A Thursday; the Monday after it is a federal holiday.
    const attempt = life.at("2027-01-14T17:00:00Z").checkout("due", { dueId: "due_1" }) as CheckoutAttempt;

    life.settle(attempt.id, verifying);

    expect(current(life, attempt).verifyUntil).toBe(endOfDay("2027-01-22", "America/Denver"));
    expect(due(life, 1)).toMatchObject({ status: "processing" });
  });

  test("for a due releases it once the attempt is abandoned", () => {
    const { life, attempt } = waiting(payingBalance());

    life.settle(attempt.id, abandoned);

    expect(life.booking.holdExpiresAt).toBeNull();

    expect(due(life, 1)).toMatchObject({ status: "scheduled", openAttemptId: null });
    expect(life.checkout("due", { dueId: "due_1" })?.id).not.toBe(attempt.id);
  });

  test("was abandoned: a later payment is refunded in full, and revives or pays nothing", () => {
    const deposit = waiting(paying());
    deposit.life.settle(deposit.attempt.id, abandoned);
    deposit.life.freePlace = "plc_2";
    deposit.life.settle(deposit.attempt.id, deposit.life.paymentOf(deposit.attempt.id));
    const balance = waiting(payingBalance());
    balance.life.settle(balance.attempt.id, abandoned);
    balance.life.settle(balance.attempt.id, balance.life.paymentOf(balance.attempt.id));

    expect(deposit.life.refunds).toMatchObject([{ amount: 250_000, reason: "abandoned_payment" }]);
    expect(deposit.life.booking).toMatchObject({ status: "held", paid: 250_000, refunded: 250_000 });
    expect(balance.life.refunds).toMatchObject([{ amount: 1_600_000, reason: "abandoned_payment" }]);
    expect(due(balance.life, 1)).toMatchObject({ paid: 0, status: "scheduled" });
  });

  test("was verified just before its deadline: the attempt waits like any debit", () => {
    const { life, attempt } = waiting(paying());
    life.settle(attempt.id, processing);
    const { booking } = life;

    expect(life.settle(attempt.id, abandoned)).toBe("unchanged");
    expect(life.booking).toBe(booking);
  });

  test("with its intent cancelled at Stripe, by us or by hand, is abandoned", () => {
    const { life, attempt } = waiting(paying());

    life.at(plusDays(life.now, 3)).settle(attempt.id, { kind: "cancelled", paymentIntentId: "pi_1", code: "canceled" });

    expect(current(life, attempt)).toMatchObject({ status: "abandoned", failureCode: "bank_account_not_verified" });
    expect(life.booking).toMatchObject({ debitFailed: false, holdExpiresAt: life.now });
  });

  test("and failed at Stripe leaves the hold minutes and one more session, like any debit", () => {
    const { life, attempt } = waiting(paying());

    life.at(plusDays(life.now, 3)).settle(attempt.id, failed);

    expect(life.booking).toMatchObject({ debitFailed: true, holdExpiresAt: plusMinutes(life.now, 30) });
    expect(current(life, attempt).verifyUntil).toBeNull();
  });

  test("on a booking that has ended claims nothing, and is abandoned without an event", () => {
    const { life, attempt } = paying();
    life.end("client");
    const { booking } = life;
    const entries = life.journal.length;

    life.settle(attempt.id, verifying);
    life.settle(attempt.id, abandoned);

    expect(life.booking).toBe(booking);
    expect(life.journal).toHaveLength(entries);
    expect(current(life, attempt).status).toBe("abandoned");
  });
});
