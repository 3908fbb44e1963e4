import { type Permission, savedMethodInWords } from "@clearing/domain/agreement";
import {
  type Booking,
  datesToConfirm,
  isPaused,
  isRemindedOfAll,
  isSettled,
  lacksMethod,
  methodPageRefusal,
  type PayPage,
  type PlannedCharge,
} from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { fill } from "@clearing/domain/text";
import type { Instant } from "@clearing/domain/time";
import { longDate } from "@clearing/domain/time/long-date";
import type { Reply } from "@clearing/runtime/api";
import { shortPage, type Words } from "@clearing/runtime/page";
import method from "./texts/method-page.ts";
import texts from "./texts/pay-page.ts";

const states: Record<Exclude<PayPage["kind"], "payable" | "payoff">, Words> = {
  paid: texts.paid,
  after_payoff: texts.afterPayoff,
  on_its_way: texts.onItsWay,
  nothing_to_pay: texts.nothingToPay,
  to_sign: texts.toSign,
};

/**
 * The page of a payment link: the public label, the amount, the date and one button, and no name. Opening it starts
 * nothing, because mail scanners open links.
 */
export function payPageReply(booking: Booking, page: PayPage, methodUrl: string): Reply {
  const { terms, currency, savedMethod } = booking;
  const { title, payoff, button, otherMethod, firstMethod } = texts.payable;
  const hasMethod = savedMethod !== undefined;
  const link = { label: hasMethod ? otherMethod : firstMethod, url: methodUrl };
  const isOffered = (hasMethod || lacksMethod(booking)) && methodPageRefusal(booking, page) === null;
  const linked = (words: Words): Words => (isOffered ? { ...words, link } : words);
  if (page.kind === "paid" && !isSettled(booking)) return shortPage(200, linked(texts.paidInPart));
  if (page.kind === "to_sign") return shortPage(200, { ...texts.toSign, text: toSignText(page.planned) });
  if (page.kind !== "payable" && page.kind !== "payoff") return shortPage(200, states[page.kind]);
  const { merchant, publicLabel: program } = terms;
  const text = page.kind === "payoff" ? fill(payoff, { merchant, program }) : paymentText(page, { merchant, program });
  const words: Words = { title: fill(title, { amount: formatMoney(page.amount, currency) }), text };
  return shortPage(200, linked(words), { label: button });
}

type Payable = Extract<PayPage, { kind: "payable" }>;

/** What the due is for, its date, and when it is charged if the client does nothing. */
function paymentText({ date, planned }: Payable, seller: { merchant: string; program: string }): string {
  const { due, pastDue, undated, planned: charges } = texts.payable;
  const payment =
    date === null ? fill(undated, seller) : fill(date.isPast ? pastDue : due, { ...seller, date: longDate(date.on) });
  return planned === null ? payment : `${payment} ${chargeText(planned, charges)}`;
}

/** The payment is charged as planned, although the agreement is not signed. */
function toSignText(planned: PlannedCharge | null): string {
  const { text, planned: charges } = texts.toSign;
  const { debit_free } = texts.payable.planned;
  return planned === null ? text : `${text} ${chargeText(planned, { debit_free, ...charges })}`;
}

const chargeText = ({ as, method: charged, on }: PlannedCharge, words: Record<PlannedCharge["as"], string>): string =>
  fill(words[as], { method: savedMethodInWords(charged), date: longDate(on) });

/**
 * The page on which a client saves another method. While autopay is on, it shows the permission for the new method,
 * which the button gives; the form carries the hash of the text shown.
 */
export function methodPageReply(
  booking: Booking,
  page: PayPage,
  permission: Permission | null,
  { payUrl, now }: { payUrl: string; now: Instant },
): Reply {
  const refusal = methodPageRefusal(booking, page);
  const { title, free, off, on, linkOnly, authorization, back, paused } = method;
  const link = { label: back, url: payUrl };
  if (refusal === "link_only") return shortPage(200, { ...linkOnly, link });
  if (refusal !== null) return shortPage(200, states[refusal]);
  const opening = fill(free, { program: booking.terms.publicLabel });
  const stays = isRemindedOfAll(booking) ? off.text : off.noReminder;
  const pause = isPaused(booking) ? [paused] : [];
  if (permission === null) {
    const text = [opening, stays, off.charged, ...pause].join(" ");
    return shortPage(200, { title, text, link }, { label: off.button });
  }
  const excluded = datesToConfirm(booking, now).map((date) =>
    date === null
      ? on.toConfirmUndated
      : fill(date.isPast ? on.toConfirmPastDue : on.toConfirm, { date: longDate(date.on) }),
  );
  const text = [opening, on.text, ...excluded, ...pause, on.gives].join(" ");
  const details = { title: authorization, paragraphs: permission.paragraphs };
  return shortPage(200, { title, text, details, link }, { label: on.button, query: { permission: permission.hash } });
}

const unpayable: Record<404 | 503, Words> = { 404: texts.invalid, 503: texts.unavailable };

/** For a link that is forged, cut off or expired (404), and while Stripe or the tables are unavailable (503). */
export const noPayPage = (status: 404 | 503): Reply => shortPage(status, unpayable[status]);

/** Redirects the payer with 303. */
export const seeOther = (location: string): Reply => ({ status: 303, headers: { location } });
