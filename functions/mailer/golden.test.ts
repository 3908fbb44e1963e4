import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { permissionDocument } from "@clearing/domain/agreement";
import type { Booking, Due, Refund, RefundPartStatus, SavedMethod } from "@clearing/domain/booking";
import { type EventName, eventNames } from "@clearing/domain/event";
import { today } from "@clearing/domain/testing/retreat";
import { expect, test } from "vitest";
import { mails, mailsAbout, type Recipient } from "./mails.ts";
import { renderMail, withoutSite } from "./render.ts";
import { anna, corrected, forAnna, withoutReminders } from "./testing/anna.ts";
import type { Data } from "./words.ts";

/** A variant of a mail: the event's data, the booking at the time of sending, and the recipient. */
type Variant = { of: string; data?: Data; booking: Booking; to?: Recipient; refund?: Refund; now?: string };

const late = "2027-01-30T18:00:00Z";
const pastDue = "2027-02-13T18:00:00Z";
const usd = (amount: number) => ({ amount, currency: "usd" });
const deposit = { dueId: "due_0", attemptId: "att_1", purpose: "deposit", ...usd(250_000) };
const balance = { dueId: "due_1", attemptId: "att_1", purpose: "due", ...usd(1_600_000) };
const told = { dueId: "due_1", dueOn: "2027-02-06", ...usd(1_600_000) };
const card: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2030-12-31" },
  ...{ mandateId: null, savedAt: today, unusable: null },
};
const account: SavedMethod = { ...card, type: "us_bank_account", last4: null, expiresOn: null };
const signed = <One extends Booking>(booking: One): One => ({
  ...booking,
  agreement: { ...booking.agreement, signedVersion: booking.agreement.version },
});
const having = (changes: Partial<Due>, booking: Booking = anna.confirmed): Booking => ({
  ...booking,
  dues: booking.dues.map((due) => (due.id === "due_1" ? { ...due, ...changes } : due)),
});
const { terms } = anna.confirmed;
const silent = withoutReminders(anna.confirmed);
const collected: Booking = { ...anna.confirmed, autopay: true, savedMethod: card };
const declinedCard: Booking = { ...collected, savedMethod: { ...card, unusable: "declined" } };
const refusedCard: Booking = { ...collected, autopay: false, savedMethod: { ...card, unusable: "refused" } };
const cancels: Booking = {
  ...{ ...having({ dueOn: "2027-02-26" }, collected), savedMethod: account },
  terms: { ...terms, nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 4 } },
};
const invited = (booking: Booking): Booking => ({ ...signed(forAnna(booking)), participation: "invited" });
const toSign: Booking = corrected(forAnna(anna.awaiting_clearance));
const paused: Booking = { ...anna.confirmed, pauses: [{ from: "2027-01-01", until: null }] };
const tries: NonNullable<Due["tries"]> = {
  ...{ failed: 1, firstFailedOn: "2027-02-06", lastFailedAt: "2027-02-06T17:00:00Z" },
  ...{ lastFailure: "insufficient_funds", methodId: "pm_1", stopped: null },
};
const twoNext = [30_000, 40_000].map((amount, index): Due => {
  const [, due] = anna.confirmed.dues as [Due, Due];
  return { ...due, id: `due_${index + 1}`, amount, goesOnAt: "2027-02-09T17:00:00Z" };
});
const stopped = (by: NonNullable<Due["tries"]>["stopped"], booking = collected): Booking =>
  having({ tries: { ...tries, stopped: by } }, booking);
const withNext = (booking: Booking, dueOn: string): Booking => ({
  ...booking,
  dues: [...booking.dues, { ...(anna.confirmed.dues[1] as Due), id: "due_2", dueOn, amount: 50_000 }],
});
const finallyNoticed: Booking = {
  ...having({ notices: [{ kind: "final", days: 7, dueOn: "2027-02-06", on: "2027-02-13" }] }),
  terms: { ...terms, nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 14 } },
};
const pausedAfter: Pick<Booking, "pauses"> = { pauses: [{ from: "2027-02-18", until: null }] };
const charge = { ...(anna.confirmed.dues[1] as Due), id: "due_9", dueOn: "2027-02-27", amount: 2_500 };

