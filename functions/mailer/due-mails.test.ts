import type { Booking, Due, SavedMethod } from "@clearing/domain/booking";
import { type EventName, eventNames } from "@clearing/domain/event";
import { describe, expect, test } from "vitest";
import { addresseesOf } from "./addressees.ts";
import { mailsAbout } from "./mails.ts";
import { anna, forAnna } from "./testing/anna.ts";

const now = "2027-01-30T18:00:00Z";
const afterwards = "2027-02-13T18:00:00Z";
const card: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2030-12-31" },
  ...{ mandateId: null, savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const told = { dueId: "due_1", dueOn: "2027-02-06", amount: 1_600_000, currency: "usd" };
const collected: Booking = { ...anna.confirmed, autopay: true, savedMethod: card };
const late = (booking: Booking): Booking => ({
  ...booking,
  dues: booking.dues.map((due) => (due.id === "due_1" ? { ...due, status: "past_due" as const } : due)),
});
const failedSoftly = (booking: Booking) => ({
  ...booking,
  dues: booking.dues.map((due) => ({
    ...due,
    tries: {
      ...{ failed: 1, firstFailedOn: "2027-02-06", lastFailedAt: "2027-02-06T17:00:00Z" },
      ...{ lastFailure: "insufficient_funds" as const, methodId: "pm_1", stopped: null },
    },
  })),
});

const having = (changes: object, more: Partial<Booking> = {}): Booking => ({
  ...anna.confirmed,
  ...more,
  dues: anna.confirmed.dues.map((due) => (due.id === "due_1" ? { ...due, ...changes } : due)),
});

type Name = "DueNotice" | "PaymentFailed" | "LateChargeAdded" | "CollectionTaskOpened";

function mail(name: Name, data: object, booking: Booking, at = now) {
  const payLink = (dueId: string) => `https://api.example.org/pay/${dueId}`;
  const { payer, operator } = mailsAbout(name);
  const wording = (payer ?? operator)?.({ booking, refund: null, data: { ...told, ...data }, now: at, payLink });
  return wording ? { ...wording, text: wording.paragraphs.join("\n") } : null;
}

describe("a notice", () => {
  test("of a due that is collected says when and from which method, asks for nothing, and links to its page", () => {
    const sent = mail("DueNotice", { kind: "upcoming", days: 7 }, collected);

    expect(sent?.subject).toBe("Your payment is due on February 6, 2027");
    expect(sent?.text).toContain("We will charge it to your card ending in 4242 on February 6, 2027.");
    expect(sent?.text).toContain("You do not need to do anything.");
    expect(sent?.action).toEqual({
      label: "Pay early or change your payment method",
      url: "https://api.example.org/pay/due_1",
    });
  });

  test.each([
    ["2027-02-04T18:00:00Z", "Your payment is due on February 6, 2027"],
    ["2027-02-05T18:00:00Z", "Payment due tomorrow, February 6, 2027"],
    // Still the fifth in the cohort's time zone.
    ["2027-02-06T06:59:59Z", "Payment due tomorrow, February 6, 2027"],
    ["2027-02-06T07:00:00Z", "Your payment is due on February 6, 2027"],
  ])("before the date says in its subject that the date is tomorrow, only while it is: sent %s", (sentAt, subject) => {
    expect(mail("DueNotice", { kind: "upcoming", days: 1 }, anna.confirmed, sentAt)?.subject).toBe(subject);
  });

  test("of a due that is not charged automatically although the client authorized it says so", () => {
    const sent = mail("DueNotice", { kind: "upcoming", days: 7 }, { ...anna.confirmed, autopay: true });

    expect(sent?.text).toContain("We do not have a card or bank account that we can charge for this payment.");
    expect(sent?.action).toEqual({ label: "Pay now", url: "https://api.example.org/pay/due_1" });
  });

  test("of a due that is paid by link has the link", () => {
    const sent = mail("DueNotice", { kind: "upcoming", days: 7 }, anna.confirmed);

    expect(sent?.text).toContain("Your payment of $16,000.00 is due on February 6, 2027.");
    expect(sent?.action).toEqual({ label: "Pay now", url: "https://api.example.org/pay/due_1" });
  });

  const open = { openAttemptId: "att_1" };
  const payoff = { attemptId: "att_1", on: "2027-01-30", dues: [], unearned: [] };

  test.each([
    ["a session for the due", having(open)],
    ["a session for a payoff", having(open, { payoff })],
  ])("is sent although its client has just opened %s, which may expire unpaid", (_, booking) => {
    const sent = mail("DueNotice", { kind: "final", days: 7, cancelsOn: "2027-02-22" }, booking, afterwards);

    expect(sent?.text).toContain("February 22, 2027");
  });

  test.each([
    ["the bank processes a debit", having({ ...open, status: "processing" })],
    ["a try is under way", { ...collected, dues: having(open).dues }],
  ])("is not sent while %s: another mail reports the outcome", (_, booking) => {
    expect(mail("DueNotice", { kind: "past_due", days: 3 }, booking, afterwards)).toBeNull();
  });

  const account: SavedMethod = { ...card, type: "us_bank_account", last4: null, expiresOn: null };
  const debited = { autopay: true, savedMethod: account, depositSettledOn: "2027-01-04" };
  const varied = { noticeOn: "2027-02-01", noticedOn: "2027-02-01" };

  test.each<[string, Booking, sentAt: string, subject: string, says: string]>([
    [
      "the tenth day after the notice of a changed debit",
      having({ varied }, debited),
      "2027-02-10T17:00:00Z",
      "Payment due tomorrow, February 11, 2027",
      "is due on February 11, 2027.\nWe will charge it to your bank account on February 11, 2027.",
    ],
    [
      "the day after the deposit settled",
      having({}, { depositSettledOn: "2027-02-07" }),
      "2027-02-07T18:00:00Z",
      "Payment due tomorrow, February 8, 2027",
      "Your payment of $16,000.00 is due on February 8, 2027.",
    ],
  ])("names the date from which the payment counts as late: %s", (_, booking, sentAt, subject, says) => {
    const sent = mail("DueNotice", { kind: "upcoming", days: 1 }, booking, sentAt);

    expect(sent?.subject).toBe(subject);
    expect(sent?.text).toContain(says);
    expect(sent?.text).not.toContain("February 6");
  });

  test.each(["past_due", "final"])("of kind %s is not sent before that date has passed, which can move", (kind) => {
    const changed = having({ varied }, debited);

    expect(mail("DueNotice", { kind, cancelsOn: null }, changed, "2027-02-10T17:00:00Z")).toBeNull();
    expect(mail("DueNotice", { kind, cancelsOn: null }, anna.confirmed, "2027-02-06T17:00:00Z")).toBeNull();
    expect(mail("DueNotice", { kind, cancelsOn: null }, anna.confirmed, "2027-02-07T17:00:00Z")).not.toBeNull();
  });

  test("of a payment to come is not sent after the date", () => {
    expect(mail("DueNotice", { kind: "upcoming" }, anna.confirmed, "2027-02-06T17:00:00Z")).not.toBeNull();
    expect(mail("DueNotice", { kind: "upcoming" }, anna.confirmed, "2027-02-07T17:00:00Z")).toBeNull();
  });

  test("of a held-back debit says that its payment is past due, if it is", () => {
    const heldBack = having({ dueOn: "2027-02-26" }, { autopay: true, savedMethod: account });
    const sent = (at: string) => mail("DueNotice", { kind: "changed", dueOn: "2027-02-26" }, heldBack, at)?.text;

    expect(sent("2027-02-26T18:00:00Z")).toContain("The payment is $16,000.00, due on February 26, 2027.");
    expect(sent("2027-03-01T18:00:00Z")).toContain(
      "The payment is $16,000.00. It was due on February 26, 2027 and has not been paid in full.",
    );
  });

  test("of a debit that differs from the permission states its amount and date", () => {
    const account = { ...card, type: "us_bank_account" as const, expiresOn: null };
    const dues = collected.dues.map((due) =>
      due.id === "due_1"
        ? { ...due, waived: 100_000, varied: { noticeOn: "2027-01-30", noticedOn: "2027-01-30" } }
        : due,
    );
    const sent = mail(
      "DueNotice",
      { kind: "changed", days: 10 },
      { ...collected, ...debited, dues, savedMethod: account },
    );

    expect(sent?.subject).toBe("An automatic payment has changed");
    expect(sent?.text).toContain("The payment is $15,000.00, due on February 9, 2027.");
    expect(sent?.text).toContain("We will charge it to your bank account ending in 4242 on February 9, 2027.");
  });

  test("of a card that expires before the date says that it is tried all the same, and has the link", () => {
    const sent = mail(
      "DueNotice",
      { kind: "upcoming" },
      { ...collected, savedMethod: { ...card, expiresOn: "2027-01-31" } },
    );

    expect(sent?.text).toMatch(
      /\nWe will try to charge your card ending in 4242 on February 6, 2027, but it will have expired by then, .* Please use the link below to pay, or to save another card or bank account\.$/,
    );
    expect(sent?.action?.url).toContain("/pay/due_1");
  });

  test("of a bank debit in the days before the start says why it is paid by link", () => {
    const dues = collected.dues.map((due) => ({ ...due, dueOn: "2027-03-01" }));
    const sent = mail(
      "DueNotice",
      { kind: "upcoming", dueOn: "2027-03-01" },
      { ...collected, dues, savedMethod: account },
    );

    expect(sent?.text).toContain("\nWe do not debit bank accounts ");
    expect(sent?.text).toContain("Please pay by card by the due date.");
    expect(sent?.text).toMatch(/still unpaid on March 8, 2027, we will charge it to your bank account then\.$/);
    expect(sent?.action?.url).toContain("/pay/due_1");
  });

  test("of a bank debit before which the booking is cancelled asks for a card and promises no debit", () => {
    const dues = collected.dues.map((due) => ({ ...due, dueOn: "2027-02-26" }));
    const terms = { ...collected.terms, nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 4 } };
    const booking = { ...collected, dues, terms, savedMethod: account };
    const noticed = (data: object, at = "2027-03-05T18:00:00Z") =>
      mail("DueNotice", { dueOn: "2027-02-26", ...data }, booking, at);

    const cancels = "If it is not paid before March 6, 2027, we will cancel your booking on that day";
    for (const sent of [
      noticed({ kind: "upcoming" }, now),
      noticed({ kind: "past_due" }),
      noticed({ kind: "final", cancelsOn: "2027-03-06" }),
    ]) {
      expect(sent?.text).toContain("we will not charge this payment to your bank account. Please pay it by card.");
      expect(sent?.text.split(cancels)).toHaveLength(2);
      expect(sent?.text).not.toMatch(/March 8|charge it/);
      expect(sent?.action).toEqual({ label: "Pay now", url: "https://api.example.org/pay/due_1" });
    }
  });

  test("of a past-due payment says so, and the last one says when the booking is cancelled", () => {
    const booking = late(anna.confirmed);
    expect(mail("DueNotice", { kind: "past_due" }, booking, afterwards)).toMatchObject({
      ...{ subject: "Your payment is past due", action: { url: "https://api.example.org/pay/due_1" } },
      text: expect.stringContaining("was due on February 6, 2027 and has not been paid"),
    });
    const final = mail("DueNotice", { kind: "final", cancelsOn: "2027-02-22" }, booking, afterwards);
    expect(final?.text).toMatch(/If it is not paid before February 22, 2027, we will cancel .* of your agreement\.$/);
    expect(mail("DueNotice", { kind: "final", cancelsOn: null }, booking, afterwards)?.text).not.toContain("cancel");
  });

  test.each<[string, object, Booking, at: string, until: string]>([
    ["of a cancellation", { kind: "final", cancelsOn: "2027-03-20" }, late(anna.confirmed), afterwards, "2027-03-21"],
    ["of its payment", { kind: "upcoming" }, anna.confirmed, "2026-12-08T18:00:00Z", "2027-02-07"],
  ])("has a link that is valid until the end of the day %s", (_, data, booking, at, until) => {
    const payLink = (_due: string, atLeastUntil: string) => atLeastUntil;
    const input = { booking, refund: null, data: { ...told, ...data }, now: at, payLink };

    expect(mailsAbout("DueNotice").payer?.(input)?.action?.url.slice(0, 10)).toBe(until);
  });

  test("of a booking that is not confirmed says only that it may be cancelled", () => {
    const awaiting = late({ ...anna.confirmed, status: "awaiting_clearance" });
    const held: Booking = {
      ...{ ...awaiting, dues: having({ dueOn: "2027-02-26" }).dues, autopay: true, savedMethod: account },
      terms: { ...awaiting.terms, nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 4 } },
    };

    const final = mail("DueNotice", { kind: "final", cancelsOn: "2027-02-22" }, awaiting, afterwards);
    const upcoming = mail("DueNotice", { kind: "upcoming", dueOn: "2027-02-26" }, held);

    expect(final?.text).toMatch(/If it is not paid before February 22, 2027, we may cancel .* on or after that day /);
    expect(upcoming?.text).toMatch(/If it is not paid before March 6, 2027, we may cancel .* on or after that day /);
    for (const sent of [final, upcoming]) expect(sent?.text).not.toContain("we will cancel");
  });

  test.each([
    ["past_due", {}],
    ["final", { cancelsOn: "2027-02-22" }],
  ])("of a past-due payment that is tried again does not say that its client need not act: %s", (kind, data) => {
    const booking = failedSoftly(late(collected));

    const sent = mail("DueNotice", { kind, ...data }, booking, "2027-02-08T18:00:00Z");

    expect(sent?.text).toContain(
      "We will try to charge your card ending in 4242 on February 9, 2027. If that fails, you still owe this payment.",
    );
    expect(sent?.text).not.toContain("You do not need to do anything");
    expect(sent?.action?.label).toBe("Pay now");
  });

  test.each<[string, Booking]>([
    ["was paid", { ...anna.confirmed, dues: anna.confirmed.dues.map((due) => ({ ...due, paid: due.amount })) }],
    ["was moved", { ...anna.confirmed, dues: anna.confirmed.dues.map((due) => ({ ...due, dueOn: "2027-03-01" })) }],
    [
      "is being paid",
      { ...anna.confirmed, dues: anna.confirmed.dues.map((due) => ({ ...due, status: "processing" })) },
    ],
    ["was cancelled with its booking", anna.cancelled],
  ])("is not sent about a due that %s in the meantime", (_, booking) => {
    expect(mail("DueNotice", { kind: "past_due" }, booking)).toBeNull();
  });
});

