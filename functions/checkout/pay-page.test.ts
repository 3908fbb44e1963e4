import { permissionDocument } from "@clearing/domain/agreement";
import { type Booking, type Due, payPageOf } from "@clearing/domain/booking";
import { Life } from "@clearing/domain/testing/life";
import { held, today } from "@clearing/domain/testing/retreat";
import { describe, expect, test } from "vitest";
import { methodPageReply, noPayPage, payPageReply } from "./pay-page.ts";

const booking: Booking = {
  ...new Life(held()).sign().pay("deposit").confirm().booking,
  participant: { name: "Anna Muster", email: "anna@example.org", phone: "+1 555 0100", dateOfBirth: "1980-02-03" },
  savedMethod: {
    ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2030-12-31" },
    ...{ mandateId: null, savedAt: today, unusable: null },
  },
};
const permission = permissionDocument(booking, "the card or bank account that you save next");
const back = { payUrl: "https://example.org/pay/token", now: today };
const bodyOf = ({ body }: { body?: unknown }) => String(body);
const page = (of: Booking = booking, now = today) => {
  const found = payPageOf(of, "due_1", null, now);
  if (found === null) throw new Error("the booking has no due_1 to pay");
  return found;
};
const method = (of: Booking = booking, text: typeof permission | null = permission) =>
  bodyOf(methodPageReply(of, page(of), text, back));
const having = (changes: Partial<Due>): Booking => ({
  ...booking,
  dues: booking.dues.map((due) => (due.id === "due_1" ? { ...due, ...changes } : due)),
});
const balance = booking.dues.find(({ id }) => id === "due_1") ?? expect.fail("the balance is missing");
const paidInFull = (due: Due): Due => ({
  ...due,
  status: "paid",
  ...{ paid: due.amount, billed: due.amount, billedParts: due.parts },
});
const settled = {
  ...booking,
  dues: booking.dues.map(paidInFull),
};

