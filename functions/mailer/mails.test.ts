import type { Booking, Refund, RefundPartStatus } from "@clearing/domain/booking";
import { type EventName, eventNames } from "@clearing/domain/event";
import { today } from "@clearing/domain/testing/retreat";
import { describe, expect, test } from "vitest";
import { mailsAbout, type Recipient } from "./mails.ts";
import { renderMail } from "./render.ts";
import { anna, corrected, forAnna, type State } from "./testing/anna.ts";
import type { Data } from "./words.ts";

const sender = {
  merchantName: "Sample Operator",
  supportEmail: "help@example.org",
  supportPhone: "+1 555 0199",
  siteUrl: "https://my.example.org",
};

function refund(status: RefundPartStatus): Refund {
  const part = { id: "ref_1-1", generation: 1, chargeId: "ch_1", paymentIntentId: "pi_1", amount: 250_000, status };
  return { id: "ref_1", amount: 250_000, unspread: 0, currency: "usd", parts: [part] } as unknown as Refund;
}

function wordsOf(name: EventName, data: Data, booking: Booking, of: Refund | null = null, to: Recipient = "payer") {
  const words = mailsAbout(name);
  const write = words[to] ?? (to === "payer" ? words.participant : undefined);
  const payLink = (dueId: string) => `https://api.example.org/pay/${dueId}`;
  const wording = write?.({ booking, refund: of, data, now: today, payLink }) ?? null;
  return wording === null ? null : { subject: wording.subject, ...renderMail(booking, wording, sender) };
}

const states = Object.keys(anna) as State[];
const deposit = { dueId: "due_0", attemptId: "att_1", purpose: "deposit", amount: 250_000, currency: "usd" };
const balance = { dueId: "due_1", attemptId: "att_1", purpose: "due", amount: 5, currency: "usd" };
const ended: State[] = ["declined", "cancelled", "cancelled_unpaid"];
const cancelled: State[] = ["cancelled", "cancelled_unpaid"];

