import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held } from "../testing/retreat.ts";
import { plusDays } from "../time/index.ts";
import { unpaid } from "./due.ts";
import type { Booking, Charge } from "./index.ts";
import { undoPayment } from "./undo-payment.ts";

/** A confirmed booking with its deposit and part of its balance paid. */
const paidSome = () => new Life(held()).sign().pay("deposit").confirm().pay("due", { dueId: "due_1", amount: 600_000 });

/** The booking and its charges after the bank has returned one payment. */
function undone({ booking, charges, now }: Life, place: number, at = now): { booking: Booking; charges: Charge[] } {
  const { charge, ...changes } = undoPayment(booking, charges[place] as Charge, at);
  return { booking: { ...booking, ...changes }, charges: charges.with(place, charge) };
}
const appliedOf = (charges: Charge[]) => charges.reduce((sum, { applied }) => sum + applied, 0);

describe("a payment that the bank has returned", () => {
  test("pays nothing any more, on the booking and on its charge, and its due is owed again", () => {
    const before = paidSome();
    const { booking, charges } = undone(before, 1);

    expect(booking.applied).toBe(250_000);
    expect(charges[1]).toMatchObject({ amount: 600_000, applied: 0, refundable: 0 });
    expect(booking.dues[1]).toMatchObject({ paid: 0, status: "scheduled" });
    expect(booking.dues[0]).toEqual(before.booking.dues[0]);
  });

  test("makes a due past due whose date has passed, although it was paid in full", () => {
    const before = paidSome();
    const { booking } = undone(before, 0, plusDays(before.now, 1));

    expect(booking.dues[0]).toMatchObject({ kind: "deposit", paid: 0, status: "past_due" });
  });

  test("is not owed again as far as it was refunded before", () => {
    const life = paidSome();
    const charge = life.charges[1] as Charge;
    life.refundByHand(charge.id, 100_000);
    const { booking, charges } = undone(life, 1);

    expect(booking.dues[1]).toMatchObject({ paid: 100_000 });
    expect(booking.applied).toBe(appliedOf(charges));
  });

  test("is not owed again on a booking that has ended", () => {
    const life = paidSome();
    life.end("no_show");
    life.spread();
    const { booking, charges } = undone(life, 0);

    expect(booking.dues.map((due) => [due.status, unpaid(due)])).toEqual([
      ["cancelled", 0],
      ["cancelled", 0],
    ]);
    expect(booking.dues[0]).toMatchObject({ paid: 0, billed: 0 });
    expect(booking.applied).toBe(appliedOf(charges));
  });

  test("that paid no due changes only what can be refunded", () => {
    const life = paidSome();
    const stray: Charge = { ...(life.charges[0] as Charge), id: "ch_stray", dueId: null, attemptId: null, applied: 0 };
    life.charges.push(stray);
    const { booking, charges } = undone(life, 2);

    expect(booking).toEqual(life.booking);
    expect(charges[2]).toEqual({ ...stray, refundable: 0 });
  });

  test("of a payoff is refused, since nothing says what it paid of each due", () => {
    const life = paidSome();
    const charge: Charge = { ...(life.charges[1] as Charge), dueIds: ["due_1", "due_2"] };

    expect(() => undoPayment(life.booking, charge, life.now)).toThrow(`${charge.id} paid several dues`);
  });

  test("of a due that was paid off is refused, since its interest has changed", () => {
    const life = paidSome();
    const dues = life.booking.dues.map((due) => (due.id === "due_1" ? { ...due, paidOffOn: "2027-01-05" } : due));

    expect(() => undoPayment({ ...life.booking, dues }, life.charges[1] as Charge, life.now)).toThrow("was paid off");
  });
});
