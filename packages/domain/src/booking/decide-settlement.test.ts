import { describe, expect, test } from "vitest";
import type { Life } from "../testing/life.ts";
import { paying, payingBalance } from "../testing/paying.ts";
import { plusHours, plusMinutes } from "../time/index.ts";
import {
  type Attempt,
  type AttemptStatus,
  type CheckoutAttempt,
  decideSettlement,
  type PaymentOutcome,
} from "./index.ts";

const processing: PaymentOutcome = { kind: "processing", paymentIntentId: "pi_1" };
const failed: PaymentOutcome = { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" };
const expired: PaymentOutcome = { kind: "expired" };
const due = (life: Life, sequence: number) => life.booking.dues[sequence];
const current = (life: Life, { id }: CheckoutAttempt) => life.attempts.find((one) => one.id === id) as CheckoutAttempt;

describe("Stripe's reports in any order", () => {
  const final: AttemptStatus[] = ["succeeded", "failed", "expired", "refused"];
  const says: [string, PaymentOutcome][] = [
    ["open", { kind: "open" }],
    ["processing", processing],
    ["failed", failed],
    ["expired", expired],
    ["refused", { kind: "refused", code: "any" }],
  ];
  const pairs = final.flatMap((status) => says.map(([name, outcome]) => [status, name, outcome] as const));

  test.each(pairs)("an attempt that %s does not change when reported as %s", (status, _, outcome) => {
    const { life, attempt } = paying();
    const state = { booking: life.booking, placeIsOurs: true, refundId: "ref_1" };

    const decision = decideSettlement(
      { ...state, attempt: { ...attempt, status, feePosted: true } },
      outcome,
      life.now,
    );

    expect(decision).toEqual({ kind: "unchanged" });
  });

  test.each(["requested", "processing"] as const)(
    "an attempt that is %s does not change when its page is reported open",
    (status) => {
      const { life, attempt } = paying();
      const due = { ...attempt, status, dueAt: life.now };
      const state = { booking: life.booking, attempt: due, placeIsOurs: true, refundId: "ref_1" };

      expect(decideSettlement(state, { kind: "open" }, life.now)).toEqual({ kind: "unchanged" });
    },
  );

  test("an attempt without a session at Stripe was never made, unless its session is known", () => {
    const { life, attempt } = paying();
    const outcome: PaymentOutcome = { kind: "never_made", code: "session_never_made" };
    const state = { booking: life.booking, placeIsOurs: true, refundId: "ref_1" };

    expect(
      decideSettlement({ ...state, attempt: { ...attempt, status: "requested" } }, outcome, life.now),
    ).toMatchObject({
      kind: "settle",
      settlement: { attempt: { status: "refused", failureCode: "session_never_made" } },
    });
    expect(decideSettlement({ ...state, attempt }, outcome, life.now)).toEqual({ kind: "unchanged" });
  });

  test("a success reported twice has one effect", () => {
    const { life, attempt } = paying();

    const told = [1, 2].map(() => life.settle(attempt.id, life.paymentOf(attempt.id)));

    expect(told).toEqual(["settled", "unchanged"]);
    expect(life.booking.paid).toBe(250_000);
  });

  test("an open session is checked again only when its time has come", () => {
    const { life, attempt } = paying();

    expect(life.settle(attempt.id, { kind: "open" })).toBe("unchanged");
    expect(life.at(attempt.sessionExpiresAt).settle(attempt.id, { kind: "open" })).toBe("settled");
    expect(current(life, attempt).dueAt).toBe(plusMinutes(life.now, 1));
  });
});

describe("the decision on an attempt", () => {
  test("does not release a due that another attempt now collects (I5)", () => {
    const { life, attempt } = payingBalance();
    life.settle(attempt.id, { kind: "verifying", paymentIntentId: "pi_1" });
    life.settle(attempt.id, { kind: "abandoned", paymentIntentId: "pi_1" });
    const next = life.checkout("due", { dueId: "due_1" }) as CheckoutAttempt;
    life.settle(next.id, { kind: "processing", paymentIntentId: "pi_2" });

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.refunds).toMatchObject([{ amount: 1_600_000, reason: "abandoned_payment" }]);
    expect(due(life, 1)).toMatchObject({ status: "processing", openAttemptId: next.id });
  });

  test.each<[string, PaymentOutcome[]]>([
    ["failed", [failed]],
    [
      "was abandoned",
      [
        { kind: "verifying", paymentIntentId: "pi_1" },
        { kind: "abandoned", paymentIntentId: "pi_1" },
      ],
    ],
  ])("that %s claims no place that the hold has lost, and leaves the hold's end as it was", (_what, outcomes) => {
    const { life, attempt } = paying();
    for (const outcome of outcomes.slice(0, -1)) life.settle(attempt.id, outcome);
    const before = life.booking;
    const state = { booking: before, attempt: current(life, attempt), placeIsOurs: false, refundId: "ref_1" };

    const decision = decideSettlement(state, outcomes.at(-1) as PaymentOutcome, life.now);

    if (decision.kind !== "settle") throw new Error(decision.kind);
    expect(decision.settlement.place).toBeUndefined();
    expect(decision.settlement.booking).toMatchObject({ holdExpiresAt: before.holdExpiresAt, debitFailed: false });
  });

  test("bills a deposit once, with its payment", () => {
    const { life, attempt } = paying();

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(due(life, 0)).toMatchObject({ billed: 250_000, billings: 1 });
  });

  test("returns a payment of another due on a hold: only the deposit pays a hold", () => {
    const { life, attempt } = paying();
    const other: CheckoutAttempt = { ...attempt, purpose: "due", dueId: "due_1" };
    const state = { booking: life.booking, attempt: other, placeIsOurs: true, refundId: "ref_1" };

    expect(decideSettlement(state, life.paymentOf(attempt.id), life.now)).toMatchObject({
      settlement: { booking: { status: "held" }, refund: { reason: "duplicate_payment", amount: 250_000 } },
    });
  });

  test("returns in full a second payment of a cancelled booking's due", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, failed);
    life.pay("deposit").end("client");

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.refunds.at(-1)).toMatchObject({ reason: "duplicate_payment", amount: 250_000 });
    expect(life.booking.ending).toMatchObject({ netPaid: 250_000 });
  });

  test("returns a payment in another currency on an expired booking, even if a place is free", () => {
    const { life, attempt } = paying();
    life.at(plusHours(life.now, 1)).lapse();
    life.freePlace = "plc_2";

    expect(life.settle(attempt.id, life.paymentOf(attempt.id, { currency: "eur", booked: null }))).toBe("settled");
    expect(life.booking).toMatchObject({ status: "expired", paid: 0 });
    expect(life.refunds).toMatchObject([{ currency: "eur", reason: "wrong_currency" }]);
  });

  test("leaves an attempt succeeded while its fee is pending, whatever else is reported", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, life.paymentOf(attempt.id, { booked: null }));

    const told = [failed, processing, expired].map((outcome) => life.settle(attempt.id, outcome));

    expect(told).toEqual(["unchanged", "unchanged", "unchanged"]);
  });
});

test("a decision on another booking's attempt throws", () => {
  const { life, attempt } = paying();
  const state = { booking: life.booking, placeIsOurs: true, refundId: "ref_1" };
  const stray: Attempt = { ...attempt, dueId: "due_9" };

  expect(() => decideSettlement({ ...state, attempt: stray }, { kind: "expired" }, life.now)).toThrow("due_9");
});