describe("a mail is true at the time of sending, however late its event", () => {
  /**
   * The states in which each event's mail is sent. In every other state that the booking can have reached by then, none
   * is.
   */
  const table: [EventName, Data, sent: readonly State[], mayHaveReached?: readonly State[]][] = [
    ["BookingHeld", {}, ["held"]],
    ["HoldExpired", {}, ["expired"]],
    ["AgreementSigned", { autopay: false }, states],
    ["PaymentProcessing", deposit, ["paying"]],
    ["PaymentActionRequired", { ...deposit, until: "2027-01-14T16:55:00Z" }, ["paying"]],
    ["PaymentActionRequired", { ...deposit, until: "2027-01-04T16:55:00Z" }, []],
    ["PaymentProcessing", { ...deposit, attemptId: "att_2" }, []],
    ["PaymentSettled", deposit, states],
    ["PaymentFailed", deposit, ["held", "lapsed", "expired"]],
    [
      "PaymentFailed",
      balance,
      ["held", "lapsed", "expired", "awaiting_clearance", "confirmed", "admitted", "completed"],
    ],
    ["BookingConfirmed", {}, ["confirmed"]],
    ["BookingUnconfirmed", {}, ["awaiting_clearance"]],
    ["BookingDeclined", {}, ["declined"], ["declined"]],
    ["ClearanceChanged", { status: "lapsed" }, ["awaiting_clearance"]],
    ["ClearanceChanged", { status: "cleared" }, []],
    ["ClearanceReminder", { daysLeft: 30 }, ["awaiting_clearance"]],
    ["BookingCancelled", { by: "client", refund: 0, kept: 0 }, cancelled, cancelled],
  ];
  const cases = table.flatMap(([name, data, sent, mayHaveReached = states]) =>
    mayHaveReached.map((state) => ({ name, data, state, sends: sent.includes(state) ? "a mail" : "no mail" })),
  );

  test.each(cases)(
    "$name sends $sends about a booking that is $state by then: $data",
    ({ name, data, state, sends }) => {
      expect(wordsOf(name, data, anna[state]) === null ? "no mail" : "a mail").toBe(sends);
    },
  );

  test("no mail asks for an action after the hold, the clearance deadline or the admission", () => {
    const late = { ...anna.awaiting_clearance, clearanceDueAt: today };

    expect(wordsOf("BookingUnconfirmed", {}, late)).toBeNull();
  });

  test.each(ended)("a receipt on a booking that was %s by then promises no place and no confirmation", (state) => {
    const mail = wordsOf("PaymentSettled", deposit, anna[state]);

    expect(mail?.text).toContain("We received your deposit of $2,500.00 for your booking.");
    expect(mail?.text).toContain("Your booking has ended. If we refund any of this payment");
    expect(mail?.text).not.toMatch(/confirmed|keeping your place/);
  });

  test("a receipt states the next payment, or that everything is paid", () => {
    const paidUp = { ...anna.confirmed, dues: anna.confirmed.dues.map((due) => ({ ...due, paid: due.amount })) };
    const receipt = (booking: Booking) => wordsOf("PaymentSettled", balance, booking)?.text;

    expect(receipt(anna.confirmed)).toContain("Your next payment of $16,000.00 is due on February 6, 2027.");
    expect(receipt(paidUp)).toContain("Your booking is paid in full.");
    expect(receipt(anna.cancelled)).not.toMatch(/next payment|in full/);
  });

  test("a receipt says until when the booking must be confirmed, and what happens otherwise", () => {
    const { awaiting_clearance: awaiting, confirmed } = anna;
    const receipt = (booking: Booking) => wordsOf("PaymentSettled", deposit, booking)?.text;
    const tooLate = { ...awaiting, clearanceDueAt: today };

    expect(receipt(awaiting)).toContain("Please complete any remaining steps before February 22, 2027, 11:59 PM MST");
    expect(receipt(forAnna(awaiting))).toContain("If they are not complete before February 22, 2027, 11:59 PM MST");
    expect(receipt(forAnna(awaiting))).not.toMatch(/please complete/i);
    for (const one of [awaiting, forAnna(awaiting)]) {
      expect(receipt(one)).toContain("we will have to cancel it and refund everything you have paid.");
    }
    for (const one of [confirmed, tooLate]) expect(receipt(one)).not.toMatch(/steps|keeping your place/);
  });

  test("an acceptance is told until when the booking must be confirmed, unless it is", () => {
    const receipt = (state: "held" | "awaiting_clearance" | "confirmed") =>
      wordsOf("ParticipationChanged", { participation: "accepted" }, forAnna(anna[state]), null, "participant")?.text;
    const steps = "Please complete the remaining steps before February 22, 2027, 11:59 PM MST";

    expect(receipt("held")).toContain(steps);
    expect(receipt("awaiting_clearance")).toContain(steps);
    expect(receipt("confirmed")).not.toContain("steps");
  });

  test("a failed payment on an expired hold offers no other way to pay", () => {
    for (const state of ["lapsed", "expired"] as const) {
      expect(wordsOf("PaymentFailed", deposit, anna[state])?.text).toContain("We no longer hold a place for you");
    }
    expect(wordsOf("PaymentFailed", deposit, anna.held)?.text).toContain("before January 4, 2027, 10:30 AM MST");
  });

  test("a failed payment on a hold that is too short for another page asks for none", () => {
    const text = wordsOf("PaymentFailed", deposit, { ...anna.held, holdExtended: true })?.text;

    expect(text).toContain("We will hold your place until January 4, 2027, 10:30 AM MST");
    expect(text).not.toContain("Please pay");
  });

  test("a deposit at the bank keeps its place until the hold's end, which the mail names only before it", () => {
    const late = { ...anna.paying, holdExpiresAt: today };
    const text = (booking: Booking) =>
      wordsOf("PaymentProcessing", { ...deposit, dueId: "due_0", attemptId: "att_1" }, booking)?.text;

    expect(text(anna.paying)).toContain("keeping your place until January 14, 2027, 10:00 AM MST");
    expect(text(anna.paying)).toContain("If it has not arrived by then, your hold expires.");
    expect(text(late)).not.toMatch(/keeping your place|hold expires/);
  });

  test.each<[string, EventName[], string]>([
    ["nobody has paid", ["BookingHeld"], "The time to pay the deposit has passed"],
    ["the bank is still processing the deposit", ["BookingHeld", "PaymentProcessing"], "Your bank did not complete"],
    [
      "the bank is still processing the deposit after a verification",
      ["PaymentFailed", "PaymentActionRequired", "PaymentProcessing", "ClearanceChanged"],
      "Your bank did not complete",
    ],
    [
      "the bank has returned the deposit",
      ["PaymentProcessing", "PaymentFailed"],
      "The time to pay the deposit has passed",
    ],
  ])("an expired hold says why it ended if %s", (_, before, opening) => {
    const timeline = [...before, "HoldExpired" as const].map((event) => ({ at: today, event }));

    expect(wordsOf("HoldExpired", {}, { ...anna.expired, timeline })?.text).toContain(opening);
  });

  test("a hold that is signed by then is not asked for a signature", () => {
    const { agreement } = anna.held;
    const signed = { ...anna.held, agreement: { ...agreement, signedVersion: agreement.version } };

    expect(wordsOf("BookingHeld", {}, anna.held)?.text).toContain(
      "Please sign the agreement and pay the deposit on your booking page before",
    );
    expect(wordsOf("BookingHeld", {}, signed)?.text).toContain("Please pay the deposit on your booking page before");
  });

  test.each([
    ["approved", "We are sending you a refund", "We are refunding $2,500.00 to the card or bank account"],
    ["pending", "We are sending you a refund", "We are refunding $2,500.00 to the card or bank account"],
    ["succeeded", "We sent you a refund", "We refunded $2,500.00 to the card or bank account that you paid with."],
    ["failed", "We owe you a refund", "We could not refund $2,500.00 to"],
    ["refused", "We owe you a refund", "We could not refund $2,500.00 to"],
  ] as const)("a requested refund that is %s by then: %s", (status, subject, words) => {
    const data = { refundId: "ref_1", reason: "late_payment", amount: 250_000, currency: "usd" };
    const mail = wordsOf("RefundRequested", data, anna.expired, refund(status));

    expect(mail?.subject).toBe(subject);
    expect(mail?.text).toContain(words);
  });

  test("a refund that the bank has returned by then is not reported as made", () => {
    const data = { refundId: "ref_1", reason: "cancellation", amount: 250_000, currency: "usd" };

    expect(wordsOf("RefundSucceeded", data, anna.cancelled, refund("succeeded"))).not.toBeNull();
    expect(wordsOf("RefundSucceeded", data, anna.cancelled, refund("failed"))).toBeNull();
  });
});

