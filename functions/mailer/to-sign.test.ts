import type { Booking, Due, SavedMethod } from "@clearing/domain/booking";
import type { EventName } from "@clearing/domain/event";
import { describe, expect, test } from "vitest";
import { mailsAbout } from "./mails.ts";
import { anna, corrected, forAnna } from "./testing/anna.ts";

const card: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2030-12-31" },
  ...{ mandateId: null, savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const [before, afterwards] = ["2027-01-30T18:00:00Z", "2027-02-13T18:00:00Z"];
const signed: Booking = forAnna(anna.awaiting_clearance);
const collected: Booking = { ...signed, autopay: true, savedMethod: card };
const having = (changes: Partial<Due>, booking = signed): Booking => ({
  ...booking,
  dues: booking.dues.map((due) => (due.id === "due_1" ? { ...due, ...changes } : due)),
});
const charge: Due = { ...(signed.dues[1] as Due), id: "due_9", dueOn: "2027-02-27", amount: 2_500 };
const told = { dueId: "due_1", dueOn: "2027-02-06", amount: 1_600_000, currency: "usd" };

function textOf(name: EventName, data: object, booking: Booking, now: string): string {
  const payLink = (dueId: string) => `https://api.example.org/pay/${dueId}`;
  const input = { booking, refund: null, data: { ...told, ...data }, now, payLink };
  return mailsAbout(name).payer?.(input)?.paragraphs.join("\n") ?? expect.fail(`${name} has no mail`);
}

describe("while the corrected agreement is not signed, and only then, a payer is asked to sign it", () => {
  test.each<[EventName, object, Booking, string]>([
    ["DueNotice", { kind: "upcoming" }, signed, before],
    ["DueNotice", { kind: "upcoming" }, collected, before],
    ["DueNotice", { kind: "changed" }, collected, before],
    ["DueNotice", { kind: "past_due" }, signed, afterwards],
    ["DueNotice", { kind: "final", cancelsOn: "2027-02-22" }, signed, afterwards],
    ["LateChargeAdded", { dueId: "due_9", forDueId: "due_1" }, { ...signed, dues: [...signed.dues, charge] }, before],
    ["PaymentFailed", { purpose: "due", reason: "card_declined" }, signed, before],
    ["PaymentFailed", { purpose: "payoff", reason: "bank_returned" }, signed, before],
    ["PaymentFailed", { dueId: "due_0", purpose: "deposit" }, corrected(forAnna(anna.held)), "2027-01-04T17:00:00Z"],
    ["DueDeferred", { from: "2027-02-06", dueOn: "2027-02-20" }, having({ dueOn: "2027-02-20" }), before],
    ["CollectionChanged", { paused: false }, signed, before],
    ["AutopayChanged", { autopay: false, reason: "detached" }, signed, before],
    ["PaymentMethodSaved", { autopay: false }, { ...collected, autopay: false }, before],
    ["PaymentSettled", { dueId: "due_0", purpose: "deposit" }, signed, before],
    ["ParticipationChanged", { participation: "accepted" }, signed, before],
  ])("%s %j", (name, data, booking, now) => {
    const { agreement } = booking;
    const again = { ...booking, agreement: { ...agreement, signedVersion: agreement.version } };

    expect(textOf(name, data, corrected(booking), now)).toMatch(
      /ign (it|the changed agreement) .*on your booking page/,
    );
    expect(textOf(name, data, again, now)).not.toMatch(/\bsign/);
  });

  test("is not told at once that nothing is to be done", () => {
    const text = textOf("DueNotice", { kind: "upcoming" }, corrected(collected), before);

    expect(text).toContain("We will charge it to your card ending in 4242 on February 6, 2027.");
    expect(text).not.toContain("do not need to do anything");
  });
});
