import { describe, expect, test } from "vitest";
import { allPrincipal } from "../ledger/index.ts";
import { Life } from "../testing/life.ts";
import { held, today } from "../testing/retreat.ts";
import { type CalendarDate, instantAt, plusMinutes } from "../time/index.ts";
import { type Attempt, type Booking, type Due, methodPageRefusal, payPageOf, type SavedMethod } from "./index.ts";

const booking = new Life(held()).sign().pay("deposit").booking;
const having = (due: Partial<Due>, changes: Partial<Booking> = {}): Booking => ({
  ...booking,
  ...changes,
  dues: booking.dues.map((one) => (one.id === "due_1" ? { ...one, ...due } : one)),
});
const shown = (of: Booking, open: Attempt | null = null) => payPageOf(of, "due_1", open, today)?.kind;
const savedMethod: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2030-12-31" },
  ...{ mandateId: null, savedAt: today, unusable: null },
};
const saved = { via: "off_session" } as Attempt;
const page = { via: "checkout" } as Attempt;

describe("the link of a due", () => {
  test("shows the unpaid amount", () => {
    expect(
      payPageOf(having({ paid: 600_000, billed: 600_000, billedParts: allPrincipal(600_000) }), "due_1", null, today),
    ).toMatchObject({
      kind: "payable",
      amount: 1_000_000,
    });
    expect(shown(having({ openAttemptId: "att_1" }), page)).toBe("payable");
    expect(shown(having({ status: "past_due" }, { status: "completed" }))).toBe("payable");
  });

  test("of a due that an open payoff leaves out says that it can be paid afterwards", () => {
    const payoff = { attemptId: "att_2", on: "2027-01-05", dues: [], unearned: [] };

    expect(shown(having({}, { payoff }))).toBe("after_payoff");
    expect(shown(having({ openAttemptId: "att_1" }, { payoff }), page)).toBe("payable");
    expect(methodPageRefusal(having({}, { payoff }), { kind: "after_payoff" })).toBeNull();
  });

  test("shows the amount of the open page, since its button leads there", () => {
    const life = new Life(held()).sign().pay("deposit");
    const part = life.checkout("due", { dueId: "due_1", amount: 300_000 }) as Attempt;
    const over = plusMinutes(life.now, 31);

    expect(payPageOf(life.booking, "due_1", part, life.now)).toMatchObject({ amount: 300_000 });
    expect(payPageOf(life.booking, "due_1", part, over)).toMatchObject({ amount: 1_600_000 });
  });

  test("shows that it is past due from the day after its date on, before a sweep has stored so", () => {
    const booking = having({ dueOn: "2027-02-06" });
    const on = (date: CalendarDate) =>
      payPageOf(booking, "due_1", null, instantAt(date, "00:00", booking.terms.timeZone));

    expect(on("2027-02-06")).toMatchObject({ date: { on: "2027-02-06", isPast: false } });
    expect(on("2027-02-07")).toMatchObject({ date: { on: "2027-02-06", isPast: true } });
  });

  test("shows that it is paid, or on its way", () => {
    expect(shown(having({ status: "paid", paid: 1_600_000 }))).toBe("paid");
    expect(shown(having({ status: "processing", openAttemptId: "att_1" }), page)).toBe("on_its_way");
    expect(shown(having({ openAttemptId: "att_1" }), saved)).toBe("on_its_way");
  });

  test("pays nothing while a corrected agreement is not signed again, as the checkout does", () => {
    const { agreement } = having({});
    const corrected = { agreement: { ...agreement, version: agreement.version + 1 } };
    const page = { kind: "to_sign", planned: null } as const;

    expect(payPageOf(having({}, corrected), "due_1", null, today)).toEqual(page);
    expect(shown(having({ status: "processing" }, corrected))).toBe("on_its_way");
    expect(methodPageRefusal(having({}, corrected), page)).toBe("to_sign");
  });

  test("says when the saved method is charged although a corrected agreement is not signed again", () => {
    const { agreement } = having({});
    const corrected = { agreement: { ...agreement, version: agreement.version + 1 } };

    expect(payPageOf(having({}, { ...corrected, autopay: true, savedMethod }), "due_1", null, today)).toEqual({
      kind: "to_sign",
      planned: { as: "collected", on: "2027-02-06", method: { type: "card", last4: "4242" } },
    });
  });

  test("leads to the open page of a payoff until somebody pays on it", () => {
    const life = new Life(held("installments")).sign().pay("deposit");
    const payoff = life.checkout("payoff") as Attempt;
    const link = () => payPageOf(life.booking, "due_1", life.attempts.at(-1) ?? null, life.now);

    expect(link()).toEqual({ kind: "payoff", amount: payoff.amount });
    life.settle(payoff.id, { kind: "processing", paymentIntentId: "pi_1" });
    expect(link()).toEqual({ kind: "on_its_way" });
  });

  test("shows the date and the method of an automatic charge that is still ahead", () => {
    const { booking: confirmed } = new Life(held()).sign().pay("deposit").confirm();
    const collected: Booking = { ...confirmed, autopay: true, savedMethod };
    const planned = (of: Booking, now = today) => {
      const page = payPageOf(of, "due_1", null, now);
      return page?.kind === "payable" ? page.planned : "not payable";
    };
    const dueOn = collected.dues[1]?.dueOn ?? "";

    expect(planned(collected)).toEqual({ as: "collected", on: dueOn, method: { type: "card", last4: "4242" } });
    expect(planned(confirmed)).toBeNull();
    expect(planned({ ...collected, pauses: [{ from: "2027-01-04", until: null }] })).toBeNull();
    expect(planned({ ...collected, savedMethod: { ...savedMethod, unusable: "declined" } })).toBeNull();
    expect(planned({ ...collected, savedMethod: { ...savedMethod, expiresOn: "2027-01-31" } })).toMatchObject({
      ...{ as: "card_expires", on: dueOn },
    });
    const inWindow = collected.dues.map((due) => ({ ...due, dueOn: "2027-03-01" }));
    const account: SavedMethod = { ...savedMethod, type: "us_bank_account", expiresOn: null };
    expect(planned({ ...collected, dues: inWindow, savedMethod: account })).toMatchObject({
      ...{ as: "debit_free", on: "2027-03-08" },
    });
    expect(planned(collected, `${dueOn}T16:59:59Z`)).not.toBeNull();
    expect(planned(collected, `${dueOn}T17:00:00Z`)).toBeNull();
  });

  test.each(["held", "expired", "declined", "cancelled"] as const)("has nothing to pay while %s", (status) => {
    expect(shown(having({}, { status }))).toBe("nothing_to_pay");
  });

  test("has nothing to pay for a due that is cancelled or waits for the confirmation", () => {
    expect(shown(having({ status: "cancelled" }))).toBe("nothing_to_pay");
    expect(shown(having({ startsBy: "confirmation" }, { confirmedAt: null }))).toBe("nothing_to_pay");
  });

  test("is null if the booking has no such due", () => {
    expect(payPageOf(booking, "due_9", null, today)).toBeNull();
  });
});
