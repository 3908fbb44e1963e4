import { html } from "hono/html";
import { formatMoney } from "../money/index.ts";
import type { Disclosure, PaymentStream } from "../plan/index.ts";
import { longDate } from "../time/long-date.ts";
import type { AgreementTerms } from "./agreement-terms.ts";
import { type Block, block, type Markup, row } from "./document.ts";
import { ordinal } from "./wording.ts";

/** An agreement on consumer credit. */
export type CreditTerms = AgreementTerms & { disclosure: Disclosure };

/** The federal box stands apart from the rest, in one piece on paper; two of its terms stand out (12 CFR 1026.17(a)). */
export const disclosureStyle =
  ".til{border:3px solid;padding:.5rem 1rem;margin:2rem 0;break-inside:avoid}.til h2{margin:.25rem 0;font-size:1rem}.til p{margin:.5rem 0}.til td,.til th,.til td:last-child,.til th:last-child{text-align:left;vertical-align:top;border:1px solid;font-weight:400}.til .terms td{width:18%}.til .terms .most{border:3px solid;width:23%}.til .terms span{display:block;font-size:.85rem;margin:.25rem 0}.til .most b{font-size:1.1rem}.til .most strong{font-size:1.4rem}@media(max-width:40rem){.til .terms td,.til .terms .most{display:block;width:auto}}";

/**
 * The closed-end disclosure of a credit sale (12 CFR 1026.18), segregated from everything else, in the layout of the
 * model form H-2 of appendix H.
 */
export function disclosureBox({ disclosure, currency, schedule }: CreditTerms): Block {
  const money = (amount: number) => formatMoney(amount, currency);
  const { creditor, apr, financeCharge, amountFinanced, totalOfPayments, totalSalePrice, downPayment } = disclosure;
  const asOf = schedule[0]?.dueOn;
  return block(
    "truth_in_lending",
    1,
    html`<section class="til"><h2>Federal Truth in Lending disclosure</h2>
<p><strong>Creditor: ${creditor}</strong>${asOf === undefined ? "" : `. Date: ${longDate(asOf)}.`}</p>
<table class="terms"><tr>
${mostConspicuous("ANNUAL PERCENTAGE RATE", "The cost of your credit as a yearly rate.", `${Number(apr).toFixed(2)}%`)}
${mostConspicuous("FINANCE CHARGE", "The dollar amount the credit will cost you.", money(financeCharge))}
${term("Amount financed", "The amount of credit provided to you or on your behalf.", money(amountFinanced))}
${term("Total of payments", "The amount you will have paid when you have made all scheduled payments.", money(totalOfPayments))}
${term("Total sale price", `The total price of your purchase on credit, including your down payment of ${money(downPayment)}.`, money(totalSalePrice))}
</tr></table>
<p>Your payment schedule will be:</p>
<table><tr><th>Number of payments</th><th>Amount of payments</th><th>When payments are due</th></tr>${disclosure.payments.map((stream) => row(String(stream.count), money(stream.amount), whenDue(stream)))}</table>
<p><em>Late payment:</em> ${disclosure.latePayment}</p>
<p><em>Prepayment:</em> ${disclosure.prepayment}</p>
<p><em>Security:</em> ${disclosure.securityInterest}</p>
<p>See the agreement below for any additional information about nonpayment, default, any required repayment in full before the scheduled date, and prepayment refunds and penalties.</p></section>`,
  );
}

const mostConspicuous = (name: string, phrase: string, figure: string): Markup =>
  html`<td class="most"><b>${name}</b><span>${phrase}</span><strong>${figure}</strong></td>`;

const term = (name: string, phrase: string, figure: string): Markup =>
  html`<td>${name}<span>${phrase}</span>${figure}</td>`;

/** The dates of payments that recur, so that each of them can be told. */
function whenDue({ count, firstDueOn, dayOfMonth }: PaymentStream): string {
  if (count === 1) return longDate(firstDueOn);
  const clamped = dayOfMonth > 28 ? ", or on the last day of a month that is shorter" : "";
  return `Monthly on the ${ordinal(dayOfMonth)}${clamped}, from ${longDate(firstDueOn)}`;
}

/** What the amount financed is made of, given without being asked for, outside the box (12 CFR 1026.18(c)). */
export function itemization({ disclosure, lines, total, currency }: CreditTerms): Block {
  const money = (amount: number) => formatMoney(amount, currency);
  const { amountFinanced, downPayment } = disclosure;
  const sold = lines.map(({ label, quantity, amount }) =>
    row(quantity === 1 ? label : `${label} (${quantity})`, money(amount)),
  );
  return block(
    "itemization",
    1,
    html`<h2>Itemization of the amount financed</h2>
<table class="whole">${sold}
${row("Cash price", money(total))}
${row("Less your down payment, the deposit", money(-downPayment))}
${row(html`<strong>Amount financed</strong>`, html`<strong>${money(amountFinanced)}</strong>`)}
</table>
<p>Of the amount financed, ${money(amountFinanced)} is credited to your account with us, for this booking. Nothing is paid to you or to others, and there is no prepaid finance charge.</p>`,
  );
}
