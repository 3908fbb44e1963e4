import fc from "fast-check";
import {
  type Booking,
  type Ending,
  givesNothing,
  type RefundOutcome,
  type RefundPart,
  unpaid,
} from "../booking/index.ts";
import { addDays, dateIn, later, plusMinutes } from "../time/index.ts";
import type { Life } from "./life.ts";
import { bookedAs, held, program } from "./retreat.ts";

/** The facts that can happen next to a booking; `pick` chooses among its items. */
export type Fact =
  | { kind: "sign" | "confirm" | "admit" | "complete" | "fall_due" | "is_late" | "lapse" | "lose_place" | "find_place" }
  | { kind: "wait"; minutes: number }
  | { kind: "checkout"; purpose: "deposit" | "due"; amount: number | undefined }
  | { kind: "end"; by: Ending["by"] }
  | {
      kind: "payment";
      pick: number;
      says:
        | "processing"
        | "verifying"
        | "abandoned"
        | "failed"
        | "expired"
        | "refused"
        | "succeeded"
        | "succeeded_without_fee";
    }
  | { kind: "refund"; pick: number; says: "pending" | "taken" | "failed" | "failed_and_returned" | "refused" }
  | { kind: "spread"; slices: number }
  | { kind: "refund_by_hand"; pick: number; share: number }
  | { kind: "waive" | "defer"; pick: number };

const facts: fc.Arbitrary<Fact> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Fact>({ kind: "sign" }) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom("confirm", "admit", "complete", "fall_due", "is_late", "lapse", "lose_place", "find_place")
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
      amount: fc.option(fc.integer({ min: 10_000, max: 900_000 }), { nil: undefined }),
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
        "verifying" as const,
        "abandoned" as const,
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
      says: fc.constantFrom(
        "pending" as const,
        "taken" as const,
        "failed" as const,
        "failed_and_returned" as const,
        "refused" as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("spread" as const), slices: fc.constantFrom(1, 9) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("refund_by_hand" as const),
      pick: fc.nat(3),
      share: fc.constantFrom(1, 1, 0.5, 0.01),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("waive" as const, "defer" as const), pick: fc.nat(6) }),
  },
);

/** Newest first: the next fact mostly concerns the latest item. */
const chosen = <Value>(values: Value[], pick: number): Value | undefined =>
  values.at(-1 - (pick % Math.max(1, values.length)));

/** Applies a fact to a booking if it is possible. */
export function happen(life: Life, fact: Fact): void {
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
      // The client waits until the balance is due.
      life.at(later(life.now, `${life.booking.dues.at(-1)?.dueOn}T18:00:00Z`));
      life.fallDue();
      return;
    case "is_late":
      isLate(life);
      return;
    case "lapse":
      life.lapse();
      return;
    case "lose_place":
      // Another booking may claim the place of a lapsed hold before the sweep.
      if (life.booking.status === "held" && (life.booking.holdExpiresAt ?? "") <= life.now) life.placeIsOurs = false;
      return;
    case "find_place":
      life.freePlace = "plc_2";
      return;
    case "wait":
      life.at(plusMinutes(life.now, fact.minutes));
      return;
    case "checkout":
      life.checkout(fact.purpose, fact.purpose === "deposit" ? {} : { dueId: nextDue(life), amount: fact.amount });
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
    case "spread":
      life.spread({ slices: fact.slices, most: 1 });
      return;
    case "refund_by_hand":
      refundByHand(life, fact);
      return;
    case "waive":
      life.waive(chosen(life.booking.dues, fact.pick)?.id ?? "");
      return;
    case "defer":
      life.defer(chosen(life.booking.dues, fact.pick)?.id ?? "", addDays(dateIn("UTC", life.now), 20));
      return;
  }
}

/** The first unpaid due after the deposit, a late charge before others; the first due if all are paid. */
function nextDue({ booking: { dues } }: Life): string | undefined {
  const open = dues.filter((due) => due.kind !== "deposit" && unpaid(due) > 0);
  return (open.find(({ kind }) => kind === "late_charge") ?? open[0] ?? dues[1])?.id;
}

/** The first unpaid due stays unpaid past its grace days, and has its late charge. */
function isLate(life: Life): void {
  const late = life.booking.dues.find((due) => due.kind === "installment" && unpaid(due) > 0);
  if (late === undefined || life.booking.status === "held") return;
  life.at(later(life.now, `${addDays(late.dueOn, lateCharge.graceDays + 2)}T18:00:00Z`));
  life.fallDue();
  life.chargeLate();
}

const lateCharge = { amount: 5_000, graceDays: 5 };

function pay(life: Life, { pick, says }: Extract<Fact, { kind: "payment" }>): void {
  const attempt = chosen(life.attempts, pick);
  if (attempt === undefined) return;
  const ids = { paymentIntentId: `pi_${attempt.id}` };
  switch (says) {
    case "processing":
      life.settle(attempt.id, { kind: "processing", ...ids });
      return;
    case "verifying":
    case "abandoned":
      life.settle(attempt.id, { kind: says, ...ids });
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
      life.settle(attempt.id, life.paymentOf(attempt.id, { booked: null }));
      return;
  }
}

