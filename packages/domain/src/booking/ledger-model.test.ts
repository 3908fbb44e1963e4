import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Account, allPrincipal, sumOf, trialBalance } from "../ledger/index.ts";
import { Life } from "../testing/life.ts";
import { held } from "../testing/retreat.ts";
import { allStories, type Fact, happen, heldOn, type StoryPlan } from "../testing/stories.ts";
import { plusDays } from "../time/index.ts";
import {
  type Booking,
  bookingStatuses,
  type Due,
  givesNothing,
  netPaid,
  type RefundPart,
  transitions,
} from "./index.ts";
import { paidParts } from "./reversal.ts";

const sum = (amounts: number[]): number => amounts.reduce((total, amount) => total + amount, 0);
const takenOf = ({ takenPosted, returnedPosted, amount }: RefundPart): number =>
  takenPosted && !returnedPosted ? amount : 0;
/** The net paid of a live booking, from its entries only: the billed amount, with late charges, less its unpaid part. */
const netPaidOfLedger = ({ booking, journal }: Life): number => {
  const { accounts } = trialBalance(journal, booking.currency);
  const billed = accounts.filter(({ account }) =>
    ["deferred_revenue", "tax_payable", "interest_income", "fee_income"].includes(account),
  );
  return -sum(billed.map(({ balance }) => balance)) - sum(booking.dues.map((due) => due.billed - due.paid));
};
/** Price and tax of a due that are not billed yet; none for a waived due. */
const toBill = ({ parts, billedParts, waived = 0 }: Due): number =>
  waived > 0 ? 0 : parts.principal + parts.tax - billedParts.principal - billedParts.tax;
const atLeast0 = (amount: number): boolean => amount >= 0;
const repeats = (names: string[]): string[] => names.filter((name, index) => names.indexOf(name) !== index);

