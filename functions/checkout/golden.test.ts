import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { permissionDocument } from "@clearing/domain/agreement";
import type {
  Attempt,
  AttemptStatus,
  Booking,
  Due,
  MethodSetup,
  PayPage,
  PlannedCharge,
} from "@clearing/domain/booking";
import { held, today } from "@clearing/domain/testing/retreat";
import type { Reply } from "@clearing/runtime/api";
import { expect, test } from "vitest";
import { methodPageReply, noPayPage, payPageReply } from "./pay-page.ts";
import { methodReturnPage, namelessPage, returnPage, unknownPage } from "./return-page.ts";
import methodPage from "./texts/method-page.ts";
import payPage from "./texts/pay-page.ts";
import returnTexts from "./texts/return-page.ts";

const made = held();
const booking: Booking = {
  ...made,
  status: "confirmed",
  dues: made.dues.map((due) => (due.kind === "deposit" ? { ...due, status: "paid", paid: due.amount } : due)),
  agreement: { ...made.agreement, signedVersion: made.agreement.version, signedAt: today },
  savedMethod: {
    ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2030-12-31" },
    ...{ mandateId: null, savedAt: today, unusable: null },
  },
};
const settled: Booking = {
  ...booking,
  dues: booking.dues.map((due) => ({ ...due, status: "paid", paid: due.amount })),
};
const silent: Booking = {
  ...booking,
  terms: { ...booking.terms, collection: { ...booking.terms.collection, noticeDaysBefore: [] } },
};
const { savedMethod: _, ...withoutMethod } = booking;
const due = booking.dues.find(({ id }) => id === "due_1") ?? expect.fail("the balance is missing");
const payable = {
  kind: "payable",
  date: { on: due.dueOn, isPast: false },
  amount: due.amount,
  planned: null,
} as const satisfies PayPage;
const charge: Due = { ...due, id: "due_9", kind: "late_charge", amount: 2_500 };
const charged: Booking = { ...settled, dues: [...settled.dues, charge] };
const planned: PlannedCharge = { as: "collected", on: due.dueOn, method: { type: "card", last4: "4242" } };
const debited: PlannedCharge = {
  ...{ as: "debit_free", on: booking.terms.startsOn, method: { type: "us_bank_account", last4: "6789" } },
};
const toConfirm: Due = {
  ...{ ...due, id: "due_2" },
  tries: {
    ...{ failed: 1, firstFailedOn: due.dueOn, lastFailedAt: `${due.dueOn}T17:00:00Z` },
    ...{ lastFailure: "authentication_required", methodId: "pm_1", stopped: "authentication" },
  },
};
const confirming: Booking = {
  ...booking,
  dues: [...booking.dues.map((one) => (one === due ? { ...due, dueOn: "2027-02-20" } : one)), toConfirm],
};
const late: PayPage = { ...payable, date: { on: due.dueOn, isPast: true } };
const again: Booking = {
  ...{ ...confirming, status: "awaiting_clearance" },
  dues: confirming.dues.map((one) => (one === toConfirm ? { ...one, startsBy: "confirmation" } : one)),
};
const payUrl = "https://api.example.org/pay/token";
const back = { payUrl, now: today };
const url = `${payUrl}/method`;
const permission = permissionDocument(booking, "the card or bank account that you save next");
const toRenew = permissionDocument(confirming, "the card or bank account that you save next");

const statuses: Record<AttemptStatus, null> = {
  ...{ requested: null, open: null, processing: null, succeeded: null, failed: null, expired: null },
  ...{ abandoned: null, returned: null, refused: null },
};
const setups: Record<MethodSetup["status"], null> = {
  ...{ requested: null, open: null, saved: null, unsaved: null, expired: null, refused: null },
};
const attempt = (status: string, changes: Partial<Attempt> = {}) =>
  ({ bookingId: "bkg_1", purpose: "due", status, verifyUntil: null, via: "checkout", ...changes }) as Attempt;
const site = "https://my.example.org";

