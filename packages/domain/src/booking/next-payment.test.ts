import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, program } from "../testing/retreat.ts";
import { addDays } from "../time/index.ts";
import {
  type Booking,
  collectionAt,
  collectionNews,
  type Due,
  dueNews,
  nextChargeAt,
  nextPayment,
  nextTryAt,
  type SavedMethod,
} from "./index.ts";

const zone = "America/Denver";
const card: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2027-02-28" },
  ...{ mandateId: null, savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const account: SavedMethod = {
  ...card,
  type: "us_bank_account",
  last4: "6789",
  expiresOn: null,
  mandateId: "mandate_1",
};

/** The content of an installment's notice, sent seven days before its date; the cohort starts on 8 March. */
function newsOf(dueOn: string, savedMethod: SavedMethod, changes: Partial<Booking> = {}) {
  const plans = [{ kind: "installments", months: 2 } as const];
  const { booking } = new Life(held("installments", { program: program({ plans }) })).sign().pay("deposit").confirm();
  const dues = booking.dues.map((due): Due => (due.id === "due_1" ? { ...due, dueOn } : due));
  const now = collectionAt(addDays(dueOn, -7), zone);
  return dueNews({ ...booking, autopay: true, savedMethod, ...changes, dues }, { dueId: "due_1" }, now)?.next;
}

describe("how a due is paid next", () => {
  const expired = { kind: "link", why: "card_expires", at: collectionAt("2027-03-01", zone) };

  test.each<[string, string, SavedMethod, object]>([
    ["with the card, on its date", "2027-02-28", card, { kind: "collected", at: collectionAt("2027-02-28", zone) }],
    ["by link if the card has expired by then", "2027-03-01", card, expired],
    [
      "from the account",
      "2027-02-21",
      account,
      { kind: "collected", method: { type: "us_bank_account", last4: "6789" } },
    ],
    [
      "by link in the days before the start in which no account is debited",
      "2027-02-22",
      account,
      { kind: "link", why: "debit_free" },
    ],
    ["by link on the day before the start", "2027-03-07", account, { kind: "link", why: "debit_free" }],
    ["from the account again from the first day on", "2027-03-08", account, { kind: "collected" }],
  ])("%s: %s", (_, dueOn, method, expected) => {
    expect(newsOf(dueOn, method)).toMatchObject(expected);
  });

  test.each<[string, Partial<Booking>]>([
    ["the permission was revoked", { autopay: false }],
    ["the method was detached", { autopay: false, savedMethod: { ...card, unusable: "detached" } }],
  ])("by link because %s", (_, changes) => {
    expect(newsOf("2027-02-10", card, changes)).toEqual({ kind: "link", why: "client" });
  });
});

describe("a due that is not tried again", () => {
  const { booking } = new Life(held()).sign().pay("deposit").confirm();
  const failedOn = collectionAt("2027-02-06", zone);
  const failed = {
    ...{ failed: 1, firstFailedOn: "2027-02-06", lastFailedAt: failedOn, methodId: "pm_1" },
    lastFailure: "card_declined",
  } as const;
  const nextOf = (stopped: NonNullable<Due["tries"]>["stopped"], changes: Partial<Booking> = {}) => {
    const due: Due = { ...(booking.dues[1] as Due), dueOn: "2027-02-06", tries: { ...failed, stopped } };
    const dues = [booking.dues[0] as Due, due];
    return nextPayment({ ...booking, autopay: true, savedMethod: card, dues, ...changes }, due, failedOn);
  };
  const method = { type: "card", last4: "4242" };
  const { terms } = booking;
  const declined: Partial<Booking> = { savedMethod: { ...card, unusable: "declined" } };
  const payoff = { attemptId: "att_1", on: "", dues: [], unearned: [] };

  test.each<[string, NonNullable<Due["tries"]>["stopped"], Partial<Booking>, object]>([
    ["after a hard decline", "hard", declined, { why: "method_declined", method }],
    ["after a hard decline of another due", null, declined, { why: "method_declined", method }],
    [
      "after a hard decline, whatever becomes of a payoff",
      "hard",
      { ...declined, payoff },
      { why: "method_declined", method },
    ],
    ["after its card reached the limit", "limit", {}, { why: "not_retried", method }],
    [
      "after its last retry",
      null,
      { terms: { ...terms, collection: { ...terms.collection, retryDays: [] } } },
      { why: "not_retried", method },
    ],
    ["after its client was asked to confirm it", "authentication", {}, { why: "authentication" }],
    ["the same with a method that was declined", "authentication", declined, { why: "authentication" }],
    [
      "while the method is lost, after another signature",
      null,
      { savedMethod: { ...card, unusable: "detached" } },
      { why: "no_method" },
    ],
  ])("is paid by link: %s", (_, stopped, changes, why) => {
    expect(nextOf(stopped, changes)).toEqual({ kind: "link", ...why });
  });

  test.each<[string, NonNullable<Due["tries"]>["stopped"], Partial<Booking>]>([
    ["automatic payments are off", "hard", { ...declined, autopay: false }],
    ["collection is paused", "hard", { ...declined, pauses: [{ from: "2027-02-01", until: null }] }],
    ["a payoff is open, after which it is retried", null, { payoff }],
  ])("is not reported as such while %s", (_, stopped, changes) => {
    expect(nextOf(stopped, changes)).toEqual({ kind: "link", why: "client" });
  });

  test("is paid by link while no method is saved", () => {
    const due = booking.dues[1] as Due;

    expect(nextPayment({ ...booking, autopay: true }, due, failedOn)).toEqual({ kind: "link", why: "no_method" });
    expect(nextPayment(booking, due, failedOn)).toEqual({ kind: "link", why: "client" });
  });

  test("is not reported as such if it is a late charge", () => {
    const charge: Due = { ...(booking.dues[1] as Due), kind: "late_charge" };

    expect(nextPayment({ ...booking, autopay: true, ...declined }, charge, failedOn)).toEqual({
      ...{ kind: "link", why: "client" },
    });
  });

  test("is tried once a method was saved since", () => {
    const saved = { ...card, id: "pm_2", savedAt: collectionAt("2027-02-07", zone) };

    expect(nextOf("hard", { savedMethod: saved })).toMatchObject({ kind: "collected" });
  });
});

describe("a due whose booking is cancelled for non-payment first", () => {
  const nonPayment = { noticeDays: [3, 7], cancelDaysBefore: 5 };
  const { terms } = held();
  const cancels: Partial<Booking> = { terms: { ...terms, nonPayment } };

  test.each([
    ["on the program's day", "2027-02-22", "2027-03-03"],
    ["on the day after the final notice", "2027-02-26", "2027-03-06"],
  ])("is paid by link, and not debited on the first day: %s", (_, dueOn, cancelsOn) => {
    expect(newsOf(dueOn, account, cancels)).toEqual({
      ...{ kind: "link", why: "cancelled_first", method: { type: "us_bank_account", last4: "6789" }, cancelsOn },
    });
  });

  test.each<[string, Partial<Booking>, string]>([
    ["the program does not cancel", {}, "2027-02-24"],
    ["no day is left after its final notice", cancels, "2027-02-28"],
  ])("is debited on the first day if %s", (_, changes, dueOn) => {
    expect(newsOf(dueOn, account, changes)).toMatchObject({ why: "debit_free", at: collectionAt("2027-03-08", zone) });
  });

  test("has no next charge, but one on the day of the cancellation, whose tries come first", () => {
    const { booking } = new Life(held()).sign().pay("deposit").confirm();
    const tries = {
      ...{ failed: 1, firstFailedOn: "2027-02-18", lastFailedAt: collectionAt("2027-02-18", zone) },
      ...{ lastFailure: "insufficient_funds" as const, methodId: "pm_1", stopped: null },
    };
    const retried = (days: number) => {
      const collection = { ...booking.terms.collection, retryDays: [days] };
      const due: Due = { ...(booking.dues[1] as Due), dueOn: "2027-02-18", tries };
      const late: Booking = {
        ...{ ...booking, autopay: true, savedMethod: card, dues: [booking.dues[0] as Due, due] },
        terms: { ...booking.terms, collection, nonPayment: { ...nonPayment, cancelDaysBefore: 14 } },
      };
      const now = collectionAt("2027-02-19", zone);
      return [nextTryAt, nextChargeAt].map((when) => when(late, due, now));
    };

    expect(retried(8)).toEqual([collectionAt("2027-02-26", zone), collectionAt("2027-02-26", zone)]);
    expect(retried(9)).toEqual([collectionAt("2027-02-27", zone), null]);
  });
});

describe("the charges to come", () => {
  const plans = [{ kind: "installments", months: 2 } as const];
  const { booking } = new Life(held("installments", { program: program({ plans }) })).sign().pay("deposit").confirm();
  const now = collectionAt("2027-02-08", zone);
  const dated = (one: string, other: string, changes: Partial<Booking> = {}): Booking => ({
    ...{ ...booking, autopay: true, savedMethod: card, ...changes },
    dues: booking.dues.map((due, index): Due => (index === 0 ? due : { ...due, dueOn: index === 1 ? one : other })),
  });
  const stopped = (dueId: string, of: Booking): Booking => ({
    ...of,
    dues: of.dues.map((due) =>
      due.id === dueId
        ? {
            ...due,
            tries: {
              ...{ failed: 1, firstFailedOn: "2027-02-05", lastFailedAt: collectionAt("2027-02-05", zone) },
              ...{ lastFailure: "card_declined", methodId: "pm_1", stopped: "limit" },
            },
          }
        : due,
    ),
  });
  const daysOf = (one: Booking) => collectionNews(one, now)?.charges.map(({ next }) => next.at.slice(0, 10));
  const byClient = (one: Booking) =>
    collectionNews(one, now)?.byClient.map(({ next, date }) => [
      ...[date.on, next.kind === "link" && next.why, date.isPast],
    ]);

  test("are those of the first day that has any, without what has begun", () => {
    expect(daysOf(dated("2027-02-10", "2027-02-10"))).toEqual(["2027-02-10", "2027-02-10"]);
    expect(daysOf(dated("2027-02-20", "2027-02-10"))).toEqual(["2027-02-10"]);
    expect(daysOf(dated("2027-02-08", "2027-02-20"))).toEqual(["2027-02-20"]);
  });

  test("include one after its card has expired, which is tried all the same", () => {
    expect(daysOf(dated("2027-03-02", "2027-03-20"))).toEqual(["2027-03-02"]);
  });

  test.each<[string, Partial<Booking>]>([
    ["automatic payments are off", { autopay: false }],
    ["the method was declined", { savedMethod: { ...card, unusable: "declined" } }],
    ["collection is paused", { pauses: [{ from: "2027-02-01", until: null }] }],
  ])("are none if %s", (_, changes) => {
    expect(collectionNews(dated("2027-02-10", "2027-02-20", changes), now)).toBeNull();
  });

  test("are none if only a payment that is not retried, or a late charge, is left", () => {
    const dues = dated("2027-02-04", "2027-02-20").dues.map((due): Due => {
      if (due.id !== "due_2") return due;
      return { ...due, kind: "late_charge" };
    });

    expect(collectionNews(stopped("due_1", { ...dated("", ""), dues }), now)).toBeNull();
  });

  test("are not known while a payoff is open, after whose failure they are made", () => {
    const payoff = { attemptId: "att_1", on: "2027-02-08", dues: [], unearned: [] };

    expect(collectionNews(dated("2027-02-10", "2027-02-20", { payoff }), now)).toEqual({ charges: [], byClient: [] });
  });

  test("leave a payment that is not retried, or falls into the days without debits, to the client", () => {
    expect(byClient(stopped("due_1", dated("2027-02-04", "2027-02-20")))).toEqual([
      ["2027-02-04", "not_retried", true],
    ]);
    expect(byClient(stopped("due_1", dated("2027-02-12", "2027-02-20")))).toEqual([
      ["2027-02-12", "not_retried", false],
    ]);
    expect(byClient(dated("2027-02-10", "2027-02-25", { savedMethod: account }))).toEqual([
      ["2027-02-25", "debit_free", false],
    ]);
  });
});
