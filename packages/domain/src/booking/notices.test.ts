import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, program } from "../testing/retreat.ts";
import { addDays, daysBetween, type Instant, plusDays, plusHours } from "../time/index.ts";
import { type Booking, collectionAt, type Due, isToCancel, type SavedMethod, unconfirm } from "./index.ts";
import { noticeNow } from "./notice-plan.ts";

const zone = "America/Denver";
const dueOn = "2027-02-04";
const at = (days: number) => collectionAt(addDays(dueOn, days), zone);
const nonPayment = { noticeDays: [3, 7], cancelDaysBefore: 14 };
const lateCharge = { amount: 2_500, graceDays: 10 };

const card: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2030-12-31" },
  ...{ mandateId: null, savedAt: "2027-01-04T17:00:00Z", unusable: null },
};

/** A confirmed booking of two installments, due on 4 February and 4 March; the cohort starts on 8 March. */
function owing(changes: Partial<Booking> = {}, rules: object = { nonPayment, lateCharge }): Life {
  const plans = [{ kind: "installments", months: 2 } as const];
  const life = new Life(held("installments", { program: program({ plans, ...rules }) }))
    .sign()
    .pay("deposit")
    .confirm();
  life.booking = { ...life.booking, ...changes };
  return life;
}

/** Runs the sweep at each instant; returns its notices of the first due, with the days since its date. */
function told(life: Life, instants: Instant[]): string[] {
  return instants.flatMap((now) => {
    const before = life.events.length;
    life.at(now).sweep();
    return life.events
      .slice(before)
      .filter(
        ({ name, data }) =>
          (name === "DueNotice" ? data.dueId : name === "LateChargeAdded" && data.forDueId) === "due_1",
      )
      .map(({ name, data }) => {
        const day = daysBetween(dueOn, now.slice(0, 10));
        return name === "DueNotice" ? `${day}: ${data.kind} ${data.days}` : `${day}: late charge`;
      });
  });
}
const everyDay = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => at(from + index));

