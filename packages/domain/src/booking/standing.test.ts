import { describe, expect, test } from "vitest";
import { allPrincipal } from "../ledger/index.ts";
import { Life } from "../testing/life.ts";
import { held } from "../testing/retreat.ts";
import { cancelDues, scheduledDue } from "./due.ts";
import {
  type Booking,
  type BookingStatus,
  balance,
  bookingStatuses,
  type Due,
  standing,
  standings,
  statusesOf,
} from "./index.ts";

const due = (sequence: number, changes: Partial<Due>): Due => ({
  ...scheduledDue({
    id: `due_${sequence}`,
    sequence,
    kind: "installment",
    dueOn: "2027-02-01",
    startsBy: "date",
    amount: 100_000,
    parts: allPrincipal(100_000),
  }),
  ...changes,
});
const booking = (...dues: Due[]): Booking => ({ ...held(), status: "confirmed", dues });
const paid = due(0, { paid: 100_000, billed: 100_000, status: "paid" });
const isOver = (status: BookingStatus) => status === "expired" || status === "cancelled" || status === "declined";
const lateSince = (dueOn: string) => due(1, { dueOn, status: "past_due" });

describe("the payment standing is the first that applies", () => {
  test.each([
    ["delinquent", "2027-03-04", [lateSince("2027-02-01"), due(2, { status: "action_required" })]],
    ["past_due", "2027-03-03", [lateSince("2027-02-01"), due(2, { status: "action_required" })]],
    ["delinquent", "2027-03-04", [lateSince("2027-03-01"), { ...lateSince("2027-02-01"), id: "due_2" }]],
    ["action_required", "2027-02-01", [due(1, { status: "processing" }), due(2, { status: "action_required" })]],
    ["processing", "2027-02-01", [paid, due(1, { status: "processing" }), due(2, {})]],
    ["current", "2027-01-01", [paid, due(1, {})]],
    ["paid_in_full", "2027-02-02", [paid, { ...paid, id: "due_1" }]],
  ] as const)("%s on %s", (expected, today, dues) => {
    expect(standing(booking(...dues), today)).toBe(expected);
  });

  test.each(["expired", "cancelled", "declined"] as const)("a booking that is %s is never paid in full", (status) => {
    expect(standing({ ...booking(paid), status }, "2027-02-01")).toBe("current");
  });

  test.each(bookingStatuses)("is searched among bookings that are %s if they can have it", (status) => {
    const stands = [[paid], [due(1, {})], [lateSince("2027-02-01")], [due(1, { status: "processing" })]].map((dues) =>
      standing(
        { ...booking(...(isOver(status) ? cancelDues({ dues, currency: "usd" }) : dues)), status },
        "2027-03-04",
      ),
    );

    for (const stand of stands) expect(statusesOf(stand)).toContain(status);
  });

  test("is never searched among abandoned holds, unless it is `current`", () => {
    expect(standings.filter((one) => statusesOf(one).includes("expired"))).toEqual(["current"]);
    expect(standings.filter((one) => statusesOf(one).includes("cancelled"))).toEqual(["current"]);
  });

  test("of a hold whose session expired overnight is current: it owes nothing yet", () => {
    const life = new Life(held()).sign();
    const attempt = life.checkout("deposit");
    life.settle(attempt?.id ?? "", { kind: "processing", paymentIntentId: "pi_1" });
    life.at("2027-01-06T17:00:00Z");
    life.settle(attempt?.id ?? "", { kind: "failed", paymentIntentId: "pi_1", code: "debit_not_authorized" });

    expect(standing(life.booking, "2027-01-06")).toBe("current");
  });
});

describe("the balance", () => {
  test("is the unpaid amount of all dues that are not cancelled", () => {
    const part = due(1, { paid: 40_000 });

    expect(balance(booking(paid, part, due(2, { status: "cancelled" })))).toBe(60_000);
  });
});
