import { html } from "hono/html";
import { formatMoney } from "../money/index.ts";
import { type AgreementTerms, worded } from "./agreement-terms.ts";
import { creditTerms, electronicRecords, holderNotice } from "./credit-contract.ts";
import { type Block, block, pageOf, row, type SectionedPage } from "./document.ts";
import { automaticCollection, fromDeposit, type ListedPayment, paymentTable } from "./permission.ts";
import { type CreditTerms, disclosureBox, disclosureStyle, itemization } from "./truth-in-lending.ts";
import { dueDate, dueName } from "./wording.ts";

export type { AgreementTerms } from "./agreement-terms.ts";
export { htmlOf, type SectionedPage } from "./document.ts";
export { participationDocument } from "./participation-terms.ts";
export { fromDeposit, type Permission, permissionDocument } from "./permission.ts";

export type AgreementDocument = SectionedPage & { terms: AgreementTerms };

/**
 * The document that the client accepts: self-contained, printable HTML in neutral words, in sections that each have a
 * version and a hash, and the hash of the whole; with the terms that it words, from which its next version is made. Of a
 * plan that is consumer credit it has the disclosure, after the consent to read it on a screen, and what goes with credit.
 */
export function agreementDocument(terms: AgreementTerms): AgreementDocument {
  const credit = creditOf(terms);
  const listed = listedPayments(terms);
  const blocks = [
    heading(terms),
    electronicRecords(terms),
    ...(credit === null ? [] : [disclosureBox(credit), itemization(credit)]),
    price(terms),
    payments(listed),
    ...(credit === null ? [] : [creditTerms(credit)]),
    admission(terms),
    cancellation(terms),
    automaticCollection({
      ...terms,
      from: fromDeposit,
      withInterest: credit !== null && credit.disclosure.financeCharge > 0,
      payments: listed.slice(1),
    }),
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

function listedPayments({ schedule, currency }: AgreementTerms): ListedPayment[] {
  const installments = schedule.filter(({ kind }) => kind === "installment").length;
  return schedule.map((due) => ({
    name: dueName(due, installments),
    due: dueDate(due),
    amount: formatMoney(due.amount, currency),
  }));
}

const payments = (listed: ListedPayment[]): Block =>
  block(
    "payments",
    1,
    html`<h2>Payments</h2>
${paymentTable(listed)}`,
  );

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
<table class="whole"><tr><th>When you cancel</th><th>Refunded</th></tr>${tiers}${row(`From ${startsOn} on`, "0%")}</table>
<p>If we cancel, everything that was paid is refunded.</p>`,
  );
}
