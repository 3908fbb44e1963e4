import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held } from "../testing/retreat.ts";
import { plusMinutes } from "../time/index.ts";
import {
  type Booking,
  type BookingFact,
  type BookingStatus,
  bookingStatuses,
  type CheckoutAttempt,
  nextVersion,
  transition,
  transitions,
  unconfirm,
} from "./index.ts";

/** The drawing in README.md and the sentences below it, written by hand and not derived from the code. */
const expected: [BookingStatus, BookingFact, BookingStatus][] = [
  ["held", "deposit_settled", "awaiting_clearance"],
  ["held", "hold_lapsed", "expired"],
  ["held", "decline_due", "declined"],
  ["held", "cancelled_by_client", "cancelled"],
  ["held", "cancelled_by_operator", "cancelled"],
  ["awaiting_clearance", "clearance_complete", "confirmed"],
  ["awaiting_clearance", "decline_due", "declined"],
  ["awaiting_clearance", "deadline_missed", "cancelled"],
  ["awaiting_clearance", "cancelled_by_client", "cancelled"],
  ["awaiting_clearance", "cancelled_by_operator", "cancelled"],
  ["confirmed", "clearance_lost", "awaiting_clearance"],
  ["confirmed", "cancelled_by_client", "cancelled"],
  ["confirmed", "cancelled_by_operator", "cancelled"],
  ["confirmed", "not_paid", "cancelled"],
  ["confirmed", "no_show", "cancelled"],
  ["confirmed", "turned_away", "declined"],
  ["confirmed", "cohort_ended", "completed"],
  ["expired", "late_money", "awaiting_clearance"],
];
const facts = [...new Set(expected.map(([, fact]) => fact))];
const table = bookingStatuses.flatMap((status) => facts.map((fact) => [status, fact] as const));
const becomes = (status: BookingStatus, fact: BookingFact): BookingStatus | null =>
  expected.find(([from, what]) => from === status && what === fact)?.[2] ?? null;

describe("the status of a booking", () => {
  test.each(table)("%s, when %s", (status, fact) => {
    expect(transition(status, fact)).toBe(becomes(status, fact));
  });

  test("has no other facts", () => {
    expect(Object.values(transitions).flatMap((row) => Object.keys(row))).toHaveLength(expected.length);
  });

  test("follows only the table, and does not change after it has ended", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...facts), { maxLength: 50 }), (walk) => {
        let status: BookingStatus = "held";
        for (const fact of walk) {
          const ended = ["completed", "declined", "cancelled"].includes(status);
          const next: BookingStatus = transition(status, fact) ?? status;
          expect(bookingStatuses).toContain(next);
          if (ended) expect(next).toBe(status);
          status = next;
        }
      }),
    );
  });
});

const nothing = () => ({ events: [], journal: [] });

describe("a decision", () => {
  test.each(table)("on a booking that is %s, with the fact %s, follows the table", (status, fact) => {
    const decide = () =>
      nextVersion({ ...held(), status }, held().createdAt, { facts: [fact] }, nothing).booking.status;

    const next = becomes(status, fact);

    if (next === null) expect(decide).toThrow(`bkg_1: ${fact} does not apply to a booking that is ${status}`);
    else expect(decide()).toBe(next);
  });

  test("applies its facts in order, and changes no status without one", () => {
    const { createdAt } = held();

    expect(nextVersion(held(), createdAt, { facts: ["hold_lapsed", "late_money"] }, nothing).booking.status).toBe(
      "awaiting_clearance",
    );
    expect(() => nextVersion(held(), createdAt, { facts: ["late_money", "hold_lapsed"] }, nothing)).toThrow();
    expect(nextVersion(held(), createdAt, {}, nothing).booking.status).toBe("held");
  });

  test("cannot name a status itself: that does not compile", () => {
    const { createdAt } = held();
    const changes: Partial<Booking> = { status: "confirmed" };
    // @ts-expect-error Only facts set a status.
    nextVersion(held(), createdAt, { status: "confirmed" }, nothing);
    // @ts-expect-error A variable that may hold a status is refused too.
    nextVersion(held(), createdAt, changes, nothing);

    expect(nextVersion(held(), createdAt, { autopay: true }, nothing).booking.autopay).toBe(true);
  });
});