describe("a failed collection", () => {
  test("says why, when it is retried, and where to pay now", () => {
    const sent = mail("PaymentFailed", { purpose: "due", reason: "insufficient_funds" }, failedSoftly(collected));

    expect(sent?.subject).toBe("Your payment did not go through");
    expect(sent?.text).toContain(
      "There was not enough money in the account.\nWe will try to charge your card ending in 4242 on February 9, 2027, unless you pay before then.",
    );
    expect(sent?.action?.url).toBe("https://api.example.org/pay/due_1");
  });

  test.each([
    [
      "on the first day",
      {},
      /still unpaid on March 8, 2027, we will charge it to your bank account ending in 4242 then\.$/,
    ],
    [
      "never, since the booking is cancelled first",
      { nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 4 } },
      /not charge this payment to your bank account ending in 4242\. Please pay it by card\.\nIf it is not paid before March 4, /,
    ],
  ])("of a bank debit whose retry the days before the start hold back says when it is made: %s", (_, rules, says) => {
    const account: SavedMethod = { ...card, type: "us_bank_account", expiresOn: null };
    const returned = failedSoftly({ ...collected, savedMethod: account, terms: { ...collected.terms, ...rules } });
    const dues = returned.dues.map((due) => ({
      ...{ ...due, dueOn: "2027-02-20" },
      tries: { ...due.tries, firstFailedOn: "2027-02-22", lastFailedAt: "2027-02-22T20:00:00Z" },
    }));

    const sent = mail(
      "PaymentFailed",
      { purpose: "due", reason: "insufficient_funds" },
      { ...returned, dues },
      "2027-02-22T20:01:00Z",
    );

    expect(sent?.text).toMatch(says);
    expect(sent?.action).toEqual({ label: "Pay now", url: "https://api.example.org/pay/due_1" });
  });

  describe("of a payoff", () => {
    const at = "2027-02-08T19:00:00Z";
    const failed = { purpose: "payoff", reason: "bank_returned", amount: 2_000_000 };
    const [deposit, one] = collected.dues as [Booking["dues"][number], Booking["dues"][number]];
    const goesOnAt = "2027-02-09T17:00:00Z";
    const dues = [
      deposit,
      { ...one, amount: 30_000, status: "past_due" as const, goesOnAt },
      { ...one, id: "due_2", amount: 40_000, dueOn: "2027-02-09", goesOnAt },
      { ...one, id: "due_3", amount: 50_000, dueOn: "2027-03-06", goesOnAt },
    ];

    test("names the payments that are charged next, when, and from which method", () => {
      const sent = mail("PaymentFailed", failed, { ...collected, dues }, at);

      expect(sent?.paragraphs.slice(1)).toEqual([
        "Your bank returned it.",
        "We will still charge your scheduled payments automatically. The next charge is $300.00 to your card ending in 4242 on February 9, 2027. On the same day, we will also charge $400.00.",
        "You can pay with a different payment method on your booking page.",
      ]);
    });

    test("names a past-due payment that is not charged", () => {
      const tries: NonNullable<Due["tries"]> = {
        ...{ failed: 1, firstFailedOn: "2027-02-06", lastFailedAt: "2027-02-06T17:00:00Z" },
        ...{ lastFailure: "card_declined", methodId: "pm_1", stopped: "limit" },
      };
      const stopped = dues.map((due) => (due.id === "due_1" ? { ...due, tries } : due));
      const sent = mail("PaymentFailed", failed, { ...collected, dues: stopped }, at);

      expect(sent?.paragraphs.slice(2, 4)).toEqual([
        "We will still charge your scheduled payments automatically. The next charge is $400.00 to your card ending in 4242 on February 9, 2027.",
        "We do not plan to charge the payment of $300.00 that was due on February 6, 2027. Please pay it on your booking page now.",
      ]);
    });

    test.each<[string, Partial<Booking>, string]>([
      ["automatic payments are off", { autopay: false }, at],
      ["the bank declined the saved method for good", { savedMethod: { ...card, unusable: "declined" } }, at],
      ["collection is paused", { pauses: [{ from: "2027-02-01", until: null }] }, at],
      ["another mail will report the charges, which have begun", { dues: dues.slice(0, 3) }, goesOnAt],
    ])("promises no charge if %s", (_, changes, sentAt) => {
      const sent = mail("PaymentFailed", failed, { ...collected, dues, ...changes }, sentAt);

      expect(sent?.paragraphs.slice(1)).toEqual([
        "Your bank returned it.",
        "You can pay with a different payment method on your booking page.",
      ]);
    });
  });

  test.each([
    [
      "hard",
      "We do not plan to charge your card ending in 4242 again for this or any other payment. Please use the link below to pay, or",
    ],
    [
      "limit",
      "We do not plan to try your card ending in 4242 again for this payment. Please use the link below to pay, or",
    ],
    ["authentication", "We will not try to charge this payment automatically again. Please pay with the link below."],
  ] as const)(
    "that is not retried says so while automatic payments are on, and so do its notices: %s",
    (stopped, says) => {
      const unusable = stopped === "hard" ? "declined" : null;
      const booking = { ...failedSoftly(late(collected)), savedMethod: { ...card, unusable } as SavedMethod };
      const dues = booking.dues.map((due) => ({ ...due, tries: { ...due.tries, stopped } }));
      const at = "2027-02-09T18:00:00Z";
      const failed = (more: Partial<Booking> = {}) =>
        mail("PaymentFailed", { purpose: "due", reason: "card_declined" }, { ...booking, dues, ...more }, at)?.text;

      expect(failed()).toContain(`Your bank declined it.\n${says}`);
      expect(mail("DueNotice", { kind: "past_due" }, { ...booking, dues }, at)?.text).toContain(says);
      expect(failed({ autopay: false })).toMatch(/Your bank declined it\.$/);
    },
  );

  test("of a declined method is said in the notices of other payments, and in none of a late charge", () => {
    const declined: Booking = { ...collected, savedMethod: { ...card, unusable: "declined" } };
    const charge = {
      ...(anna.confirmed.dues[1] as Booking["dues"][number]),
      id: "due_9",
      kind: "late_charge" as const,
    };
    const noticed = (data: object, booking = declined) => mail("DueNotice", { kind: "upcoming", ...data }, booking);

    expect(noticed({})?.text).toContain(
      "We do not plan to charge your card ending in 4242 again for this or any other",
    );
    expect(noticed({})?.action?.label).toBe("Pay now");
    expect(noticed({ dueId: "due_9" }, { ...declined, dues: [...declined.dues, charge] })?.paragraphs).toHaveLength(1);
  });

  test("whose retry the card does not outlive says that it may fail", () => {
    const booking = { ...failedSoftly(collected), savedMethod: { ...card, expiresOn: "2027-01-31" } };
    const sent = mail("PaymentFailed", { purpose: "due", reason: "insufficient_funds" }, booking);

    expect(sent?.text).toContain(
      "We will try to charge your card ending in 4242 on February 9, 2027, but it will have expired by then",
    );
  });

  test("that is not retried asks to pay by link", () => {
    const sent = mail("PaymentFailed", { purpose: "due", reason: "card_declined" }, anna.confirmed);

    expect(sent?.text).toMatch(/\nYour bank declined it\.$/);
    expect(sent?.action?.url).toBe("https://api.example.org/pay/due_1");
  });
});

