import { html } from "hono/html";
import { needsClient, unpaid, waitsForConfirmation } from "../booking/due.ts";
import type { Booking, PaymentMethod } from "../booking/index.ts";
import { lateFrom } from "../booking/when-due.ts";
import { formatMoney } from "../money/index.ts";
import { policyDates, refundPeriods } from "../plan/policy.ts";
import { fill } from "../text/index.ts";
import { type CalendarDate, dateIn } from "../time/index.ts";
import { longDate } from "../time/long-date.ts";
import { type Block, block, type Markup, pageOf, paragraphs, row, type SectionedPage, table } from "./document.ts";
import agreementTexts from "./texts/agreement.ts";
import texts from "./texts/permission.ts";
import { dueDate, dueName, refundDates, zoneName } from "./wording.ts";

/** One payment that may be collected: its name, due date and maximum amount. */
export type ListedPayment = { name: string; due: string; amount: string };

export function paymentTable(payments: ListedPayment[]): Markup {
  const { payment, due, amount } = agreementTexts.payments;
  return table(
    [payment, due, amount],
    payments.map((one) => row(one.name, one.due, one.amount)),
  );
}

/** The inputs of the permission's text. `from` describes the payment method. */
export type PermissionTerms = {
  merchant: string;
  timeZone: string;
  startsOn: CalendarDate;
  from: string;
  withInterest: boolean;
  payments: ListedPayment[];
};

/** The permission as a separate page, with the version of its wording, and as paragraphs for a mail. */
export type Permission = SectionedPage & { version: number; paragraphs: string[] };

/** Describes the method of a permission that is signed before a method is saved. */
export const fromDeposit = texts.methods.ofDeposit;

/** Describes the method that a client is about to save. */
export const methodToCome = texts.methods.savedNext;

/** Describes a saved method. */
export function savedMethodInWords({ type, last4 }: { type: PaymentMethod; last4: string | null }): string {
  const { saved, ending, card, bankAccount } = texts.methods;
  const kind = type === "card" ? card : bankAccount;
  return last4 === null ? fill(saved, { kind }) : fill(ending, { kind, last4 });
}

/** The words for as many payments as the permission lists. */
const wordsFor = ({ payments }: PermissionTerms) => (payments.length === 1 ? texts.one : texts.several);

/** What the client authorizes: who charges which payments to which method, and how often. */
const opening = (terms: PermissionTerms): string =>
  fill(wordsFor(terms).opening, { merchant: terms.merchant, method: terms.from });

/**
 * How amounts are determined, when they are collected, and how to withdraw the permission. The card networks require
 * this (docs.stripe.com/payments/cits-and-mits), and Regulation E for bank debits: the permission is optional (12 CFR
 * 1005.10(e)(1)); the client receives notice of varying debits, or chooses to receive it only for debits that differ
 * from the list (1005.10(d)); the client may stop a payment up to three business days before its debit (1005.10(c)).
 */
function conditions(terms: PermissionTerms): string[] {
  const { interest, amounts, time, optional } = wordsFor(terms);
  return [
    terms.withInterest ? `${interest} ${amounts}` : amounts,
    fill(time, { timeZone: zoneName(terms.timeZone, terms.startsOn) }),
    texts.debitFree,
    texts.notice,
    optional,
    texts.revocation,
  ];
}

/** The permission as a section of the agreement, signed with it if the client chooses automatic collection. */
export const automaticCollection = (terms: PermissionTerms): Block =>
  block(
    "automatic_collection",
    texts.version,
    html`<h2>${texts.title}</h2>
${paragraphs([opening(terms)])}
${paymentTable(terms.payments)}
${paragraphs([...conditions(terms), wordsFor(terms).refundsByAgreement])}`,
  );

type Permitted = Pick<
  Booking,
  | "id"
  | "agreement"
  | "terms"
  | "currency"
  | "dues"
  | "confirmedAt"
  | "status"
  | "createdAt"
  | "financeCharge"
  | "depositSettledOn"
  | "autopay"
  | "savedMethod"
>;

/**
 * The permission (authorization) to collect a booking's remaining payments after the deposit automatically from the
 * described method. Lists each payment with its date and unpaid amount. The same booking gives the same document.
 */
export function permissionDocument(booking: Permitted, from: string): Permission {
  const { id, agreement, terms } = booking;
  const permission: PermissionTerms = {
    merchant: terms.merchant,
    timeZone: terms.timeZone,
    startsOn: terms.startsOn,
    from,
    withInterest: booking.financeCharge > 0,
    payments: paymentsOf(booking),
  };
  const { title, parties, program } = texts.heading;
  const { version } = agreement;
  const heading = block(
    "heading",
    texts.version,
    html`<h1>${title}</h1>
${paragraphs([
  fill(parties, { bookingId: id, version, merchant: terms.merchant }),
  fill(program, {
    ...{ program: terms.publicLabel, startsOn: longDate(terms.startsOn), endsOn: longDate(terms.endsOn) },
    ...{ venue: terms.venue, timeZone: zoneName(terms.timeZone, terms.startsOn) },
  }),
])}`,
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

/**
 * The payments to list: unpaid dues that may be collected automatically. One that is under way is listed as such, because
 * the permission must cover another try if it fails.
 */
function paymentsOf({ dues, currency, ...booking }: Permitted): ListedPayment[] {
  const installments = dues.filter(({ kind }) => kind === "installment").length;
  return dues.flatMap((due) => {
    const { kind, sequence } = due;
    const owed = unpaid(due);
    if (kind === "deposit" || kind === "late_charge" || needsClient(due) || owed <= 0) return [];
    const startsBy = waitsForConfirmation(booking, due) ? due.startsBy : "date";
    // A changed debit, or one that cannot be paid earlier, is made on the date from which its due counts.
    const listed = { kind, sequence, dueOn: lateFrom(booking, due), startsBy };
    const date = dueDate(listed);
    const on = due.status === "processing" ? fill(texts.underWay, { due: date }) : date;
    return { name: dueName(listed, installments), due: on, amount: formatMoney(owed, currency) };
  });
}

/** How collected payments are refunded: the policy that was signed. */
function refundRules({ terms, currency, createdAt }: Permitted): string[] {
  const { byYou, byYouLessFee, none, tier: ofTier, afterwards, sameTerms, byUs } = texts.refunds;
  const { tiers, startsOn, timeZone, administrationFee } = terms;
  const { refunding, nothingFrom } = refundPeriods(policyDates(tiers, startsOn, dateIn(timeZone, createdAt)));
  if (nothingFrom === null) return [none, sameTerms, byUs];
  const parts = refunding.map((tier) =>
    fill(ofTier, { percent: tier.refundPercent, dates: refundDates(tier, texts.refunds) }),
  );
  const refunds = [...parts, fill(afterwards, { date: longDate(nothingFrom) })].join("; ");
  return [
    administrationFee > 0
      ? fill(byYouLessFee, { fee: formatMoney(administrationFee, currency), refunds })
      : fill(byYou, { refunds }),
    sameTerms,
    byUs,
  ];
}
