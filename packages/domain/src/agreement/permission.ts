import { html } from "hono/html";
import { unpaid } from "../booking/due.ts";
import type { Booking, PaymentMethod } from "../booking/index.ts";
import { formatMoney } from "../money/index.ts";
import { policyDates } from "../plan/policy.ts";
import { fill } from "../text/index.ts";
import { dateIn } from "../time/index.ts";
import { longDate } from "../time/long-date.ts";
import { type Block, block, type Markup, pageOf, paragraphs, row, type SectionedPage, table } from "./document.ts";
import agreementTexts from "./texts/agreement.ts";
import texts from "./texts/permission.ts";
import { dueDate, dueName, zoneName } from "./wording.ts";

/** One payment that may be collected: what it is called, when it is due, how much it is at most. */
export type ListedPayment = { name: string; due: string; amount: string };

export function paymentTable(payments: ListedPayment[]): Markup {
  const { payment, due, amount } = agreementTexts.payments;
  return table(
    [payment, due, amount],
    payments.map((one) => row(one.name, one.due, one.amount)),
  );
}

/** What the permission to collect words. `from` is the payment method in words. */
export type PermissionTerms = {
  merchant: string;
  timeZone: string;
  from: string;
  withInterest: boolean;
  payments: ListedPayment[];
};

/** The permission as a page of its own, with the version of its wording, and its words as paragraphs of a mail. */
export type Permission = SectionedPage & { version: number; paragraphs: string[] };

/** From which method a permission lets collect that is signed before there is one. */
export const fromDeposit = texts.methods.ofDeposit;

/** The method that a client is about to save, in words. */
export const methodToCome = texts.methods.savedNext;

/** A saved method, in words. */
export function savedMethodInWords({ type, last4 }: { type: PaymentMethod; last4: string | null }): string {
  const { saved, ending, card, bankAccount } = texts.methods;
  const kind = type === "card" ? card : bankAccount;
  return last4 === null ? fill(saved, { kind }) : fill(ending, { kind, last4 });
}

/** What the client agrees to: whom, what, when, how often, from where. */
const opening = ({ merchant, from, payments }: PermissionTerms): string =>
  fill(payments.length === 1 ? texts.onePayment : texts.severalPayments, { merchant, method: from });

/**
 * How amounts are determined, when they are collected, and how the permission ends. The networks ask for it of cards
 * (docs.stripe.com/payments/cits-and-mits), Regulation E of bank debits: a choice of its own (12 CFR 1005.10(e)(1)), notice
 * of a debit that varies, or the choice to be told of those alone that are not as listed (1005.10(d)), and a stop order up
 * to three business days before a debit (1005.10(c)).
 */
const conditions = ({ timeZone, withInterest }: PermissionTerms): string[] => [
  withInterest ? `${texts.interest} ${texts.amounts}` : texts.amounts,
  fill(texts.time, { timeZone: zoneName(timeZone) }),
  texts.notice,
  texts.optional,
  texts.revocation,
];

/** The permission as a section of the agreement, which is signed with it where the client chooses so. */
export const automaticCollection = (terms: PermissionTerms): Block =>
  block(
    "automatic_collection",
    texts.version,
    html`<h2>${texts.title}</h2>
${paragraphs([opening(terms)])}
${paymentTable(terms.payments)}
${paragraphs([...conditions(terms), texts.refundsByAgreement])}`,
  );

type Permitted = Pick<
  Booking,
  "id" | "agreement" | "terms" | "currency" | "dues" | "confirmedAt" | "createdAt" | "financeCharge"
>;

/**
 * The permission to collect what is still to be paid of a booking after its deposit, from a method that is named in words:
 * each payment with its date and what is unpaid of it. The same booking makes the same document.
 */
export function permissionDocument(booking: Permitted, from: string): Permission {
  const { id, agreement, terms } = booking;
  const permission: PermissionTerms = {
    merchant: terms.merchant,
    timeZone: terms.timeZone,
    from,
    withInterest: booking.financeCharge > 0,
    payments: paymentsOf(booking),
  };
  const { title, parties } = texts.heading;
  const { version } = agreement;
  const heading = block(
    "heading",
    texts.version,
    html`<h1>${title}</h1>
${paragraphs([fill(parties, { bookingId: id, version, merchant: terms.merchant })])}`,
  );
  const refunded = refundRules(booking);
  const refunds = block("refunds", texts.version, html`<h2>${texts.refunds.title}</h2>\n${paragraphs(refunded)}`);
  const page = pageOf(`${title} ${id}`, [heading, automaticCollection(permission), refunds]);
  const listed = permission.payments.map((payment) => fill(texts.payment, payment));
  return {
    ...page,
    version: texts.version,
    paragraphs: [opening(permission), ...listed, ...conditions(permission), ...refunded],
  };
}

/** What is to be collected: neither the deposit nor a late charge is, and what is paid or cancelled is no more. */
function paymentsOf({ dues, currency, confirmedAt }: Permitted): ListedPayment[] {
  const installments = dues.filter(({ kind }) => kind === "installment").length;
  return dues.flatMap((due) => {
    const { kind, sequence } = due;
    const owed = unpaid(due);
    if (kind === "deposit" || kind === "late_charge" || owed <= 0) return [];
    const startsBy = confirmedAt === null ? due.startsBy : "date";
    const listed = { kind, sequence, dueOn: due.dueOn, startsBy };
    return { name: dueName(listed, installments), due: dueDate(listed), amount: formatMoney(owed, currency) };
  });
}

/** What is refunded of what was collected: the policy that was signed. */
function refundRules({ terms, currency, createdAt }: Permitted): string[] {
  const { byYou, byYouLessFee, until, afterwards, byUs } = texts.refunds;
  const { tiers, startsOn, timeZone, administrationFee } = terms;
  const parts = policyDates(tiers, startsOn, dateIn(timeZone, createdAt)).map((tier) =>
    fill(until, { percent: tier.refundPercent, date: longDate(tier.until) }),
  );
  const refunds = [...parts, fill(afterwards, { date: longDate(startsOn) })].join("; ");
  return [
    administrationFee > 0
      ? fill(byYouLessFee, { fee: formatMoney(administrationFee, currency), refunds })
      : fill(byYou, { refunds }),
    byUs,
  ];
}
