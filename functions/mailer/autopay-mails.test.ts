import type { Booking, Due } from "@clearing/domain/booking";
import { today } from "@clearing/domain/testing/retreat";
import { describe, expect, test } from "vitest";
import { mailsAbout } from "./mails.ts";
import { anna, type State, withoutReminders } from "./testing/anna.ts";
import type { Data } from "./words.ts";

const permission = ["You may authorize Sample Operator.", "Balance: $16,000.00, due February 6, 2027"];

function wordsOf(booking: Booking, data: Data, copied: readonly string[] = []): string | null {
  const payLink = () => "https://example.org/pay/token";
  const input = { booking, refund: null, data, now: today, payLink, permission: copied };
  const wording = mailsAbout("AutopayChanged").payer?.(input) ?? null;
  return wording && [wording.subject, ...wording.paragraphs].join("\n");
}
const on = { ...anna.confirmed, autopay: true };

describe("the mail about automatic payments", () => {
  test("has the client's copy of the given permission", () => {
    const mail = wordsOf(on, { autopay: true, reason: "client" }, permission);

    expect(mail).toContain("Automatic payments are on");
    expect(mail).toContain(`This is your copy of the authorization:\n${permission.join("\n")}`);
  });

  test.each([
    ["client", "As you asked, we no longer charge"],
    ["detached", "We no longer have a saved payment method for you"],
    ["customer_deleted", "We no longer have a saved payment method for you"],
    ["mandate_withdrawn", "We no longer have permission to debit your bank account"],
    ["refused", "We can no longer use your saved payment method"],
  ])("says that it is off, %s, and that payments go by link", (reason, words) => {
    const mail = wordsOf(anna.confirmed, { autopay: false, reason });

    expect(mail).toContain("Automatic payments are off");
    expect(mail).toContain(words);
    expect(mail).toContain("Please make each remaining payment by its due date, on your booking page or with a link");
    expect(mail).not.toContain("already processing");
  });

  test("promises no link for each payment if the program sends no reminders", () => {
    const mail = wordsOf(withoutReminders(anna.confirmed), { autopay: false, reason: "client" });

    expect(mail).toContain("by its due date. We will not send you a reminder before that date.");
    expect(mail).not.toContain("with a link that we send you");
  });

  test("says that a debit under way is not stopped", () => {
    const dues = anna.confirmed.dues.map((due) =>
      due.kind === "balance" ? { ...due, status: "processing" as const } : due,
    );

    expect(wordsOf({ ...anna.confirmed, dues }, { autopay: false, reason: "client" })).toContain(
      "This does not stop a payment that your bank is already processing.",
    );
  });

  test("is not sent if autopay was changed back since, or the booking has ended", () => {
    expect(wordsOf(on, { autopay: false, reason: "client" })).toBeNull();
    expect(wordsOf(anna.confirmed, { autopay: true, reason: "client" })).toBeNull();
    for (const state of ["expired", "declined", "cancelled"] satisfies State[]) {
      expect(wordsOf(anna[state], { autopay: false, reason: "detached" })).toBeNull();
    }
  });

  test("is not sent about a lost method if nothing is left to pay", () => {
    const dues = anna.confirmed.dues.map((due) => ({ ...due, status: "paid" as const, paid: due.amount }));
    const settled = { ...anna.confirmed, dues };

    expect(wordsOf(settled, { autopay: false, reason: "detached" })).toBeNull();
    expect(wordsOf(settled, { autopay: false, reason: "client" })).not.toContain("We will send you a link");
  });
});

test("the receipt of a signature has the copy of the permission given with it", () => {
  const input = { booking: on, refund: null, now: today, payLink: () => "", permission };
  const write = mailsAbout("AgreementSigned").payer;

  expect(write?.({ ...input, data: { autopay: true } })?.paragraphs).toEqual(expect.arrayContaining(permission));
  expect(write?.({ ...input, data: { autopay: false } })?.paragraphs).not.toContain(permission[0]);
});

