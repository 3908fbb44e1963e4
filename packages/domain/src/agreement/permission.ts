import { html } from "hono/html";
import { unpaid } from "../booking/due.ts";
import type { Booking } from "../booking/index.ts";
import { formatMoney } from "../money/index.ts";
import { policyDates } from "../plan/policy.ts";
import { dateIn } from "../time/index.ts";
import { type Block, block, type Markup, pageOf, row, type SectionedPage } from "./document.ts";
import { dueDate, dueName } from "./wording.ts";

/** One payment that may be collected: what it is called, when it is due, how much it is at most. */
export type ListedPayment = { name: string; due: string; amount: string };

export const paymentTable = (payments: ListedPayment[]): Markup =>
  html`<table><tr><th>Payment</th><th>Due</th><th>Amount</th></tr>${payments.map(({ name, due, amount }) => row(name, due, amount))}</table>`;

/** What the permission to collect words. `from` is the payment method in words. */
export type PermissionTerms = {
  merchant: string;
  timeZone: string;
  from: string;
  withInterest: boolean;
  payments: ListedPayment[];
};

/** The version of the permission's wording. */
const wordingVersion = 2;

/** The permission as a page of its own, with the version of its wording, and its words as paragraphs of a mail. */
export type Permission = SectionedPage & { version: number; paragraphs: string[] };

/** From which method a permission lets collect that is signed before there is one. */
export const fromDeposit = "the card or bank account that you pay the deposit with";

/** What the client agrees to: whom, what, when, how often, from where. */
const opening = ({ merchant, from, payments }: PermissionTerms): string =>
  payments.length === 1
    ? `You may allow ${merchant} to collect this payment of your booking by itself, once, from ${from}:`
    : `You may allow ${merchant} to collect these payments of your booking by itself, each once, from ${from}:`;

/**
 * How amounts are determined, when they are collected, and how the permission ends. The networks ask for it of cards
 * (docs.stripe.com/payments/cits-and-mits), Regulation E of bank debits: a choice of its own (12 CFR 1005.10(e)(1)), notice
 * of a debit that varies, or the choice to be told of those alone that are not as listed (1005.10(d)), and a stop order up
 * to three business days before a debit (1005.10(c)).
 */
const conditions = ({ timeZone, withInterest }: PermissionTerms): string[] => [
  `${withInterest ? "The amounts include the interest of your plan. " : ""}No more than the listed amount is collected. If part of a payment is paid or taken off before its date, only the rest is.`,
  `A payment is collected on its date at 10:00 AM (${timeZone}), or as soon after that as possible. One that is declined may be tried again on a later day, for what is then unpaid of it. We write to you before each payment.`,
  "By law you may have notice of each debit from a bank account that differs from the one before. With this permission you choose to have it, ten days ahead, only where the amount or the date of a debit is not as listed here.",
  "This permission is your free choice. It is no condition of the booking or of paying over time: without it you pay each payment by a link that we send you.",
  "You can take it back at any time, in your booking or by answering any of our mails, and stop all payments or one. Tell us at least three business days before the date of a payment, and it is not collected. If you tell us later, we stop it as long as it has not been sent to your bank.",
];

/** The permission as a section of the agreement, which is signed with it where the client chooses so. */
export const automaticCollection = (terms: PermissionTerms): Block =>
  block(
    "automatic_collection",
    wordingVersion,
    html`<h2>Automatic collection (your free choice)</h2>
<p>${opening(terms)}</p>
${paymentTable(terms.payments)}
${[...conditions(terms), refundsByAgreement].map((words) => html`<p>${words}</p>`)}`,
  );

const refundsByAgreement = "What was collected is refunded by the cancellation rules of the booking agreement.";

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
  const heading = block(
    "heading",
    1,
    html`<h1>Permission for automatic collection</h1>
<p>Booking ${id}, agreement version ${agreement.version}, with ${terms.merchant}.</p>`,
  );
  const refunded = refundRules(booking);
  const refunds = block("refunds", 1, html`<h2>Refunds</h2>\n${refunded.map((words) => html`<p>${words}</p>`)}`);
  const page = pageOf(`Permission for automatic collection ${id}`, [heading, automaticCollection(permission), refunds]);
  const listed = permission.payments.map(({ name, due, amount }) => `${name}, due ${lowerFirst(due)}: ${amount}`);
  return {
    ...page,
    version: wordingVersion,
    paragraphs: [opening(permission), ...listed, ...conditions(permission), ...refunded],
  };
}

const lowerFirst = (words: string): string => words.slice(0, 1).toLowerCase() + words.slice(1);

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
  const { tiers, startsOn, timeZone, administrationFee } = terms;
  const fee =
    administrationFee > 0 ? `, less an administration fee of ${formatMoney(administrationFee, currency)}` : "";
  const dates = policyDates(tiers, startsOn, dateIn(timeZone, createdAt));
  const parts = dates.map(({ until, refundPercent }) => `${refundPercent}% until ${until}, inclusive`);
  return [
    `If you cancel the booking, this part of what you have paid is refunded${fee}: ${[...parts, `0% from ${startsOn} on`].join("; ")}.`,
    "If we cancel, everything that was paid is refunded.",
  ];
}
