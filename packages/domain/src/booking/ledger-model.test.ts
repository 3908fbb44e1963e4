import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Account, trialBalance } from "../ledger/index.ts";
import type { PlanKind } from "../plan/index.ts";
import { Life } from "../testing/life.ts";
import { held } from "../testing/retreat.ts";
import { plusDays, plusMinutes } from "../time/index.ts";
import { type Booking, bookingStatuses, type Ending, transitions } from "./index.ts";

/** What may happen next to a booking; `pick` chooses among what there is. */
type Fact =
  | { kind: "sign" | "confirm" | "admit" | "complete" | "fall_due" | "lapse" | "lose_place" | "find_place" }
  | { kind: "wait"; minutes: number }
  | { kind: "checkout"; purpose: "deposit" | "due"; amount: number | undefined }
  | { kind: "end"; by: Ending["by"] }
  | {
      kind: "payment";
      pick: number;
      says: "processing" | "failed" | "expired" | "refused" | "succeeded" | "succeeded_without_fee";
    }
  | { kind: "refund"; pick: number; says: "pending" | "taken" | "failed" | "failed_and_returned" };

const facts: fc.Arbitrary<Fact> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Fact>({ kind: "sign" }) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom("confirm", "admit", "complete", "fall_due", "lapse", "lose_place", "find_place")
      .map((kind): Fact => ({ kind })),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(10, 31, 60, 1_440, 14_400, 43_200).map((minutes): Fact => ({ kind: "wait", minutes })),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("checkout" as const),
      purpose: fc.constantFrom("deposit" as const, "due" as const),
      amount: fc.option(fc.integer({ min: 50, max: 900_000 }), { nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<Ending["by"]>("client", "operator", "clearance_deadline", "not_cleared", "no_show", "turned_away")
      .map((by): Fact => ({ kind: "end", by })),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant("payment" as const),
      pick: fc.nat(3),
      says: fc.constantFrom(
        "processing" as const,
        "failed" as const,
        "expired" as const,
        "refused" as const,
        "succeeded" as const,
        "succeeded" as const,
        "succeeded_without_fee" as const,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("refund" as const),
      pick: fc.nat(3),
      says: fc.constantFrom("pending" as const, "taken" as const, "failed" as const, "failed_and_returned" as const),
    }),
  },
);

/** The newest first: what happens next is mostly about what happened last. */
const chosen = <Value>(values: Value[], pick: number): Value | undefined =>
  values.at(-1 - (pick % Math.max(1, values.length)));

function happen(life: Life, fact: Fact): void {
  switch (fact.kind) {
    case "sign":
      life.sign();
      return;
    case "confirm":
      if (life.booking.status === "awaiting_clearance") life.confirm();
      return;
    case "admit":
      if (life.booking.status === "confirmed") life.at(later(life.now, "2027-03-08T17:00:00Z")).admit();
      return;
    case "complete":
      if (life.booking.admission === null) return;
      life.at(later(life.now, "2027-03-15T17:00:00Z"));
      life.fallDue();
      life.complete();
      return;
    case "fall_due":
      // As if the client waited until the balance is due.
      life.at(later(life.now, `${life.booking.dues.at(-1)?.dueOn}T18:00:00Z`));
      life.fallDue();
      return;
    case "lapse":
      life.lapse();
      return;
    case "lose_place":
      // A claim that has lapsed may be overtaken, with no sweep to say so.
      if (life.booking.status === "held" && (life.booking.holdExpiresAt ?? "") <= life.now) life.placeIsOurs = false;
      return;
    case "find_place":
      life.freePlace = "plc_2";
      return;
    case "wait":
      life.at(plusMinutes(life.now, fact.minutes));
      return;
    case "checkout":
      life.checkout(fact.purpose, fact.purpose === "deposit" ? {} : { dueId: "due_1", amount: fact.amount });
      return;
    case "end":
      life.end(fact.by);
      return;
    case "payment":
      pay(life, fact);
      return;
    case "refund":
      refund(life, fact);
      return;
  }
}

const later = (a: string, b: string): string => (a > b ? a : b);

