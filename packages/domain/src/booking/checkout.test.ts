import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { debitFirst, owing, payFirst } from "../testing/owing.ts";
import { held } from "../testing/retreat.ts";
import { type Booking, canPayNow } from "./index.ts";

describe("something can be paid after the deposit", () => {
  const { booking } = owing();
  const only = (one: Booking): Booking => ({ ...one, dues: one.dues.slice(0, 2) });

  test("while a due is open, and while the page of one or of a payoff is", () => {
    const life = owing();
    payFirst(life);
    const payoff = owing();
    payoff.checkout("payoff");

    for (const one of [booking, only(life.booking), payoff.booking]) expect(canPayNow(one)).toBe(true);
  });

  test("while the bank processes one of two dues, but not the only one", () => {
    const life = owing();
    debitFirst(life);

    expect(canPayNow(life.booking)).toBe(true);
    expect(canPayNow(only(life.booking))).toBe(false);
  });

  test("not while the bank processes a payoff", () => {
    const life = owing();
    const attempt = life.checkout("payoff");
    life.settle(attempt?.id ?? "", { kind: "processing", paymentIntentId: "pi_1" });

    expect(canPayNow(life.booking)).toBe(false);
  });

  test.each<[string, Booking]>([
    ["before the deposit is paid", new Life(held()).sign().booking],
    ["before the first confirmation gives the only due its date", new Life(held("full")).sign().pay("deposit").booking],
    [
      "before the next version of the agreement is signed",
      { ...booking, agreement: { ...booking.agreement, version: 2 } },
    ],
    ["once the booking has ended", { ...booking, status: "cancelled" }],
    ["once everything is paid", { ...booking, dues: booking.dues.map((due) => ({ ...due, paid: due.amount })) }],
  ])("not %s", (_, one) => {
    expect(canPayNow(one)).toBe(false);
  });
});
