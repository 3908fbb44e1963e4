import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, program } from "../testing/retreat.ts";
import { addDays } from "../time/index.ts";
import { type Booking, collectionAt, type Due, dueNews, type SavedMethod } from "./index.ts";

const zone = "America/Denver";
const card: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2027-02-28" },
  ...{ mandateId: null, savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const account: SavedMethod = {
  ...card,
  type: "us_bank_account",
  last4: "6789",
  expiresOn: null,
  mandateId: "mandate_1",
};

/** The content of an installment's notice, sent seven days before its date; the cohort starts on 8 March. */
function newsOf(dueOn: string, savedMethod: SavedMethod, changes: Partial<Booking> = {}) {
  const plans = [{ kind: "installments", months: 2 } as const];
  const { booking } = new Life(held("installments", { program: program({ plans }) })).sign().pay("deposit").confirm();
  const dues = booking.dues.map((due): Due => (due.id === "due_1" ? { ...due, dueOn } : due));
  const now = collectionAt(addDays(dueOn, -7), zone);
  return dueNews({ ...booking, autopay: true, savedMethod, ...changes, dues }, { dueId: "due_1" }, now)?.next;
}

describe("how a due is paid next", () => {
  test.each<[string, string, SavedMethod, object]>([
    ["with the card, on its date", "2027-02-28", card, { kind: "collected", at: collectionAt("2027-02-28", zone) }],
    ["by link if the card has expired by then", "2027-03-01", card, { kind: "link", why: "card_expires" }],
    [
      "from the account",
      "2027-02-21",
      account,
      { kind: "collected", method: { type: "us_bank_account", last4: "6789" } },
    ],
    [
      "by link in the days before the start in which no account is debited",
      "2027-02-22",
      account,
      { kind: "link", why: "debit_free" },
    ],
    ["by link on the day before the start", "2027-03-07", account, { kind: "link", why: "debit_free" }],
    ["from the account again from the first day on", "2027-03-08", account, { kind: "collected" }],
  ])("%s: %s", (_, dueOn, method, expected) => {
    expect(newsOf(dueOn, method)).toMatchObject(expected);
  });

  test.each<[string, Partial<Booking>]>([
    ["the permission was revoked", { autopay: false }],
    ["the method was detached", { savedMethod: { ...card, unusable: "detached" } }],
  ])("by link because %s", (_, changes) => {
    expect(newsOf("2027-02-10", card, changes)).toEqual({ kind: "link", why: "client" });
  });
});