function refund(status: RefundPartStatus): Refund {
  const part = { id: "ref_1-1", generation: 1, chargeId: "ch_1", paymentIntentId: "pi_1", amount: 250_000, status };
  return { id: "ref_1", amount: 250_000, unspread: 0, currency: "usd", parts: [part] } as unknown as Refund;
}

const failure = (reason: string, by: NonNullable<Due["tries"]>["stopped"], booking = collected): Variant => ({
  ...{ of: reason, data: { ...balance, reason }, now: late },
  booking: stopped(by, booking),
});
const inFull = ["operator", "clearance_deadline"];
const cancelled = (by: string, booking: Booking = anna.cancelled): Variant => ({
  ...{ of: `by ${by}`, data: { by, refund: 75_050, kept: inFull.includes(by) ? 0 : 5 }, booking },
});
const unexpected = (reason: string, status: RefundPartStatus = "approved"): Variant => ({
  ...{ of: `${reason}, ${status}`, data: { refundId: "ref_1", reason, ...usd(250_000) } },
  ...{ booking: anna.expired, refund: refund(status) },
});

const variants: Partial<Record<EventName, Variant[]>> = {
  BookingHeld: [
    { of: "unsigned", booking: anna.held },
    { of: "signed", booking: signed(anna.held) },
  ],
  HoldExpired: [
    { of: "expired", booking: anna.expired },
    {
      of: "expired, the bank is processing the deposit",
      booking: {
        ...anna.expired,
        timeline: (["PaymentProcessing", "HoldExpired"] as const).map((event) => ({ at: today, event })),
      },
    },
    { of: "expired", booking: forAnna(anna.expired), to: "participant" },
  ],
  ParticipationChanged: [
    { of: "invited to a hold", data: { participation: "invited" }, booking: invited(anna.held), to: "participant" },
    {
      ...{ of: "invited", data: { participation: "invited" }, to: "participant" },
      booking: invited(anna.awaiting_clearance),
    },
    {
      ...{ of: "accepted", data: { participation: "accepted" }, to: "participant" },
      booking: forAnna(anna.awaiting_clearance),
    },
    { of: "accepted", data: { participation: "accepted" }, booking: forAnna(anna.awaiting_clearance) },
    {
      ...{ of: "accepted, to sign", data: { participation: "accepted" } },
      booking: corrected(forAnna(anna.awaiting_clearance)),
    },
    {
      ...{ of: "declined", data: { participation: "declined" }, to: "participant" },
      booking: { ...forAnna(anna.cancelled), participation: "declined" },
    },
    {
      ...{ of: "declined after an acceptance", data: { participation: "declined" }, to: "participant" },
      booking: {
        ...{ ...forAnna(anna.cancelled), participation: "declined" },
        acceptance: { version: 1, hash: "sha256:1", at: today },
      },
    },
  ],
  ParticipantCorrected: [
    { of: "to sign, before the deposit", booking: corrected(invited(anna.held)) },
    { of: "to sign", booking: corrected(invited(anna.awaiting_clearance)) },
    { of: "to sign, accepted meanwhile", booking: corrected(forAnna(anna.awaiting_clearance)) },
  ],
  AutopayChanged: [
    { of: "on", data: { autopay: true, reason: "client" }, booking: collected },
    ...["client", "detached", "customer_deleted", "mandate_withdrawn", "refused"].map((reason) => ({
      ...{ of: `off, ${reason}`, data: { autopay: false, reason }, booking: anna.confirmed },
    })),
    {
      ...{ of: "off, a debit is at the bank", data: { autopay: false, reason: "client" } },
      booking: withNext(having({ status: "processing" }), "2027-02-20"),
    },
    {
      ...{ of: "off, the bank is processing everything", data: { autopay: false, reason: "client" } },
      booking: having({ status: "processing" }),
    },
    { of: "off, without reminders", data: { autopay: false, reason: "client" }, booking: silent },
  ],
  PaymentMethodSaved: [
    { of: "autopay is on", booking: collected },
    { of: "autopay is on, with a payment to confirm", booking: withNext(stopped("authentication"), "2027-02-20") },
    {
      ...{ of: "autopay is on, with a past-due payment to confirm", now: "2027-02-09T18:00:00Z" },
      booking: withNext(stopped("authentication"), "2027-02-20"),
    },
    {
      of: "autopay is on, with a payment to confirm that waits for another confirmation",
      booking: {
        ...withNext(having({ startsBy: "confirmation" }, stopped("authentication")), "2027-02-20"),
        status: "awaiting_clearance",
      },
    },
    { of: "autopay is on, while collection is paused", booking: { ...paused, autopay: true, savedMethod: card } },
    { of: "autopay is off, while collection is paused", booking: { ...paused, savedMethod: account } },
    {
      of: "autopay is off, while collection is paused and the bank is processing everything",
      booking: { ...having({ status: "processing" }, paused), savedMethod: account },
    },
    { of: "autopay is off", booking: { ...anna.confirmed, savedMethod: account } },
    { of: "autopay is off, without reminders", booking: { ...silent, savedMethod: account } },
  ],
  AgreementSigned: [
    { of: "with autopay", data: { autopay: true }, booking: collected },
    {
      ...{ of: "with autopay, without a method to charge", data: { autopay: true } },
      booking: { ...anna.awaiting_clearance, autopay: true },
    },
    { of: "without autopay", data: { autopay: false }, booking: signed(anna.held) },
    {
      ...{ of: "without autopay and reminders", data: { autopay: false } },
      booking: signed(withoutReminders(anna.held)),
    },
  ],
  PaymentSettled: [
    { of: "deposit", data: deposit, booking: anna.awaiting_clearance },
    {
      ...{ of: "deposit, automatic payments are on without a method", data: deposit },
      booking: { ...anna.awaiting_clearance, autopay: true },
    },
    { of: "deposit for somebody else", data: deposit, booking: forAnna(anna.awaiting_clearance) },
    { of: "deposit for somebody else, to sign", data: deposit, booking: corrected(forAnna(anna.awaiting_clearance)) },
    { of: "due", data: balance, booking: anna.confirmed },
    { of: "the last due", data: balance, booking: having({ status: "paid", paid: 1_600_000 }) },
    { of: "after the end", data: deposit, booking: anna.cancelled },
  ],
  PaymentProcessing: [
    { of: "deposit", data: deposit, booking: anna.paying },
    { of: "due", data: balance, booking: having({ status: "processing", openAttemptId: "att_1" }) },
  ],
  PaymentFailed: [
    { of: "deposit of a hold", data: { ...deposit, reason: "card_declined" }, booking: anna.held },
    {
      ...{ of: "deposit of a hold that is too short for another page", data: { ...deposit, reason: "bank_returned" } },
      booking: { ...anna.held, holdExtended: true },
    },
    { of: "deposit of a hold that has expired", data: deposit, booking: anna.expired },
    { of: "due, paid by link", data: { ...balance, reason: "bank_returned" }, booking: anna.confirmed, now: late },
    { of: "due, while collection is paused", data: balance, booking: paused },
    {
      ...{ of: "due, which interest that was paid ahead has settled", data: { ...balance, reason: "bank_returned" } },
      booking: having({ paid: 1_600_000, status: "paid", paidOffOn: "2027-02-06" }),
    },
    {
      ...{ of: "payoff, automatic payments are on", data: { ...balance, purpose: "payoff", reason: "bank_returned" } },
      ...{ booking: having({ goesOnAt: "2027-02-09T17:00:00Z" }, collected), now: "2027-02-08T18:00:00Z" },
    },
    {
      ...{ of: "payoff, two payments are charged next", now: "2027-02-08T18:00:00Z" },
      data: { ...balance, purpose: "payoff", reason: "bank_returned" },
      booking: { ...collected, dues: twoNext },
    },
    failure("insufficient_funds", null),
    {
      ...{ of: "bank_returned, no debit before the start", data: { ...balance, reason: "bank_returned" } },
      booking: { ...having({ dueOn: "2027-02-26" }, collected), savedMethod: account },
      now: "2027-02-26T18:00:00Z",
    },
    failure("card_expired", "hard", {
      ...collected,
      savedMethod: { ...card, expiresOn: "2027-01-31", unusable: "declined" },
    }),
    failure("method_unusable", "hard", refusedCard),
    { ...failure("card_declined", "limit"), of: "card_declined, by the limit of tries" },
    failure("authentication_required", "authentication"),
    {
      of: "bank_account_not_verified",
      data: { ...balance, reason: "bank_account_not_verified" },
      booking: anna.confirmed,
      now: late,
    },
  ],
  PaymentActionRequired: [
    { of: "deposit", data: { ...deposit, until: "2027-01-12T06:59:59Z" }, booking: anna.paying },
    {
      ...{ of: "due", data: { ...balance, until: "2027-01-12T06:59:59Z" } },
      booking: having({ status: "processing", openAttemptId: "att_1" }),
    },
  ],
  ClearanceChanged: [{ of: "lapsed", data: { status: "lapsed" }, booking: anna.awaiting_clearance }],
  ClearanceReminder: [{ of: "30 days", data: { daysLeft: 30 }, booking: anna.awaiting_clearance }],
  BookingConfirmed: [
    { of: "for oneself", booking: anna.confirmed },
    { of: "for somebody else", booking: forAnna(anna.confirmed) },
    { of: "booked by somebody else", booking: forAnna(anna.confirmed), to: "participant" },
  ],
  BookingUnconfirmed: [{ of: "lapsed", booking: anna.awaiting_clearance, to: "participant" }],
  BookingDeclined: [
    {
      ...{ of: "for oneself", data: { by: "not_cleared", refund: 250_000, kept: 0 } },
      booking: anna.declined,
    },
    { of: "for oneself, unpaid", data: { by: "not_cleared", refund: 0, kept: 0 }, booking: anna.declined },
    {
      ...{ of: "for somebody else", data: { by: "not_cleared", refund: 250_000, kept: 0 } },
      booking: forAnna(anna.declined),
    },
    { of: "booked by somebody else", booking: forAnna(anna.declined), to: "participant" },
  ],
  BookingCancelled: [
    ...["client", "operator", "clearance_deadline", "non_payment", "no_show", "something_new"].map((by) =>
      cancelled(by),
    ),
    { of: "nothing paid", data: { by: "client", refund: 0, kept: 0 }, booking: anna.cancelled_unpaid },
    { of: "no refund due", data: { by: "client", refund: 0, kept: 5 }, booking: anna.cancelled },
    { of: "without figures", data: { by: "client" }, booking: anna.cancelled },
    ...["participant", "clearance_deadline", "no_show"].map((by) => cancelled(by, forAnna(anna.cancelled))),
    cancelled("clearance_deadline", invited(anna.cancelled)),
    { ...cancelled("clearance_deadline", corrected(invited(anna.cancelled))), of: "by clearance_deadline, to sign" },
    { ...cancelled("client", forAnna(anna.cancelled)), to: "participant" },
  ],
  DueNotice: [
    { of: "upcoming, collected", data: { ...told, kind: "upcoming" }, booking: collected, now: late },
    { of: "upcoming, to sign", data: { ...told, kind: "upcoming" }, booking: toSign, now: late },
    {
      ...{ of: "upcoming, collected, to sign", data: { ...told, kind: "upcoming" }, now: late },
      booking: { ...toSign, autopay: true, savedMethod: card },
    },
    {
      ...{ of: "final, to sign", data: { ...told, kind: "final", cancelsOn: "2027-02-22" }, now: pastDue },
      booking: having({ status: "past_due" }, toSign),
    },
    { of: "upcoming, its method was declined", data: { ...told, kind: "upcoming" }, booking: declinedCard, now: late },
    {
      ...{ of: "upcoming, automatic payments are on without a method", data: { ...told, kind: "upcoming" } },
      ...{ booking: { ...anna.confirmed, autopay: true }, now: late },
    },
    { of: "upcoming, by link", data: { ...told, kind: "upcoming" }, booking: anna.confirmed, now: late },
    {
      ...{ of: "upcoming, tomorrow", data: { ...told, kind: "upcoming" }, booking: anna.confirmed },
      now: "2027-02-05T17:00:00Z",
    },
    {
      ...{ of: "upcoming, its card expires", data: { ...told, kind: "upcoming" }, now: late },
      booking: { ...collected, savedMethod: { ...card, expiresOn: "2027-01-31" } },
    },
    {
      ...{ of: "upcoming, no debit before the start", now: late },
      data: { ...told, kind: "upcoming", dueOn: "2027-03-01" },
      booking: { ...having({ dueOn: "2027-03-01" }, collected), savedMethod: account },
    },
    {
      ...{ of: "upcoming, canceled before the account may be debited", now: late },
      data: { ...told, kind: "upcoming", dueOn: "2027-02-26" },
      booking: cancels,
    },
    {
      ...{ of: "final, canceled before the account may be debited", now: "2027-03-05T17:00:00Z" },
      data: { ...told, kind: "final", dueOn: "2027-02-26", cancelsOn: "2027-03-06" },
      booking: cancels,
    },
    {
      ...{ of: "changed", data: { ...told, kind: "changed" }, now: late },
      booking: {
        ...having({ waived: 100_000, varied: { noticeOn: "2027-01-30", noticedOn: "2027-01-30" } }, collected),
        ...{ savedMethod: account, depositSettledOn: "2027-01-04" },
      },
    },
    {
      ...{ of: "changed, past due", now: "2027-03-01T18:00:00Z" },
      data: { ...told, kind: "changed", dueOn: "2027-02-26" },
      booking: { ...having({ dueOn: "2027-02-26" }, collected), savedMethod: account },
    },
    {
      ...{ of: "changed, past due, charged again", data: { ...told, kind: "changed" }, now: pastDue },
      booking: {
        ...having(
          {
            ...{ status: "past_due", late: { dueOn: told.dueOn, on: told.dueOn } },
            varied: { noticeOn: "2027-02-11", noticedOn: "2027-02-11" },
          },
          collected,
        ),
        ...{ savedMethod: account, depositSettledOn: "2027-01-04" },
      },
    },
    {
      ...{ of: "past due", data: { ...told, kind: "past_due" }, now: pastDue },
      booking: having({ status: "past_due" }),
    },
    {
      ...{ of: "final", data: { ...told, kind: "final", cancelsOn: "2027-02-22" }, now: pastDue },
      booking: having({ status: "past_due" }),
    },
    {
      ...{ of: "final, not confirmed", data: { ...told, kind: "final", cancelsOn: "2027-02-22" }, now: pastDue },
      booking: { ...having({ status: "past_due" }), status: "awaiting_clearance" },
    },
    {
      ...{ of: "past due, not tried again", data: { ...told, kind: "past_due" }, now: "2027-02-09T18:00:00Z" },
      booking: having({ status: "past_due", tries: { ...tries, stopped: "limit" } }, collected),
    },
    {
      ...{ of: "past due, its method was declined", data: { ...told, kind: "past_due" }, now: "2027-02-09T18:00:00Z" },
      booking: having({ status: "past_due", tries: { ...tries, stopped: "hard" } }, declinedCard),
    },
    {
      ...{ of: "past due, tried again", data: { ...told, kind: "past_due" }, now: "2027-02-08T18:00:00Z" },
      booking: having({ status: "past_due", tries }, collected),
    },
    {
      ...{ of: "final, tried again", data: { ...told, kind: "final", cancelsOn: "2027-02-22" } },
      ...{ booking: having({ status: "past_due", tries }, collected), now: "2027-02-08T18:00:00Z" },
    },
  ],
  LateChargeAdded: [
    {
      ...{ of: "added", data: { dueId: "due_9", forDueId: "due_1", dueOn: "2027-02-27", ...usd(2_500) }, now: late },
      booking: { ...anna.confirmed, dues: [...anna.confirmed.dues, charge] },
    },
    {
      ...{ of: "to sign", data: { dueId: "due_9", forDueId: "due_1", dueOn: "2027-02-27", ...usd(2_500) }, now: late },
      booking: { ...toSign, dues: [...toSign.dues, charge] },
    },
  ],
  CollectionTaskOpened: ["not_paid", "delinquent"].map((reason) => ({
    ...{ of: reason, data: { ...told, reason }, booking: having({ status: "past_due" }), now: pastDue },
    to: "operator" as const,
  })),
  DueWaived: [
    { of: "waived", data: told, booking: anna.confirmed },
    { of: "payable only after its date", data: { ...told, wasDueOn: "2027-02-08" }, booking: anna.confirmed },
    {
      of: "a balance that gets its date at the confirmation",
      data: told,
      booking: having({ startsBy: "confirmation" }),
    },
    { of: "the last due", data: told, booking: having({ waived: 1_600_000, status: "cancelled" }) },
  ],
  DueDeferred: [
    {
      ...{ of: "by link", data: { ...told, from: "2027-02-06", dueOn: "2027-02-20" }, now: late },
      booking: having({ dueOn: "2027-02-20" }),
    },
    {
      of: "payable only after its date",
      data: { ...told, from: "2027-02-06", wasDueOn: "2027-02-08", dueOn: "2027-02-20" },
      ...{ now: late, booking: having({ dueOn: "2027-02-20" }) },
    },
    {
      ...{ of: "collected", data: { ...told, from: "2027-02-06", dueOn: "2027-02-20" }, now: late },
      booking: having({ dueOn: "2027-02-20" }, collected),
    },
    {
      ...{ of: "by link, without reminders", data: { ...told, from: "2027-02-06", dueOn: "2027-02-20" }, now: late },
      booking: having({ dueOn: "2027-02-20" }, silent),
    },
    {
      ...{ of: "its card expires", data: { ...told, from: "2027-02-06", dueOn: "2027-02-20" }, now: late },
      booking: having({ dueOn: "2027-02-20" }, { ...collected, savedMethod: { ...card, expiresOn: "2027-01-31" } }),
    },
    {
      ...{ of: "its method was declined", data: { ...told, from: "2027-02-06", dueOn: "2027-02-20" }, now: late },
      booking: having({ dueOn: "2027-02-20" }, declinedCard),
    },
    {
      ...{ of: "no debit before the start", data: { ...told, from: "2027-02-06", dueOn: "2027-03-01" }, now: late },
      booking: { ...having({ dueOn: "2027-03-01" }, collected), savedMethod: account },
    },
  ],
  CollectionChanged: [
    { of: "paused", data: { paused: true }, booking: paused },
    {
      ...{ of: "paused before the first confirmation", data: { paused: true } },
      booking: { ...having({ startsBy: "confirmation" }, paused), status: "awaiting_clearance", confirmedAt: null },
    },
    { of: "paused after a final notice", data: { paused: true }, booking: { ...finallyNoticed, ...pausedAfter } },
    {
      ...{ of: "paused, the bank is processing everything", data: { paused: true } },
      booking: { ...having({ status: "processing" }), ...pausedAfter },
    },
    { of: "resumed, by link", data: { paused: false }, booking: anna.confirmed },
    {
      ...{ of: "resumed after a final notice", data: { paused: false }, now: "2027-03-01T16:02:00Z" },
      booking: { ...finallyNoticed, pauses: [{ from: "2027-02-18", until: "2027-03-01" }] },
    },
    {
      of: "resumed, the bank is processing everything",
      ...{ data: { paused: false }, booking: having({ status: "processing" }) },
    },
    { of: "resumed, by link, without reminders", data: { paused: false }, booking: silent },
    { of: "resumed, collected", data: { paused: false }, booking: collected },
    { of: "resumed, its method was declined", data: { paused: false }, booking: declinedCard },
    {
      ...{ of: "resumed, its card expires", data: { paused: false } },
      booking: { ...collected, savedMethod: { ...card, expiresOn: "2027-01-31" } },
    },
    {
      ...{ of: "resumed, a past-due payment is not tried again", data: { paused: false }, now: "2027-02-09T18:00:00Z" },
      booking: withNext(stopped("limit"), "2027-02-20"),
    },
    {
      ...{ of: "resumed, a deferred payment is not tried again", data: { paused: false }, now: "2027-02-09T18:00:00Z" },
      booking: withNext(having({ dueOn: "2027-02-27" }, stopped("limit")), "2027-02-20"),
    },
    {
      ...{ of: "resumed, no debit before the start", data: { paused: false }, now: late },
      booking: { ...withNext(having({ dueOn: "2027-03-01" }, collected), "2027-04-01"), savedMethod: account },
    },
  ],
  RefundRequested: [
    ...[
      "late_payment",
      "abandoned_payment",
      "duplicate_payment",
      "overpayment",
      "unearned_interest",
      "after_cancellation",
    ].map((reason) => unexpected(reason)),
    {
      ...unexpected("wrong_currency"),
      data: { refundId: "ref_1", reason: "wrong_currency", amount: 250_000, currency: "eur" },
    },
    unexpected("late_payment", "succeeded"),
    unexpected("late_payment", "failed"),
    { ...unexpected("late_payment"), of: "without an amount", data: { reason: "late_payment" } },
  ],
  RefundSucceeded: [
    { of: "sent", data: { refundId: "ref_1", ...usd(250_000) }, booking: anna.cancelled, refund: refund("succeeded") },
  ],
  RefundRefused: [{ of: "refused", data: usd(250_000), booking: anna.cancelled }],
  RefundFailed: [{ of: "failed", data: usd(250_000), booking: anna.cancelled }],
};

