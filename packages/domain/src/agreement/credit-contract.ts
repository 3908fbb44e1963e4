import { html } from "hono/html";
import type { AgreementTerms } from "./agreement-terms.ts";
import { type Block, block, type Markup } from "./document.ts";
import type { CreditTerms } from "./truth-in-lending.ts";

/** Consent to electronic records, without which no disclosure could be given on a screen (15 USC 7001(c)). */
export const electronicRecords = ({ merchant }: AgreementTerms): Block =>
  block(
    "electronic_records",
    1,
    html`<h2>Electronic records</h2>
<p>By accepting this agreement you agree that ${merchant} gives you this agreement, its disclosures and later notices about your payments electronically, in your booking and by e-mail. You may have any of them on paper, free of charge, and you may withdraw this consent at any time or give us a new address: answer any of our mails. After a withdrawal further records come on paper; what you were given before stays valid. To read and keep these records you need an e-mail account, a current web browser, and a printer or room to save a page.</p>`,
  );

/** What the contract says of credit outside the disclosure, to which the disclosure refers (12 CFR 1026.18(p)). */
export const creditTerms = ({ disclosure, plan }: CreditTerms): Block =>
  block(
    "credit",
    1,
    html`<h2>Paying over time</h2>
${disclosure.financeCharge > 0 && plan.kind === "financed" ? interest(plan.annualRate) : html`<p>These payments carry no interest.</p>`}
<p>You may pay early, in part or in full, at any time. There is no penalty, and once everything is paid you owe no interest for the time after that day.</p>
<p>A payment that you miss stays due and may cost the late charge that is disclosed above. It does not make later payments due at once, and it does not raise the interest.</p>
<p>You can cancel by the rules below, so that the law may not call this plan credit. You are given the disclosure all the same.</p>`,
  );

const interest = (annualRate: string): Markup =>
  html`<p>The amount financed bears simple interest at ${Number(annualRate)}% a year on the unpaid principal. Each monthly payment is made of one month's interest, a twelfth of that rate, and of principal.</p>`;

/** The notice that a seller's credit contract carries, in its own words and in bold (16 CFR 433.2(a)). */
export const holderNotice = (): Block =>
  block(
    "holder_notice",
    1,
    html`<p><strong>NOTICE: ANY HOLDER OF THIS CONSUMER CREDIT CONTRACT IS SUBJECT TO ALL CLAIMS AND DEFENSES WHICH THE DEBTOR COULD ASSERT AGAINST THE SELLER OF GOODS OR SERVICES OBTAINED PURSUANT HERETO OR WITH THE PROCEEDS HEREOF. RECOVERY HEREUNDER BY THE DEBTOR SHALL NOT EXCEED AMOUNTS PAID BY THE DEBTOR HEREUNDER.</strong></p>`,
  );