describe("where automatic payments are on without a method that can be charged", () => {
  const account: Booking["savedMethod"] = {
    ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2030-12-31" },
    ...{ mandateId: null, savedAt: today, unusable: null },
  };
  const { awaiting_clearance: awaiting, confirmed, held, cancelled } = anna;
  const balance = { status: "processing", openAttemptId: "att_1" } as const;
  const processing: Booking = {
    ...confirmed,
    dues: confirmed.dues.map((due) => (due.id === "due_1" ? { ...due, ...balance } : due)),
  };
  const says = "We do not have a card or bank account that we can charge. Please save one on your booking page.";
  const mailed = (name: "AgreementSigned" | "AutopayChanged" | "PaymentSettled", booking: Booking) => {
    const data = { autopay: true, reason: "client", purpose: "deposit", amount: 250_000, currency: "usd" };
    const input = { booking, refund: null, now: today, payLink: () => "", data, permission };
    return mailsAbout(name).payer?.(input)?.paragraphs.join("\n");
  };

  test.each(["AgreementSigned", "AutopayChanged", "PaymentSettled"] as const)("%s says so", (name) => {
    expect(mailed(name, { ...awaiting, autopay: true })).toContain(says);
    expect(mailed(name, { ...awaiting, autopay: true, savedMethod: { ...account, unusable: "declined" } })).toContain(
      says,
    );
    expect(mailed(name, { ...awaiting, autopay: true, savedMethod: account })).not.toContain(says);
  });

  test.each<[string, Booking]>([
    ["before the deposit, whose page saves a method", { ...held, autopay: true }],
    ["if automatic payments are off again", awaiting],
    ["if the booking has ended", { ...cancelled, autopay: true }],
    ["if nothing is left to charge", { ...confirmed, autopay: true, dues: confirmed.dues.slice(0, 1) }],
    ["while the bank processes everything that is left", { ...processing, autopay: true }],
  ])("the receipt of a signature does not say so %s", (_, booking) => {
    expect(mailed("AgreementSigned", booking)).not.toContain(says);
  });

  test("the receipt of a signature says during a pause that nothing is charged for now", () => {
    const pauses = [{ from: "2027-01-04", until: null }];
    const now = "For now, we will not charge payments for your booking";

    expect(mailed("AgreementSigned", { ...awaiting, autopay: true, savedMethod: account, pauses })).toContain(now);
    expect(mailed("AgreementSigned", { ...cancelled, autopay: true, pauses })).not.toContain(now);
  });
});

test("the receipt of a signature promises no link for each payment if the program sends no reminders", () => {
  const input = { refund: null, now: today, payLink: () => "", data: { autopay: false } };
  const receipt = (booking: Booking) =>
    mailsAbout("AgreementSigned")
      .payer?.({ ...input, booking })
      ?.paragraphs.join();

  expect(receipt(anna.held)).toContain("a link for each payment after the deposit");
  expect(receipt(withoutReminders(anna.held))).not.toContain("a link for each");
  expect(receipt(withoutReminders(anna.held))).toContain(
    "You did not authorize automatic payments. Please make each remaining payment on your booking page",
  );
});

test("the receipt of a signature asks for the deposit until the hold ends, unless it is under way", () => {
  const receipt = (booking: Booking, data: Data, now = today) =>
    mailsAbout("AgreementSigned")
      .payer?.({ booking, refund: null, now, payLink: () => "", data })
      ?.paragraphs.join("\n");
  const asked = "please pay the deposit on your booking page before January 4, 2027, 10:30 AM MST.";

  for (const autopay of [true, false]) {
    expect(receipt(anna.held, { autopay })).toContain(asked);
    expect(receipt(anna.held, { autopay }, "2027-01-04T17:30:00Z")).not.toContain("pay the deposit");
    expect(receipt(anna.paying, { autopay })).not.toContain("pay the deposit");
    expect(receipt(anna.confirmed, { autopay })).not.toContain("pay the deposit");
  }
});

