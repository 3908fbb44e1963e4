import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held } from "../testing/retreat.ts";
import type { Charge } from "./charge.ts";
import { balance, receiptsOf } from "./index.ts";

const sumOf = (life: Life, kind: "payment" | "refund") =>
  receiptsOf(life.booking, life.charges, life.refunds)
    .filter((one) => one.kind === kind)
    .reduce((sum, { amount }) => sum + amount, 0);

describe("the receipts of a booking", () => {
  const life = () => {
    const paid = new Life(held()).sign().pay("deposit").confirm().at("2027-01-20T17:00:00Z");
    return paid.pay("due", { dueId: "due_1", amount: 300_000 });
  };

  test("are its payments in order of time, each with its due", () => {
    const { booking, charges } = life();

    expect(receiptsOf(booking, charges.toReversed(), [])).toEqual([
      { id: "ch_att_1", at: "2027-01-04T17:00:00Z", kind: "payment", amount: 250_000, dueIds: ["due_0"] },
      { id: "ch_att_3", at: "2027-01-20T17:00:00Z", kind: "payment", amount: 300_000, dueIds: ["due_1"] },
    ]);
  });

  test("and the refunds, spread or not, add up to the statement", () => {
    const ended = life();
    ended.end("operator");
    const before = receiptsOf(ended.booking, ended.charges, ended.refunds);
    expect(before.at(-1)).toMatchObject({ kind: "refund", amount: 550_000, dueIds: [] });

    ended.spread();

    const given = receiptsOf(ended.booking, ended.charges, ended.refunds).filter(({ kind }) => kind === "refund");
    expect(given.map(({ amount, dueIds }) => [amount, dueIds])).toEqual([
      [300_000, ["due_1"]],
      [250_000, ["due_0"]],
    ]);
    expect([sumOf(ended, "payment"), sumOf(ended, "refund")]).toEqual([ended.booking.paid, ended.booking.refunded]);
    expect(balance(ended.booking)).toBe(0);
  });

  test("leave out a refund that failed", () => {
    const ended = life();
    ended.end("operator");
    const [refund] = ended.spread().refunds;
    const failed = {
      status: "failed" as const,
      failureCode: "lost",
      stripeRefundId: "re_1",
      taken: null,
      returned: null,
    };
    ended.refundOutcome(refund?.id ?? "", refund?.parts[0]?.id ?? "", failed);

    expect(sumOf(ended, "refund")).toBe(250_000);
    expect(ended.booking.refunded).toBe(250_000);
  });

  test("leave out money in another currency, and name no due for a payment without an attempt", () => {
    const { booking, charges } = life();
    const [charge] = charges as [Charge];
    const foreign = { ...charge, id: "ch_eur", currency: "eur" };
    const stray = { ...charge, id: "ch_stray", dueId: null };

    expect(receiptsOf(booking, [foreign, stray], [])).toMatchObject([{ id: "ch_stray", dueIds: [] }]);
  });

  test("name every due that one payment paid", () => {
    const { booking, charges } = life();
    const [charge] = charges as [Charge];

    expect(receiptsOf(booking, [{ ...charge, dueIds: ["due_1", "due_2"] }], [])).toMatchObject([
      { dueIds: ["due_1", "due_2"] },
    ]);
  });
});
