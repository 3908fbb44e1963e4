import { formatMoney } from "../money/index.ts";
import type { PolicyDate, Quote } from "../plan/index.ts";
import type { CalendarDate } from "../time/index.ts";
import { escapeHtml, hashedPage, row } from "./document.ts";

export { participationDocument } from "./participation-terms.ts";

/** What the agreement words: all of it is in the booking's snapshot, so that the same terms make the same document. */
export type AgreementTerms = {
  bookingId: string;
  version: number;
  merchant: string;
  publicLabel: string;
  participantName: string;
  startsOn: CalendarDate;
  endsOn: CalendarDate;
  timeZone: string;
  venue: string;
  planKind: Quote["plan"]["kind"];
  currency: string;
  lines: Quote["lines"];
  total: number;
  schedule: Quote["schedule"];
  policy: PolicyDate[];
  administrationFee: number;
  clearanceDeadlineOn: CalendarDate;
};

export type AgreementDocument = { html: string; hash: string; terms: AgreementTerms };

/**
 * The document that the client accepts: self-contained, printable HTML in neutral words, and its SHA-256; with the terms
 * that it words, from which its next version is made.
 */
export function agreementDocument(terms: AgreementTerms): AgreementDocument {
  const money = (amount: number) => escapeHtml(formatMoney(amount, terms.currency));
  const lines = terms.lines.map(({ label, quantity, amount }) =>
    row(escapeHtml(label), String(quantity), money(amount)),
  );
  const dues = terms.schedule.map(({ kind, dueOn, amount }) =>
    row(kind === "deposit" ? "Deposit" : "Balance", wordDate(terms, kind, dueOn), money(amount)),
  );
  const tiers = terms.policy.map(({ until, refundPercent }) => row(`Until ${until}, inclusive`, `${refundPercent}%`));
  const page = hashedPage(
    `Booking agreement ${terms.bookingId}`,
    `<h1>Booking agreement</h1>
<p>Booking ${escapeHtml(terms.bookingId)}, version ${terms.version}, for ${escapeHtml(terms.participantName)}, with ${escapeHtml(terms.merchant)}.</p>
<p>${escapeHtml(terms.publicLabel)}, from ${terms.startsOn} to ${terms.endsOn}, ${escapeHtml(terms.venue)} (${escapeHtml(terms.timeZone)}).</p>
<h2>Price</h2>
<table><tr><th>Item</th><th>Quantity</th><th>Amount</th></tr>${lines.join("")}${row("<strong>Total</strong>", "", `<strong>${money(terms.total)}</strong>`)}</table>
<h2>Payments</h2>
<table><tr><th>Payment</th><th>Due</th><th>Amount</th></tr>${dues.join("")}</table>
<h2>Admission</h2>
<p>The place is confirmed once the required evaluations have been completed favourably, at the latest on ${terms.clearanceDeadlineOn}. If they are not, everything that was paid is refunded.</p>
<h2>Cancellation</h2>
<p>If you cancel, this part of what you have paid is refunded, less an administration fee of ${money(terms.administrationFee)}:</p>
<table><tr><th>When you cancel</th><th>Refunded</th></tr>${tiers.join("")}${row(`From ${terms.startsOn} on`, "0%")}</table>
<p>If we cancel, everything that was paid is refunded.</p>
<h2>Automatic collection (your free choice)</h2>
<p>You may allow ${escapeHtml(terms.merchant)} to collect by itself the payments listed above that follow the deposit: each in its listed amount, once, on its listed date or after it, from the payment method that you use for the deposit. This permission is no condition of the booking; without it you pay by link. You can take it back at any time in your booking, up to three business days before a payment. Payments already made are refunded by the rules above.</p>`,
  );
  return { ...page, terms };
}

/** The balance of `full` has no date yet: the document words the rule, which the confirmation fills in. */
function wordDate({ planKind }: AgreementTerms, kind: string, dueOn: CalendarDate): string {
  if (kind === "deposit") return "At once";
  return planKind === "full" ? "The day after the booking is confirmed" : dueOn;
}
