import { describe, expect, test } from "vitest";
import {
  afterEvaluation,
  afterLapse,
  afterWithdrawal,
  type Clearance,
  type EvaluationOutcome,
  evaluationKinds,
} from "../screening/index.ts";
import { Life } from "../testing/life.ts";
import { held } from "../testing/retreat.ts";
import { plusHours, plusSeconds } from "../time/index.ts";
import {
  type Booking,
  followUpAt,
  lapseClearance,
  mayMoveOn,
  nextDeadline,
  nextStep,
  remindOfClearance,
  unconfirm,
} from "./index.ts";

const at = "2027-01-10T17:00:00Z";

/** A clearance from the two findings, each valid until `until`. */
function evaluated(medical: EvaluationOutcome, psychiatric: EvaluationOutcome, validUntil = "2027-03-14"): Clearance {
  const outcomes = { medical, psychiatric };
  return evaluationKinds.reduce<Clearance | null>((before, kind) => {
    const evaluation = { id: `evl_${kind}`, kind, outcome: outcomes[kind], validUntil, by: `dr-${kind}`, at };
    return afterEvaluation(before, "bkg_1", evaluation, false);
  }, null) as Clearance;
}
const cleared = evaluated("cleared", "cleared_with_conditions");
const awaiting = () => new Life(held()).sign().pay("deposit");

describe("the next step of a booking", () => {
  test("is to confirm once deposit, signature and both evaluations are there, in any order", () => {
    expect(nextStep(awaiting().booking, cleared, at)).toBe("confirm");
  });

  const unsigned = awaiting().booking;
  const missing: [string, Booking, Clearance | null][] = [
    ["any evaluation", awaiting().booking, null],
    ["a clear medical evaluation", awaiting().booking, evaluated("needs_information", "cleared")],
    ["a clear psychiatric evaluation", awaiting().booking, evaluated("cleared", "needs_information")],
    ["a clearance through the last day", awaiting().booking, evaluated("cleared", "cleared", "2027-03-13")],
    ["a signature", { ...unsigned, agreement: { ...unsigned.agreement, version: 2 } }, cleared],
    ["a settled deposit", new Life(held()).sign().booking, cleared],
    ["a deposit that is still settled", { ...unsigned, dues: held().dues }, cleared],
  ];
  test.each(missing)("is none without %s", (_, booking, clearance) => {
    expect(nextStep(booking, clearance, at)).toBe("none");
  });

  test.each([
    ["needs_information", evaluated("needs_information", "cleared")],
    ["not_cleared", evaluated("cleared", "not_cleared")],
    ["withdrawn", afterWithdrawal(cleared, at)],
    ["too short", evaluated("cleared", "cleared", "2027-03-13")],
  ])("is to unconfirm at once when the clearance of a confirmed booking is %s", (_, clearance) => {
    expect(nextStep(awaiting().confirm().booking, clearance, at)).toBe("unconfirm");
  });

  test("is to decline after the program's hours, and not before, whether held or awaiting clearance", () => {
    const notCleared = evaluated("not_cleared", "cleared");
    const hours = plusHours(at, 24);
    for (const booking of [held(), awaiting().booking]) {
      expect(nextStep(booking, notCleared, plusSeconds(hours, -1))).toBe("none");
      expect(nextStep(booking, notCleared, hours)).toBe("decline");
    }
  });

  test("is to miss the clearance deadline once it has passed, unless everything for the confirmation is there", () => {
    const { booking } = awaiting();
    const deadline = booking.clearanceDueAt;

    expect(nextStep(booking, null, plusSeconds(deadline, -1))).toBe("none");
    expect(nextStep(booking, null, deadline)).toBe("miss_deadline");
    expect(nextStep(booking, evaluated("cleared", "cleared", "2027-03-13"), deadline)).toBe("miss_deadline");
    expect(nextStep(booking, cleared, deadline)).toBe("confirm");
  });

  test("is none for a confirmed booking from the first day on: staff turn the participant away instead", () => {
    const { booking } = awaiting().confirm();
    const firstDay = "2027-03-08T07:00:00Z";
    const withdrawn = afterWithdrawal(cleared, at);

    expect(nextStep(booking, withdrawn, plusSeconds(firstDay, -1))).toBe("unconfirm");
    expect(nextStep(booking, withdrawn, firstDay)).toBe("none");
  });

  test("is none after the participant was admitted", () => {
    const admitted = awaiting().confirm().at("2027-03-08T17:00:00Z").admit().booking;

    expect(nextStep(admitted, evaluated("not_cleared", "cleared"), "2027-03-09T17:00:00Z")).toBe("none");
  });

  test("is none after the booking has ended", () => {
    const life = awaiting();
    life.end("client");

    expect(nextStep(life.booking, cleared, at)).toBe("none");
  });
});