/** Every violated invariant of a booking, its charges, its refunds and its ledger, in words. */
function breaches(life: Life): string[] {
  const { booking, journal, charges, refunds, attempts } = life;
  const { accounts, totalDebit, totalCredit } = trialBalance(journal, booking.currency);
  const balanceOf = (account: Account) => accounts.find((one) => one.account === account)?.balance ?? 0;
  const billed = sum(booking.dues.map((due) => (due.status === "cancelled" ? due.paid : due.billed)));
  const paid = sum(booking.dues.map((due) => due.paid));
  const over = ["completed", "expired", "declined", "cancelled"].includes(booking.status);
  const parts = refunds.flatMap((one) => one.parts);
  const unspread = sum(refunds.map((one) => one.unspread));
  const open = attempts.filter(({ status }) => ["requested", "open", "processing"].includes(status));
  const collecting = booking.dues.flatMap((due) => (due.openAttemptId === null ? [] : [due.openAttemptId]));
  const checks: [invariant: string, holds: boolean][] = [
    ["I3: debits equal credits", totalDebit === totalCredit],
    [
      "I3: every entry balances",
      journal.every(({ postings }) => sum(postings.map(({ debit, credit }) => debit - credit)) === 0),
    ],
    ["I4: no reference twice", repeats(journal.map(({ reference }) => reference)).length === 0],
    [
      "I3: the schedule adds up to the total",
      sum(booking.dues.map(({ kind, amount }) => (kind === "late_charge" ? 0 : amount))) ===
        booking.total + booking.financeCharge,
    ],
    ["I3: receivable is billed less paid", balanceOf("receivable") === billed - paid],
    ["I3: deferred revenue is the booking's", -balanceOf("deferred_revenue") === booking.deferred],
    ["I3: tax payable is the booking's", -balanceOf("tax_payable") === (booking.taxPayable ?? 0)],
    ["I3: interest income is the booking's", -balanceOf("interest_income") === (booking.interestIncome ?? 0)],
    ["nothing stays deferred of a booking that is over", !over || booking.deferred === 0],
    [
      "of a booking that ended early no tax is payable",
      !over || booking.status === "completed" || balanceOf("tax_payable") === 0,
    ],
    ["tax and interest are never given back beyond what was billed", Object.values(paidParts(booking)).every(atLeast0)],
    ["deferred revenue is never negative", booking.deferred >= 0],
    ["what is billed is its parts", booking.dues.every((due) => due.billed === sumOf(due.billedParts))],
    ["the parts of a due add up to it", booking.dues.every((due) => due.amount === sumOf(due.parts))],
    [
      "I3: financing receivable is the price of a completed booking that is still to be billed, with its tax",
      balanceOf("financing_receivable") === (booking.status === "completed" ? sum(booking.dues.map(toBill)) : 0),
    ],
    [
      "I3: what the charges paid of it is deferred, kept or earned, or billed and unpaid",
      sum(charges.map(({ applied }) => applied)) - unspread ===
        -sum(
          (["deferred_revenue", "tax_payable", "interest_income", "fee_income", "earned_revenue"] as const).map(
            balanceOf,
          ),
        ) -
          sum((["receivable", "financing_receivable"] as const).map(balanceOf)),
    ],
    [
      "I3: refunds payable is what the charges owe back and Stripe has not taken",
      -balanceOf("refunds_payable") ===
        sum(charges.map(({ amount, applied }) => amount - applied)) + unspread - sum(parts.map(takenOf)),
    ],
    [
      "refunds payable is never negative, but for what a failed refund has yet to bring back",
      sum(parts.map((part) => (part.status === "failed" ? takenOf(part) : 0))) >= balanceOf("refunds_payable"),
    ],
    [
      "I3: applied is what the charges apply",
      booking.applied === sum(charges.map(({ applied }) => applied)) - unspread,
    ],
    [
      "what an ending would give back is what it gave back when it was read from the ledger",
      over || netPaid(booking) === netPaidOfLedger(life),
    ],
    ["paid is what was captured", booking.paid === sum(charges.map(({ amount }) => amount))],
    [
      "refunded is what was asked for and neither failed nor was refused",
      booking.refunded === unspread + sum(parts.map((part) => (givesNothing(part) ? 0 : part.amount))),
    ],
    ["I5: no due is paid above its amount", booking.dues.every((due) => due.paid <= due.amount)],
    ["I5: no due is billed above its amount", booking.dues.every((due) => due.billed <= due.amount)],
    ["I5: what collects a due is under way", collecting.every((id) => open.some((attempt) => attempt.id === id))],
    ...charges.flatMap(({ id, amount, refundable, applied }): [string, boolean][] => {
      const given = parts.filter((part) => part.chargeId === id && !givesNothing(part));
      const made = given.filter(({ stripeRefundId }) => stripeRefundId !== null);
      return [
        [`I6: ${id} gives back at most what it captured`, sum(made.map((part) => part.amount)) <= amount],
        [`I6: ${id} knows what it can give back`, refundable === amount - sum(given.map((part) => part.amount))],
        [`I6: ${id} can give back what it is applied to`, applied === 0 || (applied > 0 && applied <= refundable)],
      ];
    }),
  ];
  return checks.flatMap(([invariant, holds]) => (holds ? [] : [`${invariant} (${booking.status})`]));
}

/** Runs a story until the first breach. `step` applies facts; a control can replace it with a broken one. */
function tell(plan: StoryPlan, told: Fact[], step: (life: Life, fact: Fact) => void = happen): string[] {
  const life = new Life(heldOn(plan));
  for (const fact of told) {
    step(life, fact);
    const found = breaches(life);
    if (found.length > 0) return found.map((one) => `after ${JSON.stringify(fact)}: ${one}`);
  }
  return [];
}

