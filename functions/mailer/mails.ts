import type { Booking } from "@clearing/domain/booking";
import type { EventName } from "@clearing/domain/event";
import { formatMoney } from "@clearing/domain/money";
import type { Instant } from "@clearing/domain/time";

/** A mail's words: a subject that says nothing about the program, and paragraphs. */
export type Wording = { subject: string; paragraphs: readonly string[] };

type Data = Readonly<Record<string, unknown>>;

/**
 * The mail that each event sends, or null for none. Neutral words only (I8): no health fact, no reason of a clinician,
 * no name of a program but its public label. Written so as to be true whenever it arrives: events may come late and in
 * any order.
 */
export const mails: Partial<Record<EventName, (booking: Booking, data: Data) => Wording | null>> = {
  BookingHeld: (booking) => ({
    subject: "Your place is on hold",
    paragraphs: [
      `We are holding a place for you: ${label(booking)}.`,
      booking.status === "held" && booking.holdExpiresAt !== null
        ? `Please sign the agreement and pay the deposit before ${moment(booking, booking.holdExpiresAt)}.`
        : "Please sign the agreement and pay the deposit while the hold lasts.",
    ],
  }),

  AgreementSigned: (booking) => ({
    subject: "Your signed agreement",
    paragraphs: [
      `Thank you for signing the agreement for your booking: ${label(booking)}.`,
      booking.autopay
        ? "You allowed us to collect later payments automatically. You can take that back at any time."
        : "Later payments are collected only when you make them yourself.",
      "The agreement stays available to you in your booking, exactly as you signed it.",
    ],
  }),

  PaymentProcessing: (booking, data) => ({
    subject: "Your payment is on its way",
    paragraphs: [
      `Your bank is processing your payment${amountIn(data)} for your booking: ${label(booking)}.`,
      "This can take several business days. We keep your place meanwhile and write to you when it has arrived.",
    ],
  }),

  PaymentSettled: (booking, data) => ({
    subject: data.purpose === "deposit" ? "We received your deposit" : "We received your payment",
    paragraphs: [
      `Thank you. Your ${what(data)}${amountIn(data)} for your booking has arrived: ${label(booking)}.`,
      ...(booking.status === "awaiting_clearance"
        ? ["We write to you again as soon as your booking is confirmed."]
        : []),
    ],
  }),

  PaymentActionRequired: (booking, data) => ({
    subject: "Please verify your bank account",
    paragraphs: [
      `Your ${what(data)}${amountIn(data)} for your booking waits for your bank account to be verified: ${label(booking)}.`,
      "Within two business days a small deposit arrives in the account. Follow the link in Stripe's mail to say what arrived; only then does the payment begin.",
      ...(typeof data.until === "string"
        ? [`Please do so before ${moment(booking, data.until)}: after that the payment is given up.`]
        : []),
    ],
  }),

  PaymentFailed: (booking, data) => ({
    subject: data.purpose === "deposit" ? "Your deposit did not go through" : "Your payment did not go through",
    paragraphs: [
      `Your ${what(data)}${amountIn(data)} for your booking did not go through: ${label(booking)}.`,
      ...(data.reason === "bank_account_not_verified"
        ? [
            "Your bank account was not verified, so the payment was given up. Should money still be taken, we return it.",
          ]
        : []),
      anotherWay(booking, data),
    ],
  }),

  HoldExpired: (booking) => ({
    subject: "Your hold has ended",
    paragraphs: [
      `The time to pay the deposit is over, and we no longer hold a place for you: ${label(booking)}.`,
      "You are welcome to book again. Should a payment of yours still arrive, we return it or give you a place, and write to you.",
    ],
  }),

  BookingConfirmed: (booking) => ({
    subject: "Your booking is confirmed",
    paragraphs: [`Your booking is confirmed: ${label(booking)}.`, "We look forward to welcoming you."],
  }),

  BookingUnconfirmed: (booking) => ({
    subject: "We need something from you",
    paragraphs: [
      `Your place is still yours, but something has to be brought up to date before your booking is confirmed again: ${label(booking)}.`,
      `Please get in touch with us before ${moment(booking, booking.clearanceDueAt)}.`,
    ],
  }),

  BookingDeclined: (booking) => ({
    subject: "About your booking",
    paragraphs: [
      `We are sorry: we cannot go ahead with your booking: ${label(booking)}.`,
      "Everything that you paid is returned to you in full. Please get in touch with us if you have any questions.",
    ],
  }),

  BookingCancelled: (booking, data) => ({
    subject: "Your booking is cancelled",
    paragraphs: [CANCELLED[String(data.by)] ?? "Your booking is cancelled.", label(booking), refundOf(booking, data)],
  }),

  RefundRequested: (booking, data) => {
    const unexpected = UNEXPECTED[String(data.reason)];
    if (unexpected === undefined) return null;
    return {
      subject: "We are returning a payment",
      paragraphs: [`${unexpected.happened} ${label(booking)}.`, unexpected.returned(amountOf(data) ?? "the payment")],
    };
  },

  RefundSucceeded: (booking, data) => ({
    subject: "Your refund was made",
    paragraphs: [
      `Your refund${amountIn(data)} was sent to the account or card that you paid with: ${label(booking)}.`,
      "Depending on your bank it can take up to ten business days until you see it.",
    ],
  }),

  RefundRefused: (booking, data) => ({
    subject: "We could not send your refund",
    paragraphs: [
      `We could not send your refund${amountIn(data)} to the account or card that you paid with: ${label(booking)}.`,
      "The money is still owed to you. We are looking into another way and will get in touch with you.",
    ],
  }),

  RefundFailed: (booking, data) => ({
    subject: "Your refund did not reach you",
    paragraphs: [
      `Your bank returned the refund${amountIn(data)} that we sent you: ${label(booking)}.`,
      "The money is still owed to you. We are looking into another way and will get in touch with you.",
    ],
  }),
};

