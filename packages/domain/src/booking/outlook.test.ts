import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, today } from "../testing/retreat.ts";
import { plusMinutes, plusSeconds } from "../time/index.ts";
import {
  type Booking,
  bookingStatuses,
  canBeCleared,
  canBeVerified,
  confirmableUntil,
  type Due,
  expiredAtBank,
  hasExpired,
  invitedUntil,
  isCollected,
  isExpected,
  isHeld,
  keptUntil,
  lapse,
  payableUntil,
  paymentOutlook,
  reachMinutes,
  remainderOf,
  takesPartStill,
} from "./index.ts";

const end = plusMinutes(today, 30);
const justBefore = (instant: string) => plusSeconds(instant, -1);
const confirmed = () => new Life(held()).sign().pay("deposit").confirm();
/** A bank debit is under way for the deposit of a hold. */
function paying() {
  const life = new Life(held()).sign();
  const attempt = life.checkout("deposit");
  life.settle(attempt?.id ?? "", { kind: "processing", paymentIntentId: "pi_1" });
  return { booking: life.booking, attemptId: attempt?.id, dueId: "due_0" };
}

describe("a hold can be paid", () => {
  test("until it ends", () => {
    expect(payableUntil(held(), justBefore(end))).toBe(end);
    expect(payableUntil(held(), end)).toBeNull();
  });

  test("except while a payment is under way, and not after it has ended", () => {
    expect(payableUntil(paying().booking, today)).toBeNull();
    expect(payableUntil({ ...held(), status: "expired" }, today)).toBeNull();
    expect(payableUntil({ ...held(), holdExpiresAt: null }, today)).toBeNull();
  });

  test("on an open page that extended it until that page expires", () => {
    const life = new Life(held()).sign();
    const attempt = life.checkout("deposit");

    expect(payableUntil(life.booking, life.now)).toBe(attempt?.sessionExpiresAt);
    expect(payableUntil(life.booking, plusSeconds(attempt?.sessionExpiresAt ?? "", 1))).toBeNull();
  });

  test("after its last extension only as long as it outlives another page, like a checkout", () => {
    const life = new Life({ ...held(), holdExtended: true, holdExpiresAt: plusMinutes(today, 60) }).sign();
    const last = plusMinutes(today, 60 - reachMinutes);
    const tooLate = plusSeconds(last, 1);

    expect([today, last, tooLate].map((at) => payableUntil(life.booking, at))).toEqual([last, last, null]);
    expect(keptUntil(life.booking, tooLate)).toBe(life.booking.holdExpiresAt);
    expect(life.at(tooLate).checkout("deposit")).toBeNull();
    expect(life.at(last).checkout("deposit")).not.toBeNull();
  });
});

describe("what is left to pay after a payment", () => {
  const { booking } = confirmed();
  const balance = booking.dues.find(({ id }) => id === "due_1");
  const withBalance = (changes: Partial<Due>): Booking => ({
    ...booking,
    dues: booking.dues.map((due) => (due.id === "due_1" ? { ...due, ...changes } : due)),
  });

  test("is the next due on its date, or nothing", () => {
    const later = { ...(balance as Due), id: "due_2", dueOn: "2027-03-06" };

    expect(remainderOf({ ...booking, dues: [later, ...booking.dues] }, today)).toEqual({
      ...{ kind: "due", due: balance, on: "2027-02-06" },
    });
    expect(remainderOf(withBalance({ paid: balance?.amount ?? 0, status: "paid" }), today)).toEqual({
      kind: "nothing",
    });
  });

  test("is due no earlier than the day after the deposit settled", () => {
    const late = { ...withBalance({ dueOn: "2027-01-04" }), depositSettledOn: "2027-01-05" };

    expect(remainderOf(late, "2027-01-05T18:00:00Z")).toMatchObject({ due: { id: "due_1" }, on: "2027-01-06" });
    expect(remainderOf(late, "2027-01-07T18:00:00Z")).toBeNull();
  });

  test.each<[string, Booking]>([
    ["before the deposit is paid", held()],
    ["where a due is late", withBalance({ status: "past_due" })],
    ["while a payment is under way", withBalance({ status: "processing" })],
    ["where a due waits for the confirmation", { ...withBalance({ startsBy: "confirmation" }), confirmedAt: null }],
    [
      "where a due waits for another confirmation",
      { ...withBalance({ startsBy: "confirmation" }), status: "awaiting_clearance" },
    ],
    ["once the booking has ended early", { ...booking, status: "cancelled" }],
  ])("is not announced %s", (_, told) => {
    expect(remainderOf(told, today)).toBeNull();
  });
});

describe("an attempt still collects its due", () => {
  const { booking, attemptId, dueId } = paying();

  test("while it is in processing, and only for its own due", () => {
    expect(isCollected(booking, { attemptId, dueId })).toBe(true);
    expect(isCollected(booking, { attemptId: "att_9", dueId })).toBe(false);
    expect(isCollected(booking, { attemptId, dueId: "due_1" })).toBe(false);
    expect(isCollected(booking, { attemptId, dueId: "due_9" })).toBe(false);
  });

  test("neither while its page is open, nor on a booking that has ended early", () => {
    const dues = booking.dues.map((due) => ({ ...due, status: "scheduled" as const }));

    expect(isCollected({ ...booking, dues }, { attemptId, dueId })).toBe(false);
    expect(isCollected({ ...booking, status: "cancelled" }, { attemptId, dueId })).toBe(false);
    expect(isCollected({ ...booking, status: "completed" }, { attemptId, dueId })).toBe(true);
  });

  test("with a bank account that can be verified until the instant that its event names", () => {
    expect(canBeVerified(booking, { attemptId, dueId, until: end }, justBefore(end))).toBe(true);
    expect(canBeVerified(booking, { attemptId, dueId, until: end }, end)).toBe(false);
    expect(canBeVerified(booking, { attemptId, dueId }, end)).toBe(true);
    expect(canBeVerified(booking, { attemptId: "att_9", dueId, until: end }, today)).toBe(false);
  });
});

