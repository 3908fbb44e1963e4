import { html } from "hono/html";
import { formatMoney } from "../money/index.ts";
import type { Disclosure, PaymentStream } from "../plan/index.ts";
import { fill } from "../text/index.ts";
import { longDate } from "../time/long-date.ts";
import type { AgreementTerms } from "./agreement-terms.ts";
import { type Block, block, lines, type Markup, paragraphs, row, table } from "./document.ts";
import texts from "./texts/credit-disclosure.ts";
import { ordinal } from "./wording.ts";

/** The terms of an agreement on consumer credit. */
export type CreditTerms = AgreementTerms & { disclosure: Disclosure };

/**
 * The federal disclosure is set apart from the rest and printed in one piece; two of its terms are more conspicuous
 * than the others (12 CFR 1026.17(a)).
 */
export const disclosureStyle = `.til{border:3px solid;padding:.5rem 1rem;margin:2rem 0;break-inside:avoid}
.til h2{margin:.25rem 0;font-size:1rem}
.til p{margin:.5rem 0}
.til td,.til th,.til td:last-child,.til th:last-child{text-align:left;vertical-align:top;border:1px solid;font-weight:400}
.til .terms td{width:18%}
.til .terms .most{border:3px solid;width:23%}
.til .terms span{display:block;font-size:.85rem;margin:.25rem 0}
.til .most b{font-size:1.1rem}
.til .most strong{font-size:1.4rem}
@media(max-width:40rem){.til .terms td,.til .terms .most{display:block;width:auto}}
`;

/**
 * The closed-end disclosure of a credit sale (12 CFR 1026.18), segregated from everything else, in the layout of model
 * form H-2 of appendix H.
 */
export function disclosureBox({ disclosure, currency, schedule }: CreditTerms): Block {
  const money = (amount: number) => formatMoney(amount, currency);
  const { creditor, apr, financeCharge, amountFinanced, totalOfPayments, totalSalePrice, downPayment } = disclosure;
  const asOf = schedule[0]?.dueOn;
  const { intro, count, amount, when } = texts.schedule;
  const streams = disclosure.payments.map((stream) => row(String(stream.count), money(stream.amount), whenDue(stream)));
  return block(
    "truth_in_lending",
    texts.version,
    html`<section class="til"><h2>${texts.title}</h2>
<p><strong>${fill(texts.creditor, { creditor })}</strong>${asOf === undefined ? "" : `. ${fill(texts.date, { date: longDate(asOf) })}`}</p>
<table class="terms"><tr>
${mostConspicuous(texts.annualPercentageRate, `${Number(apr).toFixed(2)}%`)}
${mostConspicuous({ name: texts.financeCharge.name, phrase: phraseOfCharge(currency) }, money(financeCharge))}
${term(texts.amountFinanced, money(amountFinanced))}
${term(texts.totalOfPayments, money(totalOfPayments))}
${term({ name: texts.totalSalePrice.name, phrase: fill(texts.totalSalePrice.phrase, { downPayment: money(downPayment) }) }, money(totalSalePrice))}
</tr></table>
<p>${intro}</p>
${table([count, amount, when], streams)}
<p><em>${texts.latePayment.name}</em> ${disclosure.latePayment}</p>
<p><em>${texts.prepayment.name}</em> ${disclosure.prepayment}</p>
<p><em>${texts.security.name}</em> ${disclosure.securityInterest}</p>
<p>${texts.contractReference}</p></section>`,
  );
}

/** The phrase of the model form speaks of dollars. */
const phraseOfCharge = (currency: string): string =>
  currency === "usd" ? texts.financeCharge.phrase : texts.financeCharge.phraseOfOther;

/** A term with its descriptive phrase. */
type Term = { name: string; phrase: string };

const mostConspicuous = ({ name, phrase }: Term, figure: string): Markup =>
  html`<td class="most"><b>${name}</b><span>${phrase}</span><strong>${figure}</strong></td>`;

const term = ({ name, phrase }: Term, figure: string): Markup => html`<td>${name}<span>${phrase}</span>${figure}</td>`;

/** The due dates of recurring payments in words, such that each date can be derived. */
function whenDue({ count, firstDueOn, dayOfMonth }: PaymentStream): string {
  const date = longDate(firstDueOn);
  if (count === 1) return date;
  const { monthly, monthlyAtEnd } = texts.schedule;
  return fill(dayOfMonth > 28 ? monthlyAtEnd : monthly, { day: ordinal(dayOfMonth), date });
}

/**
 * The itemization of the amount financed, given to everyone rather than on request, outside the disclosure (12 CFR
 * 1026.18(c)).
 */
export function itemization({ disclosure, lines: sold, total, currency }: CreditTerms): Block {
  const money = (amount: number) => formatMoney(amount, currency);
  const { amountFinanced, downPayment } = disclosure;
  const names = texts.itemization;
  const soldRows = sold.map(({ label, quantity, amount }) =>
    row(quantity === 1 ? label : fill(names.several, { item: label, quantity }), money(amount)),
  );
  return block(
    "itemization",
    texts.version,
    html`<h2>${names.title}</h2>
<table class="whole">
${lines([
  ...soldRows,
  row(names.cashPrice, money(total)),
  row(names.downPayment, money(-downPayment)),
  row(html`<strong>${names.amountFinanced}</strong>`, html`<strong>${money(amountFinanced)}</strong>`),
])}
</table>
${paragraphs([fill(names.credited, { amount: money(amountFinanced) })])}`,
  );
}