/** A hold that waited for a bank account to be verified has ended with that. */
function anotherWay(booking: Booking, { reason, purpose }: Data): string {
  if (reason === "bank_account_not_verified" && purpose === "deposit") {
    return "We no longer hold a place for you. You are welcome to book again.";
  }
  return booking.status === "held" && booking.holdExpiresAt !== null
    ? `You can pay in another way until ${moment(booking, booking.holdExpiresAt)}.`
    : "You can pay in another way in your booking.";
}

/** By whom or what a booking was cancelled. */
const CANCELLED: Readonly<Record<string, string>> = {
  client: "As you asked, we have cancelled your booking.",
  operator: "We are sorry: we had to cancel your booking.",
  clearance_deadline: "What we need from you was not complete in time, so your booking is cancelled.",
  no_show: "Since you did not arrive, your booking has ended.",
};

const wholly = (amount: string) => `We are returning ${amount} to you.`;

/** Money that nobody expected; other refunds were announced with the cancellation. */
const UNEXPECTED: Readonly<Record<string, { happened: string; returned: (amount: string) => string }>> = {
  late_payment: {
    happened: "Your payment arrived after the hold had ended, and no place could be given to you any more.",
    returned: wholly,
  },
  abandoned_payment: {
    happened: "Your payment arrived after it had been given up, because your bank account was not verified in time.",
    returned: wholly,
  },
  duplicate_payment: { happened: "Something was paid twice for your booking.", returned: wholly },
  after_cancellation: {
    happened: "Your payment arrived after your booking had been cancelled.",
    returned: (amount) => `By the terms of that cancellation we are returning ${amount} of what you paid to you.`,
  },
};

/** The mail as text and as HTML, from the same words. */
export function renderMail(booking: Booking, { subject, paragraphs }: Wording): { text: string; html: string } {
  const all = ["Hello,", ...paragraphs, `Reference: ${booking.id}`];
  const body = all.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`).join("\n");
  const head = `<head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>`;
  return {
    text: `${all.join("\n\n")}\n`,
    html: `<!doctype html>\n<html lang="en">${head}<body>\n${body}\n</body></html>\n`,
  };
}

function label({ terms }: Booking): string {
  return `${terms.publicLabel}, ${day(terms.startsOn)} to ${day(terms.endsOn)}`;
}

function what({ purpose }: Data): string {
  return purpose === "deposit" ? "deposit" : "payment";
}

function refundOf({ currency }: Booking, { refund, kept }: Data): string {
  if (typeof refund !== "number") return "What is owed to you by the agreement is returned to you.";
  const arrived =
    refund > 0
      ? `We return ${formatMoney(refund, currency)} to you.`
      : kept === 0
        ? "Nothing has been paid so far."
        : "By the agreement, no refund is due on what has been paid so far.";
  return `${arrived} Should a payment of yours still be under way, the same terms apply to it, and we write to you.`;
}

function amountOf({ amount, currency }: Data): string | null {
  return typeof amount === "number" && typeof currency === "string" ? formatMoney(amount, currency) : null;
}

function amountIn(data: Data): string {
  const amount = amountOf(data);
  return amount === null ? "" : ` of ${amount}`;
}

function day(date: string): string {
  return new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
}

/** An instant as the clock on the cohort's wall shows it. */
function moment({ terms: { timeZone } }: Booking, instant: Instant): string {
  const at = new Date(instant);
  const date = new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone }).format(at);
  const time = new Intl.DateTimeFormat("en-US", {
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
    timeZone,
  });
  return `${date}, ${time.format(at)}`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