describe("the notices of a due", () => {
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
    expect(life.events.filter(({ name }) => name === "DueNotice")).toHaveLength(4);
  });

  test("give the date of the cancellation in the final one, and whether the client must pay by link", () => {
    const life = owing();
    told(life, everyDay(-8, 8));
    const notices = life.events.filter(({ name, data }) => name === "DueNotice" && data.dueId === "due_1");

    expect(notices.map(({ data }) => [data.kind, data.cancelsOn, data.byLink])).toEqual([
      ["upcoming", null, true],
      ["upcoming", null, true],
      ["past_due", null, true],
      ["final", "2027-02-22", true],
    ]);
  });

  test("do not mention a cancellation if the program has none", () => {
    const life = owing({}, {});
    told(life, everyDay(0, 9));

    expect(life.events.findLast(({ name }) => name === "DueNotice")?.data).toMatchObject({
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
    life.booking = { ...life.booking, dues: dues.slice(0, 1).map((due): Due => ({ ...due, status: "past_due" })) };
    life.at(at(-20)).sweep();

    expect(life.events.filter(({ name }) => name === "DueNotice")).toEqual([]);
  });

  test("wait for a payment under way", () => {
    const life = owing();
    told(life, everyDay(-10, 0));
    const attempt = life.checkout("due", { dueId: "due_1" }) as { id: string };
    life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_1" });

    expect(told(life, everyDay(0, 5))).toEqual([]);
    life.settle(attempt.id, { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" });
    expect(told(life, [plusHours(at(4), 1)])).toEqual(["4: past_due 3"]);
  });

  test("go out at the next collection time if that payment fails during a day", () => {
    const life = owing();
    told(life, everyDay(-10, 0));
    const attempt = life.checkout("due", { dueId: "due_1" }) as { id: string };
    life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_1" });
    life.at(plusHours(at(11), 5)).settle(attempt.id, { kind: "failed", paymentIntentId: "pi_1", code: "no_account" });

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
    life.booking = {
      ...life.booking,
      dues: life.booking.dues.map((due) => (due.id === "due_1" ? { ...due, dueOn: moved, datedOn: dueOn } : due)),
    };

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

  test("go out at the confirmation for the balance of `full`, and again after a lost confirmation", () => {
    const full = new Life(held("full")).sign().pay("deposit").at("2027-02-01T15:00:00Z");
    full.sweep();
    expect(full.events.filter(({ name }) => name === "DueNotice")).toEqual([]);
    full.confirm().sweep();
    expect(full.events.filter(({ name }) => name === "DueNotice")).toMatchObject([
      { data: { kind: "upcoming", days: 1, dueOn: "2027-02-02" } },
    ]);
    full.booking = unconfirm(full.booking, full.now).booking;
    full.at("2027-02-09T19:00:00Z").confirm().sweep().sweep();
    expect(full.events.filter(({ name }) => name === "DueNotice").slice(1)).toMatchObject([
      { data: { kind: "upcoming", days: 1, dueOn: "2027-02-10" } },
    ]);
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
    const capped = owing();
    const life = (unpaidOf: number) => {
      const one = owing();
      one.booking = {
        ...one.booking,
        dues: one.booking.dues.map((due) => (due.id === "due_1" ? { ...due, paid: due.amount - unpaidOf } : due)),
      };
      told(one, everyDay(11, 13));
      return one.booking.dues.filter(({ kind }) => kind === "late_charge").map(({ amount }) => amount);
    };

    expect(capped.booking.terms.lateCharge?.capPercent).toBe(5);
    expect([life(40_000), life(1_019), life(1_000), life(999), life(800)]).toEqual([[2_000], [50], [50], [], []]);
  });

  test("waits for a payment under way", () => {
    const life = owing({}, { lateCharge });
    told(life, everyDay(0, 10));
    const attempt = life.checkout("due", { dueId: "due_1" }) as { id: string };

    expect(told(life, [at(11)])).toEqual([]);
    life.settle(attempt.id, { kind: "expired" });
    expect(told(life, [plusHours(at(11), 1)])).toEqual(["11: late charge"]);
  });

  test("is not added to another late charge, nor while collection is paused", () => {
    expect(told(owing({ pauses: [{ from: dueOn, until: null }] }), everyDay(11, 20))).toEqual([]);
    const life = owing({}, { lateCharge });
    told(life, everyDay(11, 60));
    expect(life.booking.dues.filter(({ kind }) => kind === "late_charge")).toHaveLength(2);
  });

  test("is not added if the program has none", () => {
    const life = owing({}, { nonPayment });
    told(life, everyDay(9, 30));
    expect(life.booking.dues.filter(({ kind }) => kind === "late_charge")).toEqual([]);
  });
});

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
    life.booking = {
      ...life.booking,
      dues: life.booking.dues.map((due) => (due.id === "due_2" ? { ...due, dueOn: "2027-02-24" } : due)),
    };

    expect(cancelledOn(life)).toBe("2027-03-04");
  });

  test("is never cancelled before the day that its final notice named, however late that was sent", () => {
    const life = owing();
    told(life, [...everyDay(0, 3), at(20)]);
    const final = life.events.findLast(({ name }) => name === "DueNotice")?.data;

    expect(final).toMatchObject({ kind: "final", cancelsOn: "2027-02-25" });
    expect(life.booking.status).toBe("confirmed");
    expect([life.booking.dueAt, cancelledOn(life, 20)]).toEqual([collectionAt("2027-02-25", zone), "2027-02-25"]);
  });

  test("is cancelled at once when a payment under way fails", () => {
    const life = owing();
    told(life, everyDay(0, 18));
    const attempt = life.checkout("due", { dueId: "due_1" }) as { id: string };
    life.at(at(18)).sweep();

    expect([life.booking.status, isToCancel(life.booking, life.now)]).toEqual(["confirmed", false]);
    life.settle(attempt.id, { kind: "expired" });
    expect(life.booking.dueAt).toBe(at(18));
    life.at(plusHours(at(18), 1)).sweep();
    expect(life.booking.status).toBe("cancelled");
  });

  test("is cancelled at the next collection time after a debit fails during a day, not within the hour", () => {
    const life = owing();
    told(life, everyDay(0, 18));
    const attempt = life.checkout("due", { dueId: "due_1" }) as { id: string };
    life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_1" });
    life.at(plusHours(at(19), 5)).settle(attempt.id, { kind: "failed", paymentIntentId: "pi_1", code: "no_account" });
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
    life.booking = { ...life.booking, pauses: [{ from: addDays(dueOn, 9), until: addDays(dueOn, 22) }] };
    life.at(plusHours(at(22), -1)).sweep();

    expect([life.booking.status, cancelledOn(life, 22)]).toEqual(["confirmed", "2027-02-26"]);
  });

  test.each<[string, (life: Life) => unknown]>([
    [
      "the program has no such rule",
      (life) => {
        life.booking = { ...life.booking, terms: { ...life.booking.terms, nonPayment: null } };
      },
    ],
    [
      "staff have paused its collection",
      (life) => {
        life.booking = { ...life.booking, pauses: [{ from: dueOn, until: null }] };
      },
    ],
    [
      "it waits for its clearance",
      (life) => {
        life.booking = { ...life.booking, status: "awaiting_clearance" };
      },
    ],
    [
      "a debit is processing",
      (life) => {
        const attempt = life.checkout("due", { dueId: "due_1" }) as { id: string };
        life.settle(attempt.id, { kind: "processing", paymentIntentId: "pi_1" });
      },
    ],
    [
      "what is unpaid was waived",
      (life) => {
        life.booking = {
          ...life.booking,
          dues: life.booking.dues.map((due) => (due.kind === "deposit" ? due : { ...due, waived: due.amount })),
        };
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
