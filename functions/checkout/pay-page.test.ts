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
const bodyOf = ({ body }: { body?: unknown }) => String(body);
const page = (of: Booking = booking) => {
  const found = payPageOf(of, "due_1", null, today);
  if (found === null) throw new Error("the booking has no due_1 to pay");
  return found;
};
const method = (of: Booking = booking, text: typeof permission | null = permission) =>
  bodyOf(methodPageReply(of, page(of), text, "https://example.org/pay/token"));
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

  test("offer another method only if one is saved", () => {
    const { savedMethod: _, ...without } = booking;

    expect(bodyOf(payPageReply(without, page(without), "https://example.org"))).not.toContain("<a ");
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
    const methodOf = (of: Booking) =>
      bodyOf(methodPageReply(of, pageOf(of), permissionDocument(of, "the card"), "https://example.org/pay/token"));

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