const pages: Record<string, [of: string, Reply][]> = {
  "pay-page": [
    ["payable", payPageReply(withoutMethod, payable, url)],
    ["payable, with a saved method", payPageReply(booking, payable, url)],
    [
      "payable, automatic payments are on without a method",
      payPageReply({ ...withoutMethod, autopay: true }, payable, url),
    ],
    ["payable, and charged automatically", payPageReply(booking, { ...payable, planned }, url)],
    [
      "payable, and charged to a card that will have expired",
      payPageReply(booking, { ...payable, planned: { ...planned, as: "card_expires" } }, url),
    ],
    [
      "payable, and charged once bank debits are allowed again",
      payPageReply(booking, { ...payable, date: { on: "2027-03-01", isPast: false }, planned: debited }, url),
    ],
    ["past due", payPageReply(withoutMethod, late, url)],
    ["payable, before another confirmation", payPageReply(withoutMethod, { ...payable, date: null }, url)],
    ["payoff", payPageReply(withoutMethod, { kind: "payoff", amount: 1_550_000 }, url)],
    ["paid, with later payments", payPageReply(booking, { kind: "paid" }, url)],
    ["paid, with later payments and no saved method", payPageReply(withoutMethod, { kind: "paid" }, url)],
    ...(["paid", "on_its_way", "after_payoff", "nothing_to_pay"] as const).map((kind): [string, Reply] => [
      kind,
      payPageReply(settled, { kind }, url),
    ]),
    ["to_sign", payPageReply(booking, { kind: "to_sign", planned: null }, url)],
    ["to_sign, and charged automatically", payPageReply(booking, { kind: "to_sign", planned }, url)],
    [
      "to_sign, and charged to a card that will have expired",
      payPageReply(booking, { kind: "to_sign", planned: { ...planned, as: "card_expires" } }, url),
    ],
    [
      "to_sign, and charged once bank debits are allowed again",
      payPageReply(booking, { kind: "to_sign", planned: debited }, url),
    ],
    ["invalid link", noPayPage(404)],
    ["Stripe or the tables cannot be asked", noPayPage(503)],
  ],
  "method-page": [
    ["autopay is off", methodPageReply(booking, payable, null, back)],
    ["autopay is off, without reminders", methodPageReply(silent, payable, null, back)],
    ["autopay is on", methodPageReply(booking, payable, permission, back)],
    [
      "autopay is on, while collection is paused",
      methodPageReply({ ...booking, pauses: [{ from: "2027-01-04", until: null }] }, payable, permission, back),
    ],
    ["autopay is on, with a payment to confirm", methodPageReply(confirming, payable, toRenew, back)],
    [
      "autopay is on, with a payment to confirm that is past due",
      methodPageReply(confirming, payable, toRenew, { ...back, now: "2027-02-07T18:00:00Z" }),
    ],
    [
      "autopay is on, with a payment to confirm that waits for another confirmation",
      methodPageReply(again, payable, toRenew, back),
    ],
    ["only a late charge is left", methodPageReply(charged, payable, permission, back)],
  ],
  "return-page": [
    ...Object.keys(statuses).map((status): [string, Reply] => [`payment ${status}`, returnPage(attempt(status), site)]),
    ["payment succeeded, without a web site", returnPage(attempt("succeeded"), undefined)],
    ["deposit open", returnPage(attempt("open", { purpose: "deposit" }), site)],
    ["payoff open", returnPage(attempt("open", { purpose: "payoff" }), site)],
    ["deposit expired", returnPage(attempt("expired", { purpose: "deposit" }), undefined)],
    ["payoff failed", returnPage(attempt("failed", { purpose: "payoff" }), undefined)],
    ["payment waits for a bank account to be verified", returnPage(attempt("open", { verifyUntil: today }), site)],
    ...Object.keys(setups).map((status): [string, Reply] => [
      `method ${status}`,
      methodReturnPage({ status, bookingId: "bkg_1" } as MethodSetup, site),
    ]),
    [
      "method saved, without a web site",
      methodReturnPage({ status: "saved", bookingId: "bkg_1" } as MethodSetup, undefined),
    ],
    ["no payment in the address", namelessPage()],
    ["unknown payment", unknownPage(404)],
    ["Stripe or the tables cannot be asked", unknownPage(503)],
  ],
};

/** The text of a page, one line each, with links and buttons in brackets. */
const readable = ({ status, body }: Reply): string =>
  `(${status})\n${String(body)
    .replace(/^.*<main>|<\/main>.*$/gs, "")
    .replace(/<a href="([^"]*)">(.*?)<\/a>/g, "[$2: $1]\n")
    .replace(/<button[^>]*>(.*?)<\/button>/g, "[$1]\n")
    .replace(/<\/(h1|h2|p)>/g, "\n")
    .replace(/<[^>]+>/g, "")
    .replaceAll("&#39;", "'")}`;

const folder = join(import.meta.dirname, "golden");

test.each(Object.entries(pages))("each state of the %s is golden", async (name, states) => {
  const read = states.map(([of, reply]) => `=== ${of} ${readable(reply)}`).join("\n");

  await expect(read).toMatchFileSnapshot(join(folder, `${name}.txt`));
});

type Texts = string | { [name: string]: Texts };

const textsIn = (one: Texts): string[] => (typeof one === "string" ? [one] : Object.values(one).flatMap(textsIn));

test("each text is on a golden page, and no placeholder is", () => {
  const golden = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const missing = textsIn({ methodPage, payPage, returnTexts }).filter((text) => {
    const fragments = text.split(/\{\w+\}/);
    return !golden.some((page) => fragments.every((fragment) => page.includes(fragment)));
  });

  expect(golden.filter((page) => /[{}]/.test(page))).toEqual([]);
  expect(missing).toEqual([]);
});
