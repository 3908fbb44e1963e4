import {
  announcedCancellations,
  type Booking,
  collectionNews,
  type Due,
  deferralNews,
  isAllProcessing,
  isDatedByConfirmation,
  isPaused,
  isReminded,
  isSettled,
  linkedUntil,
  mayOwe,
  nextPayment,
  unpaid,
} from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { fill } from "@clearing/domain/text";
import type { CalendarDate, Instant } from "@clearing/domain/time";
import { longDate } from "@clearing/domain/time/long-date";
import { ahead, cancelsAfterPause, chargesToCome, nextStep } from "./due-mails.ts";
import texts from "./texts/exception.ts";
import frame from "./texts/frame.ts";
import { amountOf, duringPause, type MailInput, toSignFirst, unautomated, type Wording, type Write } from "./words.ts";

/** A waived amount is no longer owed; only while the booking is not over. */
export const waived: Write = ({ booking, data }) => {
  const amount = amountOf(data);
  // Events of an earlier release have no `wasDueOn`.
  const { wasDueOn = data.dueOn } = data;
  if (amount === null || typeof wasDueOn !== "string" || !mayOwe(booking)) return null;
  const { subject, opening, undated, others } = texts.waived;
  const what = isDatedByConfirmation(booking, data)
    ? fill(undated, { amount })
    : fill(opening, { amount, date: longDate(wasDueOn) });
  return { subject, paragraphs: [what, isSettled(booking) ? frame.nothingLeft : others] };
};

/** Only while the due is owed for that date, and not late. */
export const deferred: Write = ({ booking, data, now, payLink }) => {
  const news = deferralNews(booking, data, now);
  if (news === null) return null;
  const { subject, opening } = texts.deferred;
  const { due, wasDueOn, on } = news;
  const amount = formatMoney(unpaid(due), booking.currency);
  const date = longDate(on);
  const moved = fill(opening, { amount, from: longDate(wasDueOn), date });
  const { paragraphs, ...rest } = paidHow(booking, news, now, payLink);
  return { subject: fill(subject, { date }), paragraphs: [moved, ...paragraphs, ...toSignFirst(booking)], ...rest };
};

/** How a deferred due is paid. The mail has a link if the client is to act, and no reminder with a link follows. */
function paidHow(
  booking: Booking,
  { due, on }: { due: Due; on: CalendarDate },
  now: Instant,
  payLink: MailInput["payLink"],
): Pick<Wording, "paragraphs" | "action"> {
  if (isPaused(booking)) return { paragraphs: [texts.paused.opening] };
  const next = nextPayment(booking, due, now);
  const action = { label: frame.payNow, url: payLink(due.id, linkedUntil(booking, { date: { on }, next })) };
  const paragraphs = nextStep(booking, next, ahead);
  if (next.kind === "collected") return { paragraphs };
  if (paragraphs.length > 0) return { paragraphs, action };
  const { byLink, noReminder } = texts.deferred;
  return isReminded(booking, due) ? { paragraphs: [byLink] } : { paragraphs: [noReminder], action };
}

/** Only while it is still true, and something is left to pay. */
export const collection: Write = ({ booking, data, now, payLink }) => {
  if (!mayOwe(booking) || isSettled(booking) || isPaused(booking) !== data.paused) return null;
  const announced = announcedCancellations(booking, now);
  if (data.paused === true) {
    const { subject, opening, notCanceled } = texts.paused;
    return { subject, paragraphs: [opening, ...(announced.length > 0 ? [notCanceled] : []), duringPause(booking)] };
  }
  const { subject, opening, automatic, byLink, processing } = texts.resumed;
  if (isAllProcessing(booking)) return { subject, paragraphs: [opening, processing] };
  const news = collectionNews(booking, now);
  const paid = news === null ? unautomated(booking, byLink) : chargesToCome(booking, news, automatic);
  const cancels = announced.map((one) => cancelsAfterPause(booking, one));
  const [only, ...others] = announced;
  // A link pays one due. The booking page pays any.
  const action =
    only === undefined || others.length > 0
      ? {}
      : { action: { label: frame.payNow, url: payLink(only.due.id, only.at) } };
  return { subject, paragraphs: [opening, ...paid, ...cancels, ...toSignFirst(booking)], ...action };
};
