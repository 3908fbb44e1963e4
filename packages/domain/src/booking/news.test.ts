import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { owed } from "../testing/refunds.ts";
import { held, today } from "../testing/retreat.ts";
import {
  type Booking,
  endingNews,
  hasArrived,
  invitationNews,
  isAccepted,
  isInvited,
  isToBeRenewed,
  isUnpaid,
  type Refund,
  type RefundPart,
  type RefundPartStatus,
  refundNews,
} from "./index.ts";

const invited: Booking = { ...new Life(held()).sign().booking, participation: "invited" };
const accepted: Booking = { ...invited, participation: "accepted" };
const declined: Booking = { ...invited, participation: "declined", status: "cancelled" };
const { clearanceDueAt: deadline } = invited;

test("a booking is unpaid until any money arrives, even if that is refunded later", () => {
  expect(isUnpaid(held())).toBe(true);
  expect(isUnpaid({ ...held(), paid: 1, refunded: 1 })).toBe(false);
});

test.each<[Booking, asked: boolean, takesPart: boolean]>([
  [invited, true, false],
  [accepted, false, true],
  [declined, false, false],
])("a participant has not answered, takes part, or neither", (booking, asked, takesPart) => {
  expect([isInvited(booking), isAccepted(booking)]).toEqual([asked, takesPart]);
});

describe("the news of an invitation", () => {
  test.each([
    ["an invitation that can be answered", invited, today, "invited"],
    ["an invitation after the deadline", invited, deadline, null],
    ["an acceptance after the deadline", accepted, deadline, "accepted"],
    ["an acceptance of a booking that has ended", { ...accepted, status: "cancelled" } as const, today, null],
    ["a refusal, which has ended the booking", declined, deadline, "declined"],
  ])("is %s", (_what, booking, now, news) => {
    expect(invitationNews(booking, booking.participation, now)).toBe(news);
  });

  test.each(["accepted", "declined", undefined])("is null if its event says %s and it stands otherwise", (told) => {
    expect(invitationNews(invited, told, today)).toBeNull();
  });
});

describe("a lapsed clearance must be renewed", () => {
  const awaiting: Booking = { ...invited, status: "awaiting_clearance" };

  test.each([
    ["if it lapsed before the deadline", awaiting, "lapsed", today, true],
    ["not if it has another status", awaiting, "withdrawn", today, false],
    ["not if the booking was confirmed before", { ...awaiting, confirmedAt: today }, "lapsed", today, false],
    ["not at the deadline", awaiting, "lapsed", deadline, false],
    ["not if the booking has ended", { ...awaiting, status: "cancelled" } as const, "lapsed", today, false],
  ])("%s", (_what, booking, told, now, renewed) => {
    expect(isToBeRenewed(booking, told, now)).toBe(renewed);
  });
});

describe("the news of a refund", () => {
  const { refund } = owed();
  const withParts = (...parts: [status: RefundPartStatus, amount: number][]): Refund => ({
    ...refund,
    parts: parts.map(([status, amount]) => ({ ...(refund.parts[0] as RefundPart), status, amount })),
  });

  test.each([
    ["approved", "under_way"],
    ["pending", "under_way"],
    ["succeeded", "sent"],
    ["failed", "owed"],
    ["refused", "owed"],
  ] as const)("that is %s is: %s", (status, news) => {
    expect(refundNews(withParts([status, 250_000]))).toBe(news);
  });

  test("that could not be read is that it is under way", () => {
    expect(refundNews(null)).toBe("under_way");
  });

  test("is that it has arrived while a part of this amount has succeeded", () => {
    const two = withParts(["succeeded", 100_000], ["failed", 150_000]);

    expect(hasArrived(two, 100_000)).toBe(true);
    expect(hasArrived(two, 150_000)).toBe(false);
    expect(hasArrived(two, 250_000)).toBe(false);
    expect(hasArrived(null, 250_000)).toBe(true);
  });
});

test.each([
  [1, 50_000, "in_part"],
  [1, 0, "in_full"],
  [0, 0, "nothing"],
  [0, 1, "none_due"],
] as const)("an ending that refunds %i and keeps %i is worded as %s", (refund, kept, news) => {
  expect(endingNews({ refund, kept })).toBe(news);
});