describe("the pages of a payment link", () => {
  test("show the label, the amount, the date, one button and a link to another method, and no name", () => {
    const shown = bodyOf(payPageReply(booking, page(), "https://example.org/pay/token/method"));

    expect(shown).toContain("$16,000.00");
    expect(shown).toContain("due on February 6, 2027");
    expect(shown.match(/<button/g)).toHaveLength(1);
    expect(shown).toContain('href="https://example.org/pay/token/method"');
    for (const text of [shown, method()]) expect(text).not.toMatch(/anna|muster|555 0100|1980/i);
  });

  test("name no date that has passed for a due that is not late", () => {
    const shown = (of: Booking, now: string) => bodyOf(payPageReply(of, page(of, now), "https://example.org"));
    const settledLate = { ...having({ dueOn: "2027-01-04" }), depositSettledOn: "2027-01-05" };
    const unconfirmed: Booking = { ...having({ startsBy: "confirmation" }), status: "awaiting_clearance" };

    expect(shown(settledLate, "2027-01-05T19:00:00Z")).toContain("due on January 6, 2027.");
    expect(shown(settledLate, "2027-01-07T19:00:00Z")).toContain("was due on January 6, 2027 and is past due.");
    expect(shown(unconfirmed, "2027-02-09T19:00:00Z")).toContain("It is due after we confirm your booking.");
    expect(shown(unconfirmed, "2027-02-09T19:00:00Z")).not.toContain("February 6");
  });

  test("ask for the signature of a corrected agreement, and have no button until then", () => {
    const corrected = { ...booking, agreement: { ...booking.agreement, version: booking.agreement.version + 1 } };

    for (const text of [bodyOf(payPageReply(corrected, page(corrected), "https://example.org")), method(corrected)]) {
      expect(text).toContain("The agreement for this booking has changed");
      expect(text).not.toContain("<button");
    }
  });

  test("offer another method only if one is saved", () => {
    const { savedMethod: _, ...without } = booking;

    expect(bodyOf(payPageReply(without, page(without), "https://example.org"))).not.toContain("<a ");
  });

  test("offer to save a method if automatic payments are on without one", () => {
    const { savedMethod: _, ...without } = booking;
    const shown = (of: Booking) => bodyOf(payPageReply(of, page(of), "https://example.org"));

    expect(shown({ ...without, autopay: true })).toContain("Save a card or bank account");
    expect(shown(booking)).toContain("Save another card or bank account");
  });

  test("show the permission for the new method, and the button submits its hash", () => {
    expect(method()).toContain(`<form method="post" action="?permission=${permission.hash}">`);
    expect(method()).toContain("This authorization is optional");
    expect(method()).toContain("Agree and continue");
  });

  test("ask for no permission where automatic collection is off, and say that it stays so", () => {
    expect(method(booking, null)).toContain("Automatic payments stay off");
    expect(method(booking, null)).toContain('<form method="post"><button');
  });

  test("except a payment that its client is to confirm from what is charged to another method", () => {
    const tries: NonNullable<Due["tries"]> = {
      ...{ failed: 1, firstFailedOn: "2027-02-06", lastFailedAt: "2027-02-06T17:00:00Z" },
      ...{ lastFailure: "authentication_required", methodId: "pm_1", stopped: "authentication" },
    };
    const toConfirm = having({ tries, status: "action_required" });
    const both = { ...toConfirm, dues: [...toConfirm.dues, { ...balance, id: "due_2" }] };
    const shown = (of: Booking, now: string) =>
      bodyOf(methodPageReply(of, page(of), permissionDocument(of, "the card"), { ...back, now }));

    expect(shown(both, "2027-02-06T19:00:00Z")).toContain(
      "This does not include the payment due on February 6, 2027: your bank asks you to confirm it",
    );
    expect(shown(both, "2027-02-07T19:00:00Z")).toContain("the payment that was due on February 6, 2027: your bank");
    expect(shown(toConfirm, "2027-02-07T19:00:00Z")).toContain("You do not need to save a card or bank account");
    expect(bodyOf(payPageReply(toConfirm, page(toConfirm), "https://example.org"))).not.toContain("<a ");
  });

  test("ask for the signature of a corrected agreement, also if the payment of the link is paid", () => {
    const { agreement } = booking;
    const dues = booking.dues.map((due) =>
      due.id === "due_1" ? { ...due, status: "paid" as const, paid: due.amount } : due,
    );
    const left = { ...balance, id: "due_2" };
    const corrected = {
      ...booking,
      agreement: { ...agreement, version: agreement.version + 1 },
      dues: [...dues, left],
    };
    const shown = bodyOf(methodPageReply(corrected, page(corrected), null, back));

    expect(page(corrected).kind).toBe("paid");
    expect(shown).toContain("After you sign it on your booking page, you can use this link again.");
  });

  test("say that a card which expires before its charge is tried all the same", () => {
    const savedMethod = { ...(booking.savedMethod as NonNullable<Booking["savedMethod"]>), expiresOn: "2027-01-31" };
    const expires: Booking = { ...booking, autopay: true, savedMethod };

    expect(bodyOf(payPageReply(expires, page(expires), "https://example.org"))).toContain(
      "We will try to charge your card ending in 4242 on February 6, 2027, but it will have expired by then",
    );
  });

  test("say until when a bank account is not debited", () => {
    const savedMethod = { ...booking.savedMethod, type: "us_bank_account", expiresOn: null } as Booking["savedMethod"];
    const held = { ...having({ dueOn: "2027-03-01" }), autopay: true, savedMethod } as Booking;

    expect(bodyOf(payPageReply(held, page(held), "https://example.org"))).toContain(
      "If this payment is still unpaid on March 8, 2027, we will charge your bank account ending in 4242 then.",
    );
  });

  test("say that collection is paused", () => {
    const paused = { ...booking, pauses: [{ from: "2027-01-04", until: null }] };

    for (const text of [null, permission]) {
      expect(method(paused, text)).toContain("Your payments are paused for now.");
      expect(method(booking, text)).not.toContain("paused");
    }
  });

  test("promise no link for each payment if the program sends no reminders", () => {
    const { terms } = booking;
    const silent = { ...booking, terms: { ...terms, collection: { ...terms.collection, noticeDaysBefore: [] } } };

    expect(method(booking, null)).toContain("or with the link that we send you for it");
    expect(method(silent, null)).toContain("Please make each payment on your booking page");
    expect(method(silent, null)).not.toContain("link that we send");
  });

  test("save a method for later payments after the link's own payment is paid", () => {
    const made = held("installments");
    const dues = made.dues.map((due) => (due.id === "due_2" ? due : paidInFull(due)));
    const { agreement, savedMethod } = booking;
    const more: Booking = { ...made, status: "confirmed", agreement, savedMethod, dues } as Booking;

    expect(method(more)).toContain("Agree and continue");
    expect(bodyOf(payPageReply(more, page(more), "https://example.org/method"))).toContain("more payments to make");
    expect(bodyOf(payPageReply(settled, page(settled), "https://example.org/method"))).not.toContain("<a ");
  });

  describe("for a late charge", () => {
    const charge: Due = { ...balance, id: "due_9", kind: "late_charge", amount: 2_500 };
    const charged: Booking = { ...booking, dues: [...booking.dues, charge] };
    const alone: Booking = { ...settled, dues: [...settled.dues, charge] };
    const pageOf = (of: Booking) => payPageOf(of, "due_9", null, today) ?? expect.fail("the late charge is missing");
    const shown = (of: Booking) => bodyOf(payPageReply(of, pageOf(of), "https://example.org/pay/token/method"));
    const methodOf = (of: Booking) => bodyOf(methodPageReply(of, pageOf(of), permissionDocument(of, "the card"), back));

    test("save a method for the other payments, without the late charge among them", () => {
      expect(shown(charged)).toContain('href="https://example.org/pay/token/method"');
      expect(methodOf(charged)).toContain("Agree and continue");
      expect(methodOf(charged)).toContain("Balance: $16,000.00");
      expect(methodOf(charged)).not.toContain("$25.00");
    });

    test("are mentioned by the page of another payment that is paid", () => {
      const other = bodyOf(payPageReply(alone, page(alone), "https://example.org/pay/token/method"));

      expect(other).toContain("more payments to make");
      expect(other).not.toContain("<a ");
    });

    test("save none if no other payment is left, and show no authorization without payments", () => {
      expect(shown(alone)).toContain("$25.00");
      expect(shown(alone)).not.toContain("<a ");
      expect(methodOf(alone)).toContain("You do not need to save a card or bank account");
      expect(methodOf(alone)).toContain('<a href="https://example.org/pay/token">Back to the payment</a>');
      expect(methodOf(alone)).not.toMatch(/<form|authoriz/);
    });
  });

  test("lead back from another method to the payment, since saving one is optional", () => {
    for (const text of [null, permission])
      expect(method(booking, text)).toContain('<a href="https://example.org/pay/token">Back to the payment</a>');
  });

  test.each([
    ["Paid", settled],
    ["Nothing to pay", { ...booking, status: "cancelled" as const }],
    ["On its way", having({ status: "processing", openAttemptId: "att_1" })],
  ])("save nothing if the page says %s", (title, of) => {
    expect(method(of)).toContain(`<h1>${title}</h1>`);
    expect(method(of)).not.toContain("<form");
  });

  test.each([404, 503] as const)("tell at %d what to do, and nothing about anybody", (status) => {
    const reply = noPayPage(status);

    expect(reply.status).toBe(status);
    expect(bodyOf(reply)).not.toContain("<form");
  });
});
