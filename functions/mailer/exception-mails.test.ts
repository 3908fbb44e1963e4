import type { Booking, Due, SavedMethod } from "@clearing/domain/booking";
import { describe, expect, test } from "vitest";
import { mailsAbout } from "./mails.ts";
import { anna, withoutReminders } from "./testing/anna.ts";

const now = "2027-01-30T18:00:00Z";
const card: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2030-12-31" },
  ...{ mandateId: null, savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const having = (changes: Partial<Due>): Booking => ({
  ...anna.confirmed,
  dues: anna.confirmed.dues.map((due) => (due.id === "due_1" ? { ...due, ...changes } : due)),
});
const paused: Booking = { ...anna.confirmed, pauses: [{ from: "2027-01-20", until: null }] };
const deferred = having({ dueOn: "2027-02-20" });
const moved = { dueId: "due_1", from: "2027-02-06", dueOn: "2027-02-20", amount: 1_600_000, currency: "usd" };
const waived = { dueId: "due_1", dueOn: "2027-02-06", amount: 1_600_000, currency: "usd" };

function mail(name: "DueWaived" | "DueDeferred" | "CollectionChanged", data: object, booking: Booking) {
  const payLink = () => "https://api.example.org/pay/1";
  const wording = mailsAbout(name).payer?.({ booking, refund: null, data: { ...data }, now, payLink });
  return wording ? { ...wording, text: wording.paragraphs.join("\n") } : null;
}

describe("a mail about an exception that staff made", () => {
  test("says what is no longer owed", () => {
    expect(mail("DueWaived", waived, anna.confirmed)).toMatchObject({
      subject: "A payment is no longer due",
      text: expect.stringContaining("You no longer owe us $16,000.00 for the payment due on February 6, 2027"),
    });
  });

  test("says that nothing is left to pay after the last due was waived", () => {
    const rest = having({ waived: 1_600_000, status: "cancelled" });

    expect(mail("DueWaived", waived, rest)?.paragraphs.at(-1)).toBe("You have nothing left to pay for this booking.");
    expect(mail("DueWaived", waived, anna.confirmed)?.paragraphs.at(-1)).toBe("Your other payments do not change.");
  });

  test("says the new date of a payment, and how it is paid then", () => {
    expect(mail("DueDeferred", moved, deferred)).toMatchObject({
      subject: "Your payment is now due on February 20, 2027",
      text: expect.stringContaining("was due on February 6, 2027 is now due on February 20, 2027"),
    });
    expect(mail("DueDeferred", moved, deferred)?.text).toContain("We will email you a link to pay it.");
    expect(mail("DueDeferred", moved, { ...deferred, autopay: true, savedMethod: card })?.text).toContain(
      "We will charge it automatically on February 20, 2027.",
    );
  });

  test("promises no charge on a date in the days before the start, when no bank account is debited", () => {
    const account: SavedMethod = { ...card, type: "us_bank_account", expiresOn: null };
    const held = { ...having({ dueOn: "2027-03-01" }), autopay: true, savedMethod: account };

    const sent = mail("DueDeferred", { ...moved, dueOn: "2027-03-01" }, held);

    expect(sent?.text).toContain("We will email you a link to pay it.");
    expect(sent?.text).not.toContain("We will charge it");
  });

  test("says that a card which expires before the new date is tried all the same, and has a link", () => {
    const expires = { ...deferred, autopay: true, savedMethod: { ...card, expiresOn: "2027-01-31" } };

    const sent = mail("DueDeferred", moved, expires);

    expect(sent?.text).toContain(
      "We will try to charge your card ending in 4242 on February 20, 2027, but it will have expired by then",
    );
    expect(sent?.text).not.toContain("email you a link");
    expect(sent?.action).toEqual({ label: "Pay now", url: "https://api.example.org/pay/1" });
  });

  test("promises no link before the new date if the program sends no reminders, and has one instead", () => {
    const sent = mail("DueDeferred", moved, withoutReminders(deferred));

    expect(sent?.text).toMatch(/\nWe will not send you a reminder before that date\.$/);
    expect(sent?.text).not.toContain("email you a link");
    expect(sent?.action).toEqual({ label: "Pay now", url: "https://api.example.org/pay/1" });
    expect(mail("DueDeferred", moved, deferred)?.action).toBeUndefined();
  });

  test("promises no link and no charge on a new date while collection is paused", () => {
    const sent = mail("DueDeferred", moved, { ...paused, dues: deferred.dues });

    expect(sent?.text).toContain("For now, we will not charge payments for your booking or send you reminders");
    expect(sent?.text).not.toMatch(/a link|before that date/);
  });

  test("says that collection is paused, and that it goes on", () => {
    expect(mail("CollectionChanged", { paused: true }, paused)?.text).toContain("You still owe these payments");
    expect(mail("CollectionChanged", { paused: false }, anna.confirmed)).toMatchObject({
      subject: "Your payments have resumed",
      text: expect.stringContaining(
        "Please make each remaining payment by its due date, on your booking page or with a link",
      ),
    });
    expect(mail("CollectionChanged", { paused: false }, { ...anna.confirmed, autopay: true })?.text).toContain(
      "We will charge your payments automatically again, as you authorized.",
    );
    const charged = { ...anna.confirmed, autopay: true, savedMethod: card };
    expect(mail("CollectionChanged", { paused: false }, charged)?.text).toMatch(
      /as you authorized\. The next charge is \$16,000\.00 to your card ending in 4242 on February 6, 2027\.$/,
    );
  });

  test("promises no link for each payment after a pause if the program sends no reminders", () => {
    const sent = mail("CollectionChanged", { paused: false }, withoutReminders(anna.confirmed));

    expect(sent?.text).toContain("Please make each remaining payment on your booking page by its due date.");
    expect(sent?.text).not.toContain("with a link that we send you");
  });

  test.each<[string, object | null]>([
    ["a deferral of a due that was moved again", mail("DueDeferred", moved, having({ dueOn: "2027-03-01" }))],
    ["a deferral of a due that was paid", mail("DueDeferred", moved, having({ dueOn: "2027-02-20", paid: 1_600_000 }))],
    [
      "the end of a pause after everything was waived",
      mail("CollectionChanged", { paused: false }, having({ waived: 1_600_000, status: "cancelled" })),
    ],
    ["a pause that has ended", mail("CollectionChanged", { paused: true }, anna.confirmed)],
    ["the end of a pause after which another one began", mail("CollectionChanged", { paused: false }, paused)],
    ["a waiver on a booking that was cancelled", mail("DueWaived", waived, anna.cancelled)],
    ["a deferral on a booking that was cancelled", mail("DueDeferred", moved, { ...deferred, status: "cancelled" })],
    [
      "a pause of a booking that was cancelled",
      mail("CollectionChanged", { paused: true }, { ...paused, status: "cancelled" }),
    ],
  ])("is not sent about %s", (_, sent) => {
    expect(sent).toBeNull();
  });
});