const holding = () => new Life(held()).sign();
const awaiting = () => holding().pay("deposit");
const confirmed = () => awaiting().confirm();
/** A lapsed hold, and the deposit's attempt that was open. */
function lapsing(): { life: Life; attempt: CheckoutAttempt } {
  const life = holding();
  const attempt = life.checkout("deposit") as CheckoutAttempt;
  life.at(plusMinutes(attempt.sessionExpiresAt, 10));
  return { life, attempt };
}
function expired(): { life: Life; attempt: CheckoutAttempt } {
  const { life, attempt } = lapsing();
  life.lapse();
  return { life, attempt };
}
const end = (by: Parameters<Life["end"]>[0]) => (life: Life) => life.end(by);

type Story = [BookingStatus, BookingFact, () => Life, (life: Life) => unknown];

/** Each row of the table, reached by the decision of its fact. */
const stories: Story[] = [
  ["held", "deposit_settled", holding, (life) => life.pay("deposit")],
  ["held", "hold_lapsed", () => lapsing().life, (life) => life.lapse()],
  ["held", "decline_due", holding, end("not_cleared")],
  ["held", "cancelled_by_client", holding, end("client")],
  ["held", "cancelled_by_operator", holding, end("operator")],
  ["awaiting_clearance", "clearance_complete", awaiting, (life) => life.confirm()],
  ["awaiting_clearance", "decline_due", awaiting, end("not_cleared")],
  ["awaiting_clearance", "deadline_missed", awaiting, end("clearance_deadline")],
  ["awaiting_clearance", "cancelled_by_client", awaiting, end("client")],
  ["awaiting_clearance", "cancelled_by_operator", awaiting, end("operator")],
  [
    "confirmed",
    "clearance_lost",
    confirmed,
    (life) => {
      life.booking = unconfirm(life.booking, life.now).booking;
    },
  ],
  ["confirmed", "cancelled_by_client", confirmed, end("client")],
  ["confirmed", "cancelled_by_operator", confirmed, end("operator")],
  ["confirmed", "not_paid", confirmed, end("non_payment")],
  ["confirmed", "no_show", confirmed, end("no_show")],
  ["confirmed", "turned_away", confirmed, end("turned_away")],
  [
    "confirmed",
    "cohort_ended",
    () => confirmed().at("2027-03-08T17:00:00Z").admit().at("2027-03-15T06:00:00Z"),
    (life) => {
      life.fallDue();
      life.complete();
    },
  ],
  [
    "expired",
    "late_money",
    () => expired().life,
    (life) => {
      life.freePlace = "plc_2";
      life.settle("att_1", life.paymentOf("att_1"));
    },
  ],
];

describe("by the decisions of the domain, a booking", () => {
  test.each(stories)("that is %s changes when %s", (status, fact, arrange, act) => {
    const life = arrange();
    expect(life.booking.status).toBe(status);

    act(life);

    expect(life.booking.status).toBe(becomes(status, fact));
  });

  test("reaches each row of the table", () => {
    expect(stories.map(([status, fact]) => `${status} ${fact}`).sort()).toEqual(
      expected.map(([status, fact]) => `${status} ${fact}`).sort(),
    );
  });

  test.each([
    ["revives if a place is free", "plc_2", "awaiting_clearance"],
    ["expires if no place is free", null, "expired"],
  ] as const)("whose hold was lost before its money came %s", (_what, freePlace, status) => {
    const { life, attempt } = lapsing();
    life.placeIsOurs = false;
    life.freePlace = freePlace;

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking).toMatchObject({ status, holdExpiresAt: null });
  });
});
