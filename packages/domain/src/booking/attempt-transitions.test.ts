import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held } from "../testing/retreat.ts";
import {
  type Attempt,
  type AttemptFact,
  type AttemptStatus,
  afterFact,
  attemptTransitions,
  isUnderWay,
} from "./index.ts";

/** The attempt transitions, written independently by hand. */
const expected: [AttemptStatus, AttemptFact, AttemptStatus][] = [
  ["requested", "opened", "open"],
  ["requested", "under_way", "processing"],
  ["requested", "paid", "succeeded"],
  ["requested", "failed", "failed"],
  ["requested", "expired", "expired"],
  ["requested", "refused", "refused"],
  ["requested", "abandoned", "abandoned"],
  ["open", "under_way", "processing"],
  ["open", "paid", "succeeded"],
  ["open", "failed", "failed"],
  ["open", "expired", "expired"],
  ["open", "refused", "refused"],
  ["open", "abandoned", "abandoned"],
  ["processing", "under_way", "processing"],
  ["processing", "paid", "succeeded"],
  ["processing", "failed", "failed"],
  ["processing", "expired", "expired"],
  ["processing", "refused", "refused"],
  ["processing", "abandoned", "abandoned"],
  ["succeeded", "returned", "returned"],
  ["failed", "paid", "succeeded"],
  ["expired", "paid", "succeeded"],
  ["refused", "paid", "succeeded"],
  ["abandoned", "paid", "succeeded"],
];
const statuses: AttemptStatus[] = [
  ...([
    "requested",
    "open",
    "processing",
    "succeeded",
    "failed",
    "expired",
    "refused",
    "abandoned",
    "returned",
  ] as const),
];
const facts: AttemptFact[] = [
  ...(["opened", "under_way", "paid", "failed", "expired", "refused", "abandoned", "returned"] as const),
];

const paid = () => {
  const life = new Life(held()).sign().pay("deposit");
  return { life, attempt: life.attempts[0] as Attempt };
};

describe("the status of an attempt", () => {
  test.each(statuses.flatMap((status) => facts.map((fact) => [status, fact] as const)))(
    "%s, when %s",
    (status, fact) => {
      const [, , becomes] = expected.find(([from, what]) => from === status && what === fact) ?? [];
      const attempt = { ...paid().attempt, status };

      if (becomes === undefined) expect(() => afterFact(attempt, fact)).toThrow(`${fact} does not apply`);
      else expect(afterFact(attempt, fact)).toEqual({ ...attempt, version: attempt.version + 1, status: becomes });
    },
  );

  test("has no other facts", () => {
    expect(Object.values(attemptTransitions).flatMap((row) => Object.keys(row))).toHaveLength(expected.length);
  });

  test.each(statuses)("%s: under way while its outcome is unknown", (status) => {
    expect(isUnderWay({ ...paid().attempt, status })).toBe(["requested", "open", "processing"].includes(status));
  });
});

describe("a success that the bank has returned", () => {
  test("is not paid again by its intent, which Stripe keeps showing as succeeded", () => {
    const { life, attempt } = paid();
    life.attempts = [afterFact(attempt, "returned")];

    expect(life.settle(attempt.id, life.paymentOf(attempt.id))).toBe("unchanged");
    expect(life.charges).toHaveLength(1);
  });

  test("still gets a fee that Stripe books late", () => {
    const life = new Life(held()).sign();
    const attempt = life.checkout("deposit") as Attempt;
    life.settle(attempt.id, life.paymentOf(attempt.id, { booked: null }));
    life.attempts = life.attempts.map((one) => afterFact(one, "returned"));

    expect(life.settle(attempt.id, life.paymentOf(attempt.id))).toBe("settled");
    expect(life.attempts).toMatchObject([{ status: "returned", feePosted: true }]);
  });
});