test("a late charge names the late payment, the added amount, and its due date", () => {
  const charge = {
    ...(anna.confirmed.dues[1] as Booking["dues"][number]),
    id: "due_9",
    dueOn: "2027-02-27",
    amount: 2_500,
  };
  const booking = { ...anna.confirmed, dues: [...anna.confirmed.dues, charge] };
  const sent = mail(
    "LateChargeAdded",
    { dueId: "due_9", forDueId: "due_1", dueOn: "2027-02-27", amount: 2_500 },
    booking,
  );

  expect(sent?.text).toContain(
    "was due on February 6, 2027 has not been paid in full, so we added a late charge of $25.00",
  );
  expect(sent?.text).toMatch(
    /in addition to that payment\. It is due on February 27, 2027\. We do not charge it automatically, /,
  );
  expect(sent?.action).toEqual({ label: "Pay the late charge", url: "https://api.example.org/pay/due_9" });
});

test("a mail about a late charge names the date from which its payment was late", () => {
  const charge: Due = { ...(anna.confirmed.dues[1] as Due), id: "due_9", kind: "late_charge", dueOn: "2027-03-02" };
  const booking = { ...anna.confirmed, dues: [...anna.confirmed.dues, charge], depositSettledOn: "2027-02-07" };
  const added = { dueId: "due_9", forDueId: "due_1", dueOn: "2027-03-02" };

  expect(mail("LateChargeAdded", added, booking, "2027-02-20T18:00:00Z")?.text).toContain(
    "Your payment that was due on February 8, 2027 has not been paid in full",
  );

  const late = { dueOn: "2027-03-06", late: { dueOn: "2027-02-06", on: "2027-02-08" } };
  const deferred = { ...booking, dues: booking.dues.map((due) => (due.id === "due_1" ? { ...due, ...late } : due)) };
  expect(mail("LateChargeAdded", added, deferred, "2027-02-20T18:00:00Z")?.text).toContain("due on February 8, 2027");
});