describe("a booking and its ledger, after any facts in any order", { timeout: 30_000 }, () => {
  test("agree to the cent after every fact (I3-I6)", () => {
    fc.assert(
      fc.property(allStories, ({ plan, told }) => {
        expect(tell(plan, told)).toEqual([]);
      }),
      { numRuns: 1_500 },
    );
  });

  test("the status follows the table, and a booking that is over stays over except for late money", () => {
    fc.assert(
      fc.property(allStories, ({ plan, told }) => {
        const life = new Life(heldOn(plan));
        for (const fact of told) {
          const before = life.booking.status;
          happen(life, fact);
          const after = life.booking.status;
          const reachable = Object.values(transitions[before]);
          // A lapsed hold expires and is revived in one transaction.
          expect([before, ...reachable]).toContain(after);
          expect(bookingStatuses).toContain(after);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("each change raises the version by one, and its events are on the timeline", () => {
    fc.assert(
      fc.property(allStories, ({ plan, told }) => {
        const life = new Life(heldOn(plan));
        for (const fact of told) {
          const { version, timeline } = life.booking;
          const before = life.events.length;
          happen(life, fact);
          const fresh = life.events.slice(before).filter(({ subject }) => subject.type === "booking");
          expect(life.booking.timeline.length).toBe(timeline.length + fresh.length);
          expect(fresh.every(({ subject }) => subject.version > version)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("the random stories reach enough states", () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(allStories, ({ plan, told }) => {
        const life = new Life(heldOn(plan));
        for (const fact of told) {
          happen(life, fact);
          reached.add(life.booking.status);
        }
      }),
      { numRuns: 1_500 },
    );

    expect([...reached].sort()).toEqual([...bookingStatuses].sort());
  });
});

describe("controls: each breach is caught", () => {
  /** Runs random stories with one part broken, and returns the breaches. */
  function broken(step: (life: Life, fact: Fact) => void): string {
    const check = fc.check(
      fc.property(allStories, ({ plan, told }) => tell(plan, told, step).length === 0),
      { numRuns: 2_000, endOnFailure: true },
    );
    const [story] = check.counterexample ?? [];
    return story === undefined ? "" : tell(story.plan, story.told, step).join("\n");
  }

  const mutated = (change: (life: Life, entriesBefore: number) => void) => (life: Life, fact: Fact) => {
    const before = life.journal.length;
    happen(life, fact);
    change(life, before);
  };

  test("a decision applied twice", () => {
    const seen = broken((life, fact) => {
      const { booking, attempts } = life;
      happen(life, fact);
      if (fact.kind !== "payment") return;
      // Without the store's version condition, a second worker decides on data that it read before.
      Object.assign(life, { booking, attempts });
      happen(life, fact);
    });

    expect(seen).toMatch(/I4: no reference twice/);
  });

  test("an entry that misses one side", () => {
    const seen = broken(
      mutated((life, before) => {
        life.journal = life.journal.map((entry, index) =>
          index >= before && entry.reference.startsWith("fee:")
            ? { ...entry, postings: entry.postings.slice(0, 1) }
            : entry,
        );
      }),
    );

    expect(seen).toMatch(/I3: every entry balances/);
  });

  test("a payment posted without the bill that it pays", () => {
    const seen = broken(
      mutated((life) => {
        life.journal = life.journal.filter(({ reference }) => !reference.startsWith("due-billed:"));
      }),
    );

    expect(seen).toMatch(/I3: receivable is billed less paid/);
  });

  test("an ending that does not reverse what was billed and never paid", () => {
    const seen = broken(
      mutated((life) => {
        life.journal = life.journal.filter(({ reference }) => !reference.startsWith("unpaid-reversed:"));
      }),
    );

    expect(seen).toMatch(/I3/);
  });

  test("a schedule that is a cent short", () => {
    const short = (booking: Booking): Booking => ({
      ...booking,
      dues: booking.dues.map((due) =>
        due.kind === "balance" ? { ...due, amount: due.amount - 1, parts: allPrincipal(due.amount - 1) } : due,
      ),
    });
    const life = new Life(short(held()));

    expect(breaches(life)).toEqual(["I3: the schedule adds up to the total (held)"]);
  });

  test("a refund that does not reduce what its charge can still refund", () => {
    const seen = broken((life, fact) => {
      const { charges } = life;
      happen(life, fact);
      if (fact.kind === "spread") life.charges = charges;
    });

    expect(seen).toMatch(/I6/);
  });

  test("a slice of an ending's refund that its charges gave, but that is still unspread", () => {
    const seen = broken((life, fact) => {
      const unspread = new Map(life.refunds.map((one) => [one.id, one.unspread]));
      happen(life, fact);
      if (fact.kind !== "spread") return;
      life.refunds = life.refunds.map((one) => ({ ...one, unspread: unspread.get(one.id) ?? 0 }));
    });

    expect(seen).toMatch(/I3: what the charges paid of it is deferred, kept or earned/);
  });

  test("a refund made by hand that its charge does not record", () => {
    const seen = broken((life, fact) => {
      const { charges } = life;
      happen(life, fact);
      if (fact.kind === "refund_by_hand") life.charges = charges;
    });

    expect(seen).toMatch(/I6: \w+ knows what it can give back/);
  });

  test("a payment that its booking does not count in what its charges apply", () => {
    const seen = broken((life, fact) => {
      const { applied } = life.booking;
      happen(life, fact);
      if (fact.kind === "payment") life.booking = { ...life.booking, applied };
    });

    expect(seen).toMatch(/I3: applied is what the charges apply/);
  });

  test("an attempt that still collects after it has ended", () => {
    const seen = broken((life, fact) => {
      const { dues } = life.booking;
      happen(life, fact);
      if (fact.kind === "payment" && fact.says === "expired") life.booking = { ...life.booking, dues };
    });

    expect(seen).toMatch(/I5: what collects a due is under way/);
  });
});

describe("stories that failed once", () => {
  test("a balance billed and unpaid when the client cancels, with its payment in flight", () => {
    const life = new Life(held()).sign().pay("deposit").confirm();
    const attempt = life.at("2027-02-06T18:00:00Z").checkout("due", { dueId: "due_1" });
    life.fallDue();
    life.end("client");

    life.at(plusDays(life.now, 2)).settle(attempt?.id ?? "", life.paymentOf(attempt?.id ?? ""));

    expect(breaches(life)).toEqual([]);
  });

  test("a duplicate whose refund failed is owed once when the operator cancels", () => {
    const life = new Life(held()).sign().pay("deposit");
    const first = life.checkout("due", { dueId: "due_1", amount: 800_000 });
    life.settle(first?.id ?? "", { kind: "failed", paymentIntentId: "pi_late", code: "timeout" });
    life.pay("due", { dueId: "due_1" });
    life.settle(first?.id ?? "", life.paymentOf(first?.id ?? ""));
    const [returned] = life.refunds;
    const failed = {
      status: "failed" as const,
      failureCode: "lost",
      stripeRefundId: "re_1",
      taken: null,
      returned: null,
    };
    life.refundOutcome(returned?.id ?? "", returned?.parts[0]?.id ?? "", failed);

    life.end("operator");
    life.spread();

    expect(life.booking.ending).toMatchObject({ netPaid: 1_850_000, kept: 0 });
    expect(breaches(life)).toEqual([]);
    // Each charge refunds its own money, so a person can repeat the failed refund without a new debt.
    const duplicate = life.charges.find(({ id }) => id === `ch_${first?.id}`);
    expect(life.refundByHand(duplicate?.id ?? "", 800_000).amount).toBe(800_000);
    expect(life.charges.map(({ refundable, applied }) => ({ refundable, applied }))).toEqual([
      { refundable: 0, applied: 0 },
      { refundable: 0, applied: 0 },
      { refundable: 0, applied: 0 },
    ]);
    expect(breaches(life)).toEqual([]);
  });
});
