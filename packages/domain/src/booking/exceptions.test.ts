import { describe, expect, test } from "vitest";
import { type Account, trialBalance } from "../ledger/index.ts";
import { Life } from "../testing/life.ts";
import { held, program } from "../testing/retreat.ts";
import type { Instant } from "../time/index.ts";
import {
  type Booking,
  balance,
  type Due,
  deferDue,
  isPaused,
  mayBeMade,
  nextTryAt,
  type SavedMethod,
  setCollection,
  standing,
  type Tries,
  waiveDue,
} from "./index.ts";

const financed = () => {
  const plans = [{ kind: "financed" as const, months: 4, annualRate: "9.9900" }];
  const taxes = [{ id: "state", label: "State tax", rate: "6.8750", appliesTo: ["place" as const] }];
  return held("financed", { program: program({ plans, taxes }) });
};
const running = (booking: Booking = financed()) => new Life(booking).sign().pay("deposit").confirm();
const dueOf = (booking: Booking, id = "due_1"): Due => booking.dues.find((due) => due.id === id) as Due;
const having = (booking: Booking, changes: Partial<Due>, id = "due_1"): Booking => ({
  ...booking,
  dues: booking.dues.map((due) => (due.id === id ? { ...due, ...changes } : due)),
});
const balances = ({ journal }: Life) => {
  const { accounts } = trialBalance(journal, "usd");
  return (...names: Account[]) => names.map((name) => accounts.find(({ account }) => account === name)?.balance ?? 0);
};
const reasonOf = (decision: { ok: boolean; reason?: string } | null) => decision?.reason;
const card: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2030-12-31" },
  ...{ mandateId: null, savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const withCard = (booking: Booking, type: SavedMethod["type"] = "card"): Booking => ({
  ...booking,
  autopay: true,
  savedMethod: { ...card, type },
});
const softly: Tries = {
  ...{ failed: 1, firstFailedOn: "2027-02-04", lastFailedAt: "2027-02-04T17:00:00Z" },
  ...{ lastFailure: "insufficient_funds", methodId: "pm_1", stopped: null },
};
/** The first due of the plan, a month after the quote, at 18:00 and not at 10:00. */
const dueDay: Instant = "2027-02-05T01:00:00Z";

describe("a waiver", () => {
  test("of a billed due reverses each part where it was credited", () => {
    const life = running().at(dueDay);
    const of = (one: Life) => balances(one)("deferred_revenue", "tax_payable", "interest_income", "receivable");
    const before = of(life);
    life.fallDue();
    const { parts } = dueOf(life.booking);
    expect(of(life)).not.toEqual(before);

    expect(life.waive("due_1")).toBe(true);

    expect(of(life)).toEqual(before);
    expect(life.journal.at(-1)).toMatchObject({ reference: `due-waived:due_1:${life.booking.version}` });
    expect(life.booking).toMatchObject({ interestIncome: 0, financeCharge: expect.any(Number) });
    expect(parts.interest).toBeGreaterThan(0);
    expect(dueOf(life.booking)).toMatchObject({ status: "cancelled", waived: dueOf(life.booking).amount, billed: 0 });
  });

  test("of an unbilled due posts nothing, and the due is never billed", () => {
    const life = running();
    const entries = life.journal.length;
    const owed = balance(life.booking);
    const { amount } = dueOf(life.booking);

    life.waive("due_1");
    life.at(dueDay).sweep();

    expect(life.journal).toHaveLength(entries);
    expect(balance(life.booking)).toBe(owed - amount);
    expect(life.events.at(-1)).toMatchObject({ name: "DueWaived", data: { dueId: "due_1", amount } });
  });

  test("keeps the part of the due that was paid, and the earned part of its interest", () => {
    const life = running().pay("due", { dueId: "due_1", amount: 100_000 }).at(dueDay);
    life.fallDue();

    life.waive("due_1");

    const due = dueOf(life.booking);
    expect(due).toMatchObject({ status: "paid", paid: 100_000, billed: 100_000, waived: due.amount - 100_000 });
    expect(balances(life)("receivable", "interest_income")).toEqual([0, 0]);
  });

  test("does not change the schedule or the finance charge", () => {
    const life = running();
    const { financeCharge, total, dues } = life.booking;

    life.waive("due_2");

    const sum = life.booking.dues.reduce((all, { amount }) => all + amount, 0);
    expect([sum, life.booking.financeCharge]).toEqual([total + financeCharge, financeCharge]);
    expect(life.booking.dues.map(({ amount }) => amount)).toEqual(dues.map(({ amount }) => amount));
  });

  test("after completion reverses earned revenue of a billed due and of an unbilled one", () => {
    const life = running().at("2027-03-09T17:00:00Z").admit();
    life.fallDue();
    life.at("2027-03-16T17:00:00Z").complete();
    const accounts = ["earned_revenue", "tax_payable", "receivable", "financing_receivable"] as const;
    const before = balances(life)(...accounts, "interest_income");
    const [billed, toCome] = [dueOf(life.booking, "due_2"), dueOf(life.booking, "due_4")];
    expect([billed.billed, toCome.billed]).toEqual([billed.amount, 0]);

    life.waive("due_2");
    life.waive("due_4");

    const after = balances(life)(...accounts, "interest_income");
    const price = toCome.parts.principal + toCome.parts.tax;
    expect(after.map((amount, index) => amount - (before[index] ?? 0))).toEqual([
      billed.parts.principal + toCome.parts.principal,
      billed.parts.tax + toCome.parts.tax,
      -billed.amount,
      -price,
      billed.parts.interest,
    ]);
  });

  test("of the last open due makes the booking paid in full", () => {
    const life = new Life(held()).sign().pay("deposit").confirm();

    life.waive("due_1");

    expect([standing(life.booking, "2027-03-30"), balance(life.booking)]).toEqual(["paid_in_full", 0]);
    expect(life.booking.dueAt).toBeNull();
  });

  test("can be repeated for the rest when the bank returns a payment of the due", () => {
    const life = running().pay("due", { dueId: "due_1", amount: 100_000 });
    life.waive("due_1");
    life.booking = having(life.booking, { paid: 0, status: "past_due" });

    life.pay("due", { dueId: "due_1" });

    expect(dueOf(life.booking)).toMatchObject({ status: "paid", paid: 100_000, billed: 100_000, partsPaid: 1 });
  });

  test("stands when the bank returns a payment of the due: only that payment is owed again, and waived separately", () => {
    const life = running().pay("due", { dueId: "due_1", amount: 100_000 });
    life.waive("due_1");
    life.booking = having(life.booking, { paid: 0, status: "past_due" });
    const entries = life.journal.length;

    life.at(dueDay).sweep();
    expect(balance({ ...life.booking, dues: [dueOf(life.booking)] })).toBe(100_000);
    expect(life.journal).toHaveLength(entries);

    life.waive("due_1");
    const due = dueOf(life.booking);
    expect(due).toMatchObject({ status: "cancelled", waived: due.amount, billed: 0 });
    expect(life.journal.filter(({ reference }) => reference.startsWith("due-waived:"))).toHaveLength(1);
  });
});

describe("late money for a waived due", () => {
  test.each(["continues", "was cancelled by the client"])("is refunded in full on a booking that %s", (fate) => {
    const life = running(held());
    const attempt = life.checkout("due", { dueId: "due_1" });
    const { id, amount } = attempt ?? { id: "", amount: 0 };
    life.settle(id, { kind: "failed", paymentIntentId: "pi_late", code: "timeout" });
    life.waive("due_1");
    if (fate !== "continues") life.end("client");

    life.settle(id, life.paymentOf(id));

    expect(life.refunds.at(-1)).toMatchObject({ amount, unspread: 0, reason: "overpayment" });
    expect(dueOf(life.booking)).toMatchObject({ paid: 0, billed: 0, status: "cancelled" });
    expect(balances(life)("receivable")).toEqual([0]);
  });
});

describe("staff cannot change", () => {
  const { booking } = running();
  const before = new Life(financed()).sign().booking;

  test.each<[string, string, Booking, string]>([
    ["a due that does not exist", "not_found", booking, "due_9"],
    ["a due of a booking that is held", "not_paid_yet", before, "due_1"],
    ["a due of a booking that has ended", "booking_over", { ...booking, status: "cancelled" }, "due_1"],
    ["the deposit", "deposit", booking, "due_0"],
    ["a due that is paid", "nothing_unpaid", having(booking, { paid: dueOf(booking).amount, status: "paid" }), "due_1"],
    ["a due that was cancelled", "nothing_unpaid", having(booking, { status: "cancelled" }), "due_1"],
    ["a due with an open session", "under_way", having(booking, { openAttemptId: "att_1" }), "due_1"],
    ["a due whose debit is processing", "under_way", having(booking, { status: "processing" }), "due_1"],
  ])("%s: %s", (_, reason, of, id) => {
    expect(reasonOf(waiveDue(of, id, { refundId: "ref_1", requestedBy: "staff" }, dueDay))).toBe(reason);
    expect(reasonOf(deferDue(of, id, "2027-04-04", dueDay))).toBe(reason);
  });

  test.each(["expired", "cancelled", "declined"] as const)("the collection of a booking that is %s", (status) => {
    expect(reasonOf(setCollection({ ...booking, status }, true, dueDay))).toBe("booking_over");
  });
});

describe("a deferral", () => {
  test.each<[string, string | undefined]>([
    ["2027-02-04", "not_later"],
    ["2027-02-05", undefined],
    ["2029-02-04", undefined],
    ["2029-02-05", "too_late"],
  ])("to %s of a due of February 4, on that day, is refused as %s", (dueOn, reason) => {
    expect(reasonOf(deferDue(running().booking, "due_1", dueOn, dueDay))).toBe(reason);
  });

  test("to a past date is refused", () => {
    const decision = deferDue(running().booking, "due_1", "2027-02-19", "2027-02-20T18:00:00Z");

    expect(decision).toEqual({ ok: false, reason: "not_later", bound: "2027-02-20" });
  });

  test("makes a late due current, and changes neither amounts nor the ledger", () => {
    const life = running().at("2027-02-10T17:00:00Z");
    life.fallDue();
    const { amount, billed } = dueOf(life.booking);
    const entries = life.journal.length;
    expect(standing(life.booking, "2027-02-10")).toBe("past_due");

    expect(life.defer("due_1", "2027-02-20")).toBe(true);

    expect(dueOf(life.booking)).toMatchObject({ dueOn: "2027-02-20", datedOn: "2027-02-10", amount, billed });
    expect(dueOf(life.booking).status).toBe("scheduled");
    expect([standing(life.booking, "2027-02-20"), standing(life.booking, "2027-02-21")]).toEqual([
      "current",
      "past_due",
    ]);
    expect(life.journal).toHaveLength(entries);
    expect(life.events.at(-1)).toMatchObject({
      name: "DueDeferred",
      data: { dueId: "due_1", from: "2027-02-04", wasDueOn: "2027-02-04", dueOn: "2027-02-20", amount },
    });
    life.at("2027-02-21T08:00:00Z").fallDue();
    expect(dueOf(life.booking)).toMatchObject({ status: "past_due", billed });
  });

  test("and a waiver say from when the due would have been late, which can be after its own date", () => {
    const told = (except: (life: Life) => boolean) => {
      const life = running();
      life.booking = { ...life.booking, depositSettledOn: "2027-02-09" };
      except(life.at("2027-02-09T17:00:00Z"));
      return life.events.at(-1)?.data;
    };

    expect(told((life) => life.defer("due_1", "2027-02-20"))).toMatchObject({
      from: "2027-02-04",
      wasDueOn: "2027-02-10",
    });
    expect(told((life) => life.waive("due_1"))).toMatchObject({ dueOn: "2027-02-04", wasDueOn: "2027-02-10" });
  });

  test("sends notices for the new date", () => {
    const life = running().at("2027-02-10T17:00:00Z").sweep();
    life.defer("due_1", "2027-03-01");
    const sent = life.events.length;

    life.at("2027-02-22T17:00:00Z").sweep();

    const notices = life.events.slice(sent).filter(({ name }) => name === "DueNotice");
    expect(notices.map(({ data }) => [data.dueId, data.kind, data.days, data.dueOn])).toEqual([
      ["due_1", "upcoming", 7, "2027-03-01"],
    ]);
  });

  test("of a balance is possible once the confirmation has given it a date, and then sends that date's notices", () => {
    const waiting = new Life(held("full")).sign().pay("deposit");
    expect(reasonOf(deferDue(waiting.booking, "due_1", "2027-03-01", waiting.now))).toBe("no_date_yet");

    waiting.confirm();
    waiting.defer("due_1", "2027-02-20");

    expect(dueOf(waiting.booking)).toMatchObject({ dueOn: "2027-02-20", startsBy: "date" });
  });

  const tried = (changes: Partial<Tries> = {}, type: SavedMethod["type"] = "card") => {
    const life = running().at("2027-02-05T17:00:00Z");
    life.booking = having(withCard(life.booking, type), { tries: { ...softly, ...changes } });
    life.defer("due_1", "2027-02-20");
    return { due: dueOf(life.booking), at: nextTryAt(life.booking, dueOf(life.booking), life.now) };
  };
  const onTheDay = "2027-02-20T17:00:00Z";

  test("of a due whose card had insufficient funds begins its tries on the new date, never before it", () => {
    expect(tried()).toMatchObject({ due: { status: "scheduled" }, at: onTheDay });
    expect(tried().due).not.toHaveProperty("tries");
    expect(tried({ firstFailedOn: "2027-01-20", lastFailedAt: "2027-01-27T17:00:00Z" }).at).toBe(onTheDay);
  });

  test("also delays tries with another card that is saved before the new date", () => {
    const { due } = tried({ stopped: "hard" });
    const saved = {
      ...withCard(having(running().booking, due)),
      savedMethod: { ...card, savedAt: "2027-02-08T20:00:00Z" },
    };

    expect(nextTryAt(saved, due, "2027-02-08T20:00:00Z")).toBe(onTheDay);
  });

  test("does not revive a declined card, nor allow more debits of a bank account", () => {
    expect(tried({ stopped: "hard" })).toMatchObject({ due: { status: "action_required" }, at: null });
    expect(tried({ stopped: "authentication" }).at).toBeNull();
    expect(tried({}, "us_bank_account").due.tries).toEqual(softly);
  });
});

describe("a pause of collection", () => {
  const paused = (at: Instant = "2027-02-03T20:00:00Z") => {
    const life = running().at(at);
    life.booking = withCard(life.booking);
    life.collection(true);
    return life;
  };

  test("stops every try, notice and late charge at once, but not payment links", () => {
    const life = paused();
    const sent = life.events.length;

    life.at("2027-02-28T17:00:00Z").sweep();

    expect(life.events.slice(sent).map(({ name }) => name)).toEqual(["DueBilled", "DuePastDue"]);
    expect(life.attempts.map(({ purpose }) => purpose)).toEqual(["deposit"]);
    life.pay("due", { dueId: "due_1" });
    expect(dueOf(life.booking).status).toBe("paid");
  });

  test("also stops a try that has begun and is not at Stripe yet", () => {
    const life = running().at("2027-02-04T17:00:00Z");
    life.booking = withCard(life.booking);
    const [attempt] = life.collect();
    if (attempt === undefined) throw new Error("no try began");
    expect(mayBeMade(life.booking, attempt)).toBe(true);

    life.collection(true);

    expect(mayBeMade(life.booking, attempt)).toBe(false);
  });

  test("ends at the next collection time after staff resume, and its days do not count", () => {
    const life = paused();
    expect(standing(life.booking, "2027-03-12")).toBe("past_due");

    life.at("2027-03-10T20:00:00Z").collection(false);

    expect(life.booking.pauses).toEqual([{ from: "2027-02-03", until: "2027-03-11" }]);
    expect(nextTryAt(life.booking, dueOf(life.booking), life.now)).toBe("2027-03-11T17:00:00Z");
    const from = (day: string) => standing({ ...life.booking, dues: [dueOf(life.booking)] }, day);
    // Without the pause it would be thirty days late on March 6; paused days from February 4 on do not count.
    expect([from("2027-04-10"), from("2027-04-11")]).toEqual(["past_due", "delinquent"]);
  });

  test("delays the retries of a due by its days", () => {
    const life = running().at("2027-02-05T20:00:00Z");
    life.booking = having(withCard(life.booking), { tries: softly });
    life.collection(true);
    life.at("2027-02-15T15:00:00Z").collection(false);

    // Three days after February 4, of which ten were paused.
    expect(nextTryAt(life.booking, dueOf(life.booking), life.now)).toBe("2027-02-17T17:00:00Z");
  });

  test("that ends before its first day counted is dropped, and one on the same day continues the last", () => {
    const life = paused("2027-02-03T16:00:00Z");
    life.collection(false);
    expect(life.booking.pauses).toEqual([]);

    life.collection(true);
    life.at("2027-02-03T20:00:00Z").collection(false);
    life.collection(true);

    expect(life.booking.pauses).toEqual([{ from: "2027-02-03", until: null }]);
    expect(isPaused(life.booking)).toBe(true);
  });

  test("that is in effect already changes nothing", () => {
    const life = paused();

    expect(setCollection(life.booking, true, life.now)).toBeNull();
    expect(life.events.at(-1)).toMatchObject({ name: "CollectionChanged", data: { paused: true } });
  });
});

describe("the standing, as time passes without a write,", () => {
  test("is past due from the day after a due's date, and delinquent after thirty more", () => {
    const { booking } = running();

    expect(["2027-02-04", "2027-02-05", "2027-03-06", "2027-03-07"].map((day) => standing(booking, day))).toEqual([
      ...["current", "past_due", "past_due", "delinquent"],
    ]);
    expect(standing({ ...financed(), status: "held" }, "2027-03-07")).toBe("current");
  });
});