test.each<[EventName, object]>([
  ["LateChargeAdded", { dueId: "due_9", forDueId: "due_1", dueOn: "2027-04-01" }],
  ["PaymentFailed", { dueId: "due_9", purpose: "due", reason: "card_declined" }],
])("the link of %s is valid until the end of the date that the mail is about", (name, data) => {
  const charge: Due = { ...(anna.confirmed.dues[1] as Due), id: "due_9", dueOn: "2027-04-01", amount: 2_500 };
  const booking = { ...anna.confirmed, dues: [...anna.confirmed.dues, charge] };
  const payLink = (_due: string, atLeastUntil: string) => atLeastUntil;

  const input = { booking, refund: null, data: { ...data }, now: afterwards, payLink };
  expect(mailsAbout(name).payer?.(input)?.action?.url).toBe("2027-04-02T06:00:00Z");
});

describe("a collection task", () => {
  const taskOf = (booking: Booking, reason = "not_paid", at = afterwards) =>
    mail("CollectionTaskOpened", { reason }, booking, at);

  test("tells the operator what is unpaid, since when, and what staff can do", () => {
    expect(taskOf(late(anna.confirmed))?.text).toContain(
      "A payment of $16,000.00 was due on February 6, 2027 and is still unpaid after the final notice",
    );
    expect(taskOf(late(anna.confirmed), "delinquent")?.text).toContain("is more than 30 days late");
    expect(taskOf(late(anna.confirmed))).not.toHaveProperty("action");
  });

  test("is not sent once a payment is under way, or the booking has ended", () => {
    const paying = having({ openAttemptId: "att_1", status: "processing" });

    expect([taskOf(paying), taskOf(anna.cancelled)]).toEqual([null, null]);
  });

  test("is not sent if the payment is no longer late, because another date counts", () => {
    expect(taskOf({ ...anna.confirmed, depositSettledOn: "2027-02-13" })).toBeNull();
  });

  test("goes only to the operator", () => {
    for (const booking of [anna.confirmed, forAnna(anna.confirmed)]) {
      const sentTo = addresseesOf("CollectionTaskOpened", booking, "help@example.org");
      expect(sentTo).toMatchObject([{ recipient: "operator", to: "help@example.org" }]);
    }
  });
});

test("no other event has a mail to the operator", () => {
  const toOperator: readonly EventName[] = ["CollectionTaskOpened"];
  const others = eventNames.filter((name) => !toOperator.includes(name));
  const told = others.flatMap((name) => addresseesOf(name, anna.confirmed, "help@example.org"));
  expect(told.filter(({ recipient }) => recipient === "operator")).toEqual([]);
});
