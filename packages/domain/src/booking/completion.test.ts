import { describe, expect, test } from "vitest";
import { allPrincipal, sumOf, trialBalance } from "../ledger/index.ts";
import { Life } from "../testing/life.ts";
import { cohort, held } from "../testing/retreat.ts";
import {
  type BookingChange,
  complete,
  completesAt,
  type Due,
  dueDeadline,
  fallDue,
  mayAdmit,
  scheduledDue,
  standing,
} from "./index.ts";

const confirmed = () => new Life(held()).sign().pay("deposit").confirm();
/** 00:00 in Denver of 15 March, the day after the last; daylight saving began the day before. */
const over = "2027-03-15T06:00:00Z";

describe("admission", () => {
  test("is recorded from the first day on, in the cohort's zone, once, on a confirmed booking", () => {
    const { booking } = confirmed();

    expect(mayAdmit(booking, "2027-03-07")).toBe(false);
    expect(mayAdmit(booking, "2027-03-08")).toBe(true);
    expect(mayAdmit({ ...booking, status: "awaiting_clearance" }, "2027-03-08")).toBe(false);
    expect(mayAdmit(confirmed().at("2027-03-08T17:00:00Z").admit().booking, "2027-03-08")).toBe(false);
  });
});

describe("completion", () => {
  test("earns exactly what is deferred, at 00:00 of the day after the last", () => {
    const life = confirmed().pay("due", { dueId: "due_1" }).at("2027-03-08T17:00:00Z").admit();
    expect(life.booking.dueAt).toBe(over);

    expect(life.at("2027-03-15T05:59:59Z").complete()).toBe(false);
    expect(life.at(over).complete()).toBe(true);

    expect(life.booking).toMatchObject({ status: "completed", deferred: 0, dueAt: null });
    expect(life.journal.at(-1)).toMatchObject({
      reference: "completion:bkg_1",
      effectiveOn: "2027-03-15",
      postings: [
        { account: "deferred_revenue", debit: 1_850_000 },
        { account: "earned_revenue", credit: 1_850_000 },
      ],
    });
  });

  test("waits until every due that has fallen due is billed, so that its revenue is earned", () => {
    const life = confirmed().at("2027-03-08T17:00:00Z").admit().at("2027-03-16T17:00:00Z");

    expect(complete(life.booking, life.now)).toBeNull();
    life.fallDue();
    expect(complete(life.booking, life.now)?.journal[0]?.postings[1]).toMatchObject({ credit: 1_850_000 });
  });

  test("is scheduled only after the participant was admitted", () => {
    const life = confirmed().pay("due", { dueId: "due_1" });

    expect(life.booking.dueAt).toBeNull();
    expect(life.at("2027-03-08T17:00:00Z").admit().booking.dueAt).toBe(completesAt(life.booking));
  });

  test("does not happen without an admission", () => {
    const life = confirmed().at("2027-04-01T17:00:00Z");
    life.fallDue();

    expect(life.complete()).toBe(false);
    expect(life.booking.status).toBe("confirmed");
  });

  test("happens once", () => {
    const life = confirmed().at("2027-03-08T17:00:00Z").admit().at(over);
    life.fallDue();

    expect([life.complete(), life.complete()]).toEqual([true, false]);
  });

  /** A plan that runs on: a tenth of the balance is tax, and it is due in two dues with interest after the retreat. */
  function runningOn(): Life {
    const life = confirmed();
    const [deposit, balance] = life.booking.dues as [Due, Due];
    const dues = ["2027-02-06", "2027-04-06", "2027-05-06"].map((dueOn, index) => {
      const parts = { principal: 480_000, interest: 6_000, fee: 0, tax: 53_333 + (index === 2 ? 1 : 0) };
      return scheduledDue({
        ...balance,
        id: `due_${index + 1}`,
        sequence: index + 1,
        dueOn,
        amount: sumOf(parts),
        parts,
      });
    });
    life.booking = { ...life.booking, dues: [deposit, ...dues] };
    return life;
  }

  test("of a plan that runs on earns the price that is still to be billed, and posts its tax", () => {
    const life = runningOn().pay("due", { dueId: "due_1" }).at("2027-03-08T17:00:00Z").admit().at(over);

    expect(life.complete()).toBe(true);

    expect(life.journal.at(-1)).toMatchObject({
      reference: "completion:bkg_1",
      postings: [
        { account: "deferred_revenue", debit: 730_000 },
        { account: "financing_receivable", debit: 2 * 480_000 + 106_667 },
        { account: "earned_revenue", credit: 730_000 + 2 * 480_000 },
        { account: "tax_payable", credit: 106_667 },
      ],
    });
    expect(life.booking.deferred).toBe(0);
    expect(dueDeadline(life.booking, life.booking.dues[2] as Due)).toBe("2027-04-06T06:00:00Z");
  });

  test("does not end a plan that runs on: its dues are billed on their dates or by their payments, and become past due", () => {
    const life = runningOn().pay("due", { dueId: "due_1" }).at("2027-03-08T17:00:00Z").admit().at(over);
    life.complete();

    expect(life.at("2027-04-06T06:00:00Z").fallDue()).toBe(true);
    expect(life.journal.at(-1)).toMatchObject({
      reference: "due-billed:due_2:1",
      postings: [
        { account: "receivable", debit: 539_333 },
        { account: "financing_receivable", credit: 533_333 },
        { account: "interest_income", credit: 6_000 },
      ],
    });
    expect(life.at("2027-04-07T06:00:00Z").fallDue()).toBe(true);
    expect(standing(life.booking, "2027-04-07")).toBe("past_due");
    life.pay("due", { dueId: "due_3" }).pay("due", { dueId: "due_2" });

    const { accounts } = trialBalance(life.journal, "usd");
    expect(accounts.find(({ account }) => account === "financing_receivable")?.balance).toBe(0);
    expect(accounts.find(({ account }) => account === "receivable")?.balance).toBe(0);
    expect(life.booking).toMatchObject({ status: "completed", deferred: 0, dueAt: null });
    expect(standing(life.booking, "2027-05-07")).toBe("paid_in_full");
  });

  test("is at local midnight in every time zone", () => {
    const in_ = (timeZone: string) => completesAt(held("full", { cohort: cohort({ timeZone }) }));

    expect(["Asia/Kathmandu", "America/New_York", "Pacific/Apia"].map(in_)).toEqual([
      "2027-03-14T18:15:00Z",
      "2027-03-15T04:00:00Z",
      "2027-03-14T11:00:00Z",
    ]);
  });
});

