import type { Attempt, Booking, Due } from "@clearing/domain/booking";
import { held, program } from "@clearing/domain/testing/retreat";
import { addDays, startOfDay } from "@clearing/domain/time";
import { describe, expect, test } from "vitest";
import { timeZone } from "../harness/days.ts";
import type { Dump } from "./dump.ts";
import {
  type Asked,
  addAsked,
  chargedOnce,
  keepsNoUnearned,
  nothingIsStuck,
  noticedOnce,
  promised,
  promisesKept,
} from "./year-checks.ts";

/** A confirmed booking with two future installments. */
function owing(): Booking {
  const plans = [{ kind: "installments", months: 2 } as const];
  const rules = { nonPayment: { noticeDays: promised.after, cancelDaysBefore: 14 } };
  const booking = held("installments", { program: program({ plans, ...rules }) });
  return { ...booking, status: "confirmed", depositSettledOn: booking.dues[0]?.dueOn ?? "" };
}

const booking = owing();
const due = booking.dues[1] as Due;
const midnight = (days: number) => startOfDay(addDays(due.dueOn, days), timeZone);

/** All stored data of the booking, this many days after the first due's date. */
const kept = (days: number, changes: Partial<Dump> = {}): Dump => ({
  ...{ now: midnight(days), bookings: [{ ...booking, dueAt: midnight(days + 1) }], attempts: [], charges: [] },
  ...{ refunds: [], places: [], clearances: [], stripeEvents: [], heads: {}, entries: [], audit: [], outbox: [] },
  ...{ events: [], stripe: { balance: 0, transactions: [], charges: [], refunds: [] } },
  ...changes,
});

const notice = (kind: string, days: number, id = "evt_1") => ({
  ...{ id, type: "DueNotice", subject: { type: "booking", id: booking.id, version: 2 } },
  data: { dueId: due.id, dueOn: due.dueOn, kind, days },
});

const taking = (amount: number, attemptId: string): Partial<Dump> => {
  const charge = {
    id: `ch_${attemptId}`,
    amount_captured: amount,
    status: "succeeded",
    metadata: { attemptId, dueId: due.id },
  };
  return { stripe: { balance: 0, transactions: [], charges: [charge], refunds: [] } };
};

const withDue = (changes: Partial<Due>, dueAt: string | null): Partial<Dump> => ({
  bookings: [
    { ...booking, dueAt, dues: booking.dues.map((one) => (one.id === due.id ? { ...one, ...changes } : one)) },
  ],
});

const asked = (...checks: Dump[]): Asked => {
  const amounts: Asked = new Map();
  for (const check of checks) addAsked(amounts, check);
  return amounts;
};

describe("the checks of the year", () => {
  test("report no breach for sound data", () => {
    const sent = [notice("upcoming", 7)];
    const now = kept(-6, { ...taking(due.amount, "att_1"), events: sent });

    expect(
      [chargedOnce(now, asked(now)), nothingIsStuck(now), noticedOnce(now), promisesKept(kept(-8), now)].flat(),
    ).toEqual([]);
  });

  test("report a due that two attempts were charged for", () => {
    const [first] = taking(due.amount, "att_1").stripe?.charges ?? [];
    const [second] = taking(due.amount, "att_2").stripe?.charges ?? [];
    const charges = [first, second].flatMap((one) => one ?? []);
    const twice = kept(0, { stripe: { balance: 0, transactions: [], charges, refunds: [] } });

    expect(chargedOnce(twice, asked(twice))).toEqual([
      `year: ${due.id} asks for ${due.amount}, and Stripe took ${2 * due.amount}`,
    ]);
  });

  test("allow what a due asked for when it was charged, after a payoff has lowered its amount", () => {
    const lowered = { amount: due.amount - 500, paid: due.amount - 500 };
    const after = kept(0, { ...taking(due.amount, "att_1"), ...withDue(lowered, midnight(1)) });

    expect(chargedOnce(after, asked(kept(-1), after))).toEqual([]);
    expect(chargedOnce(after, asked(after))).toEqual([
      `year: ${due.id} asks for ${due.amount - 500}, and Stripe took ${due.amount}`,
    ]);
  });

  test("report an attempt that is charged twice, even for parts", () => {
    const [charge] = taking(1, "att_1").stripe?.charges ?? [];
    const charges = [charge, charge].flatMap((one) => one ?? []);
    const twice = kept(0, { stripe: { balance: 0, transactions: [], charges, refunds: [] } });

    expect(chargedOnce(twice, asked(twice))).toEqual(["year: att_1 is charged 2 times"]);
  });

  test("report a booking without a next step, and one whose deadline is long past", () => {
    expect(nothingIsStuck(kept(0, withDue({}, null)))).toContain(
      `year: ${due.id} of ${booking.id} is ${due.status}, and nothing follows`,
    );
    expect(nothingIsStuck(kept(0, withDue({}, midnight(-1))))).toEqual([
      `year: ${booking.id} lies since ${midnight(-1)}`,
    ]);
  });

  test("report a due that waits for a final attempt, and an attempt without a next check", () => {
    const ofAttempt = (status: string, dueAt: string | null) =>
      kept(0, {
        ...withDue({ openAttemptId: "att_1" }, midnight(1)),
        attempts: [{ id: "att_1", bookingId: booking.id, dueId: due.id, purpose: "due", status, dueAt } as Attempt],
      });

    expect(nothingIsStuck(ofAttempt("failed", null))).toEqual([
      `year: a due of ${booking.id} waits for an attempt that is over`,
    ]);
    expect(nothingIsStuck(ofAttempt("requested", null))).toEqual([`year: att_1 is requested, its next look null`]);
  });

  test("report interest of a month to come that is kept when nothing is left to pay", () => {
    const { parts, amount } = due;
    const [last] = booking.dues.slice(2) as [Due];
    const dues = (unearned: number) =>
      booking.dues.map((one) =>
        one.id === last.id
          ? { ...one, parts: { ...parts, interest: unearned }, amount: amount + unearned, paid: amount + unearned }
          : { ...one, paid: one.amount },
      );
    const all = (days: number, unearned: number) => kept(days, { bookings: [{ ...booking, dues: dues(unearned) }] });

    expect(keepsNoUnearned(all(-1, 0))).toEqual([]);
    expect(keepsNoUnearned(all(1, 700))).toEqual([]);
    expect(keepsNoUnearned(all(-1, 700))).toEqual([
      `year: ${booking.id} has nothing left to pay and keeps 700 of interest from ${due.dueOn} on`,
    ]);
  });

  test("report a duplicate notice, and a missing one", () => {
    const twice = kept(-6, { events: [notice("upcoming", 7), notice("upcoming", 7, "evt_2")] });

    expect(noticedOnce(twice)).toEqual([`year: the notice ${due.id} ${due.dueOn} upcoming 7 went twice`]);
    expect(promisesKept(kept(-8), kept(-6))).toEqual([
      `year: the notice ${due.id} ${due.dueOn} upcoming 7 of ${booking.id} has not gone by ${midnight(-6)}`,
    ]);
    expect(promisesKept(kept(7), kept(8))).toEqual([expect.stringContaining(`${due.dueOn} final 7 of`)]);
  });
});
