import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Booking } from "@clearing/domain/booking";
import { type EventName, eventNames } from "@clearing/domain/event";
import type { BusEvent } from "@clearing/runtime/consumer";
import type { Mail, MailResult } from "@clearing/runtime/mailer";
import { fakeDeps } from "@clearing/runtime/testing/fake-deps";
import { describe, expect, it } from "vitest";
import { mailAbout } from "./mailer.ts";
import { mails, renderMail } from "./mails.ts";

const booking = {
  id: "bkg_1",
  status: "held",
  currency: "usd",
  owner: { sub: "sub-1", email: "anna@example.org" },
  participant: { name: "Anna <Muster>", email: "anna@example.org", phone: "+1 555 0100", dateOfBirth: "1980-02-03" },
  holdExpiresAt: "2027-01-01T18:30:00Z",
  clearanceDueAt: "2027-02-15T07:00:00Z",
  autopay: false,
  terms: {
    publicLabel: "Seven-day program",
    startsOn: "2027-03-01",
    endsOn: "2027-03-07",
    timeZone: "America/Denver",
  },
} as Booking;

function event(name: EventName, data: Record<string, unknown> = {}): BusEvent {
  const subject = { type: "booking", id: "bkg_1", version: 1 };
  return { source: "clearing", name, id: "evt_1", version: 1, occurredAt: "2027-01-01T00:00:00Z", subject, data };
}

function office(answer: () => Promise<MailResult> = async () => ({ ok: true, messageId: "m-1" })) {
  const sent: Mail[] = [];
  const mailer = {
    send: async (mail: Mail) => {
      sent.push(mail);
      return answer();
    },
  };
  const { deps, table, log } = fakeDeps({ mailer });
  table.on(GetCommand).resolves({ Item: { ...booking, pk: "BKG#bkg_1", sk: "BOOKING" } });
  return { sent, table, log, handle: (of: BusEvent) => mailAbout(of, { ...deps, mailer }) };
}

const wordsOf = (name: EventName, data: Record<string, unknown> = {}, of: Partial<Booking> = {}) => {
  const about = { ...booking, ...of };
  const wording = mails[name]?.(about, data);
  return wording ? { subject: wording.subject, ...renderMail(about, wording) } : null;
};

describe("a mail", () => {
  it("goes to whom the booking belongs, as text and as HTML", async () => {
    const { sent, handle } = office();

    await handle(event("BookingHeld"));

    expect(sent).toMatchObject([{ to: "anna@example.org", subject: "Your place is on hold" }]);
    expect(sent[0]?.text).toContain("January 1, 2027, 11:30 AM MST");
    expect(sent[0]?.html).toContain("<p>Reference: bkg_1</p>");
  });

  it("is not sent for events that concern nobody outside", async () => {
    const { sent, handle } = office();

    await handle(event("ClearanceChanged"));
    await handle(event("DueBilled"));
    await handle({ ...event("CohortOpened"), subject: { type: "cohort", id: "coh_1", version: 1 } });

    expect(sent).toEqual([]);
  });

  it("is sent once, however often its event comes", async () => {
    const { sent, table, handle } = office();
    await handle(event("BookingHeld"));
    const sentBefore = { message: "no", $metadata: {}, Item: { status: { S: "sent" } } };
    table.on(PutCommand).rejects(new ConditionalCheckFailedException(sentBefore));

    await handle(event("BookingHeld"));

    expect(sent).toHaveLength(1);
  });

  it("comes again when the mail service was down", async () => {
    const { handle } = office(async () => {
      throw new Error("down");
    });

    await expect(handle(event("BookingHeld"))).rejects.toThrow("down");
  });

  it("is not tried again when the service refuses it for good, and the log does not name the address", async () => {
    const { log, handle } = office(async () => ({ ok: false, reason: "refused" }));

    await handle(event("BookingHeld"));

    expect(log.join("")).toContain("MailRefused");
    expect(log.join("")).not.toContain("anna");
  });

  it("comes again when its booking cannot be read yet", async () => {
    const { table, handle } = office();
    table.on(GetCommand).resolves({});

    await expect(handle(event("BookingHeld"))).rejects.toThrow("bkg_1");
  });
});

