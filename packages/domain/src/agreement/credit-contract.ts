import { html } from "hono/html";
import { fill } from "../text/index.ts";
import { type AgreementTerms, hasLateCharge } from "./agreement-terms.ts";
import { type Block, block, paragraphs } from "./document.ts";
import agreement from "./texts/agreement.ts";
import texts from "./texts/credit-contract.ts";

/** The consent to electronic records, required to give disclosures on a screen (15 USC 7001(c)). */
export function electronicRecords({ merchant }: AgreementTerms): Block {
  const { title, consent, choices, withdrawal, equipment } = agreement.electronicRecords;
  return block(
    "electronic_records",
    agreement.version,
    html`<h2>${title}</h2>
${paragraphs([fill(consent, { merchant }), choices, withdrawal, equipment])}`,
  );
}

/** The yearly interest of a plan in percent; 0 for all but loans with interest. */
export const interestRate = ({ plan }: AgreementTerms): number =>
  plan.kind === "financed" ? Number(plan.annualRate) : 0;

/**
 * The contract's terms on credit outside the disclosure, to which the disclosure refers (12 CFR 1026.18(p)). A loan above
 * the threshold of Regulation Z has these terms without a disclosure.
 */
export function creditTerms(terms: AgreementTerms): Block {
  const { disclosure, lateCharge } = terms;
  const lateChargeStated = disclosure === null ? texts.lateCharge : texts.lateChargeDisclosed;
  const rate = interestRate(terms);
  const withInterest = rate > 0;
  const interest = disclosure === null ? texts.withInterestUndisclosed : texts.withInterest;
  return block(
    "credit",
    texts.version,
    html`<h2>${texts.title}</h2>
${paragraphs([
  withInterest ? fill(interest, { rate }) : texts.withoutInterest,
  withInterest ? `${texts.prepayment} ${texts.prepaymentOfInterest}` : texts.prepayment,
  [
    texts.missedPayment,
    ...(hasLateCharge(lateCharge) ? [lateChargeStated] : []),
    withInterest ? texts.afterwardsWithInterest : texts.afterwards,
  ].join(" "),
  ...(disclosure === null ? [] : [texts.disclosed]),
])}`,
  );
}

/** The holder notice that a seller's credit contract must carry verbatim and in bold (16 CFR 433.2(a)). */
export const holderNotice = (): Block =>
  block("holder_notice", texts.version, html`<p><strong>${texts.holderNotice}</strong></p>`);