describe("a clearance whose validity has ended", () => {
  const short = evaluated("cleared", "cleared", "2027-02-01");
  const ends = "2027-02-02T07:00:00Z";
  const { booking } = awaiting();

  test("lapses at the end of its last day, and is announced once", () => {
    expect(lapseClearance(booking, short, plusSeconds(ends, -1))).toBeNull();
    const lapsed = lapseClearance(booking, short, ends);

    expect(lapsed).toMatchObject({ version: short.version + 1, lapsedAt: ends });
    expect(lapseClearance(booking, lapsed as Clearance, plusHours(ends, 1))).toBeNull();
  });

  test("may lapse again after a new evaluation", () => {
    const evaluation = { id: "evl_2", kind: "medical", outcome: "cleared", by: "dr-medical", at: ends } as const;
    const again = afterEvaluation(afterLapse(short, ends), "bkg_1", { ...evaluation, validUntil: "2027-02-03" }, false);

    expect(again.lapsedAt).toBeNull();
  });

  test("is announced through the retreat's last day, and not after it", () => {
    const { booking: awaited } = awaiting();
    const toldAt = (now: string) => lapseClearance(awaited, short, now)?.lapsedAt ?? null;

    expect(toldAt("2027-03-15T05:59:59Z")).toBe("2027-03-15T05:59:59Z");
    expect(toldAt("2027-03-15T06:00:00Z")).toBeNull();
  });

  test("is not announced after an admission, after an ending, or after the retreat", () => {
    const admitted = awaiting().confirm().at("2027-03-08T17:00:00Z").admit().booking;
    const life = awaiting();
    life.end("client");

    expect(lapseClearance(admitted, short, "2027-03-09T17:00:00Z")).toBeNull();
    expect(lapseClearance(life.booking, short, ends)).toBeNull();
    expect(lapseClearance(awaiting().confirm().booking, cleared, "2027-03-15T17:00:00Z")).toBeNull();
  });
});

describe("a clearance reminder", () => {
  const waiting = awaiting().booking;
  const [first = "", second = ""] = waiting.clearanceReminders;

  test("is due 30 and 14 days before the deadline, once each", () => {
    expect(waiting.clearanceReminders).toEqual(["2027-01-24T17:00:00Z", "2027-02-09T17:00:00Z"]);
    expect(remindOfClearance(waiting, null, plusSeconds(first, -1))).toBeNull();
    const reminded = remindOfClearance(waiting, null, first);

    expect(reminded?.events).toMatchObject([
      { name: "ClearanceReminder", data: { daysLeft: 30, clearanceDueAt: waiting.clearanceDueAt } },
    ]);
    expect(remindOfClearance(reminded?.booking as Booking, null, plusHours(first, 1))).toBeNull();
    expect(remindOfClearance(reminded?.booking as Booking, null, second)?.events).toMatchObject([
      { name: "ClearanceReminder", data: { daysLeft: 14 } },
    ]);
  });

  test("is kept if a decision comes between its instant and the sweep", () => {
    const life = awaiting();
    const reminders = life.booking.clearanceReminders;
    const [first = ""] = reminders.toSorted();

    life.at(plusSeconds(first, 1)).pay("due", { dueId: "due_1" });

    expect(life.booking.clearanceReminders).toEqual(reminders);
  });

  test("sets the sweep's deadline", () => {
    const wakes = nextDeadline({ ...waiting, dues: [] }, waiting.createdAt);

    expect(wakes).toBe(first);
    expect(nextDeadline({ ...waiting, dues: [], clearanceReminders: [] }, waiting.createdAt)).toBe(
      waiting.clearanceDueAt,
    );
  });

  test("is sent if the clearance is too short, and not if nothing is missing", () => {
    const short = evaluated("cleared", "cleared", "2027-03-13");

    expect(remindOfClearance(waiting, short, first)?.events).toHaveLength(1);
    expect(remindOfClearance(waiting, cleared, first)).toMatchObject({
      events: [],
      booking: { clearanceReminders: [second] },
    });
  });

  test("is not sent to a confirmed participant, and only for future days after a lost confirmation", () => {
    const { booking } = awaiting().confirm();
    const lost = unconfirm(booking, plusHours(first, 1)).booking;

    expect(remindOfClearance(booking, null, first)).toBeNull();
    expect(lost.clearanceReminders).toEqual([second]);
  });
});