describe("the words of a mail", () => {
  it.each([
    [
      "PaymentSettled",
      { purpose: "deposit", amount: 250000, currency: "usd" },
      "We received your deposit",
      "$2,500.00",
    ],
    ["PaymentSettled", { purpose: "due", amount: 1600000, currency: "jpy" }, "We received your payment", "¥1,600,000"],
    ["PaymentFailed", { purpose: "deposit", amount: 5, currency: "usd" }, "Your deposit did not go through", "$0.05"],
    [
      "PaymentFailed",
      { purpose: "deposit", amount: 5, currency: "usd", reason: "bank_account_not_verified" },
      "Your deposit did not go through",
      "We no longer hold a place for you",
    ],
    [
      "PaymentFailed",
      { purpose: "due", amount: 5, currency: "usd", reason: "bank_account_not_verified" },
      "Your payment did not go through",
      "Should money still be taken, we return it",
    ],
    [
      "PaymentActionRequired",
      { purpose: "due", amount: 5, currency: "usd", action: "verify_bank_account", until: "2027-01-12T06:59:59Z" },
      "Please verify your bank account",
      "before January 11, 2027",
    ],
    [
      "RefundRequested",
      { reason: "abandoned_payment", amount: 5, currency: "usd" },
      "We are returning a payment",
      "We are returning $0.05 to you",
    ],
    ["HoldExpired", {}, "Your hold has ended", "no longer hold a place"],
    ["BookingConfirmed", {}, "Your booking is confirmed", "Seven-day program, March 1, 2027 to March 7, 2027"],
    ["BookingUnconfirmed", {}, "We need something from you", "before February 15, 2027"],
    ["BookingDeclined", {}, "About your booking", "returned to you in full"],
    ["BookingCancelled", { by: "client", refund: 75050 }, "Your booking is cancelled", "We return $750.50 to you."],
    ["BookingCancelled", { by: "client", refund: 0, kept: 5 }, "Your booking is cancelled", "no refund is due on what"],
    ["BookingCancelled", { by: "client", refund: 0, kept: 0 }, "Your booking is cancelled", "Nothing has been paid so"],
    [
      "BookingCancelled",
      { by: "client", refund: 0, kept: 0 },
      "Your booking is cancelled",
      "the same terms apply to it",
    ],
    [
      "RefundRequested",
      { reason: "late_payment", amount: 250000, currency: "usd" },
      "We are returning a payment",
      "We are returning $2,500.00 to you.",
    ],
    [
      "RefundRequested",
      { reason: "after_cancellation", amount: 200000, currency: "usd" },
      "We are returning a payment",
      "By the terms of that cancellation we are returning $2,000.00 of what you paid to you.",
    ],
    ["RefundSucceeded", { amount: 250000, currency: "usd" }, "Your refund was made", "$2,500.00"],
    ["RefundFailed", { amount: 250000, currency: "usd" }, "Your refund did not reach you", "Your bank returned"],
    ["RefundRefused", { amount: 250000, currency: "usd" }, "We could not send your refund", "still owed to you"],
  ] as const)("of %s with %o", (name, data, subject, words) => {
    const mail = wordsOf(name, data);

    expect(mail?.subject).toBe(subject);
    expect(mail?.text).toContain(words);
    expect(mail?.html).toContain("<p>");
  });

  it("of a refund that was never sent say nothing of a bank that returned it", () => {
    const mail = wordsOf("RefundRefused", { amount: 1, currency: "usd", code: "charge_disputed" });

    expect(mail?.text).toContain("We could not send your refund of $0.01");
    expect(`${mail?.subject} ${mail?.text}`).not.toMatch(/bank|returned|charge_disputed/i);
  });

  it("are none for a refund that the cancellation's mail has announced", () => {
    expect(wordsOf("RefundRequested", { reason: "cancellation", amount: 1, currency: "usd" })).toBeNull();
  });

  it("say nothing about health, nor who takes part, whatever the event (I8)", () => {
    const clinical =
      /clear(ed|ance)|medical|psychiatr|screening|evaluat|clinic|ketamine|therap|treatment|health|diagnos/i;
    for (const name of eventNames) {
      for (const data of [{}, { by: "not_cleared" }, { by: "clearance_deadline" }, { reason: "late_payment" }]) {
        const mail = wordsOf(name, data);
        expect(`${mail?.subject} ${mail?.text} ${mail?.html}`).not.toMatch(clinical);
        expect(`${mail?.subject} ${mail?.html}`).not.toMatch(/Muster|555|1980/);
        expect(mail?.subject ?? "").not.toContain("program");
      }
    }
  });

  it("are escaped in HTML", () => {
    const terms = { ...booking.terms, publicLabel: "Rest & <b>quiet</b>" };

    expect(wordsOf("BookingConfirmed", {}, { terms })?.html).toContain("Rest &amp; &lt;b&gt;quiet&lt;/b&gt;");
  });
});
