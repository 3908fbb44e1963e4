import type { PostedEntry } from "@clearing/domain/ledger";
import { stringify } from "csv-stringify/sync";

const columns = [
  "entry",
  "reference",
  "posted_at",
  "effective_on",
  "currency",
  "account",
  "debit",
  "credit",
  "booking",
];

/** One line per posting, amounts in minor units. Escapes cells that a spreadsheet would read as formulas. */
export function csvOf(entries: PostedEntry[]): string {
  const rows = entries.flatMap(({ id, reference, postedAt, effectiveOn, currency, postings }) =>
    postings.map(({ account, debit, credit, bookingId }) => [
      id,
      reference,
      postedAt,
      effectiveOn,
      currency,
      account,
      debit,
      credit,
      bookingId ?? "",
    ]),
  );
  return stringify([columns, ...rows], { record_delimiter: "windows", escape_formulas: true });
}
