import { html } from "hono/html";
import { formatMoney } from "../money/index.ts";
import type { ScheduledDue } from "../plan/index.ts";
import { type AgreementTerms, worded } from "./agreement-terms.ts";
import { creditTerms, electronicRecords, holderNotice } from "./credit-contract.ts";
import { type Block, block, pageOf, row, type SectionedPage } from "./document.ts";
import { type CreditTerms, disclosureBox, disclosureStyle, itemization } from "./truth-in-lending.ts";

export type { AgreementTerms } from "./agreement-terms.ts";
export { htmlOf, type SectionedPage } from "./document.ts";
export { participationDocument } from "./participation-terms.ts";

export type AgreementDocument = SectionedPage & { terms: AgreementTerms };

/**
 * The document that the client accepts: self-contained, printable HTML in neutral words, in sections that each have a
 * version and a hash, and the hash of the whole; with the terms that it words, from which its next version is made. Of a
 * plan that is consumer credit it has the disclosure, after the consent to read it on a screen, and what goes with credit.
 */
export function agreementDocument(terms: AgreementTerms): AgreementDocument {
  const credit = creditOf(terms);
  const blocks = [
    heading(terms),
    electronicRecords(terms),
    ...(credit === null ? [] : [disclosureBox(credit), itemization(credit)]),
    price(terms),
    payments(terms),
    ...(credit === null ? [] : [creditTerms(credit)]),
    admission(terms),
    cancellation(terms),
    automaticCollection(terms),
    ...(credit === null ? [] : [holderNotice()]),
  ];
  const page = pageOf(`Booking agreement ${terms.bookingId}`, blocks, credit === null ? "" : disclosureStyle);
  return { ...page, terms: worded(terms) };
}

function creditOf(terms: AgreementTerms): CreditTerms | null {
  const { disclosure } = terms;
  return disclosure === null ? null : { ...terms, disclosure };
}

const heading = (terms: AgreementTerms): Block =>
  block(
    "heading",
    1,
    html`<h1>Booking agreement</h1>
<p>Booking ${terms.bookingId}, version ${terms.version}, for ${terms.participantName}, with ${terms.merchant}.</p>
<p>${terms.publicLabel}, from ${terms.startsOn} to ${terms.endsOn}, ${terms.venue} (${terms.timeZone}).</p>`,
  );

function price({ lines, total, currency }: AgreementTerms): Block {
  const money = (amount: number) => formatMoney(amount, currency);
  const rows = lines.map(({ kind, label, quantity, amount }) =>
    row(label, kind === "tax" ? "" : String(quantity), money(amount)),
  );
  const sum = row(html`<strong>Total</strong>`, "", html`<strong>${money(total)}</strong>`);
  return block(
    "price",
    1,
    html`<h2>Price</h2>
<table><tr><th>Item</th><th>Quantity</th><th>Amount</th></tr>${rows}${sum}</table>`,
  );
}

function payments({ schedule, currency }: AgreementTerms): Block {
  const installments = schedule.filter(({ kind }) => kind === "installment").length;
  const dues = schedule.map((due) => row(wordDue(due, installments), wordDate(due), formatMoney(due.amount, currency)));
  return block(
    "payments",
    1,
    html`<h2>Payments</h2>
<table><tr><th>Payment</th><th>Due</th><th>Amount</th></tr>${dues}</table>`,
  );
}

const admission = ({ clearanceDeadlineOn }: AgreementTerms): Block =>
  block(
    "admission",
    1,
    html`<h2>Admission</h2>
<p>The place is confirmed once the required evaluations have been completed favourably, at the latest on ${clearanceDeadlineOn}. If they are not, everything that was paid is refunded.</p>`,
  );

function cancellation({ policy, startsOn, administrationFee, currency }: AgreementTerms): Block {
  const tiers = policy.map(({ until, refundPercent }) => row(`Until ${until}, inclusive`, `${refundPercent}%`));
  return block(
    "cancellation",
    1,
    html`<h2>Cancellation</h2>
<p>If you cancel, this part of what you have paid is refunded, less an administration fee of ${formatMoney(administrationFee, currency)}:</p>
<table><tr><th>When you cancel</th><th>Refunded</th></tr>${tiers}${row(`From ${startsOn} on`, "0%")}</table>
<p>If we cancel, everything that was paid is refunded.</p>`,
  );
}

const automaticCollection = ({ merchant }: AgreementTerms): Block =>
  block(
    "automatic_collection",
    1,
    html`<h2>Automatic collection (your free choice)</h2>
<p>You may allow ${merchant} to collect by itself the payments listed above that follow the deposit: each in its listed amount, once, on its listed date or after it, from the payment method that you use for the deposit. This permission is no condition of the booking; without it you pay by link. You can take it back at any time in your booking, up to three business days before a payment. Payments already made are refunded by the rules above.</p>`,
  );

/** What a due is called. The deposit is sequence 0, so an installment's is its number. */
function wordDue({ kind, sequence }: ScheduledDue, installments: number): string {
  switch (kind) {
    case "deposit":
      return "Deposit";
    case "balance":
      return "Balance";
    case "installment":
      return `Installment ${sequence} of ${installments}`;
  }
}

/** What starts by the confirmation has no date yet: the document words the rule, which the confirmation fills in. */
function wordDate({ kind, startsBy, dueOn }: ScheduledDue): string {
  if (kind === "deposit") return "At once";
  return startsBy === "confirmation" ? "The day after the booking is confirmed" : dueOn;
}