const folder = join(import.meta.dirname, "golden");
const textFolder = join(import.meta.dirname, "texts");

function written(name: EventName, { of, data = {}, booking, to = "payer", refund: one = undefined, now }: Variant) {
  const about = mailsAbout(name);
  const write = to === "payer" ? (about.payer ?? about.participant) : about[to];
  const payLink = (dueId: string) => `https://api.example.org/pay/${dueId}`;
  const permission = permissionDocument(booking, "your card ending in 4242").paragraphs;
  const input = { booking, refund: one ?? null, data, now: now ?? today, payLink, permission };
  const wording = write?.(input) ?? expect.fail(`${name} sends no mail ${of}`);
  const sender = { merchantName: "Sample Operator", supportEmail: "help@example.org", supportPhone: "+1 555 0199" };
  const sentBy = { ...sender, siteUrl: "https://my.example.org" };
  // These also show the last lines of an operator that has no telephone number.
  const sentToStaff = withoutSite({ ...sentBy, supportPhone: undefined });
  const { text } = renderMail(booking, wording, to === "operator" ? sentToStaff : sentBy);
  return `=== ${of}, to the ${to}\nSubject: ${wording.subject}\n\n${text}`;
}

test.each(Object.entries(variants) as [EventName, Variant[]][])("the mails about %s are golden", async (name, all) => {
  const mailed = all.map((one) => written(name, one)).join("\n\n");

  await expect(mailed).toMatchFileSnapshot(join(folder, `${name}.txt`));
});

test("each event that sends mails has its golden mails", () => {
  expect(Object.keys(variants)).toEqual(eventNames.filter((name) => mails[name] !== "no mail"));
});

type Texts = string | { [name: string]: Texts };

const textsIn = (one: Texts): string[] => (typeof one === "string" ? [one] : Object.values(one).flatMap(textsIn));

test("each text is in a golden mail, and no placeholder is", async () => {
  const golden = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const files = readdirSync(textFolder);
  const texts = await Promise.all(files.map(async (file) => (await import(join(textFolder, file))).default as Texts));
  const missing = texts.flatMap(textsIn).filter((text) => {
    const fragments = text.split(/\{\w+\}/);
    return !golden.some((mail) => fragments.every((fragment) => mail.includes(fragment)));
  });

  expect(texts.length).toBeGreaterThan(5);
  expect(golden.filter((mail) => /[{}]/.test(mail))).toEqual([]);
  expect(missing).toEqual([]);
});
