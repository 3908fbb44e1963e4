import { autopayNews, type Booking, mayOwe, usableMethod } from "@clearing/domain/booking";
import { type Data, type Facts, label, methodName, type Write } from "./words.ts";

/** Whether dues are collected by themselves, as the booking has it by then: another change has a mail of its own. */
export const autopayChanged: Write = (facts) => {
  const { booking, data } = facts;
  const news = autopayNews(booking, data.autopay);
  if (news === null) return null;
  return news.isOn ? allowed(facts) : stopped(booking, data, news);
};

/** The copy of a permission that is given for bank debits, too (12 CFR 1005.10(b)); empty where none is in force. */
export const copyOf = ({ permission = [] }: Facts): readonly string[] =>
  permission.length === 0 ? [] : ["This is your copy of the permission:", ...permission];

const allowed = (facts: Facts): ReturnType<Write> => ({
  subject: "Automatic collection is on",
  paragraphs: [
    `You have allowed us to collect the later payments for your booking automatically: ${label(facts.booking)}.`,
    ...copyOf(facts),
  ],
});

/** Another method is saved, as long as it can be charged; with the client's copy of the permission where it is collected from. */
export const methodSaved: Write = (facts) => {
  const { booking } = facts;
  const method = usableMethod(booking);
  if (method === null || !mayOwe(booking)) return null;
  return {
    subject: "Your payment method is saved",
    paragraphs: [
      `We have saved your ${methodName(method)} for your booking: ${label(booking)}.`,
      ...(booking.autopay
        ? ["Later payments are collected from it. You can take that back at any time.", ...copyOf(facts)]
        : ["Automatic collection is off: we will send you a link for each payment."]),
    ],
  };
};

function stopped(
  booking: Booking,
  { reason }: Data,
  { owes, isUnderWay }: { owes: boolean; isUnderWay: boolean },
): ReturnType<Write> {
  const gone = typeof reason === "string" ? GONE[reason] : undefined;
  if (gone !== undefined && !owes) return null;
  return {
    subject: "Automatic collection is off",
    paragraphs: [
      `${gone ?? "As you asked, we no longer collect payments automatically."} This is about your booking: ${label(booking)}.`,
      ...(isUnderWay ? ["A payment that your bank is processing already is not stopped by this."] : []),
      ...(owes ? ["We will send you a link for each payment that is still due."] : []),
    ],
  };
}

/** Why a saved method is charged no more. */
const GONE: Readonly<Record<string, string>> = {
  detached: "Your saved payment method was removed, so we no longer collect payments automatically.",
  customer_deleted: "Your saved payment details were removed, so we no longer collect payments automatically.",
  mandate_withdrawn:
    "The permission to debit your bank account has ended, so we no longer collect payments automatically.",
  refused: "Your saved payment method can no longer be used, so we no longer collect payments automatically.",
};
