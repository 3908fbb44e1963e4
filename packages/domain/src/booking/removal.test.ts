import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held } from "../testing/retreat.ts";
import { plusDays } from "../time/index.ts";
import { decideRemoval, removalAt } from "./removal.ts";

const nothing = { attempts: [], moved: false, isEvaluated: false };

/** A signed hold whose page was opened, and its attempt. */
function withOpenSession() {
  const life = new Life(held()).sign();
  const attempt = life.checkout("deposit");
  if (attempt === null) throw new Error("the session was not opened");
  return { life, attemptId: attempt.id };
}

function lapsed() {
  const life = new Life(held());
  life.at(plusDays(life.booking.createdAt, 1)).lapse();
  return life;
}

describe("a hold that ended unpaid", () => {
  test("is due for removal 30 days after it expired", () => {
    const { booking, now } = lapsed();

    expect(booking).toMatchObject({ status: "expired", dueAt: plusDays(now, 30) });
    expect(removalAt(booking)).toBe(plusDays(now, 30));
  });

  test("is due for removal 30 days after it was cancelled", () => {
    const life = new Life(held());
    life.end("client");

    expect(life.booking).toMatchObject({ status: "cancelled", dueAt: plusDays(life.now, 30) });
  });

  test.each(["installments", "financed"] as const)(
    "is kept for two years if its client signed a plan %s, for the disclosure in its agreement",
    (planKind) => {
      const life = new Life({ ...held(), terms: { ...held().terms, planKind } }).sign();
      life.at(plusDays(life.booking.createdAt, 1)).lapse();

      expect(removalAt(life.booking)).toBe(plusDays(life.now, 731));
    },
  );

  test("of a plan of several payments is removed after 30 days if nobody signed it", () => {
    const life = new Life({ ...held(), terms: { ...held().terms, planKind: "financed" } });
    life.at(plusDays(life.booking.createdAt, 1)).lapse();

    expect(removalAt(life.booking)).toBe(plusDays(life.now, 30));
  });

  test("is not removed while it is held, nor when it was paid", () => {
    const life = new Life(held()).sign();
    expect(removalAt(life.booking)).toBeNull();
    life.pay("deposit").end("client");

    expect(life.booking).toMatchObject({ status: "cancelled", dueAt: null });
    expect(removalAt(life.booking)).toBeNull();
  });

  test("is removed when its page was never made", () => {
    const { life, attemptId } = withOpenSession();
    life.settle(attemptId, { kind: "refused", code: "amount_too_small" });

    expect(decideRemoval({ ...nothing, attempts: life.attempts })).toBe("remove");
  });

  test("is removed when its pages expired", () => {
    const { life, attemptId } = withOpenSession();
    life.settle(attemptId, { kind: "expired" });

    expect(decideRemoval({ ...nothing, attempts: life.attempts })).toBe("remove");
  });

  test("waits for a page whose outcome is unknown", () => {
    expect(decideRemoval({ ...nothing, attempts: withOpenSession().life.attempts })).toBe("wait");
  });

  test.each(["moved", "isEvaluated"] as const)("is kept when it has %s", (fact) => {
    expect(decideRemoval({ ...nothing, [fact]: true })).toBe("keep");
  });

  test("is kept if a bank debit was under way, even if that failed", () => {
    const { life, attemptId } = withOpenSession();
    life.settle(attemptId, { kind: "processing", paymentIntentId: "pi_1" });
    expect(decideRemoval({ ...nothing, attempts: life.attempts })).toBe("keep");
    life.settle(attemptId, { kind: "failed", paymentIntentId: "pi_1", code: "debit_not_authorized" });

    expect(decideRemoval({ ...nothing, attempts: life.attempts })).toBe("keep");
  });
});