describe("the mail about a method that was saved", () => {
  const savedMethod: Booking["savedMethod"] = {
    ...{ id: "pm_2", customerId: "cus_1", type: "card", fingerprint: "fp_2", last4: "4444", expiresOn: "2033-12-31" },
    ...{ mandateId: null, savedAt: today, unusable: null },
  };
  const saved = (booking: Booking) => {
    const input = { booking, refund: null, now: today, payLink: () => "", permission, data: { autopay: true } };
    return mailsAbout("PaymentMethodSaved").payer?.(input)?.paragraphs.join("\n") ?? null;
  };

  test("has the copy of the permission to collect from it", () => {
    expect(saved({ ...on, savedMethod })).toContain("your card ending in 4444");
    expect(saved({ ...on, savedMethod })).toContain(permission[0]);
  });

  test.each([
    ["2027-02-06T19:00:00Z", "the payment due on February 6, 2027: your bank asks you to confirm it"],
    ["2027-02-07T19:00:00Z", "the payment that was due on February 6, 2027: your bank asks you to confirm it"],
  ])("excepts a payment that its client is to confirm from what is charged: on %s", (now, says) => {
    const tries: NonNullable<Due["tries"]> = {
      ...{ failed: 1, firstFailedOn: "2027-02-06", lastFailedAt: "2027-02-06T17:00:00Z" },
      ...{ lastFailure: "authentication_required", methodId: "pm_1", stopped: "authentication" },
    };
    const dues = anna.confirmed.dues.map((due) =>
      due.id === "due_1" ? { ...due, tries, status: "action_required" as const } : due,
    );
    const input = {
      booking: { ...on, savedMethod, dues },
      refund: null,
      now,
      payLink: () => "",
      data: { autopay: true },
    };

    for (const name of ["PaymentMethodSaved", "AutopayChanged"] as const) {
      const mail = mailsAbout(name).payer?.(input)?.paragraphs.join("\n");
      expect(mail).toContain(`This does not include ${says}, so please pay it yourself.`);
    }
  });

  test("says during a pause that nothing is charged for now", () => {
    const pauses = [{ from: "2027-01-04", until: null }];
    const now = "For now, we will not charge payments for your booking or send you reminders about them.";

    expect(saved({ ...on, savedMethod, pauses })).toContain(now);
    expect(saved({ ...anna.confirmed, savedMethod, pauses })).toContain(`Automatic payments are off. ${now}`);
    expect(saved({ ...anna.confirmed, savedMethod, pauses })).not.toContain("link that we send");
    expect(wordsOf({ ...on, pauses }, { autopay: true, reason: "client" })).toContain(now);
  });

  test.each([null, "2027-01-05"])("asks for nothing while the bank processes everything that is left: %s", (until) => {
    const pauses = [{ from: "2027-01-04", until }];
    const dues = anna.confirmed.dues.map((due) => ({ ...due, status: "processing" as const }));
    const booking: Booking = { ...anna.confirmed, savedMethod, dues, pauses };

    for (const mail of [saved(booking), wordsOf(booking, { autopay: false, reason: "client" })]) {
      expect(mail).toContain("processing the payment of everything that you still owe");
      expect(mail).not.toMatch(/[Pp]lease|you can (pay|make)/);
    }
  });

  test("promises no link once nothing is left to pay", () => {
    const dues = anna.confirmed.dues.map((due) => ({ ...due, status: "paid" as const, paid: due.amount }));

    expect(saved({ ...anna.confirmed, savedMethod, dues })).toMatch(/Automatic payments are off\.$/);
  });

  test("says that payments are by link if automatic collection is off", () => {
    const mail = saved({ ...anna.confirmed, savedMethod });

    expect(mail).toContain("or with the link that we send you for it");
    expect(mail).not.toContain(permission[0]);
  });

  test("promises no link for each payment if the program sends no reminders", () => {
    const mail = saved(withoutReminders({ ...anna.confirmed, savedMethod }));

    expect(mail).toContain("Automatic payments are off. Please make each remaining payment on your booking page");
    expect(mail).not.toContain("link that we send");
  });

  test("is not sent if the method is lost since, or the booking has ended", () => {
    expect(saved({ ...on, savedMethod: { ...savedMethod, unusable: "detached" } })).toBeNull();
    expect(saved({ ...anna.cancelled, savedMethod })).toBeNull();
  });
});
