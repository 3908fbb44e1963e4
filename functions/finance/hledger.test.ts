import { journalEntry, type PostedEntry } from "@clearing/domain/ledger";
import { describe, expect, test } from "vitest";
import { hledgerOf } from "./hledger.ts";

const zone = "America/Denver";
const posted = (id: string, entries: ReturnType<typeof journalEntry>): PostedEntry[] =>
  entries.map((entry) => ({ ...entry, id: `je_${id}`, postedAt: "2027-03-06T05:00:00Z" }));

const booking = { bookingId: "bkg_1", currency: "usd" };
const billed = posted(
  "1",
  journalEntry("billed:due_1", [{ debit: "receivable", credit: "deferred_revenue", amount: 250_000 }], {
    ...booking,
    effectiveOn: "2027-03-02",
  }),
);
const paid = posted(
  "2",
  journalEntry("payment:ch_1", [{ debit: "stripe_balance", credit: "receivable", amount: 250_000 }], {
    ...booking,
    effectiveOn: "2027-03-01",
  }),
);
const fee = posted(
  "3",
  journalEntry("fee:ch_1", [{ debit: "processing_fees", credit: "stripe_balance", amount: 5 }], {
    ...booking,
    effectiveOn: "2027-03-02",
  }),
);
const yen = posted(
  "4",
  journalEntry("payment:ch_2", [{ debit: "stripe_balance", credit: "suspense", amount: 1_234 }], {
    currency: "jpy",
    effectiveOn: "2027-03-03",
  }),
);
const dinar = posted(
  "5",
  journalEntry("payment:ch_3", [{ debit: "bank", credit: "receivable", amount: 7 }], {
    currency: "bhd",
    effectiveOn: "2027-03-03",
  }),
);
const entries = [...billed, ...paid, ...fee, ...yen, ...dinar];

const transactions = (journal: string): string[] =>
  journal
    .split("\n\n")
    .slice(1)
    .map((one) => one.trim())
    .filter((one) => one !== "");

describe("the journal as an hledger file", () => {
  test("names the accounts under their class, debits positive, with the booking beside each posting", () => {
    expect(transactions(hledgerOf(billed, zone))).toEqual([
      [
        "2027-03-05=2027-03-02 * (je_1) billed:due_1",
        "    assets:receivable  2500.00 USD  ; booking:bkg_1",
        "    liabilities:deferred_revenue  -2500.00 USD  ; booking:bkg_1",
      ].join("\n"),
    ]);
  });

  test("is in the order of posting, which is the date that finance counts by", () => {
    const order = [...hledgerOf(entries, zone).matchAll(/\((je_\d)\)/g)].map(([, id]) => id);
    expect(order).toEqual(["je_1", "je_2", "je_3", "je_4", "je_5"]);
  });

  test("gives each currency its own digits: none for yen, three for dinars, never fewer than the amount has", () => {
    const journal = hledgerOf(entries, zone);
    expect(journal).toContain("commodity 1000.00 USD\n");
    expect(journal).toContain("commodity 1000. JPY\n");
    expect(journal).toContain("commodity 1000.000 BHD\n");
    expect(journal).toContain("assets:stripe_balance  1234 JPY\n");
    expect(journal).toContain("assets:bank  0.007 BHD\n");
    expect(journal).toContain("expenses:processing_fees  0.05 USD");
    expect(journal).toContain("assets:stripe_balance  -0.05 USD");
  });

  test("gives a currency the digits that Stripe counts it in, where the display library has fewer", () => {
    const forint = { currency: "huf", effectiveOn: "2027-03-03" };
    const journal = hledgerOf(
      posted(
        "6",
        journalEntry("payment:ch_4", [{ debit: "stripe_balance", credit: "suspense", amount: 250_000 }], forint),
      ),
      zone,
    );

    expect(journal).toContain("commodity 1000.00 HUF\n");
    expect(journal).toContain("assets:stripe_balance  2500.00 HUF\n");
  });

  test("without entries declares only the accounts", () => {
    expect(
      hledgerOf([], zone)
        .trim()
        .split("\n")
        .every((line) => line.startsWith("account ")),
    ).toBe(true);
  });
});
