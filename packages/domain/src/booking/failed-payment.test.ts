import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { paying, payingBalance } from "../testing/paying.ts";
import { held } from "../testing/retreat.ts";
import { plusMinutes } from "../time/index.ts";
import { type CheckoutAttempt, decideSettlement, type PaymentOutcome } from "./index.ts";

const processing: PaymentOutcome = { kind: "processing", paymentIntentId: "pi_1" };
const failed: PaymentOutcome = { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" };
const expired: PaymentOutcome = { kind: "expired" };

describe("a deposit session that ends unpaid", () => {
  test("does not change the hold's end, and allows no further session", () => {
    const { life, attempt } = paying();
    const { holdExpiresAt } = life.booking;

    life.at(plusMinutes(life.now, 31)).settle(attempt.id, expired);

    expect(life.booking).toMatchObject({ status: "held", holdExpiresAt, holdExtended: true });
    expect(life.checkout("deposit")).toBeNull();
  });

  test("by a bank debit that failed allows one more session, and no third", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, processing);
    life.settle(attempt.id, failed);

    const second = life.checkout("deposit");
    expect(second).toMatchObject({ status: "open" });
    life.settle(second?.id ?? "", processing);
    life.settle(second?.id ?? "", failed);

    expect(life.booking).toMatchObject({ status: "held", debitFailed: true });
    expect(life.checkout("deposit")).toBeNull();
  });

  test("by a bank debit that was never seen in processing counts as one that was", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, failed);

    expect(life.booking).toMatchObject({ debitFailed: true, holdExpiresAt: plusMinutes(life.now, 30) });
    expect(life.checkout("deposit")).toMatchObject({ status: "open" });
  });

  test("because Stripe never created it gives back its extension, so that a retry does not hold the place longer", () => {
    const life = new Life(held()).sign();
    const { holdExpiresAt } = life.booking;
    for (const minutes of [0, 10, 29]) {
      const attempt = life.at(plusMinutes(life.booking.createdAt, minutes)).checkout("deposit") as CheckoutAttempt;
      life.settle(attempt.id, { kind: "refused", code: "session_never_made" });

      expect(life.booking).toMatchObject({ status: "held", holdExpiresAt, holdExtended: false });
    }
    expect(life.at(holdExpiresAt ?? "").checkout("deposit")).toBeNull();
  });

  test("because its page was withdrawn keeps the hold, and allows one more full session", () => {
    const { life, attempt } = paying();
    const { holdExpiresAt } = life.booking;
    life.at(attempt.sessionExpiresAt).settle(attempt.id, { kind: "withdrawn", code: "customer_gone" });

    expect(life.attempts).toMatchObject([{ status: "refused", failureCode: "customer_gone" }]);
    expect(life.booking).toMatchObject({ status: "held", holdExpiresAt, holdExtended: false });
    expect(life.checkout("deposit")).toMatchObject({ status: "open" });
    expect(life.booking).toMatchObject({ holdExpiresAt: plusMinutes(life.now, 36), holdExtended: true });
  });

  test("because its session was not found does not change one that another call has found", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, { kind: "never_made", code: "session_never_made" });

    expect(life.attempts).toMatchObject([{ status: "open" }]);
  });
});

describe("the place of a deposit that was not paid", () => {
  const decided = (outcome: PaymentOutcome, placeIsOurs = true) => {
    const { life, attempt } = paying();
    const state = { booking: life.booking, attempt, placeIsOurs, refundId: "ref_1" };
    const decision = decideSettlement(state, outcome, life.now);
    return { life, attempt, settlement: decision.kind === "settle" ? decision.settlement : null };
  };

  test("is claimed for the hold minutes after a failed debit", () => {
    const { life, settlement } = decided(failed);

    expect(settlement?.place).toEqual({ kind: "claim", until: plusMinutes(life.now, 30), cause: "debit" });
    expect(settlement?.journal).toEqual([]);
  });

  test("is claimed as before the page if that was never created", () => {
    const { attempt, settlement } = decided({ kind: "refused", code: "session_never_made" });

    expect(settlement?.place).toEqual({ kind: "claim", until: attempt.heldUntil, cause: "session" });
  });

  test.each<PaymentOutcome>([expired, { kind: "withdrawn", code: "customer_gone" }])(
    "is not changed by a page that is $kind",
    (outcome) => {
      expect(decided(outcome).settlement?.place).toBeUndefined();
    },
  );
});

test("a failed payment of another due does not change the place or the hold", () => {
  const { life, attempt } = payingBalance();
  const state = { booking: life.booking, attempt, placeIsOurs: true, refundId: "ref_1" };

  const decision = decideSettlement(state, failed, life.now);

  expect(decision).toMatchObject({ settlement: { booking: { holdExpiresAt: null, debitFailed: false } } });
  expect(decision.kind === "settle" && decision.settlement.place).toBeUndefined();
});

test("a failure reported after the booking ended changes only the attempt, and posts nothing", () => {
  const { life, attempt } = payingBalance();
  life.end("client");
  const state = { booking: life.booking, attempt, placeIsOurs: false, refundId: "ref_1" };

  expect(decideSettlement(state, failed, life.now)).toEqual({
    kind: "settle",
    settlement: {
      attempt: {
        ...attempt,
        version: attempt.version + 1,
        status: "failed",
        failureCode: "insufficient_funds",
        dueAt: null,
      },
      journal: [],
    },
  });
});
