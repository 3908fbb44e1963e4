import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, program } from "../testing/retreat.ts";
import { addDays, daysBetween } from "../time/index.ts";
import { type Booking, collectionAt, type Due, standing } from "./index.ts";

const zone = "America/Denver";
const dueOn = "2027-02-04";
const startsOn = "2027-03-08";
const at = (date: string) => collectionAt(date, zone);

/** A confirmed booking whose first installment, of 4 February, is not paid; the cohort starts on 8 March. */
function owing(rules: object = {}, changes: Partial<Booking> = {}): Life {
  const plans = [{ kind: "installments", months: 2 } as const];
  const life = new Life(held("installments", { program: program({ plans, ...rules }) }));
  life.sign().pay("deposit").confirm();
  const dues = life.booking.dues.map((due): Due => (due.id === "due_2" ? { ...due, waived: due.amount } : due));
  life.booking = { ...life.booking, dues, ...changes };
  return life;
}

/** Sweeps each day at ten; returns the tasks that it opens, with the days since the first installment's date. */
function tasks(life: Life, { from = dueOn, to = addDays(dueOn, 60) } = {}): string[] {
  return Array.from({ length: daysBetween(from, to) }, (_, day) => addDays(from, day)).flatMap((date) => {
    const before = life.events.length;
    life.at(at(date)).sweep();
    const opened = life.events.slice(before).filter(({ name }) => name === "CollectionTaskOpened");
    return opened.map(({ data }) => `${data.dueId} ${daysBetween(dueOn, date)}: ${data.reason}`);
  });
}

describe("a task of collection", () => {
  test("is opened on the day after the final notice and when the booking is delinquent, if nothing is cancelled", () => {
    expect(tasks(owing())).toEqual(["due_1 8: not_paid", "due_1 31: delinquent"]);
  });

  test("comes with the standing that it names", () => {
    const life = owing();
    tasks(life, { to: addDays(dueOn, 31) });
    const standsOn = (days: number) => standing(life.booking, addDays(dueOn, days));

    expect([standsOn(30), standsOn(31)]).toEqual(["past_due", "delinquent"]);
  });

  test("is opened for a past-due due after the retreat", () => {
    const rules = { nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 14 } };

    expect(tasks(owing(rules, { status: "completed" }))).toEqual(["due_1 8: not_paid", "due_1 31: delinquent"]);
  });

  test("is not opened while the booking is about to be cancelled, but on the first day if it was not", () => {
    const rules = { nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 14 } };
    const cancelled = owing(rules);
    expect([tasks(cancelled), cancelled.booking.status]).toEqual([[], "cancelled"]);

    const waiting = owing(rules, {
      status: "awaiting_clearance",
      clearanceDueAt: at(startsOn),
      clearanceReminders: [],
    });
    expect(tasks(waiting)).toEqual([`due_1 ${daysBetween(dueOn, startsOn)}: not_paid`, "due_1 32: delinquent"]);
  });

  test("is opened if the final notice leaves no day to cancel before the start", () => {
    const rules = { nonPayment: { noticeDays: [3, 31], cancelDaysBefore: 14 } };

    expect(tasks(owing(rules))).toEqual(["due_1 31: delinquent", "due_1 32: not_paid"]);
  });

  test("is opened for a due that is delinquent before its final notice", () => {
    const rules = { nonPayment: { noticeDays: [3, 50], cancelDaysBefore: 14 } };

    expect(tasks(owing(rules))).toEqual(["due_1 31: delinquent", "due_1 51: not_paid"]);
  });

  test("is opened for a late charge after its notices, but a late charge makes nothing delinquent", () => {
    const life = owing({ lateCharge: { amount: 2_500, graceDays: 10 } });
    tasks(life, { to: addDays(dueOn, 12) });
    life.pay("due", { dueId: "due_1" });
    const charge = life.booking.dues.at(-1) as Due;

    expect(charge).toMatchObject({ kind: "late_charge", dueOn: addDays(dueOn, 21) });
    expect(tasks(life, { from: addDays(dueOn, 12), to: addDays(dueOn, 120) })).toEqual([`${charge.id} 29: not_paid`]);
    expect(standing(life.booking, addDays(dueOn, 119))).toBe("past_due");
  });

  test.each<[string, (life: Life) => unknown]>([
    ["is paid", (life) => life.pay("due", { dueId: "due_1" })],
    ["is being paid", (life) => life.checkout("due", { dueId: "due_1" })],
    ["was cancelled with its booking", (life) => life.end("operator")],
    [
      "is paused",
      (life) => {
        life.booking = { ...life.booking, pauses: [{ from: addDays(dueOn, 7), until: null }] };
      },
    ],
  ])("is not opened for a due that %s", (_, happens) => {
    const life = owing();
    tasks(life, { to: addDays(dueOn, 8) });
    happens(life);

    expect(tasks(life, { from: addDays(dueOn, 8) })).toEqual([]);
  });

  test("is opened again for a new date", () => {
    const life = owing();
    tasks(life);
    const dues = life.booking.dues.map((due) =>
      due.id === "due_1" ? { ...due, dueOn: addDays(dueOn, 100), datedOn: addDays(dueOn, 60) } : due,
    );
    life.booking = { ...life.booking, dues };

    expect(tasks(life, { from: addDays(dueOn, 60), to: addDays(dueOn, 140) })).toEqual([
      ...["due_1 108: not_paid", "due_1 131: delinquent"],
    ]);
  });
});

describe("a booking stands as delinquent", () => {
  const late = (changes: Partial<Booking>) => {
    const life = owing();
    tasks(life, { to: addDays(dueOn, 2) });
    return { ...life.booking, ...changes };
  };
  const stands = (changes: Partial<Booking>, days: number) => standing(late(changes), addDays(dueOn, days));

  test("without counting days on which its collection was or is paused", () => {
    const pauses = [{ from: addDays(dueOn, 10), until: addDays(dueOn, 15) }];
    expect([stands({ pauses }, 35), stands({ pauses }, 36)]).toEqual(["past_due", "delinquent"]);
    expect(stands({ pauses: [{ from: addDays(dueOn, 10), until: null }] }, 90)).toBe("past_due");
  });

  test("counted from the day after its deposit settled if that is later", () => {
    const life = owing({}, { depositSettledOn: addDays(dueOn, 4) });
    tasks(life, { to: addDays(dueOn, 7) });
    const stands = (days: number) => standing(life.booking, addDays(dueOn, days));
    expect([stands(35), stands(36)]).toEqual(["past_due", "delinquent"]);
  });
});
