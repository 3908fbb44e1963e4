import { describe, expect, test } from "vitest";
import { charge, owed, owing } from "../testing/refunds.ts";
import { today } from "../testing/retreat.ts";
import { plusHours, plusMinutes } from "../time/index.ts";
import {
  askUnderNextKey,
  givesNothing,
  partSettled,
  type Refund,
  type RefundPart,
  type RefundPartStatus,
  refundDeadline,
  refundKey,
  refundStatus,
  spreadRefund,
} from "./index.ts";

describe("a refund of several parts", () => {
  const withParts = (...statuses: RefundPartStatus[]): Refund => {
    const { refund } = owed();
    const [part] = refund.parts;
    return { ...refund, parts: statuses.flatMap((status) => (part === undefined ? [] : [{ ...part, status }])) };
  };

  test.each([
    [["succeeded", "succeeded"], "succeeded"],
    [["succeeded", "pending"], "pending"],
    [["pending", "approved"], "approved"],
    [["succeeded", "failed"], "failed"],
    [["succeeded", "refused"], "refused"],
    [["pending", "refused"], "pending"],
    [["refused", "failed"], "failed"],
  ] as const)("%s has the status of its least advanced part: %s", (statuses, status) => {
    expect(refundStatus(withParts(...statuses))).toBe(status);
  });

  test("has succeeded if no part has an amount to refund", () => {
    expect(refundStatus({ ...withParts(), unspread: 0 })).toBe("succeeded");
  });

  test.each(["failed", "refused"] as const)(
    "refunds nothing by a part that is %s, and something by the others",
    (status) => {
      const given = withParts("approved", status, "pending", "succeeded").parts.map((part) => givesNothing(part));

      expect(given).toEqual([false, true, false, false]);
    },
  );

  test("is approved while some of it is not spread", () => {
    expect(refundStatus({ ...withParts("succeeded"), unspread: 1 })).toBe("approved");
  });
});

describe("the idempotency key of a part", () => {
  const refund = spreadRefund(owing(300), [charge(1, 300)], today)?.refund as Refund;
  const part = refund.parts[0] as RefundPart;

  test("is its id, and a new one each time the last had no effect", () => {
    expect(refundKey(part)).toBe("ref_1-1");
    expect(refundKey({ ...part, generation: 3 })).toBe("ref_1-1.3");
  });

  test("is the next one once, however many ask for it at the same time", () => {
    const asked = askUnderNextKey(refund, part);

    expect(asked).toEqual({ ...refund, version: refund.version + 1, parts: [{ ...part, generation: 2 }] });
    expect(asked && askUnderNextKey(asked, part)).toBe(asked);
  });

  test("changes for that part only", () => {
    const two = spreadRefund(owing(300), [charge(1, 100), charge(2, 200)], today)?.refund as Refund;

    const asked = askUnderNextKey(two, two.parts[1] as RefundPart);

    expect(asked?.parts.map(({ generation }) => generation)).toEqual([1, 2]);
  });

  test.each(["pending", "succeeded", "failed", "refused"] as const)("does not change once the part is %s", (status) => {
    expect(askUnderNextKey({ ...refund, parts: [{ ...part, status }] }, part)).toBeNull();
  });
});

describe("the next check of a refund", () => {
  const part = (status: RefundPartStatus, takenPosted: boolean, returnedPosted = false): RefundPart => ({
    ...(spreadRefund(owing(300), [charge(1, 300)], today)?.refund.parts[0] as RefundPart),
    status,
    takenPosted,
    returnedPosted,
  });

  test.each<[RefundPartStatus, boolean, boolean, boolean]>([
    ["approved", false, false, false],
    ["pending", true, false, false],
    ["succeeded", false, false, false],
    ["succeeded", true, false, true],
    ["failed", false, false, true],
    ["failed", true, false, false],
    ["failed", true, true, true],
    ["refused", false, false, true],
  ])("a part that is %s, taken: %s, returned: %s, is settled: %s", (status, taken, returned, settled) => {
    expect(partSettled(part(status, taken, returned))).toBe(settled);
  });

  test("is soon while some of it is not at Stripe, then after hours, and never once all parts are settled", () => {
    const soon = plusMinutes(today, 2);

    expect(refundDeadline({ unspread: 1, parts: [] }, today)).toBe(soon);
    expect(refundDeadline({ unspread: 0, parts: [part("succeeded", true), part("approved", false)] }, today)).toBe(
      soon,
    );
    expect(refundDeadline({ unspread: 0, parts: [part("succeeded", true), part("pending", true)] }, today)).toBe(
      plusHours(today, 6),
    );
    expect(refundDeadline({ unspread: 0, parts: [part("succeeded", true), part("refused", false)] }, today)).toBeNull();
  });
});