describe("the next check of a clearance", () => {
  const confirmed = () => awaiting().confirm().booking;

  test.each<[string, Booking, Clearance]>([
    ["confirms", awaiting().booking, cleared],
    ["is withdrawn from a confirmed booking", confirmed(), afterWithdrawal(cleared, at)],
    ["needs information for a confirmed booking", confirmed(), evaluated("needs_information", "cleared")],
    ["is not cleared for a confirmed booking", confirmed(), evaluated("cleared", "not_cleared")],
    ["becomes too short for a confirmed booking", confirmed(), evaluated("cleared", "cleared", "2027-03-13")],
  ])("is at once, while the booking has not followed one that %s", (_what, booking, clearance) => {
    expect(followUpAt(booking, clearance, at)).toBe(at);
  });

  test("is when its validity ends, once the booking has followed, and never after that", () => {
    const ends = "2027-02-02T07:00:00Z";
    const short = evaluated("cleared", "cleared", "2027-02-01");

    expect(followUpAt(awaiting().booking, short, at)).toBe(ends);
    expect(followUpAt(awaiting().booking, short, ends)).toBe(ends);
    expect(followUpAt(awaiting().booking, afterLapse(short, ends), ends)).toBeNull();
  });

  test("is when the hours of a `not_cleared` are over", () => {
    const declines = plusHours(at, 24);

    expect(followUpAt(awaiting().booking, evaluated("not_cleared", "cleared"), at)).toBe(declines);
  });

  test("is never, after the booking has ended or the participant was admitted", () => {
    const admitted = awaiting().confirm().at("2027-03-08T17:00:00Z").admit().booking;
    const life = awaiting();
    life.end("client");

    expect(followUpAt(admitted, evaluated("not_cleared", "cleared"), "2027-03-09T17:00:00Z")).toBeNull();
    expect(followUpAt(life.booking, cleared, at)).toBeNull();
  });
});

test("an event of a booking that was held then requires no next step, any other can", () => {
  expect(["held", "awaiting_clearance", "confirmed", undefined].map(mayMoveOn)).toEqual([false, true, true, true]);
});

describe("a booking that loses its confirmation", () => {
  test("keeps its place until the clearance deadline", () => {
    const { booking } = awaiting().confirm();

    expect(unconfirm(booking, at).booking).toMatchObject({
      status: "awaiting_clearance",
      clearanceDueAt: "2027-02-23T07:00:00Z",
      placeId: "plc_1",
    });
  });

  test("at the deadline has until the first day", () => {
    const { booking } = awaiting().confirm();

    expect(unconfirm(booking, "2027-02-23T06:59:59Z").booking.clearanceDueAt).toBe("2027-02-23T07:00:00Z");
    expect(unconfirm(booking, "2027-02-23T07:00:00Z").booking.clearanceDueAt).toBe("2027-03-08T07:00:00Z");
  });

  test("after the deadline has until 00:00 of the first day", () => {
    const { booking } = awaiting().confirm();

    expect(unconfirm(booking, "2027-02-25T17:00:00Z").booking.clearanceDueAt).toBe("2027-03-08T07:00:00Z");
  });

  /** A booking with the plan `full`: confirmed on 20 January, unconfirmed when its balance was past due. */
  const lostLate = () => {
    const life = new Life(held("full")).sign().pay("deposit").at("2027-01-20T17:00:00Z").confirm();
    life.at("2027-01-23T17:00:00Z").sweep();
    const late = life.booking.dues[1]?.status;
    life.booking = unconfirm(life.booking, life.now).booking;
    return { life, late };
  };
  const balanceOf = ({ booking }: Life) => booking.dues[1];

  test("has its balance of `full` neither late nor noticed until it is confirmed again", () => {
    const { life, late } = lostLate();
    const before = life.events.length;
    for (const day of ["2027-01-24", "2027-01-31", "2027-02-10"]) life.at(`${day}T18:00:00Z`).sweep();

    expect([late, balanceOf(life)?.status]).toEqual(["past_due", "scheduled"]);
    expect(life.events.slice(before)).toEqual([]);
    expect(life.booking.dueAt).toBe(life.booking.clearanceReminders[0] ?? life.booking.clearanceDueAt);
  });

  test("has no due past due after a payment releases it", () => {
    const { life } = lostLate();
    const attempt = life.checkout("due", { dueId: "due_1" }) as { id: string };
    life.settle(attempt.id, { kind: "expired" });

    expect(balanceOf(life)).toMatchObject({ status: "scheduled", openAttemptId: null });
  });

  test("has its balance of `full`, as far as unpaid, due the day after the latest confirmation", () => {
    const { life } = lostLate();
    life.at("2027-02-10T17:00:00Z").confirm();

    expect(life.booking.confirmedAt).toBe("2027-01-20T17:00:00Z");
    expect(balanceOf(life)).toMatchObject({ status: "scheduled", dueOn: "2027-02-11" });

    const { life: deferred } = lostLate();
    const dues = deferred.booking.dues.map((due) => ({ ...due, dueOn: "2027-02-20", datedOn: "2027-01-24" }));
    deferred.booking = { ...deferred.booking, dues };
    deferred.at("2027-02-10T17:00:00Z").confirm();
    expect(balanceOf(deferred)).toMatchObject({ dueOn: "2027-02-20" });

    const { life: payer } = lostLate();
    payer.pay("due", { dueId: "due_1" }).at("2027-02-10T17:00:00Z").confirm();
    expect(balanceOf(payer)).toMatchObject({ status: "paid", dueOn: "2027-01-21" });
  });
});
