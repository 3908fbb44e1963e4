import { describe, expect, test } from "vitest";
import type { Life } from "../testing/life.ts";
import { at, changeDue, dueOn, everyDay, lateCharge, nonPayment, owing, payFirst, told } from "../testing/owing.ts";
import { addDays, plusHours } from "../time/index.ts";
import type { Due } from "./index.ts";

const lateCharges = ({ booking }: Life): Due[] => booking.dues.filter(({ kind }) => kind === "late_charge");

describe("a late charge", () => {
  test("is added once, on the day after the grace days, and is due ten days later", () => {
    const life = owing({}, { lateCharge });

    expect(told(life, everyDay(9, 40))).toEqual(["9: final 7", "11: late charge"]);
    const { lateChargeId } = life.booking.dues[1] ?? {};
    expect(life.booking.dues.filter(({ id }) => id === lateChargeId)).toMatchObject([
      { amount: 2_500, dueOn: addDays(dueOn, 21), parts: { fee: 2_500 }, sequence: 3, status: "past_due" },
    ]);
  });

  test("is at most the legal share of the unpaid amount, and never below the smallest charge", () => {
    const chargedOn = (unpaid: number) => {
      const life = owing();
      const { amount = 0 } = life.booking.dues[1] ?? {};
      changeDue(life, "due_1", { paid: amount - unpaid });
      told(life, everyDay(11, 13));
      return lateCharges(life).map((charge) => charge.amount);
    };

    expect(owing().booking.terms.lateCharge?.capPercent).toBe(5);
    expect([40_000, 1_019, 1_000, 999, 800].map(chargedOn)).toEqual([[2_000], [50], [50], [], []]);
  });

  test("waits for a payment under way", () => {
    const life = owing({}, { lateCharge });
    told(life, everyDay(0, 10));
    const attempt = payFirst(life);

    expect(told(life, [at(11)])).toEqual([]);
    life.settle(attempt, { kind: "expired" });
    expect(told(life, [plusHours(at(11), 1)])).toEqual(["11: late charge"]);
  });

  test("is not added to another late charge, nor while collection is paused", () => {
    expect(told(owing({ pauses: [{ from: dueOn, until: null }] }), everyDay(11, 20))).toEqual([]);
    const life = owing({}, { lateCharge });
    told(life, everyDay(11, 60));
    expect(lateCharges(life)).toHaveLength(2);
  });

  test("is not added, and no notice sent, at the collection time that cancels the booking for non-payment", () => {
    const life = owing({}, { nonPayment, lateCharge: { ...lateCharge, graceDays: 17 } });
    told(life, everyDay(0, 18));
    changeDue(life, "due_2", { dueOn: addDays(dueOn, 25) });

    const events = life.events.length;
    life.at(at(18)).sweep();

    expect(life.booking.status).toBe("cancelled");
    const names = life.events.slice(events).map(({ name }) => name);
    expect(names.filter((name) => name === "LateChargeAdded" || name === "DueNotice")).toEqual([]);
  });

  test("is not added if the program has none", () => {
    const life = owing({}, { nonPayment });
    told(life, everyDay(9, 30));
    expect(lateCharges(life)).toEqual([]);
  });
});
