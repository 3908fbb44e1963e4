import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { at, change, dueOn, everyDay, lateCharge, nonPayment, owing, told, zone } from "../testing/owing.ts";
import { held } from "../testing/retreat.ts";
import { addDays, plusMinutes } from "../time/index.ts";
import {
  type Booking,
  collectionAt,
  type Due,
  lateNews,
  noticeNews,
  payPageOf,
  type SavedMethod,
  standing,
  unconfirm,
} from "./index.ts";
import { nextTryAt } from "./next-try.ts";
import { wasDueOn, whenDue } from "./when-due.ts";

const account: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "us_bank_account", fingerprint: "fp_1", last4: "6789", expiresOn: null },
  ...{ mandateId: "mandate_1", savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const first = ({ dues }: Booking): Due => dues[1] as Due;

describe("a due is due", () => {
  test("on its own date, and past it from the next day on", () => {
    const { booking } = owing();

    expect(whenDue(booking, first(booking), dueOn)).toEqual({ on: dueOn, isPast: false });
    expect(whenDue(booking, first(booking), addDays(dueOn, 1))).toEqual({ on: dueOn, isPast: true });
  });

  test("no earlier than the day after the deposit settled, since it cannot be paid before", () => {
    const { booking } = owing({ depositSettledOn: addDays(dueOn, 5) });

    expect(whenDue(booking, first(booking), addDays(dueOn, 5))).toEqual({ on: addDays(dueOn, 6), isPast: false });
  });

  test("on the tenth day after the notice of a debit whose amount a part payment has changed", () => {
    const life = owing({ autopay: true, savedMethod: account });
    life.at(collectionAt(addDays(dueOn, -3), zone)).pay("due", { dueId: "due_1", amount: 100_000 });

    expect(whenDue(life.booking, first(life.booking), addDays(dueOn, 6))).toEqual({
      ...{ on: addDays(dueOn, 7), isPast: false },
    });
  });

  test("on no date while it waits for another confirmation", () => {
    const life = new Life(held("full")).sign().pay("deposit").at("2027-02-01T15:00:00Z").confirm();
    const { booking } = life;
    const lost = unconfirm(booking, life.now).booking;

    expect(whenDue(booking, first(booking), "2027-02-09")).toEqual({ on: "2027-02-02", isPast: true });
    expect(whenDue(lost, first(lost), "2027-02-09")).toBeNull();
  });
});

test("a due that is late was due on the date that counted", () => {
  const { booking } = owing({ depositSettledOn: addDays(dueOn, 5) });

  expect(wasDueOn(booking, first(booking), at(7))).toBe(addDays(dueOn, 6));
});

describe("a due that is late, and whose debit a part payment then changes,", () => {
  /** Its debit and two retries fail; the last sweep is `days` after its date. */
  const unpaidAfter = (days: number, rules: object = {}, changes: Partial<Booking> = {}): Life => {
    const life = owing({ autopay: true, savedMethod: account, ...changes }, rules);
    for (const now of everyDay(-7, days + 1)) {
      life.at(now).sweep();
      for (const { id, status } of life.attempts) {
        if (status !== "requested") continue;
        life.settle(id, { kind: "failed", paymentIntentId: `pi_${id}`, code: "insufficient_funds" });
      }
    }
    return life;
  };
  const payPart = (life: Life, minutes = 1): Life =>
    life.at(plusMinutes(life.now, minutes)).pay("due", { dueId: "due_1", amount: 100_000 });
  const eventOf = ({ events }: Life, name: string) =>
    events.findLast((event) => event.name === name && event.data.dueId === "due_1")?.data ?? {};
  const late = { on: dueOn, isPast: true };

  test("is late for the same date, on its page and in every mail", () => {
    const life = payPart(unpaidAfter(7));
    life.at(at(8)).sweep();

    expect(noticeNews(life.booking, eventOf(life, "DueNotice"), life.now)).toMatchObject({
      ...{ date: late, next: { why: "not_retried" } },
    });
    expect(payPageOf(life.booking, "due_1", null, life.now)).toMatchObject({ date: late });
    expect(wasDueOn(life.booking, first(life.booking), life.now)).toBe(dueOn);
    expect(standing(life.booking, addDays(dueOn, 8))).toBe("past_due");
    // Also when the first date on which its debit is allowed has passed.
    expect(whenDue(life.booking, first(life.booking), addDays(dueOn, 25))).toEqual(late);
  });

  test("has no notice of a changed debit while no debit is planned", () => {
    const life = payPart(unpaidAfter(7));
    for (const now of everyDay(8, 20)) life.at(now).sweep();

    expect(life.events.filter(({ data }) => data.kind === "changed")).toEqual([]);
  });

  test("has its past-due notices on their days, also while the changed debit is planned", () => {
    const life = payPart(unpaidAfter(2, { nonPayment, lateCharge }));

    expect(nextTryAt(life.booking, first(life.booking), life.now)).toBe(at(13));
    expect(told(life, everyDay(3, 9))).toEqual(["3: changed 10", "3: past_due 3", "7: final 7"]);
  });

  test("is canceled for after those notices, without a debit", () => {
    const life = payPart(unpaidAfter(2, { nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 22 } }));
    told(life, everyDay(3, 10));
    expect(life.booking.status).toBe("confirmed");

    expect(told(life, [at(10)])).toEqual([]);
    expect(life.booking.status).toBe("cancelled");
  });

  test("has its late charge after the days of grace from that date if no debit is planned", () => {
    const life = payPart(unpaidAfter(7, { lateCharge }));

    expect(told(life, everyDay(8, 30))).toEqual(["11: late charge"]);
  });

  test("has no late charge before the planned debit", () => {
    const life = payPart(unpaidAfter(2, { lateCharge: { amount: 2_500, graceDays: 3 } }));
    expect(told(life, everyDay(3, 13))).toEqual(["3: changed 10", "3: past_due 3", "7: final 7"]);

    const [debit] = life.at(at(13)).collect();
    life.settle(debit?.id ?? "", { kind: "processing", paymentIntentId: "pi_9" });
    life.at(plusMinutes(at(15), 90)).settle(debit?.id ?? "", {
      ...{ kind: "failed", paymentIntentId: "pi_9", code: "no_account" },
    });
    expect(told(life, [life.now, at(16)])).toEqual(["16: late charge"]);
  });

  test("has its late charge at the next collection time if the planned debit is dropped during a day", () => {
    const life = payPart(unpaidAfter(2, { lateCharge: { amount: 2_500, graceDays: 3 } }));
    told(life, everyDay(3, 9));
    life.at(plusMinutes(at(8), 90)).stopAutopay();

    expect(told(life, [life.now, plusMinutes(life.now, 1), at(9)])).toEqual(["9: late charge"]);
  });

  test("has no notice of a changed debit if the booking is cancelled before it", () => {
    const cancels = { nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 28 }, lateCharge };
    const life = payPart(unpaidAfter(2, cancels));

    expect(told(life, everyDay(3, 9))).toEqual(["3: past_due 3", "7: final 7"]);
    expect(life.booking.status).toBe("cancelled");
  });

  test("stays delinquent", () => {
    const life = unpaidAfter(32);
    const stands = () => standing(life.booking, addDays(dueOn, 32));

    expect([stands(), payPart(life) && stands()]).toEqual(["delinquent", "delinquent"]);
  });

  test("is told to staff, who are told once", () => {
    const life = payPart(unpaidAfter(7));
    for (const now of everyDay(8, 12)) life.at(now).sweep();

    const opened = life.events.filter(({ name, data }) => name === "CollectionTaskOpened" && data.dueId === "due_1");
    expect(opened).toHaveLength(1);
    expect(eventOf(life, "CollectionTaskOpened")).toMatchObject({ reason: "not_paid" });
    expect(lateNews(life.booking, eventOf(life, "CollectionTaskOpened"), life.now)).toMatchObject({ date: late });
  });

  test.each<[string, (life: Life) => unknown]>([
    [
      "a page that expires unpaid",
      (life) => life.settle(life.checkout("due", { dueId: "due_1" })?.id ?? "", { kind: "expired" }),
    ],
    ["a second part payment", payPart],
    [
      "a bank debit that fails",
      (life) => {
        const id = life.checkout("due", { dueId: "due_1" })?.id ?? "";
        life.settle(id, { kind: "processing", paymentIntentId: "pi_9" });
        life.settle(id, { kind: "failed", paymentIntentId: "pi_9", code: "no_account" });
      },
    ],
  ])("stays late after %s, also if an earlier release stored only its status", (_, happens) => {
    for (const isStored of [true, false]) {
      const life = payPart(unpaidAfter(7));
      const { late: date, ...undated } = first(life.booking);
      const stored = isStored ? { ...undated, late: date } : undated;
      change(life, { dues: life.booking.dues.map((due) => (due.id === "due_1" ? (stored as Due) : due)) });
      happens(life);
      life.at(at(9)).sweep();

      expect(first(life.booking).status).toBe("past_due");
      expect(lateNews(life.booking, eventOf(life, "CollectionTaskOpened"), life.now)).toMatchObject({ date: late });
    }
  });

  test("is late for the day after its deposit settled, if that is what counted", () => {
    const life = payPart(unpaidAfter(15, {}, { depositSettledOn: addDays(dueOn, 5) }));

    expect(first(life.booking).late).toEqual({ dueOn, on: addDays(dueOn, 6) });
    expect(wasDueOn(life.booking, first(life.booking), life.now)).toBe(addDays(dueOn, 6));
  });

  test("has its final notice also if the payment comes between the notice and its mail", () => {
    const life = unpaidAfter(7);
    const final = eventOf(life, "DueNotice");
    payPart(life);

    expect(final).toMatchObject({ kind: "final" });
    expect(noticeNews(life.booking, final, life.now)).toMatchObject({
      date: late,
      amount: first(life.booking).amount - 100_000,
    });
  });

  test("is late for that date until the booking is cancelled for it", () => {
    const cancels = { nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 18 }, lateCharge };
    const life = unpaidAfter(9, cancels);
    expect(life.events.findLast(({ data }) => data.kind === "final")?.data.cancelsOn).toBe(addDays(dueOn, 14));
    payPart(life);
    for (const now of everyDay(10, 14)) life.at(now).sweep();

    expect(payPageOf(life.booking, "due_1", null, life.now)).toMatchObject({ date: late });
    expect(noticeNews(life.booking, eventOf(life, "DueNotice"), life.now)).toMatchObject({ date: late });
    expect([life.booking.status, life.at(at(14)).sweep().booking.status]).toEqual(["confirmed", "cancelled"]);
  });

  test("is due on its new date once staff defer it", () => {
    const life = payPart(unpaidAfter(7));
    life.at(at(9)).defer("due_1", addDays(dueOn, 24));

    expect(first(life.booking).status).not.toBe("past_due");
    expect(whenDue(life.booking, first(life.booking), addDays(dueOn, 9))).toEqual({
      ...{ on: addDays(dueOn, 24), isPast: false },
    });
  });

  test("is late for its own date if an earlier release stored its status only", () => {
    const life = payPart(unpaidAfter(7));
    const { late: _, ...stored } = first(life.booking);
    change(life, { dues: life.booking.dues.map((due) => (due.id === "due_1" ? stored : due)) });

    expect(whenDue(life.booking, first(life.booking), addDays(dueOn, 8))).toEqual(late);
  });
});

test("a due whose date came during a pause has no notice before its debit, and no cancellation", () => {
  const nonPayment = { noticeDays: [3, 7], cancelDaysBefore: 28 };
  const life = owing({ autopay: true, savedMethod: account }, { nonPayment, lateCharge }).at(at(-10));
  life.collection(true);
  for (const now of everyDay(-9, 2)) life.at(now).sweep();
  life.at(plusMinutes(at(1), 1)).collection(false);

  expect(first(life.booking)).toMatchObject({ status: "past_due", varied: { noticeOn: addDays(dueOn, 2) } });
  expect(told(life, everyDay(2, 12))).toEqual(["2: changed 10"]);
  expect([life.booking.status, nextTryAt(life.booking, first(life.booking), life.now)]).toEqual(["confirmed", at(12)]);
});
