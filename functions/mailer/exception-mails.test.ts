import type { Booking, Due, SavedMethod } from "@clearing/domain/booking";
import type { EventName } from "@clearing/domain/event";
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

const failed = (stopped: "hard" | "limit" | "authentication", booking: Booking): Booking => ({
  ...booking,
  dues: booking.dues.map((due) => ({
    ...due,
    tries: {
      ...{ failed: 1, firstFailedOn: "2027-01-25", lastFailedAt: "2027-01-25T17:00:00Z" },
      ...{ lastFailure: "card_declined", methodId: "pm_1", stopped },
    },
  })),
});

function mail(name: "DueWaived" | "DueDeferred" | "CollectionChanged", data: object, booking: Booking, at = now) {
  const payLink = () => "https://api.example.org/pay/1";
  const wording = mailsAbout(name).payer?.({ booking, refund: null, data: { ...data }, now: at, payLink });
  return wording ? { ...wording, text: wording.paragraphs.join("\n") } : null;
}

/** Until when the link of a mail must be valid. */
function linkOf(name: EventName, data: object, booking: Booking, at = now) {
  const payLink = (_due: string, atLeastUntil: string) => atLeastUntil;
  return mailsAbout(name).payer?.({ booking, refund: null, data: { ...data }, now: at, payLink })?.action?.url;
}