/** The amount that Stripe can still refund on a charge: it knows only refunds made there. */
function leftAtStripe({ charges, refunds }: Life, chargeId: string): number {
  const captured = charges.find(({ id }) => id === chargeId)?.amount ?? 0;
  const made = refunds
    .flatMap(({ parts }) => parts)
    .filter((part) => part.chargeId === chargeId && part.stripeRefundId !== null && !givesNothing(part));
  return captured - made.reduce((sum, { amount }) => sum + amount, 0);
}

function refund(life: Life, { pick, says }: Extract<Fact, { kind: "refund" }>): void {
  const owed = chosen(life.refunds, pick);
  const part = owed === undefined ? undefined : chosen(owed.parts, pick);
  if (owed === undefined || part === undefined || part.status === "refused") return;
  const unmade = part.stripeRefundId === null;
  const left = leftAtStripe(life, part.chargeId);
  if (unmade && left < part.amount) {
    life.reckon(owed.id, part.id, left);
    return;
  }
  if (says !== "refused") life.refundOutcome(owed.id, part.id, outcomeOf(part, says));
  else if (unmade) life.refundOutcome(owed.id, part.id, refusedFor("charge_disputed"));
}

/** Stripe's final refusal, for this code. */
export const refusedFor = (failureCode: string): RefundOutcome => ({
  stripeRefundId: null,
  status: "refused",
  failureCode,
  taken: null,
  returned: null,
});

function outcomeOf(
  { id, amount, stripeRefundId }: RefundPart,
  says: "pending" | "taken" | "failed" | "failed_and_returned",
): RefundOutcome {
  const taken = bookedAs(`txn_${id}`, amount);
  const returned = bookedAs(`txn_${id}_back`, amount);
  const told = { stripeRefundId: stripeRefundId ?? `re_${id}`, failureCode: null, taken: null, returned: null };
  switch (says) {
    case "pending":
      return { ...told, status: "pending", taken };
    case "taken":
      return { ...told, status: "succeeded", taken };
    case "failed":
      return { ...told, status: "failed", failureCode: "declined" };
    case "failed_and_returned":
      return { ...told, status: "failed", failureCode: "lost", taken, returned };
  }
}

function refundByHand(life: Life, { pick, share }: Extract<Fact, { kind: "refund_by_hand" }>): void {
  const charge = chosen(life.charges, pick);
  if (charge === undefined) return;
  const amount = Math.ceil(leftAtStripe(life, charge.id) * share);
  if (amount > 0) life.refundByHand(charge.id, amount);
}

const sold = program({
  plans: [...program().plans, { kind: "financed", months: 4, annualRate: "9.9900" }],
  taxes: [{ id: "state", label: "State tax", rate: "6.8750", appliesTo: ["place"] }],
  lateCharge,
});
/** How a booking of a story is paid; `taxed` is a loan, with tax on the price. */
const bookings = {
  full: held("full"),
  deposit_and_balance: held("deposit_and_balance"),
  installments: held("installments"),
  financed: held("financed", { program: { ...sold, taxes: [] } }),
  taxed: held("financed", { program: sold }),
};
export type StoryPlan = keyof typeof bookings;
export const heldOn = (plan: StoryPlan): Booking => bookings[plan];
const plans = fc.constantFrom<StoryPlan>("full", "deposit_and_balance", "installments", "financed", "taxed");
const stories = fc.record({ plan: plans, told: fc.array(facts, { maxLength: 40 }) });
/** Most stories begin like a typical booking; otherwise few would get far. */
const paysDeposit: Fact[] = [
  { kind: "sign" },
  { kind: "checkout", purpose: "deposit", amount: undefined },
  { kind: "payment", pick: 0, says: "succeeded" },
];
const confirmed: Fact[] = [...paysDeposit, { kind: "confirm" }];
const paysBalance: Fact = { kind: "checkout", purpose: "due", amount: undefined };
const paysPart: Fact = { kind: "checkout", purpose: "due", amount: 300_000 };
const paysIt: Fact = { kind: "payment", pick: 0, says: "succeeded" };
const openings: Fact[][] = [
  [],
  paysDeposit,
  confirmed,
  [...confirmed, paysBalance],
  [...confirmed, { kind: "fall_due" }, paysPart, { kind: "end", by: "client" }],
  [...confirmed, paysPart, { kind: "payment", pick: 0, says: "failed" }, paysBalance],
  [...confirmed, { kind: "fall_due" }, { kind: "admit" }, { kind: "complete" }],
  [...confirmed, { kind: "admit" }, { kind: "complete" }, { kind: "waive", pick: 0 }],
  [...confirmed, paysPart, paysIt, { kind: "waive", pick: 0 }, { kind: "admit" }, { kind: "complete" }],
  [...confirmed, paysPart, paysIt, paysPart, paysIt, { kind: "end", by: "operator" }],
  [...confirmed, { kind: "is_late" }, paysBalance, paysIt, { kind: "is_late" }],
  [...confirmed, paysBalance, paysIt, paysBalance, paysIt, { kind: "waive", pick: 0 }, { kind: "waive", pick: 1 }],
  [...paysDeposit.slice(0, 2), { kind: "wait", minutes: 60 }, { kind: "lapse" }],
];
export const allStories = fc
  .tuple(stories, fc.constantFrom(...openings))
  .map(([{ plan, told }, opening]) => ({ plan, told: [...opening, ...told] }));
