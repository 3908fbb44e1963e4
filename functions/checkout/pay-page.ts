import type { Permission } from "@clearing/domain/agreement";
import { type Booking, type PayPage, setupRefusal } from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { longDate } from "@clearing/domain/time/long-date";
import type { Reply } from "@clearing/runtime/api";
import { type Button, shortPage, type Words } from "@clearing/runtime/page";

const states: Record<Exclude<PayPage["kind"], "payable">, Words> = {
  paid: { title: "Paid", text: "Thank you. We received this payment. You can close this page." },
  on_its_way: {
    title: "On its way",
    text: "This payment is being processed. We will email you when it arrives. You can close this page.",
  },
  nothing_to_pay: { title: "Nothing to pay", text: "There is nothing to pay here. You can close this page." },
};

/**
 * What a payment link shows: the public label, the amount, the date, one button, and no name. Opening it starts nothing,
 * since mail scanners open links.
 */
export function payPageReply({ terms, currency, savedMethod }: Booking, page: PayPage, methodUrl: string): Reply {
  if (page.kind !== "payable") return shortPage(200, states[page.kind]);
  const { dueOn } = page.due;
  const text = `${terms.publicLabel}. Due on ${longDate(dueOn)}.`;
  const button: Button = { label: "Pay now" };
  const link = { label: "Save another card or bank account", url: methodUrl };
  const words: Words = { title: formatMoney(page.amount, currency), text };
  return shortPage(200, savedMethod === undefined ? words : { ...words, link }, button);
}

/**
 * Where another method is saved. While payments are collected automatically, the permission for the method to come is
 * shown, which the button gives: the hash of what was shown goes with it.
 */
export function methodPageReply(booking: Booking, page: PayPage, permission: Permission | null): Reply {
  if (page.kind === "paid") return shortPage(200, states.paid);
  if (setupRefusal(booking) !== null) return shortPage(200, states.nothing_to_pay);
  const { publicLabel } = booking.terms;
  const title = "Save a card or bank account";
  const label = "Continue";
  if (permission === null) {
    const text = `${publicLabel}. You pay nothing on this page. Automatic payments stay off. You pay each payment with its link.`;
    return shortPage(200, { title, text }, { label });
  }
  const text = `${publicLabel}. You pay nothing on this page. We will charge your payments to the card or bank account that you save. The button below gives us this authorization:`;
  const details = { title: "Authorization for automatic payments", paragraphs: permission.paragraphs };
  return shortPage(
    200,
    { title, text, details },
    { label: "Agree and continue", query: { permission: permission.hash } },
  );
}

const unpayable: Record<404 | 503, Words> = {
  404: {
    title: "This link is no longer valid",
    text: "Please use the link in our latest email, or reply to it and we will send you another one.",
  },
  503: {
    title: "Please try again in a moment",
    text: "We cannot open the payment page right now. You have not been charged.",
  },
};

/** For a link that is forged, cut or over, and while Stripe or the tables cannot be asked. */
export const noPayPage = (status: 404 | 503): Reply => shortPage(status, unpayable[status]);

/** To where the payer goes on. */
export const seeOther = (location: string): Reply => ({ status: 303, headers: { location } });
