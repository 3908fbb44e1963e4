import { describe, expect, test } from "vitest";
import { held } from "../testing/retreat.ts";
import type { Booking } from "./index.ts";
import { methodsFor } from "./index.ts";

/** The cohort starts on Monday, 8 March 2027 in Denver; ten business days before it is 22 February. */
const early = "2027-02-19T20:00:00Z";
const lastDay = "2027-02-22T06:59:59Z";
const tooLate = "2027-02-22T07:00:00Z";
const dayBefore = "2027-03-08T06:59:59Z";
const firstDay = "2027-03-08T07:00:00Z";
const booking: Booking = held();
const both = ["card", "us_bank_account"];

describe("the payment methods of a checkout", () => {
  test.each([
    ["a deposit, by card or bank debit", booking, { purpose: "deposit" }, early, both],
    ["a deposit up to ten business days before the start, by both", booking, { purpose: "deposit" }, lastDay, both],
    ["a deposit nearer to the start, only by card", booking, { purpose: "deposit" }, tooLate, ["card"]],
    ["any other due up to ten business days before the start, by both", booking, { purpose: "due" }, lastDay, both],
    ["any other due nearer to the start, only by card", booking, { purpose: "due" }, tooLate, ["card"]],
    ["a payoff on the day before the start, only by card", booking, { purpose: "payoff" }, dayBefore, ["card"]],
    ["a due from the first day on, by both", booking, { purpose: "due" }, firstDay, both],
    ["a deposit on the first day, only by card", booking, { purpose: "deposit" }, firstDay, ["card"]],
    ["a request for a card, only by card", booking, { purpose: "due", method: "card" }, early, ["card"]],
    [
      "a request for a debit, only by debit",
      booking,
      { purpose: "due", method: "us_bank_account" },
      early,
      both.slice(1),
    ],
    [
      "a request for a debit too late, by card",
      booking,
      { purpose: "deposit", method: "us_bank_account" },
      tooLate,
      ["card"],
    ],
    [
      "another currency, only by card",
      { ...booking, currency: "eur" },
      { purpose: "due", method: "us_bank_account" },
      early,
      ["card"],
    ],
  ] as const)("%s", (_what, on, request, now, methods) => {
    expect(methodsFor(on, request, now)).toEqual(methods);
  });
});
