import { html } from "hono/html";
import { formatMoney } from "../money/index.ts";
import { refundPeriods } from "../plan/policy.ts";
import { fill } from "../text/index.ts";
import { longDate } from "../time/long-date.ts";
import { type AgreementTerms, hasLateCharge, worded } from "./agreement-terms.ts";
import { creditTerms, electronicRecords, holderNotice, interestRate } from "./credit-contract.ts";
import { type Block, block, pageOf, paragraphs, row, type SectionedPage, table } from "./document.ts";
import { lateInWords } from "./late-in-words.ts";
import { automaticCollection, fromDeposit, type ListedPayment, paymentTable } from "./permission.ts";
import texts from "./texts/agreement.ts";
import { type CreditTerms, disclosureBox, disclosureStyle, itemization } from "./truth-in-lending.ts";
import { dueDate, dueName, refundDates, zoneName } from "./wording.ts";

export type { AgreementTerms } from "./agreement-terms.ts";
export { htmlOf, type SectionedPage } from "./document.ts";
export { participationDocument } from "./participation-terms.ts";
export { fromDeposit, methodToCome, type Permission, permissionDocument, savedMethodInWords } from "./permission.ts";

export type AgreementDocument = SectionedPage & { terms: AgreementTerms };

/**
 * The agreement that the client signs: self-contained, printable HTML in neutral words. Each section has a version and
 * a hash, and the whole has a hash. It carries its terms, from which the next version is made. For a plan that is
 * consumer credit it includes the disclosure (after the consent to electronic records) and the credit terms. A loan that
 * is exempt from the disclosure by its amount has the credit terms too.
 */
export function agreementDocument(terms: AgreementTerms): AgreementDocument {
  const credit = creditOf(terms);
  const isCredit = credit !== null || interestRate(terms) > 0;
  const listed = listedPayments(terms);
  const blocks = [
    heading(terms),
    electronicRecords(terms),
    ...(credit === null ? [] : [disclosureBox(credit), itemization(credit)]),
    price(terms),
    payments(terms, listed),
    ...(isCredit ? [creditTerms(terms)] : []),
    admission(terms),
    cancellation(terms),
    automaticCollection({
      ...terms,
      from: fromDeposit,
      withInterest: interestRate(terms) > 0,
      payments: listed.slice(1),
    }),
    ...(isCredit ? [holderNotice()] : []),
  ];
  const page = pageOf(`${texts.heading.title} ${terms.bookingId}`, blocks, credit === null ? "" : disclosureStyle);
  return { ...page, terms: worded(terms) };
}

/**
 * The document to offer for signing: the one made with the hold, if the current texts still produce the same bytes from
 * its terms. Otherwise the next version, made from the same terms and the current texts.
 */
export function offeredDocument<Kept extends AgreementDocument>(kept: Kept): Kept | AgreementDocument {
  const { terms, hash } = kept;
  if (agreementDocument(terms).hash === hash) return kept;
  return agreementDocument({ ...terms, version: terms.version + 1 });
}

function creditOf(terms: AgreementTerms): CreditTerms | null {
  const { disclosure } = terms;
  return disclosure === null ? null : { ...terms, disclosure };
}

function heading(terms: AgreementTerms): Block {
  const { title, parties, program } = texts.heading;
  const { bookingId, version, merchant, venue, timeZone } = terms;
  return block(
    "heading",
    texts.version,
    html`<h1>${title}</h1>
${paragraphs([
  fill(parties, { bookingId, version, participant: terms.participantName, merchant }),
  fill(program, {
    ...{ program: terms.publicLabel, startsOn: longDate(terms.startsOn), endsOn: longDate(terms.endsOn) },
    ...{ venue, timeZone: zoneName(timeZone, terms.startsOn) },
  }),
])}`,
  );
}

function price({ lines, total, currency }: AgreementTerms): Block {
  const { title, item, quantity, amount, total: sum } = texts.price;
  const money = (minor: number) => formatMoney(minor, currency);
  const rows = lines.map((line) =>
    row(line.label, line.kind === "tax" ? "" : String(line.quantity), money(line.amount)),
  );
  const sumRow = row(html`<strong>${sum}</strong>`, "", html`<strong>${money(total)}</strong>`);
  return block(
    "price",
    texts.version,
    html`<h2>${title}</h2>
${table([item, quantity, amount], [...rows, sumRow])}`,
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

function payments(terms: AgreementTerms, listed: ListedPayment[]): Block {
  const charge = lateChargeRule(terms);
  return block(
    "payments",
    texts.version,
    html`<h2>${texts.payments.title}</h2>
${paymentTable(listed)}${charge === null ? "" : html`\n${paragraphs([charge])}`}`,
  );
}

/** The rule on late payments. Null if there is no late charge, or if the disclosure states it. */
function lateChargeRule({ lateCharge, disclosure, currency }: AgreementTerms): string | null {
  if (disclosure !== null || !hasLateCharge(lateCharge)) return null;
  const { lateCharge: charged, lateChargeAtMost, lateChargeDue } = texts.payments;
  const { graceDays, capPercent } = lateCharge;
  const figures = { late: lateInWords(graceDays, texts.payments), amount: formatMoney(lateCharge.amount, currency) };
  const rule =
    capPercent === null ? fill(charged, figures) : fill(lateChargeAtMost, { ...figures, percent: capPercent });
  return `${rule} ${lateChargeDue}`;
}

function admission({ clearanceDeadlineOn }: AgreementTerms): Block {
  const { title, confirmation } = texts.admission;
  return block(
    "admission",
    texts.version,
    html`<h2>${title}</h2>
${paragraphs([fill(confirmation, { deadline: longDate(clearanceDeadlineOn) })])}`,
  );
}

function cancellation({ policy, administrationFee, currency }: AgreementTerms): Block {
  const { title, how, refund, refundLessFee, noRefund, when, percentage, afterwards, sameTerms, byUs } =
    texts.cancellation;
  const { refunding, nothingFrom } = refundPeriods(policy);
  const tierRows = refunding.map((tier) => row(refundDates(tier, texts.cancellation), `${tier.refundPercent}%`));
  const intro = administrationFee > 0 ? fill(refundLessFee, { fee: formatMoney(administrationFee, currency) }) : refund;
  const refunds =
    nothingFrom === null
      ? paragraphs([how, noRefund])
      : html`${paragraphs([how, intro])}
${table([when, percentage], [...tierRows, row(fill(afterwards, { date: longDate(nothingFrom) }), "0%")], "whole")}`;
  return block(
    "cancellation",
    texts.version,
    html`<h2>${title}</h2>
${refunds}
${paragraphs([sameTerms, byUs])}`,
  );
}
