import type { Booking, PayPage } from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import type { Reply } from "@clearing/runtime/api";
import { type Button, shortPage, type Words } from "@clearing/runtime/page";

const states: Record<Exclude<PayPage["kind"], "payable">, Words> = {
  paid: { title: "Paid", text: "Thank you. This payment has been received. You may close this page." },
  on_its_way: {
    title: "On its way",
    text: "This payment is under way. We will write to you when it has arrived. You may close this page.",
  },
  nothing_to_pay: { title: "Nothing to pay", text: "Nothing is to be paid here. You may close this page." },
};

/**
 * What a payment link shows: the public label, the amount, the date, one button, and no name. Opening it starts nothing,
 * since mail scanners open links.
 */
export function payPageReply({ terms, currency }: Booking, page: PayPage): Reply {
  if (page.kind !== "payable") return shortPage(200, states[page.kind]);
  const { dueOn } = page.due;
  const text = `${terms.publicLabel}. Due on ${dateInWords(dueOn)}.`;
  const button: Button = { label: "Pay now" };
  return shortPage(200, { title: formatMoney(page.amount, currency), text }, button);
}

const unpayable: Record<404 | 503, Words> = {
  404: {
    title: "This link is not valid any more",
    text: "Please use the link in our latest mail, or reply to it and we will send you another one.",
  },
  503: {
    title: "Please try again in a moment",
    text: "The payment page cannot be opened right now. Nothing was charged.",
  },
};

/** For a link that is forged, cut or over, and while Stripe or the tables cannot be asked. */
export const noPayPage = (status: 404 | 503): Reply => shortPage(status, unpayable[status]);

/** To where the payer goes on. */
export const seeOther = (location: string): Reply => ({ status: 303, headers: { location } });

const dateInWords = (date: string): string =>
  new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
