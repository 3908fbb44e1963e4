import { describe, expect, test } from "vitest";
import type { Life } from "../testing/life.ts";
import {
  at,
  change,
  changeDue,
  debitFirst,
  dueOn,
  everyDay,
  noticesOf,
  owing,
  payFirst,
  told,
  zone,
} from "../testing/owing.ts";
import { addDays, plusDays, plusHours } from "../time/index.ts";
import { announcedCancellations, collectionAt, isToCancel, unconfirm } from "./index.ts";

describe("a booking that is not paid", () => {
  const cancelledOn = (life: Life, from = 0, to = 33): string | null => {
    for (const now of everyDay(from, to)) {
      life.at(now).sweep();
      if (life.booking.status === "cancelled") return now.slice(0, 10);
    }
    return null;
  };

  test("is cancelled on the program's day before the start, under the policy, after its final notice", () => {
    const life = owing();

    expect(cancelledOn(life)).toBe("2027-02-22");
    expect(life.booking.ending).toMatchObject({ by: "non_payment", refundPercent: 0, kept: 250_000 });
    expect(life.booking.dues.filter(({ status }) => status === "past_due")).toEqual([]);
  });

  test("is cancelled on the day after its final notice if that is later", () => {
    const life = owing();
    life.pay("due", { dueId: "due_1" });
    changeDue(life, "due_2", { dueOn: "2027-02-24" });

    expect(cancelledOn(life)).toBe("2027-03-04");
  });

  test("is never cancelled before the day that its final notice named, however late that was sent", () => {
    const life = owing();
    told(life, [...everyDay(0, 3), at(20)]);
    const final = noticesOf(life).at(-1)?.data;

    expect(final).toMatchObject({ kind: "final", cancelsOn: "2027-02-25" });
    expect(life.booking.status).toBe("confirmed");
    expect([life.booking.dueAt, cancelledOn(life, 20)]).toEqual([collectionAt("2027-02-25", zone), "2027-02-25"]);
  });

  test("is cancelled at once when a payment under way fails", () => {
    const life = owing();
    told(life, everyDay(0, 18));
    const attempt = payFirst(life);
    life.at(at(18)).sweep();

    expect([life.booking.status, isToCancel(life.booking, life.now)]).toEqual(["confirmed", false]);
    life.settle(attempt, { kind: "expired" });
    expect(life.booking.dueAt).toBe(at(18));
    life.at(plusHours(at(18), 1)).sweep();
    expect(life.booking.status).toBe("cancelled");
  });

  test("is cancelled at the next collection time after a debit fails during a day, not within the hour", () => {
    const life = owing();
    told(life, everyDay(0, 18));
    const debit = debitFirst(life);
    life.at(plusHours(at(19), 5)).settle(debit, { kind: "failed", paymentIntentId: "pi_1", code: "no_account" });
    life.sweep();

    expect([life.booking.status, life.booking.dueAt]).toEqual(["confirmed", at(20)]);
    life.at(at(20)).sweep();
    expect(life.booking.status).toBe("cancelled");
  });

  test("is cancelled at the next collection time after a debit that paid a part settles, as after one that fails", () => {
    const life = owing();
    told(life, everyDay(0, 18));
    const debit = payFirst(life, 100_000);
    life.settle(debit, { kind: "processing", paymentIntentId: "pi_1" });
    life.at(plusHours(at(19), 5)).settle(debit, life.paymentOf(debit));
    life.sweep();

    expect([life.booking.status, life.booking.dueAt]).toEqual(["confirmed", at(20)]);
    life.at(at(20)).sweep();
    expect(life.booking.status).toBe("cancelled");
  });

  test("is cancelled at the first collection time after its confirmation if that comes late", () => {
    const life = owing();
    told(life, everyDay(0, 9));
    life.booking = unconfirm(life.booking, life.now).booking;
    life
      .at(plusHours(at(19), 5))
      .confirm()
      .sweep();

    expect([life.booking.status, life.booking.dueAt]).toEqual(["confirmed", at(20)]);
    expect(cancelledOn(life, 20)).toBe("2027-02-24");
  });

  test("is not cancelled for non-payment while it awaits its clearance", () => {
    const life = owing();
    told(life, everyDay(0, 9));

    expect(isToCancel(life.booking, at(20))).toBe(true);
    expect(isToCancel({ ...life.booking, status: "awaiting_clearance" }, at(20))).toBe(false);
  });

  test("is cancelled no earlier than the day on which staff resume its collection", () => {
    const life = owing();
    told(life, everyDay(0, 9));
    change(life, { pauses: [{ from: addDays(dueOn, 9), until: addDays(dueOn, 22) }] });
    life.at(plusHours(at(22), -1)).sweep();

    expect([life.booking.status, cancelledOn(life, 22)]).toEqual(["confirmed", "2027-02-26"]);
  });

  test("has the announced instant of its cancellation, which is the one that it is canceled at after a pause", () => {
    const life = owing();
    told(life, everyDay(0, 9));
    const announced = () => announcedCancellations(life.booking, life.now).map((one) => [one.due.id, one.at]);
    expect(announced()).toEqual([["due_1", at(18)]]);
    change(life, { pauses: [{ from: addDays(dueOn, 9), until: addDays(dueOn, 22) }] });
    life.at(plusHours(at(22), -1)).sweep();

    expect(announced()).toEqual([["due_1", life.booking.dueAt]]);
    expect(announced()).toEqual([["due_1", at(22)]]);
  });

  test.each<[string, (life: Life) => unknown]>([
    ["no final notice was sent", (life) => changeDue(life, "due_1", { notices: [] })],
    ["it was waived", (life) => changeDue(life, "due_1", { waived: life.booking.dues[1]?.amount ?? 0 })],
    ["a debit is processing", debitFirst],
    [
      "collection is resumed too late",
      (life) => change(life, { pauses: [{ from: dueOn, until: addDays(dueOn, 32) }] }),
    ],
  ])("has no announced cancellation if %s", (_, prepare) => {
    const life = owing();
    told(life, everyDay(0, 9));
    prepare(life);

    expect(announcedCancellations(life.booking, life.now)).toEqual([]);
  });

  test.each<[string, (life: Life) => unknown]>([
    ["the program has no such rule", (life) => change(life, { terms: { ...life.booking.terms, nonPayment: null } })],
    ["staff have paused its collection", (life) => change(life, { pauses: [{ from: dueOn, until: null }] })],
    ["it waits for its clearance", (life) => change(life, { status: "awaiting_clearance" })],
    ["a debit is processing", debitFirst],
    [
      "what is unpaid was waived",
      (life) => {
        for (const { id, kind, amount } of life.booking.dues)
          if (kind !== "deposit") changeDue(life, id, { waived: amount });
      },
    ],
  ])("is not cancelled if %s", (_, prepare) => {
    const life = owing();
    prepare(life);

    expect(cancelledOn(life)).toBeNull();
  });

  test("is not cancelled from the first day on", () => {
    const life = owing();
    told(life, everyDay(0, 9));

    expect(cancelledOn(life, 32, 60)).toBeNull();
    expect(plusDays(at(31), 1) > "2027-03-08").toBe(true);
  });

  test("is not cancelled for a late charge alone", () => {
    const life = owing();
    told(life, everyDay(0, 12));
    life.pay("due", { dueId: "due_1" }).pay("due", { dueId: "due_2" });

    expect(cancelledOn(life, 12, 40)).toBeNull();
  });
});
