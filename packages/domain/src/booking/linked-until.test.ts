import { expect, test } from "vitest";
import { held } from "../testing/retreat.ts";
import { linkedUntil, type NextPayment } from "./index.ts";

const date = { on: "2027-02-06" };
const byClient: NextPayment = { kind: "link", why: "client" };
const method = { type: "us_bank_account", last4: null } as const;

// Denver is seven hours behind UTC.
test.each<[string, NextPayment, cancelsOn: string | null, until: string]>([
  ["its payment's", byClient, null, "2027-02-07T07:00:00Z"],
  ["of the charge", { kind: "collected", method, at: "2027-02-13T05:00:00Z" }, null, "2027-02-13T07:00:00Z"],
  ["of the cancellation", byClient, "2027-02-22", "2027-02-23T07:00:00Z"],
  [
    "of the cancellation before a charge",
    { kind: "link", why: "cancelled_first", method, cancelsOn: "2027-02-20" },
    null,
    "2027-02-21T07:00:00Z",
  ],
  [
    "of a charge after the cancellation",
    { kind: "collected", method, at: "2027-02-23T17:00:00Z" },
    "2027-02-22",
    "2027-02-24T07:00:00Z",
  ],
])("a mail's link is valid until the end of the last day that it names: %s", (_, next, cancelsOn, until) => {
  expect(linkedUntil(held(), { date, next }, cancelsOn)).toBe(until);
});
