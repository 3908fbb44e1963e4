import type { Permission } from "@clearing/domain/agreement";
import { type Booking, type PayPage, setupRefusal } from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { fill } from "@clearing/domain/text";
import { longDate } from "@clearing/domain/time/long-date";
import type { Reply } from "@clearing/runtime/api";
import { shortPage, type Words } from "@clearing/runtime/page";
import method from "./texts/method-page.ts";
import texts from "./texts/pay-page.ts";

const states: Record<Exclude<PayPage["kind"], "payable">, Words> = {
  paid: texts.paid,
  on_its_way: texts.onItsWay,
  nothing_to_pay: texts.nothingToPay,
};

/**
 * What a payment link shows: the public label, the amount, the date, one button, and no name. Opening it starts nothing,
 * since mail scanners open links.
 */
export function payPageReply({ terms, currency, savedMethod }: Booking, page: PayPage, methodUrl: string): Reply {
  if (page.kind !== "payable") return shortPage(200, states[page.kind]);
  const { summary, button, otherMethod } = texts.payable;
  const { merchant, publicLabel: program } = terms;
  const text = fill(summary, { merchant, program, date: longDate(page.due.dueOn) });
  const words: Words = { title: formatMoney(page.amount, currency), text };
  const link = { label: otherMethod, url: methodUrl };
  return shortPage(200, savedMethod === undefined ? words : { ...words, link }, { label: button });
}

/**
 * Where another method is saved. While payments are collected automatically, the permission for the method to come is
 * shown, which the button gives: the hash of what was shown goes with it.
 */
export function methodPageReply(booking: Booking, page: PayPage, permission: Permission | null): Reply {
  if (page.kind === "paid") return shortPage(200, states.paid);
  if (setupRefusal(booking) !== null) return shortPage(200, states.nothing_to_pay);
  const { title, free, off, on, authorization } = method;
  const opening = fill(free, { program: booking.terms.publicLabel });
  if (permission === null) return shortPage(200, { title, text: `${opening} ${off.text}` }, { label: off.button });
  const details = { title: authorization, paragraphs: permission.paragraphs };
  return shortPage(
    200,
    { title, text: `${opening} ${on.text}`, details },
    { label: on.button, query: { permission: permission.hash } },
  );
}

const unpayable: Record<404 | 503, Words> = { 404: texts.invalid, 503: texts.unavailable };

/** For a link that is forged, cut or over, and while Stripe or the tables cannot be asked. */
export const noPayPage = (status: 404 | 503): Reply => shortPage(status, unpayable[status]);

/** To where the payer goes on. */
export const seeOther = (location: string): Reply => ({ status: 303, headers: { location } });