describe("a due whose date has come", () => {
  test("is billed once, at the start of its date in the cohort's time zone", () => {
    const life = confirmed();
    expect(dueDeadline(life.booking, life.booking.dues[1] as Due)).toBe("2027-02-06T07:00:00Z");

    expect(life.at("2027-02-06T06:59:59Z").fallDue()).toBe(false);
    expect(life.at("2027-02-06T07:00:00Z").fallDue()).toBe(true);
    expect(life.fallDue()).toBe(false);

    expect(life.booking.dues[1]).toMatchObject({ billed: 1_600_000, status: "scheduled" });
    expect(life.events.at(-1)).toMatchObject({ name: "DueBilled", data: { dueId: "due_1", amount: 1_600_000 } });
  });

  test("is past due the day after, once", () => {
    const life = confirmed().at("2027-02-06T07:00:00Z");
    life.fallDue();

    expect(life.at("2027-02-07T06:59:59Z").fallDue()).toBe(false);
    expect(life.at("2027-02-07T07:00:00Z").fallDue()).toBe(true);
    expect(life.fallDue()).toBe(false);

    expect(life.booking.dues[1]).toMatchObject({ billed: 1_600_000, status: "past_due" });
    expect(life.events.at(-1)?.name).toBe("DuePastDue");
  });

  test("is billed and marked past due at once by a late sweep", () => {
    const life = confirmed().at("2027-02-20T07:00:00Z");

    expect(life.fallDue()).toBe(true);
    expect(life.events.slice(-2).map(({ name }) => name)).toEqual(["DueBilled", "DuePastDue"]);
    expect(life.fallDue()).toBe(false);
    expect(life.journal.at(-1)).toMatchObject({ reference: "due-billed:due_1:1", effectiveOn: "2027-02-06" });
  });

  test("is reported past due when the debit under way on its date fails", () => {
    const life = confirmed();
    const attempt = life.at("2027-02-05T18:00:00Z").checkout("due", { dueId: "due_1" });
    life.settle(attempt?.id ?? "", { kind: "processing", paymentIntentId: "pi_1" });
    life.at("2027-02-08T18:00:00Z").fallDue();

    life.at("2027-02-09T18:00:00Z").settle(attempt?.id ?? "", { kind: "failed", paymentIntentId: "pi_1", code: "R01" });

    expect(life.booking.dues[1]).toMatchObject({ status: "past_due", openAttemptId: null });
    expect(life.events.slice(-2).map(({ name }) => name)).toEqual(["PaymentFailed", "DuePastDue"]);
    expect(life.fallDue()).toBe(false);
  });

  /** A deposit, and a balance in sixty dues that were all due on the same day. */
  function sixty(life: Life): Life {
    const [deposit, balance] = life.booking.dues as [Due, Due];
    const parts = allPrincipal(20_000);
    const dues = Array.from({ length: 60 }, (_, index) =>
      scheduledDue({ ...balance, id: `due_${index + 1}`, sequence: index + 1, amount: 20_000, parts }),
    );
    life.booking = { ...life.booking, dues: [deposit, ...dues] };
    return life;
  }
  /** The items that one transaction writes: the booking, its audit record, each entry and event. */
  const items = ({ events, journal }: BookingChange): number => 2 + events.length + journal.length;

  test("is billed with at most nineteen others per transaction: DynamoDB takes 100 items", () => {
    const life = sixty(confirmed()).at("2027-02-08T18:00:00Z");

    const sizes: number[] = [];
    for (let change = fallDue(life.booking, life.now); change !== null; change = fallDue(life.booking, life.now)) {
      sizes.push(items(change));
      life.fallDue();
    }

    expect(sizes).toEqual([62, 62, 62]);
    expect(
      life.booking.dues.filter(({ status, billed, amount }) => status === "past_due" && billed === amount),
    ).toHaveLength(60);
    expect(life.booking.deferred).toBe(1_450_000);
  });

  test("is billed before dues that fell due later, whatever their order in the schedule", () => {
    const life = sixty(confirmed()).at("2027-02-08T18:00:00Z");
    const later = (due: Due): Due => (due.id === "due_60" ? due : { ...due, dueOn: "2027-02-07" });
    life.booking = { ...life.booking, dues: life.booking.dues.map(later) };

    life.fallDue();

    const billed = life.booking.dues.filter(({ status }) => status === "past_due").map(({ id }) => id);
    expect(billed).toHaveLength(20);
    expect(billed).toContain("due_60");
  });

  test("is billed before the booking is completed, in any number of transactions", () => {
    const life = sixty(confirmed()).at("2027-03-08T17:00:00Z").admit().at(over);

    expect([life.fallDue(), life.complete(), life.fallDue(), life.complete(), life.fallDue()]).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
    expect(life.complete()).toBe(true);
  });

  test("while the deposit was under way is billed with it, as far as the transaction allows", () => {
    const life = sixty(new Life(held()).sign());
    const attempt = life.checkout("deposit");
    life.settle(attempt?.id ?? "", { kind: "processing", paymentIntentId: "pi_1" });
    life.at("2027-02-06T18:00:00Z").settle(attempt?.id ?? "", life.paymentOf(attempt?.id ?? ""));

    expect(life.journal.filter(({ reference }) => reference.startsWith("due-billed:")).length).toBe(21);
    expect(life.booking.dueAt && life.booking.dueAt <= life.now).toBe(true);
  });

  test("is billed only for what no part payment has billed", () => {
    const life = confirmed().pay("due", { dueId: "due_1", amount: 600_000 }).at("2027-02-06T07:00:00Z");
    life.fallDue();

    expect(life.journal.at(-1)).toMatchObject({
      reference: "due-billed:due_1:2",
      postings: [{ debit: 1_000_000 }, {}],
    });
  });

  test("keeps its open attempt when it is past due, so that it is not collected twice (I5)", () => {
    const life = confirmed();
    const attempt = life.at("2027-02-06T18:00:00Z").checkout("due", { dueId: "due_1" });
    life.at("2027-02-08T18:00:00Z").fallDue();

    expect(life.booking.dues[1]).toMatchObject({ status: "past_due", openAttemptId: attempt?.id });
  });

  test("of `full` waits for the confirmation, and is due the day after it", () => {
    const life = new Life(held("full")).sign().pay("deposit");
    expect(fallDue(life.booking, "2027-03-01T17:00:00Z")).toBeNull();

    life.at("2027-02-01T06:30:00Z").confirm();

    // Still 31 January in Denver.
    expect(life.booking.dues[1]).toMatchObject({ dueOn: "2027-02-01", billed: 0 });
    expect(dueDeadline(life.booking, life.booking.dues[1] as Due)).toBe("2027-02-01T07:00:00Z");
    // Its notice is sent at once.
    expect(life.booking.dueAt).toBe("2027-01-31T07:00:00Z");
  });

  test.each(["held", "expired", "declined", "cancelled"] as const)(
    "of a booking that is %s is left alone",
    (status) => {
      expect(fallDue({ ...confirmed().booking, status }, "2027-02-20T07:00:00Z")).toBeNull();
    },
  );
});
