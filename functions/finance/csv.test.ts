import type { PostedEntry } from "@clearing/domain/ledger";
import { describe, expect, test } from "vitest";
import { csvOf } from "./csv.ts";

const entry: PostedEntry = {
  id: "je_1",
  reference: "payment:ch_1",
  postedAt: "2027-03-01T17:00:00Z",
  effectiveOn: "2027-03-01",
  currency: "usd",
  postings: [
    { account: "stripe_balance", debit: 250_000, credit: 0, bookingId: "bkg_1" },
    { account: "suspense", debit: 0, credit: 250_000 },
  ],
};

describe("the journal as CSV", () => {
  test("has one line per posting under one line of names, amounts in minor units", () => {
    expect(csvOf([entry]).split("\r\n")).toEqual([
      "entry,reference,posted_at,effective_on,currency,account,debit,credit,booking",
      "je_1,payment:ch_1,2027-03-01T17:00:00Z,2027-03-01,usd,stripe_balance,250000,0,bkg_1",
      "je_1,payment:ch_1,2027-03-01T17:00:00Z,2027-03-01,usd,suspense,0,250000,",
      "",
    ]);
  });

  test("without entries has only the header line", () => {
    expect(csvOf([]).trim().split("\r\n")).toHaveLength(1);
  });

  test("quotes values that would break a line", () => {
    expect(csvOf([{ ...entry, reference: 'a,"b"\nc' }])).toContain('"a,""b""\nc"');
  });

  test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])(
    "keeps %j as text: a spreadsheet computes nothing",
    (reference) => {
      const [, line = ""] = csvOf([{ ...entry, reference }]).split(/\r\n/);
      expect(line).toMatch(/^je_1,"?'/);
    },
  );
});