function pay(life: Life, { pick, says }: Extract<Fact, { kind: "payment" }>): void {
  const attempt = chosen(life.attempts, pick);
  if (attempt === undefined) return;
  const ids = { paymentIntentId: `pi_${attempt.id}` };
  switch (says) {
    case "processing":
      life.settle(attempt.id, { kind: "processing", ...ids });
      return;
    case "failed":
      life.settle(attempt.id, { kind: "failed", ...ids, code: "insufficient_funds" });
      return;
    case "expired":
      life.settle(attempt.id, { kind: "expired" });
      return;
    case "refused":
      life.settle(attempt.id, { kind: "refused", code: "parameter_invalid" });
      return;
    case "succeeded":
      life.settle(attempt.id, life.paymentOf(attempt.id));
      return;
    case "succeeded_without_fee":
      life.settle(attempt.id, life.paymentOf(attempt.id, { fee: null }));
      return;
  }
}

function refund(life: Life, { pick, says }: Extract<Fact, { kind: "refund" }>): void {
  const owed = chosen(life.refunds, pick);
  const part = owed === undefined ? undefined : chosen(owed.parts, pick);
  if (owed === undefined || part === undefined) return;
  const taken = { balanceTransactionId: `txn_${part.id}`, amount: part.amount };
  const returned = { balanceTransactionId: `txn_${part.id}_back`, amount: part.amount };
  const told = { stripeRefundId: `re_${part.id}`, failureCode: null, taken: null, returned: null };
  switch (says) {
    case "pending":
      life.refundOutcome(owed.id, part.id, { ...told, status: "pending", taken });
      return;
    case "taken":
      life.refundOutcome(owed.id, part.id, { ...told, status: "succeeded", taken });
      return;
    case "failed":
      life.refundOutcome(owed.id, part.id, { ...told, status: "failed", failureCode: "declined" });
      return;
    case "failed_and_returned":
      life.refundOutcome(owed.id, part.id, { ...told, status: "failed", failureCode: "lost", taken, returned });
      return;
  }
}

const sum = (amounts: number[]): number => amounts.reduce((total, amount) => total + amount, 0);
const repeats = (names: string[]): string[] => names.filter((name, index) => names.indexOf(name) !== index);

/** Every breach of what must always hold between a booking, its charges, its refunds and its ledger, in words. */
function breaches({ booking, journal, charges, refunds, attempts }: Life): string[] {
  const { accounts, totalDebit, totalCredit } = trialBalance(journal, booking.currency);
  const balanceOf = (account: Account) => accounts.find((one) => one.account === account)?.balance ?? 0;
  const billed = sum(booking.dues.map((due) => (due.status === "cancelled" ? due.paid : due.billed)));
  const paid = sum(booking.dues.map((due) => due.paid));
  const over = ["completed", "expired", "declined", "cancelled"].includes(booking.status);
  const parts = refunds.flatMap((one) => one.parts);
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
      sum(booking.dues.map(({ amount }) => amount)) === booking.total + booking.financeCharge,
    ],
    ["I3: receivable is billed less paid", balanceOf("receivable") === billed - paid],
    ["I3: deferred revenue is the booking's", -balanceOf("deferred_revenue") === booking.deferred],
    ["nothing stays deferred of a booking that is over", !over || booking.deferred === 0],
    ["deferred revenue is never negative", booking.deferred >= 0],
    ["refunds payable is never negative", balanceOf("refunds_payable") <= 0],
    ["paid is what was captured", booking.paid === sum(charges.map(({ amount }) => amount))],
    [
      "refunded is what was asked for and did not fail",
      booking.refunded === sum(parts.map(({ status, amount }) => (status === "failed" ? 0 : amount))),
    ],
    ["I5: no due is paid above its amount", booking.dues.every((due) => due.paid <= due.amount)],
    ["I5: no due is billed above its amount", booking.dues.every((due) => due.billed <= due.amount)],
    ["I5: what collects a due is under way", collecting.every((id) => open.some((attempt) => attempt.id === id))],
    ...charges.map(({ id, amount, refundable }): [string, boolean] => {
      const given = sum(parts.map((part) => (part.chargeId === id && part.status !== "failed" ? part.amount : 0)));
      return [`I6: ${id} gives back at most what it captured`, given <= amount && refundable === amount - given];
    }),
  ];
  return checks.flatMap(([invariant, holds]) => (holds ? [] : [`${invariant} (${booking.status})`]));
}

