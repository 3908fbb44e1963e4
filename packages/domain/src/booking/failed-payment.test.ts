import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { paying } from "../testing/paying.ts";
import { held } from "../testing/retreat.ts";
import { plusMinutes } from "../time/index.ts";
import type { CheckoutAttempt, PaymentOutcome } from "./index.ts";

const processing: PaymentOutcome = { kind: "processing", paymentIntentId: "pi_1" };
const failed: PaymentOutcome = { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" };
const expired: PaymentOutcome = { kind: "expired" };

describe("a deposit session that ends unpaid", () => {
  test("leaves the hold as long as it was, and no further session", () => {
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

  test("by a bank debit that nobody saw under way is as one that was seen", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, failed);

    expect(life.booking).toMatchObject({ debitFailed: true, holdExpiresAt: plusMinutes(life.now, 30) });
    expect(life.checkout("deposit")).toMatchObject({ status: "open" });
  });

  test("because Stripe never made it takes back its extension, so that trying again holds the place no longer", () => {
    const life = new Life(held()).sign();
    const { holdExpiresAt } = life.booking;
    for (const minutes of [0, 10, 29]) {
      const attempt = life.at(plusMinutes(life.booking.createdAt, minutes)).checkout("deposit") as CheckoutAttempt;
      life.settle(attempt.id, { kind: "refused", code: "session_never_made" });

      expect(life.booking).toMatchObject({ status: "held", holdExpiresAt, holdExtended: false });
    }
    expect(life.at(holdExpiresAt ?? "").checkout("deposit")).toBeNull();
  });

  test("because its page was withdrawn keeps the hold, and leaves the client one whole session more", () => {
    const { life, attempt } = paying();
    const { holdExpiresAt } = life.booking;
    life.at(attempt.sessionExpiresAt).settle(attempt.id, { kind: "withdrawn", code: "customer_gone" });

    expect(life.attempts).toMatchObject([{ status: "refused", failureCode: "customer_gone" }]);
    expect(life.booking).toMatchObject({ status: "held", holdExpiresAt, holdExtended: false });
    expect(life.checkout("deposit")).toMatchObject({ status: "open" });
    expect(life.booking).toMatchObject({ holdExpiresAt: plusMinutes(life.now, 36), holdExtended: true });
  });

  test("because nobody found its session leaves one alone whose session another call has found", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, { kind: "never_made", code: "session_never_made" });

    expect(life.attempts).toMatchObject([{ status: "open" }]);
  });
});
