import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import {
  at,
  change,
  changeDue,
  debitFirst,
  dueOn,
  everyDay,
  lateCharge,
  noticesOf,
  owing,
  payFirst,
  told,
} from "../testing/owing.ts";
import { held } from "../testing/retreat.ts";
import { addDays, plusHours } from "../time/index.ts";
import { type Booking, type Due, type SavedMethod, unconfirm } from "./index.ts";
import { isRemindedOfAll, noticeNow } from "./notice-plan.ts";

const card: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2030-12-31" },
  ...{ mandateId: null, savedAt: "2027-01-04T17:00:00Z", unusable: null },
};

describe("the notices of a due", () => {
  test("wait for the next collection time after a debit that paid a part settles", () => {
    const life = owing();
    told(life, everyDay(-7, 7));
    const debit = payFirst(life, 100_000);
    life.settle(debit, { kind: "processing", paymentIntentId: "pi_1" });
    expect(told(life, [at(7), at(8)])).toEqual([]);
    life.at(plusHours(at(8), 5)).settle(debit, life.paymentOf(debit));

    expect(told(life, [life.now, at(9)])).toEqual(["9: final 7"]);
  });

  test("go out seven days and one day before its date, three and seven after it, at ten, each once", () => {
    expect(told(owing(), everyDay(-10, 9))).toEqual([
      ...["-7: upcoming 7", "-1: upcoming 1", "3: past_due 3", "7: final 7"],
    ]);
  });

  test("end with its payment, and continue with the next due's", () => {
    const life = owing();
    const before = told(life, everyDay(-10, 0));
    life.pay("due", { dueId: "due_1" });

    expect([before, told(life, everyDay(0, 9))]).toEqual([["-7: upcoming 7", "-1: upcoming 1"], []]);
    expect(told(life, everyDay(20, 30))).toEqual([]);
    expect(noticesOf(life)).toHaveLength(4);
  });

  test("give the date of the cancellation in the final one, and whether the client must pay by link", () => {
    const life = owing();
    told(life, everyDay(-8, 8));
    const notices = noticesOf(life).filter(({ data }) => data.dueId === "due_1");

    expect(notices.map(({ data }) => [data.kind, data.cancelsOn, data.byLink])).toEqual([
      ["upcoming", null, true],
      ["upcoming", null, true],
      ["past_due", null, true],
      ["final", "2027-02-22", true],
    ]);
  });

  test.each([
    [
      [0, 3],
      ["1: past_due 1", "3: final 3"],
    ],
    [[0, 1], ["1: final 1"]],
    [[0], ["1: final 1"]],
  ])(
    "go out no earlier than the day after the date, on which a due is late, if a stored program has them on %j",
    (noticeDays, sent) => {
      const life = owing({}, { nonPayment: { noticeDays, cancelDaysBefore: 14 } });

      expect(told(life, everyDay(-10, 9)).slice(2)).toEqual(sent);
    },
  );

  test("go out on the usual days if a stored program has none", () => {
    const life = owing({}, { nonPayment: { noticeDays: [], cancelDaysBefore: 14 } });

    expect(told(life, everyDay(-10, 9)).slice(2)).toEqual(["3: past_due 3", "7: final 7"]);
  });

  test("go out once, also if an earlier release sent one for day 0", () => {
    const life = owing({}, { nonPayment: { noticeDays: [0, 3], cancelDaysBefore: 14 } });
    changeDue(life, "due_1", { notices: [{ kind: "past_due", days: 0, dueOn, on: dueOn }] });

    expect(told(life, everyDay(1, 9))).toEqual(["3: final 3"]);
  });

  test("do not mention a cancellation if the program has none", () => {
    const life = owing({}, {});
    told(life, everyDay(0, 9));

    expect(noticesOf(life).at(-1)?.data).toMatchObject({
      ...{ kind: "final", days: 7, cancelsOn: null },
    });
  });

  test("omit what a late sweep would send after its time, except the latest that still holds", () => {
    expect(told(owing(), [at(-2)])).toEqual(["-2: upcoming 7"]);
    expect(told(owing(), [at(1)])).toEqual([]);
    expect(told(owing(), [at(12)])).toEqual(["12: final 7", "12: late charge"]);
  });

  test.each<[string, Partial<Booking>]>([
    ["while collection is paused", { pauses: [{ from: "2027-01-05", until: null }] }],
    ["while a payoff is open", { payoff: { attemptId: "att_9", on: "2027-01-05", dues: [], unearned: [] } }],
    ["of a booking that is held", { status: "held" }],
    ["of a booking that was cancelled", { status: "cancelled" }],
  ])("do not go out %s", (_, changes) => {
    expect(told(owing(changes), everyDay(-10, 20))).toEqual([]);
  });

  test("continue after the retreat", () => {
    expect(told(owing({ status: "completed" }), everyDay(2, 9))).toEqual(["3: past_due 3", "7: final 7"]);
  });

  test("do not go out for a returned deposit", () => {
    const life = owing();
    const dues = life.booking.dues.map((due) => (due.kind === "deposit" ? { ...due, paid: 0 } : due));
    change(life, { dues: dues.slice(0, 1).map((due): Due => ({ ...due, status: "past_due" })) });
    life.at(at(-20)).sweep();

    expect(noticesOf(life)).toEqual([]);
  });

  test("wait for a payment under way", () => {
    const life = owing();
    told(life, everyDay(-10, 0));
    const debit = debitFirst(life);

    expect(told(life, everyDay(0, 5))).toEqual([]);
    life.settle(debit, { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" });
    expect(told(life, [plusHours(at(4), 1)])).toEqual(["4: past_due 3"]);
  });

  test("go out at the next collection time if that payment fails during a day", () => {
    const life = owing();
    told(life, everyDay(-10, 0));
    const debit = debitFirst(life);
    life.at(plusHours(at(11), 5)).settle(debit, { kind: "failed", paymentIntentId: "pi_1", code: "no_account" });

    expect(told(life, [plusHours(at(11), 6), at(12)])).toEqual(["12: final 7", "12: late charge"]);
  });

  test("do not count days on which collection was paused", () => {
    const pauses = [{ from: addDays(dueOn, 1), until: addDays(dueOn, 5) }];

    expect(told(owing({ pauses }), everyDay(1, 20))).toEqual(["7: past_due 3", "11: final 7", "15: late charge"]);
  });

  test("follow the new date of a deferred due", () => {
    const life = owing();
    told(life, everyDay(-10, 0));
    const moved = addDays(dueOn, 10);
    changeDue(life, "due_1", { dueOn: moved, datedOn: dueOn });

    expect(told(life, everyDay(0, 14))).toEqual(["3: upcoming 7", "9: upcoming 1", "13: past_due 3"]);
    expect(life.booking.dues[1]?.notices?.map(({ on }) => on)).toEqual([3, 9, 13].map((day) => addDays(dueOn, day)));
  });

  test("count from the day after the deposit settled, if the date had passed by then", () => {
    const life = owing({ depositSettledOn: addDays(dueOn, 5) });

    expect(told(life, everyDay(5, 16))).toEqual(["5: upcoming 1", "9: past_due 3", "13: final 7"]);
  });

  test("omit those whose day has passed when the due gets its date; if none is left, one goes out at once", () => {
    const collection = { retryDays: [3], noticeDaysBefore: [7], moveDays: 14, moves: 2 };
    const near = { depositSettledOn: addDays(dueOn, -3) };

    expect(told(owing(near), [plusHours(at(-3), -5), ...everyDay(-3, 1)])).toEqual(["-1: upcoming 1"]);
    expect(told(owing(near, { collection }), [plusHours(at(-3), -5), ...everyDay(-3, 1)])).toEqual(["-3: upcoming 3"]);
  });

  test("go out only after the date if the program has none before it", () => {
    const collection = { retryDays: [3], noticeDaysBefore: [], moveDays: 14, moves: 2 };

    expect(told(owing({}, { collection }), [plusHours(at(-31), 3), ...everyDay(-10, 9)])).toEqual([
      ...["3: past_due 3", "7: final 7"],
    ]);
  });

  test("remind of all payments that are left, or not", () => {
    const silent = { collection: { retryDays: [3], noticeDaysBefore: [], moveDays: 14, moves: 2 } };
    const { booking } = owing({}, silent);
    const paid = booking.dues.map((due): Due => ({ ...due, status: "paid", paid: due.amount }));
    const charge = booking.dues.map((due): Due => ({ ...due, kind: "late_charge" })).slice(-1);
    const full = held("full");

    expect(isRemindedOfAll(owing().booking)).toBe(true);
    expect(isRemindedOfAll(booking)).toBe(false);
    expect(isRemindedOfAll({ ...booking, dues: paid })).toBe(true);
    expect(isRemindedOfAll({ ...booking, dues: [...paid, ...charge] })).toBe(true);
    expect(isRemindedOfAll({ ...full, terms: { ...full.terms, ...silent } })).toBe(true);
  });

  test("go out at the confirmation for the balance of `full`, and again after a lost confirmation", () => {
    const full = new Life(held("full")).sign().pay("deposit").at("2027-02-01T15:00:00Z");
    full.sweep();
    expect(noticesOf(full)).toEqual([]);
    full.confirm().sweep();
    expect(noticesOf(full)).toMatchObject([{ data: { kind: "upcoming", days: 1, dueOn: "2027-02-02" } }]);
    full.booking = unconfirm(full.booking, full.now).booking;
    full.at("2027-02-09T19:00:00Z").confirm().sweep().sweep();
    expect(noticesOf(full).slice(1)).toMatchObject([{ data: { kind: "upcoming", days: 1, dueOn: "2027-02-10" } }]);
  });

  test("wait for a try whose time has come, and go out at once when it fails", () => {
    const life = owing({ autopay: true, savedMethod: card, depositSettledOn: "2027-01-04" }, {});
    told(life, everyDay(-10, 0));
    expect(noticeNow(life.booking, life.booking.dues[1] as Due, at(3))).toBeNull();
    for (let day = 0; day < 3; day++) told(life, [at(day)]);
    const fail = () => {
      const attempt = life.booking.dues[1]?.openAttemptId;
      if (attempt) life.settle(attempt, { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" });
    };
    fail();
    const dayOfRetry = told(life, [at(5)]);
    fail();

    expect(dayOfRetry).toEqual([]);
    expect(life.booking.dueAt).toBe(at(3));
    expect(told(life, [plusHours(at(5), 1)])).toEqual(["5: past_due 3"]);
  });

  /** The notices at these hours from ten o'clock on the due's date: the latest that still holds each time. */
  function trueAt(hours: number[]): string[] {
    const promised: [string, number, number][] = [
      ...([
        ["upcoming 7", -168, 14],
        ["upcoming 1", -24, 14],
      ] as [string, number, number][]),
      ...([
        ["past_due 3", 72, 9_999],
        ["final 7", 168, 9_999],
      ] as [string, number, number][]),
    ];
    const latest = hours.map((hour) => promised.findLastIndex(([, from, until]) => from <= hour && hour < until));
    return latest
      .filter((index, sweep) => index > Math.max(-1, ...latest.slice(0, sweep)))
      .map((index) => promised[index]?.[0] ?? "");
  }

  test("go out once each, the latest that still holds, at whatever times the sweep runs", () => {
    const hours = fc.uniqueArray(fc.integer({ min: -300, max: 400 }), { maxLength: 40 });
    fc.assert(
      fc.property(hours, (swept) => {
        const notices = told(
          owing({}, { lateCharge }),
          swept.sort((one, other) => one - other).map((hour) => plusHours(at(0), hour)),
        );
        const kinds = notices.map((notice) => notice.slice(notice.indexOf(":") + 2));

        expect(kinds.filter((kind) => kind !== "late charge")).toEqual(trueAt(swept));
        expect(kinds.filter((kind) => kind === "late charge")).toHaveLength(swept.some((hour) => hour >= 264) ? 1 : 0);
      }),
    );
  });
});