describe("a mail about an exception that staff made", () => {
  test("says what is no longer owed", () => {
    expect(mail("DueWaived", waived, anna.confirmed)).toMatchObject({
      subject: "A payment is no longer due",
      text: expect.stringContaining("You no longer owe us $16,000.00 for the payment due on February 6, 2027"),
    });
  });

  test("has a link that is valid until the end of the new date, if no reminder has one", () => {
    const far = withoutReminders(having({ dueOn: "2027-06-01" }));

    expect(linkOf("DueDeferred", { ...moved, dueOn: "2027-06-01" }, far)).toBe("2027-06-02T06:00:00Z");
  });

  test("names no date for a balance that gets its date at the confirmation", () => {
    const text = mail("DueWaived", waived, having({ startsBy: "confirmation" }))?.paragraphs[0];

    expect(text).toBe("You no longer owe us the remaining balance of $16,000.00.");
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
    expect(mail("DueDeferred", moved, { ...deferred, autopay: true, savedMethod: card })).toMatchObject({
      text: expect.stringMatching(
        /\nWe will charge it to your card ending in 4242 on February 20, 2027\. You do not need to do anything\.$/,
      ),
    });
  });

  test("names the date on which a bank account may be debited, if that is later than the new date", () => {
    const account: SavedMethod = { ...card, type: "us_bank_account", expiresOn: null };
    const varied = { noticeOn: "2027-02-01", noticedOn: null };
    const booking = { ...having({ dueOn: "2027-02-08", varied }), autopay: true, savedMethod: account };
    const sent = mail("DueDeferred", { ...moved, dueOn: "2027-02-08" }, { ...booking, depositSettledOn: "2027-01-04" });

    expect(sent?.subject).toBe("Your payment is now due on February 11, 2027");
    expect(sent?.text).toContain("is now due on February 11, 2027.\nWe will charge it to your bank account");
  });

  test("names the date from which a payment counted as late, if that was after its own", () => {
    const settled = { depositSettledOn: "2027-02-07" };
    const wasDueOn = "2027-02-08";
    const late = mail("DueDeferred", { ...moved, wasDueOn }, { ...deferred, ...settled });

    expect(late?.text).toContain("that was due on February 8, 2027 is now due on February 20, 2027.");
    expect(mail("DueWaived", { ...waived, wasDueOn }, { ...anna.confirmed, ...settled })?.text).toContain(
      "for the payment due on February 8, 2027.",
    );
  });

  test("promises no charge on a date in the days before the start, when no bank account is debited", () => {
    const account: SavedMethod = { ...card, type: "us_bank_account", expiresOn: null };
    const held = { ...having({ dueOn: "2027-03-01" }), autopay: true, savedMethod: account };

    const sent = mail("DueDeferred", { ...moved, dueOn: "2027-03-01" }, held);

    expect(sent?.text).toMatch(
      /Please pay by card by the due date\. If this payment is still unpaid on March 8, 2027, we/,
    );
    expect(sent?.text).not.toMatch(/email you a link|do not need to do/);
    expect(sent?.action).toEqual({ label: "Pay now", url: "https://api.example.org/pay/1" });
  });

  test.each([
    ["declined", { savedMethod: { ...card, unusable: "declined" as const } }, "hard", "for this or any other payment."],
    ["not tried again", { savedMethod: card }, "limit", "again for this payment."],
    [
      "not tried, since its client is to confirm the payment",
      { savedMethod: card },
      "authentication",
      "charge this payment automatically again.",
    ],
  ] as const)(
    "says of a payment whose method is %s that it is not charged, and has a link",
    (_, method, stopped, says) => {
      const sent = mail("DueDeferred", moved, { ...failed(stopped, deferred), ...method, autopay: true });

      expect(sent?.text).toContain(says);
      expect(sent?.text).not.toMatch(/email you a link|We will charge/);
      expect(sent?.action?.label).toBe("Pay now");
    },
  );

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
    const charged = { ...anna.confirmed, autopay: true, savedMethod: card };
    expect(mail("CollectionChanged", { paused: false }, charged)?.text).toMatch(
      /as you authorized\. The next charge is \$16,000\.00 to your card ending in 4242 on February 6, 2027\.$/,
    );
  });

  test("says during a pause that the client can pay, unless nothing can be paid now", () => {
    const says = "If you want to pay now, you can pay on your booking page.";
    const pauses = [{ from: "2027-01-30", until: null }];
    const text = (booking: Booking) => mail("CollectionChanged", { paused: true }, { ...booking, pauses })?.text;
    const dated = having({ startsBy: "confirmation" });
    const unsigned = { ...anna.confirmed, agreement: { ...anna.confirmed.agreement, version: 2 } };

    expect(text(anna.confirmed)).toContain(says);
    expect(text({ ...dated, status: "awaiting_clearance", confirmedAt: null })).not.toContain(says);
    expect(text({ ...dated, status: "awaiting_clearance", confirmedAt: now })).toContain(says);
    expect(text(unsigned)).not.toContain(says);
  });

  const charge: Due = { ...(anna.confirmed.dues[1] as Due), id: "due_9", kind: "late_charge" };
  const settled = having({ status: "paid", paid: 1_600_000 });

  test.each<[string, Partial<Booking>]>([
    ["the bank declined the saved method for good", { savedMethod: { ...card, unusable: "declined" } }],
    ["no method was saved", {}],
    ["the payment is not tried again", { ...failed("limit", anna.confirmed), savedMethod: card }],
    ["only a late charge is left", { dues: [...settled.dues, charge], savedMethod: card }],
  ])("promises no charge after a pause if %s", (_, changes) => {
    const sent = mail("CollectionChanged", { paused: false }, { ...anna.confirmed, autopay: true, ...changes });

    expect(sent?.paragraphs).toEqual([
      "The payments for your booking are no longer paused.",
      "Please make each remaining payment by its due date, on your booking page or with a link that we send you. If a payment is already past due, please pay it on your booking page now.",
    ]);
  });

  test("says that charges go on after a pause while a payoff is open, which may fail, and names none", () => {
    const payoff = { attemptId: "att_1", on: "2027-01-30", dues: [], unearned: [] };
    const sent = mail(
      "CollectionChanged",
      { paused: false },
      { ...anna.confirmed, autopay: true, savedMethod: card, payoff },
    );

    expect(sent?.paragraphs.slice(1)).toEqual(["We will charge your payments automatically again, as you authorized."]);
  });

  const next: Due = { ...(anna.confirmed.dues[1] as Due), id: "due_2", dueOn: "2027-02-12", amount: 50_000 };

  describe("after a final notice that announced a cancellation", () => {
    const terms = { ...anna.confirmed.terms, nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 14 } };
    const noticed = (dueOn: string) => [{ kind: "final" as const, days: 7, dueOn, on: "2027-02-13" }];
    const booking: Booking = { ...having({ notices: noticed("2027-02-06") }), terms };
    const since = (until: string | null) => ({ pauses: [{ from: "2027-02-18", until }] });
    const [resumedAt, resumed] = ["2027-03-01T16:02:00Z", since("2027-03-01")];

    test("says that the pause holds the cancellation back", () => {
      const says = "we will not cancel your booking for non-payment, even on the date in our final notice.";

      expect(mail("CollectionChanged", { paused: true }, { ...booking, ...since(null) })?.text).toContain(says);
      for (const other of [having({ notices: noticed("2027-02-06") }), { ...anna.confirmed, terms }]) {
        expect(mail("CollectionChanged", { paused: true }, { ...other, ...since(null) })?.text).not.toContain("cancel");
      }
    });

    test("says at the end of the pause until when to pay, perhaps on the same day, with a link", () => {
      const sent = mail("CollectionChanged", { paused: false }, { ...booking, ...resumed }, resumedAt);

      expect(sent?.paragraphs.at(-1)).toBe(
        "Your payment of $16,000.00 was due on February 6, 2027 and has not been paid. If it is not paid before March 1, 2027, 10:00 AM MST, we will cancel your booking on that day under the cancellation terms of your agreement.",
      );
      expect(sent?.action).toEqual({ label: "Pay now", url: "https://api.example.org/pay/1" });
    });

    test("has then a link that is valid until the cancellation", () => {
      const later = { ...booking, ...resumed, terms: { ...terms, startsOn: "2027-05-30" } };

      expect(linkOf("CollectionChanged", { paused: false }, later, resumedAt)).toBe("2027-05-16T16:00:00Z");
    });

    test("names each such payment, and then no link, which would pay only one", () => {
      const two = { ...next, dueOn: "2027-02-05", notices: noticed("2027-02-05") };
      const dues = [...booking.dues, two];
      const sent = mail("CollectionChanged", { paused: false }, { ...booking, ...resumed, dues }, resumedAt);

      expect(sent?.text.match(/Your payment of \S+ was due on .* before March 1, 2027, 10:00 AM MST/g)).toHaveLength(2);
      expect(sent?.action).toBeUndefined();
    });

    test("says only that it may be canceled if the booking is not confirmed", () => {
      const awaiting: Booking = { ...booking, ...resumed, status: "awaiting_clearance" };

      expect(mail("CollectionChanged", { paused: false }, awaiting, resumedAt)?.text).toMatch(
        /before March 1, 2027, 10:00 AM MST, we may cancel your booking on or after that day/,
      );
    });

    test("names the date on which the payment was due, also if the pause has moved its debit", () => {
      const account: SavedMethod = { ...card, type: "us_bank_account", expiresOn: null };
      const varied = { noticeOn: "2027-03-02", noticedOn: null };
      const late = { dueOn: "2027-02-06", on: "2027-02-06" };
      const { dues } = having({ notices: noticed("2027-02-06"), varied, status: "past_due", late });
      const debited = { ...booking, ...resumed, dues, autopay: true, savedMethod: account };
      const sent = mail(
        "CollectionChanged",
        { paused: false },
        { ...debited, depositSettledOn: "2027-01-04" },
        resumedAt,
      );

      expect(sent?.text).toContain("was due on February 6, 2027 and has not been paid. If it is not paid before March");
    });

    test.each<[string, Booking]>([
      ["its bank is processing it", { ...booking, dues: having({ ...booking.dues[1], status: "processing" }).dues }],
      ["no final notice was sent", { ...anna.confirmed, terms }],
      ["the program does not cancel for it", { ...booking, terms: anna.confirmed.terms }],
      [
        "it waits for another confirmation, which gives it another date",
        {
          ...{ ...booking, status: "awaiting_clearance" },
          dues: having({ ...booking.dues[1], startsBy: "confirmation" }).dues,
        },
      ],
      ["it was waived", { ...booking, dues: having({ ...booking.dues[1], waived: 1_600_000 }).dues }],
    ])("announces no cancellation for a payment if %s", (_, one) => {
      const dues = [...one.dues, { ...next, dueOn: "2027-03-05" }];
      const sent = mail("CollectionChanged", { paused: false }, { ...one, ...resumed, dues }, resumedAt);

      expect(sent?.text).not.toContain("cancel");
      expect(sent?.text).toContain("no longer paused");
    });
  });

  test.each(["payoff", "debit"])("asks for nothing while the bank processes everything that is left: a %s", (how) => {
    const payoff = { attemptId: "att_1", on: "2027-01-30", dues: [], unearned: [] };
    const debited = having({ status: "processing", openAttemptId: "att_1" });
    const booking: Booking = { ...debited, ...(how === "payoff" ? { payoff } : {}), autopay: true, savedMethod: card };

    for (const [isPaused, one] of [
      [true, { ...booking, pauses: paused.pauses }],
      [false, booking],
    ] as const) {
      const sent = mail("CollectionChanged", { paused: isPaused }, one as Booking);
      expect(sent?.text).toContain("processing the payment of everything that you still owe");
      expect(sent?.text).not.toMatch(/[Pp]lease|If you want to pay|We will charge/);
    }
  });

  test("asks for the rest while the bank processes a part of what is left", () => {
    const part = having({ status: "processing", openAttemptId: "att_1", openPart: true });

    expect(mail("CollectionChanged", { paused: false }, part)?.text).toContain("Please make each remaining payment");
  });

  test.each<[string, Due["dueOn"], string]>([
    [
      "was due before",
      "2027-01-25",
      "We do not plan to charge the payment of $16,000.00 that was due on January 25, 2027. Please pay it on your booking page now.",
    ],
    [
      "is still to come",
      "2027-02-20",
      "We do not plan to charge the payment of $16,000.00 that is due on February 20, 2027. Please pay it on your booking page by then.",
    ],
  ])("names after a pause the next charge, and a payment that is not tried again: it %s", (_, dueOn, says) => {
    const { dues } = failed("limit", having({ dueOn }));
    const booking = { ...anna.confirmed, autopay: true, savedMethod: card, dues: [...dues, next] };

    expect(mail("CollectionChanged", { paused: false }, booking)?.paragraphs.slice(1)).toEqual([
      "We will charge your payments automatically again, as you authorized. The next charge is $500.00 to your card ending in 4242 on February 12, 2027.",
      says,
    ]);
  });

  test("names after a pause a charge that the card does not outlive", () => {
    const booking = { ...anna.confirmed, autopay: true, savedMethod: { ...card, expiresOn: "2027-01-31" } };

    expect(mail("CollectionChanged", { paused: false }, booking)?.text).toMatch(
      /to your card ending in 4242 on February 6, 2027\. Your card will have expired by then, so it may be declined\.$/,
    );
  });

  test("names after a pause a payment in the days without bank debits, with the day on which it is debited", () => {
    const account: SavedMethod = { ...card, type: "us_bank_account", expiresOn: null };
    const dues = [...having({ dueOn: "2027-03-01" }).dues, { ...next, dueOn: "2027-04-01" }];

    expect(
      mail(
        "CollectionChanged",
        { paused: false },
        { ...anna.confirmed, autopay: true, savedMethod: account, dues },
      )?.paragraphs.slice(1),
    ).toEqual([
      "We will charge your payments automatically again, as you authorized. The next charge is $500.00 to your bank account ending in 4242 on April 1, 2027.",
      "We do not debit bank accounts in the ten business days before the program starts, so please pay the $16,000.00 due on March 1, 2027 by card. If it is still unpaid on March 8, 2027, we will charge it to your bank account ending in 4242 then.",
    ]);
  });

  test("promises no link for each payment after a pause if the program sends no reminders", () => {
    const sent = mail("CollectionChanged", { paused: false }, withoutReminders(anna.confirmed));

    expect(sent?.text).toContain("Please make each remaining payment on your booking page by its due date.");
    expect(sent?.text).not.toContain("with a link that we send you");
  });

  test.each<[string, object | null]>([
    ["a deferral of a due that was moved again", mail("DueDeferred", moved, having({ dueOn: "2027-03-01" }))],
    [
      "a deferral to a date on which the due cannot be paid yet",
      mail(
        "DueDeferred",
        { ...moved, dueOn: "2027-02-07", wasDueOn: "2027-02-08" },
        { ...having({ dueOn: "2027-02-07" }), depositSettledOn: "2027-02-07" },
      ),
    ],
    ["a deferral to a date that has passed", mail("DueDeferred", moved, deferred, "2027-02-21T18:00:00Z")],
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