describe("the text of a mail", () => {
  test.each([
    [
      "PaymentSettled",
      { purpose: "deposit", amount: 250000, currency: "usd" },
      "We received your deposit",
      "$2,500.00",
    ],
    ["PaymentSettled", { purpose: "due", amount: 1600000, currency: "jpy" }, "We received your payment", "¥1,600,000"],
    ["PaymentFailed", { ...deposit, amount: 5 }, "Your deposit did not go through", "$0.05", "held"],
    [
      "PaymentFailed",
      { ...balance, reason: "bank_account_not_verified" },
      "Your payment did not go through",
      "If your bank debits it anyway, we will refund it",
      "confirmed",
    ],
    [
      "PaymentActionRequired",
      { ...deposit, action: "verify_bank_account", until: "2027-01-12T06:59:59Z" },
      "Please verify your bank account",
      "before January 11, 2027",
      "paying",
    ],
    [
      "RefundRequested",
      { reason: "abandoned_payment", amount: 5, currency: "usd" },
      "We are sending you a refund",
      "We are refunding $0.05 to",
    ],
    ["HoldExpired", {}, "Your hold has expired", "no longer hold a place", "expired"],
    [
      "BookingConfirmed",
      {},
      "Your booking is confirmed",
      "Seven-day program, March 8, 2027 to March 14, 2027",
      "confirmed",
    ],
    ["BookingUnconfirmed", {}, "We need to update your information", "before February 2", "awaiting_clearance"],
    ["BookingDeclined", {}, "About your booking", "We could not accept your booking", "declined"],
    [
      "BookingCancelled",
      { by: "client", refund: 75050, kept: 5 },
      "Your booking is canceled",
      "Under your agreement, we keep $0.05 of what you paid and refund $750.50.",
    ],
    [
      "BookingCancelled",
      { by: "operator", refund: 75050, kept: 0 },
      "Your booking is canceled",
      "We will refund the $750.50 that you paid.",
    ],
    [
      "BookingCancelled",
      { by: "client", refund: 0, kept: 5 },
      "Your booking is canceled",
      "we keep the $0.05 that you",
    ],
    [
      "BookingCancelled",
      { by: "client", refund: 0, kept: 0 },
      "Your booking is canceled",
      "There is nothing to refund.",
    ],
    [
      "BookingCancelled",
      { by: "client", refund: 0, kept: 0 },
      "Your booking is canceled",
      "the cancellation terms of your agreement apply to it",
    ],
    [
      "RefundRequested",
      { reason: "late_payment", amount: 250000, currency: "usd" },
      "We are sending you a refund",
      "We are refunding $2,500.00 to the card or bank account",
    ],
    [
      "RefundRequested",
      { reason: "after_cancellation", amount: 200000, currency: "usd" },
      "We are sending you a refund",
      "so the cancellation terms of your agreement apply to it.\n\nWe are refunding $2,000.00 to",
    ],
    ["RefundSucceeded", { amount: 250000, currency: "usd" }, "We sent your refund", "$2,500.00"],
    [
      "RefundFailed",
      { amount: 250000, currency: "usd" },
      "Your refund did not reach you",
      "Your bank returned",
      "cancelled",
    ],
    [
      "RefundRefused",
      { amount: 250000, currency: "usd" },
      "We could not send your refund",
      "We still owe you this money",
      "cancelled",
    ],
  ] as [EventName, Data, string, string, State?][])(
    "of %s with %o",
    (name, data, subject, words, state = "cancelled") => {
      const mail = wordsOf(name, data, anna[state]);

      expect(mail?.subject).toBe(subject);
      expect(mail?.text).toContain(words);
      expect(mail?.html).toContain("<p>");
    },
  );

  test.each<[EventName, Data, State]>([
    ["BookingCancelled", { by: "non_payment", refund: 0, kept: 5 }, "cancelled"],
    ["BookingCancelled", { by: "client" }, "cancelled"],
    ["BookingDeclined", { by: "not_cleared", refund: 5, kept: 0 }, "declined"],
  ])("of %s with %o says that no further payment is owed", (name, data, state) => {
    for (const booking of [anna[state], forAnna(anna[state])]) {
      expect(wordsOf(name, data, booking)?.text).toContain("You owe no further payments for this booking.");
    }
  });

  test("of a declined booking names what is refunded", () => {
    const declined = (refund: number) => wordsOf("BookingDeclined", { refund, kept: 0 }, anna.declined)?.text;

    expect(declined(75_050)).toContain("We will refund the $750.50 that you paid. We will email you when we have sent");
    expect(declined(0)).toContain("There is nothing to refund.");
  });

  test("of an ending says nothing about what was paid, which staff may have refunded by hand", () => {
    for (const [refund, kept] of [
      [0, 0],
      [75_050, 5],
    ]) {
      const mail = wordsOf("BookingCancelled", { by: "client", refund, kept }, anna.cancelled);
      expect(mail?.text).not.toMatch(/You (have not )?paid/);
    }
  });

  test("about a refund that was never sent does not mention a bank's return", () => {
    const mail = wordsOf("RefundRefused", { amount: 1, currency: "usd", code: "charge_disputed" }, anna.cancelled);

    expect(mail?.text).toContain("We could not send your refund of $0.01");
    expect(`${mail?.subject} ${mail?.text}`).not.toMatch(/bank(?! account)|returned|charge_disputed/i);
  });

  test("is empty for a refund that the cancellation's mail has announced", () => {
    expect(
      wordsOf("RefundRequested", { reason: "cancellation", amount: 1, currency: "usd" }, anna.cancelled),
    ).toBeNull();
  });

  test("says nothing about health or the participant, whatever the event and its delay (I8)", () => {
    const clinical =
      /clear(ed|ance)|medical|psychiatr|screening|evaluat|clinic|ketamine|therap|treatment|health|diagnos/i;
    const reasons = [
      {},
      { by: "not_cleared" },
      { by: "clearance_deadline" },
      { reason: "late_payment" },
      { status: "lapsed" },
    ];
    const telling: string[] = [];
    for (const name of eventNames) {
      for (const data of reasons.map((reason) => ({ ...deposit, ...reason }))) {
        for (const state of states) {
          for (const to of ["payer", "participant"] as const) {
            const { subject = "", text, html } = wordsOf(name, data, anna[state], null, to) ?? {};
            const found =
              clinical.exec(`${subject} ${text} ${html}`) ??
              /Muster|555 0100|1980/.exec(`${subject} ${html}`) ??
              /program/.exec(subject);
            if (found !== null) telling.push(`${name}, ${state}, to the ${to}: "${found[0]}" in "${subject}"`);
          }
        }
      }
    }
    expect(telling).toEqual([]);
  });

  test("to a participant who does not pay mentions neither money nor the payer", () => {
    for (const name of eventNames) {
      for (const state of states) {
        const data = { ...deposit, by: "client", refund: 75_050, kept: 5 };
        const mail = wordsOf(name, data, forAnna(anna[state]), null, "participant");
        const said = mailsAbout(name).participant === undefined ? "" : `${mail?.subject} ${mail?.text}`;
        expect(said).not.toMatch(/\$|paid|payment|deposit|refund|return|paul/i);
      }
    }
  });

  test.each([
    ["invited", "held", "Please accept or decline your place"],
    ["invited", "awaiting_clearance", "Please accept or decline your place"],
    ["invited", "cancelled", null],
    ["invited", "expired", null],
    ["accepted", "awaiting_clearance", "You accepted your place"],
    ["accepted", "cancelled", null],
    ["declined", "cancelled", "You declined your place"],
  ] as const)(
    "to a participant who has %s by then, of a booking that is %s by then: %s",
    (participation, state, subject) => {
      const { agreement } = anna.held;
      const booking = {
        ...forAnna(anna[state]),
        participation,
        agreement: { ...agreement, signedVersion: agreement.version },
      };
      const said = (data: Data) => wordsOf("ParticipationChanged", data, booking, null, "participant");

      expect(said({ participation })?.subject ?? null).toBe(subject);
      for (const other of ["invited", "accepted", "declined"].filter((one) => one !== participation)) {
        expect(said({ participation: other })).toBeNull();
      }
    },
  );

  test("to a participant who had accepted does not say that they declined", () => {
    const declined: Booking = { ...forAnna(anna.cancelled), participation: "declined" };
    const withdrawn = { ...declined, acceptance: { version: 1, hash: "sha256:1", at: today } };
    const subjectOf = (booking: Booking) =>
      wordsOf("ParticipationChanged", { participation: "declined" }, booking, null, "participant")?.subject;

    expect(subjectOf(declined)).toBe("You declined your place");
    expect(subjectOf(withdrawn)).toBe("You withdrew from your booking");
  });

  test("says in an invitation that a hold can end before the answer is due, only for a hold", () => {
    const { agreement } = anna.held;
    const invited = (state: State): Booking => ({
      ...forAnna(anna[state]),
      participation: "invited",
      agreement: { ...agreement, signedVersion: agreement.version },
    });
    const textOf = (state: State) =>
      wordsOf("ParticipationChanged", { participation: "invited" }, invited(state), null, "participant")?.text;

    expect(textOf("held")).toContain("ends earlier");
    expect(textOf("awaiting_clearance")).not.toContain("ends earlier");
  });

  test("invites nobody before the agreement is signed", () => {
    const invited: Booking = { ...forAnna(anna.held), participation: "invited" };

    expect(wordsOf("ParticipationChanged", { participation: "invited" }, invited, null, "participant")).toBeNull();
  });

  test("to a payer is the same whether a participant declines, misses the deadline or was declined (I8)", () => {
    const paid = { refund: 250_000, kept: 0 };
    const mail = (name: EventName, by: string, state: State) => wordsOf(name, { by, ...paid }, forAnna(anna[state]));
    const withdrawn = mail("BookingCancelled", "participant", "cancelled");

    expect(withdrawn?.text).toContain("The person you booked for will not take part, so we canceled your booking.");
    expect(mail("BookingCancelled", "clearance_deadline", "cancelled")).toEqual(withdrawn);
    expect(mail("BookingDeclined", "not_cleared", "declined")).toEqual(withdrawn);
    expect(mail("BookingDeclined", "turned_away", "declined")).toEqual(withdrawn);
  });

  test.each([
    ["no_show", "accepted", "The person you booked for did not arrive"],
    ["clearance_deadline", "accepted", "The person you booked for will not take part"],
    ["clearance_deadline", "invited", "The person you booked for did not accept the place in time"],
  ] as const)(
    "to a payer who does not take part ask nothing of them that is the participant's: %s, %s",
    (by, participation, says) => {
      const booking: Booking = { ...forAnna(anna.cancelled), participation };
      const text = wordsOf("BookingCancelled", { by, refund: 0, kept: 0 }, booking)?.text;

      expect(text).toContain(says);
      expect(text).not.toMatch(/you did not arrive|need from you/);
    },
  );

  describe("to a payer who has corrected the participant", () => {
    const toSign = (state: State, changes: Partial<Booking> = {}): Booking => ({
      ...corrected(forAnna(anna[state])),
      participation: "invited",
      ...changes,
    });
    const asked = (booking: Booking) => wordsOf("ParticipantCorrected", { agreementVersion: 2 }, booking)?.text;

    test.each<[State, string]>([
      ["held", "Please sign it and pay the deposit on your booking page before January 4, 2027, 10:30 AM MST."],
      ["paying", "Please sign it on your booking page before February 22, 2027, 11:59 PM MST."],
      ["awaiting_clearance", "Please sign it on your booking page before February 22, 2027, 11:59 PM MST."],
    ])("asks to sign again, with the reason and a deadline: %s", (state, says) => {
      expect(asked(toSign(state))).toContain("so the agreement for your booking has changed.");
      expect(asked(toSign(state))).toContain(says);
    });

    test("promises an invitation only if the participant has not answered", () => {
      expect(asked(toSign("awaiting_clearance"))).toContain("send an invitation to the new address");
      expect(asked(toSign("awaiting_clearance", { participation: "accepted" }))).not.toContain("invitation");
    });

    test.each<[string, Booking]>([
      ["they have signed", { ...forAnna(anna.awaiting_clearance), participation: "invited" }],
      ["they have signed nothing, which another mail asks for", forAnna(anna.held)],
      ["the deadline has passed", toSign("awaiting_clearance", { clearanceDueAt: today })],
      ["the hold has lapsed", toSign("lapsed")],
      ["the hold ends too soon to pay", toSign("held", { holdExpiresAt: "2027-01-04T17:01:00Z", holdExtended: true })],
      ["the booking has ended", toSign("cancelled")],
    ])("asks for nothing if %s", (_, booking) => {
      expect(asked(booking)).toBeUndefined();
    });
  });

  test.each(["accepted", "invited"] as const)(
    "to a payer who did not sign the corrected agreement says so, and says nothing of a participant who has %s",
    (participation) => {
      const booking: Booking = { ...corrected(forAnna(anna.cancelled)), participation };
      const text = wordsOf("BookingCancelled", { by: "clearance_deadline", refund: 5, kept: 0 }, booking)?.text;

      expect(text).toContain("you did not sign it again in time, so we canceled your booking.");
      expect(text).not.toMatch(/person you booked for|take part|accept/);
    },
  );

  test("welcomes only the participant", () => {
    const confirmed = forAnna(anna.confirmed);

    expect(wordsOf("BookingConfirmed", {}, confirmed, null, "payer")?.text).not.toContain("welcoming you");
    expect(wordsOf("BookingConfirmed", {}, confirmed, null, "participant")?.text).toContain("welcoming you");
    expect(wordsOf("BookingConfirmed", {}, anna.confirmed, null, "payer")?.text).toContain("welcoming you");
  });

  test("is escaped in HTML", () => {
    const terms = { ...anna.confirmed.terms, publicLabel: "Rest & <b>quiet</b>" };
    const mail = wordsOf("BookingConfirmed", {}, { ...anna.confirmed, terms });

    expect(mail?.html).toContain("Rest &amp; &lt;b&gt;quiet&lt;/b&gt;");
  });
});