describe("what is left to pay after a payment has failed", () => {
  test("of a hold is its deposit until it ends; after that its place is gone", () => {
    expect(paymentOutlook(held(), "due_0", justBefore(end))).toEqual({ kind: "hold", until: end });
    expect(paymentOutlook(held(), "due_0", end)).toEqual({ kind: "no_place" });
    expect(paymentOutlook({ ...held(), status: "expired" }, "due_0", today)).toEqual({ kind: "no_place" });
  });

  test("of a hold with another payment under way is nothing", () => {
    expect(paymentOutlook(paying().booking, "due_0", today)).toBeNull();
    expect(paymentOutlook({ ...held(), holdExpiresAt: null }, "due_0", today)).toBeNull();
  });

  test.each(["awaiting_clearance", "confirmed", "completed"] as const)(
    "of a booking that is %s is the due",
    (status) => {
      const booking: Booking = { ...confirmed().booking, status };
      const collecting = booking.dues.map((due) => ({ ...due, status: "processing" as const }));

      expect(paymentOutlook(booking, "due_1", today)).toEqual({ kind: "due" });
      expect(paymentOutlook(booking, "due_0", today)).toBeNull();
      expect(paymentOutlook(booking, "due_9", today)).toBeNull();
      expect(paymentOutlook({ ...booking, dues: collecting }, "due_1", today)).toBeNull();
    },
  );

  test("is nothing if interest that was paid in advance has settled all of it", () => {
    const { booking } = confirmed();
    const settled = (changes: object) => ({
      ...booking,
      dues: booking.dues.map((due) => (due.id === "due_1" ? { ...due, paid: due.amount, ...changes } : due)),
    });

    expect(paymentOutlook(settled({ paidOffOn: "2027-01-05" }), "due_1", today)).toEqual({ kind: "settled" });
    expect(paymentOutlook(settled({}), "due_1", today)).toBeNull();
  });

  test.each(["cancelled", "declined"] as const)("of a booking that is %s is nothing", (status) => {
    expect(paymentOutlook({ ...confirmed().booking, status }, "due_1", today)).toBeNull();
  });
});

describe("a booking", () => {
  const statusesWith = (is: (booking: Booking) => boolean) =>
    bookingStatuses.filter((status) => is({ ...held(), status }));

  test("is held, has expired or expects its participant in one status each", () => {
    expect(statusesWith(isHeld)).toEqual(["held"]);
    expect(statusesWith(hasExpired)).toEqual(["expired"]);
    expect(statusesWith(isExpected)).toEqual(["confirmed"]);
  });

  test("expects its participant until an admission is recorded", () => {
    expect(isExpected(confirmed().admit().booking)).toBe(false);
  });

  test("can be cleared until its clearance deadline", () => {
    const { booking } = new Life(held()).sign().pay("deposit");

    expect(canBeCleared(booking, justBefore(booking.clearanceDueAt))).toBe(true);
    expect(canBeCleared(booking, booking.clearanceDueAt)).toBe(false);
    expect(canBeCleared({ ...booking, status: "confirmed" }, today)).toBe(false);
  });

  test("can be confirmed until its clearance deadline, while it is held or awaits its clearance", () => {
    const { booking } = new Life(held()).sign().pay("deposit");
    const { clearanceDueAt } = booking;

    expect(confirmableUntil(booking, justBefore(clearanceDueAt))).toBe(clearanceDueAt);
    expect(confirmableUntil(booking, clearanceDueAt)).toBeNull();
    expect(statusesWith((one) => confirmableUntil(one, today) !== null)).toEqual(["held", "awaiting_clearance"]);
  });

  test("has a participant after the acceptance, while it is live", () => {
    expect(takesPartStill(held())).toBe(true);
    expect(takesPartStill({ ...held(), participation: "invited" })).toBe(false);
    expect(takesPartStill({ ...held(), status: "cancelled" })).toBe(false);
  });
});

describe("an invitation can be answered", () => {
  const invited: Booking = { ...new Life(held()).sign().booking, participation: "invited" };
  const { clearanceDueAt } = invited;

  test("once the payer has signed, until the clearance deadline", () => {
    expect(invitedUntil(invited, justBefore(clearanceDueAt))).toBe(clearanceDueAt);
    expect(invitedUntil(invited, clearanceDueAt)).toBeNull();
    expect(invitedUntil({ ...held(), participation: "invited" }, today)).toBeNull();
  });

  test("once, on a booking that is held or awaits its clearance", () => {
    expect(invitedUntil({ ...invited, participation: "accepted" }, today)).toBeNull();
    expect(bookingStatuses.filter((status) => invitedUntil({ ...invited, status }, today) !== null)).toEqual([
      "held",
      "awaiting_clearance",
    ]);
  });
});

test("a hold ended at the bank only if it expired while a debit was under way", () => {
  const { booking } = paying();
  const until = keptUntil(booking, today) ?? "";
  const ended = lapse(booking, until)?.booking as Booking;
  const unpaid = lapse(held(), end)?.booking as Booking;

  expect(until).toBe(booking.holdExpiresAt);
  expect([keptUntil(booking, until), keptUntil(confirmed().booking, today)]).toEqual([null, null]);
  expect([booking, ended, unpaid].map(expiredAtBank)).toEqual([false, true, false]);
});
