import {
  type Booking,
  type Due,
  isPaused,
  isReminded,
  isSettled,
  mayOwe,
  type NextPayment,
  nextPayment,
  owedAsTold,
  unpaid,
} from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { fill } from "@clearing/domain/text";
import { longDate } from "@clearing/domain/time/long-date";
import { chargesToCome, expiry } from "./due-mails.ts";
import texts from "./texts/exception.ts";
import frame from "./texts/frame.ts";
import { amountOf, dayOf, unautomated, type Wording, type Write } from "./words.ts";

/** A waived amount is no longer owed; only while the booking is not over. */
export const waived: Write = ({ booking, data }) => {
  const amount = amountOf(data);
  if (amount === null || typeof data.dueOn !== "string" || !mayOwe(booking)) return null;
  const { subject, opening, others } = texts.waived;
  const next = isSettled(booking) ? frame.nothingLeft : others;
  return { subject, paragraphs: [fill(opening, { amount, date: longDate(data.dueOn) }), next] };
};

/** Only while the due is owed on that date. */
export const deferred: Write = ({ booking, data, now, payLink }) => {
  const due = owedAsTold(booking, data);
  if (due === null || typeof data.from !== "string") return null;
  const next = nextPayment(booking, due, now);
  const { subject, opening, automatic } = texts.deferred;
  const amount = formatMoney(unpaid(due), booking.currency);
  const date = longDate(due.dueOn);
  const moved = fill(opening, { amount, from: longDate(data.from), date });
  const { paragraphs, ...rest } =
    next.kind === "link"
      ? paidByLink(booking, due, next, payLink(due.id))
      : { paragraphs: [fill(automatic, { date: dayOf(booking, next.at) })] };
  return { subject: fill(subject, { date }), paragraphs: [moved, ...paragraphs], ...rest };
};

/** How the client pays a due that is not charged automatically: with a later reminder's link, or with this mail's link. */
function paidByLink(
  booking: Booking,
  due: Due,
  next: Extract<NextPayment, { kind: "link" }>,
  url: string,
): Pick<Wording, "paragraphs" | "action"> {
  const { byLink, noReminder } = texts.deferred;
  if (isPaused(booking)) return { paragraphs: [texts.paused.opening] };
  const action = { label: frame.payNow, url };
  if (next.why === "card_expires") return { paragraphs: [expiry(booking, next)], action };
  if (isReminded(booking, due)) return { paragraphs: [byLink] };
  return { paragraphs: [noReminder], action };
}

/** Only while it is still true, and something is left to pay. */
export const collection: Write = ({ booking, data, now }) => {
  if (!mayOwe(booking) || isSettled(booking) || isPaused(booking) !== data.paused) return null;
  const { paused, resumed } = texts;
  if (data.paused === true) return { subject: paused.subject, paragraphs: [paused.opening, paused.meanwhile] };
  const paid = booking.autopay
    ? [[resumed.automatic, ...chargesToCome(booking, now)].join(" ")]
    : unautomated(booking, resumed.byLink);
  return { subject: resumed.subject, paragraphs: [resumed.opening, ...paid] };
};