const plans = fc.constantFrom<PlanKind>("full", "deposit_and_balance");
const stories = fc.record({ plan: plans, told: fc.array(facts, { maxLength: 40 }) });
/** Many stories begin as many bookings do, or few would come far. */
const paysDeposit: Fact[] = [
  { kind: "sign" },
  { kind: "checkout", purpose: "deposit", amount: undefined },
  { kind: "payment", pick: 0, says: "succeeded" },
];
const confirmed: Fact[] = [...paysDeposit, { kind: "confirm" }];
const paysBalance: Fact = { kind: "checkout", purpose: "due", amount: undefined };
const paysPart: Fact = { kind: "checkout", purpose: "due", amount: 300_000 };
const openings: Fact[][] = [
  [],
  paysDeposit,
  confirmed,
  [...confirmed, paysBalance],
  [...confirmed, { kind: "fall_due" }, paysPart, { kind: "end", by: "client" }],
  [...confirmed, paysPart, { kind: "payment", pick: 0, says: "failed" }, paysBalance],
  [...confirmed, { kind: "fall_due" }, { kind: "admit" }, { kind: "complete" }],
  [...paysDeposit.slice(0, 2), { kind: "wait", minutes: 60 }, { kind: "lapse" }],
];
const allStories = fc
  .tuple(stories, fc.constantFrom(...openings))
  .map(([{ plan, told }, opening]) => ({ plan, told: [...opening, ...told] }));

/** Tells a story; the first breach ends it. `step` is how facts are applied, so that a control can break it. */
function tell(plan: PlanKind, told: Fact[], step: (life: Life, fact: Fact) => void = happen): string[] {
  const life = new Life(held(plan));
  for (const fact of told) {
    step(life, fact);
    const found = breaches(life);
    if (found.length > 0) return found.map((one) => `after ${JSON.stringify(fact)}: ${one}`);
  }
  return [];
}

describe("a booking and its ledger, whatever happens in whatever order", () => {
  test("agree to the cent after every fact (I3-I6)", () => {
    fc.assert(
      fc.property(allStories, ({ plan, told }) => {
        expect(tell(plan, told)).toEqual([]);
      }),
      { numRuns: 1_500 },
    );
  });

  test("the status never leaves the table, and what is over stays over but for late money", () => {
    fc.assert(
      fc.property(allStories, ({ plan, told }) => {
        const life = new Life(held(plan));
        for (const fact of told) {
          const before = life.booking.status;
          happen(life, fact);
          const after = life.booking.status;
          const reachable = Object.values(transitions[before]);
          // A hold whose time has passed expires and comes back in one transaction.
          expect([before, ...reachable]).toContain(after);
          expect(bookingStatuses).toContain(after);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("each change is one version further, and its events are on the timeline", () => {
    fc.assert(
      fc.property(allStories, ({ plan, told }) => {
        const life = new Life(held(plan));
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

  test("stories come far enough to mean something", () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(allStories, ({ plan, told }) => {
        const life = new Life(held(plan));
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
  /** Tells random stories with one thing broken, and gives the breaches that were seen. */
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

  test("a decision that is applied twice", () => {
    const seen = broken((life, fact) => {
      const { booking, attempts } = life;
      happen(life, fact);
      if (fact.kind !== "payment") return;
      // The store's version condition switched off: a second worker decides on what it had read before.
      Object.assign(life, { booking, attempts });
      happen(life, fact);
    });

    expect(seen).toMatch(/I4: no reference twice/);
  });

  test("an entry with one side forgotten", () => {
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

  test("an ending that forgets to take back what was billed and never paid", () => {
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
      dues: booking.dues.map((due) => (due.kind === "balance" ? { ...due, amount: due.amount - 1 } : due)),
    });
    const life = new Life(short(held()));

    expect(breaches(life)).toEqual(["I3: the schedule adds up to the total (held)"]);
  });

  test("a refund that does not lower what its charge can still give back", () => {
    const seen = broken((life, fact) => {
      const { charges } = life;
      happen(life, fact);
      if (fact.kind === "end" && charges.length > 0) life.charges = charges;
    });

    expect(seen).toMatch(/I6/);
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

describe("stories that went wrong once", () => {
  test("a balance billed and unpaid when the client cancels, whose payment is in flight", () => {
    const life = new Life(held()).sign().pay("deposit").confirm();
    const attempt = life.at("2027-02-06T18:00:00Z").checkout("due", { dueId: "due_1" });
    life.fallDue();
    life.end("client");

    life.at(plusDays(life.now, 2)).settle(attempt?.id ?? "", life.paymentOf(attempt?.id ?? ""));

    expect(breaches(life)).toEqual([]);
  });

  test("a duplicate whose return failed is owed once when the operator cancels", () => {
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

    expect(life.booking.ending).toMatchObject({ netPaid: 1_850_000, kept: 0 });
    expect(breaches(life)).toEqual([]);
  });
});
