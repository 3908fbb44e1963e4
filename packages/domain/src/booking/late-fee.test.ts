import { describe, expect, test } from "vitest";
import type { Life } from "../testing/life.ts";
import { paying } from "../testing/paying.ts";
import { plusMinutes } from "../time/index.ts";
import type { CheckoutAttempt } from "./index.ts";

const references = (life: Life): string[] => life.journal.map(({ reference }) => reference);
const current = (life: Life, { id }: CheckoutAttempt) => life.attempts.find((one) => one.id === id) as CheckoutAttempt;

describe("Stripe's fee", () => {
  test("that is booked late is posted once", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, life.paymentOf(attempt.id, { booked: null }));
    expect(current(life, attempt)).toMatchObject({ feePosted: false, dueAt: plusMinutes(life.now, 10) });

    const told = [1, 2].map(() => life.settle(attempt.id, life.paymentOf(attempt.id)));

    expect(told).toEqual(["settled", "unchanged"]);
    expect(references(life).filter((reference) => reference === `fee:txn_${attempt.id}`)).toHaveLength(1);
  });
});

describe("a check that found nothing new", () => {
  test("is followed by a later one, whatever is pending", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, life.paymentOf(attempt.id, { booked: null }));

    life.at(plusMinutes(life.now, 15)).settle(attempt.id, life.paymentOf(attempt.id, { booked: null }));

    expect(current(life, attempt)).toMatchObject({ feePosted: false, dueAt: plusMinutes(life.now, 10) });
  });
});
