import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { supportedCurrencies } from "../money/index.ts";
import { Life } from "../testing/life.ts";
import { cohort, held, program } from "../testing/retreat.ts";
import { addDays } from "../time/index.ts";
import {
  type Attempt,
  type Booking,
  bookingStatuses,
  cancellationPreview,
  type Ending,
  endBooking,
  mayCancel,
  policyOn,
  refundAtEnding,
} from "./index.ts";

const ends: Ending["by"][] = ["client", "operator", "clearance_deadline", "not_cleared", "no_show", "turned_away"];
const rules = fc.record({
  refundPercent: fc.integer({ min: 0, max: 100 }),
  administrationFee: fc.integer({ min: 0, max: 100_000 }),
});
const amounts = fc.integer({ min: 0, max: 3_000_000 });
const anyCurrency = fc.constantFrom(...supportedCurrencies);

/** A confirmed booking with its deposit and part of its balance paid. */
const paidSome = () => new Life(held()).sign().pay("deposit").confirm().pay("due", { dueId: "due_1", amount: 600_000 });

describe("the policy", () => {
  const booking = held();
  test.each([
    [61, 100],
    [60, 100],
    [59, 50],
    [30, 50],
    [29, 0],
    [1, 0],
    [0, 0],
    [-3, 0],
  ])("%i days before the start refunds %i %%", (days, percent) => {
    expect(policyOn(booking, addDays("2027-03-08", -days)).refundPercent).toBe(percent);
  });

  test("refunds nothing from the first day on, even where its last tier would", () => {
    const cancellation = { administrationFee: 0, tiers: [{ daysBefore: 0, refundPercent: 40 }] };
    const generous = held("full", { program: program({ cancellation }) });

    expect(policyOn(generous, "2027-03-07").refundPercent).toBe(40);
    expect(policyOn(generous, "2027-03-08").refundPercent).toBe(0);
  });

  test("counts calendar days in the cohort's time zone", () => {
    const far = cohort({ timeZone: "Pacific/Apia" });
    const life = new Life(held("deposit_and_balance", { cohort: far, now: "2027-01-07T10:59:00Z" })).sign();
    life.pay("deposit");

    // 23:59 in the cohort's time zone, 60 days before; a minute later is the next day.
    const before = endBooking(life.booking, "client", { refundId: "r", requestedBy: "s" }, life.now);
    const after = endBooking(life.booking, "client", { refundId: "r", requestedBy: "s" }, "2027-01-07T11:00:00Z");

    expect(before).toMatchObject({ booking: { ending: { on: "2027-01-07", refundPercent: 100 } } });
    expect(after).toMatchObject({ booking: { ending: { on: "2027-01-08", refundPercent: 50 } } });
  });
});

describe("the reason of an ending", () => {
  test("stays on the booking: no event, entry or refund contains it (I8)", () => {
    const life = new Life(held()).sign().pay("deposit");
    const request = { refundId: "ref_1", requestedBy: "sub_client", reason: "My nerves again" };

    const ended = endBooking(life.booking, "client", request, life.now);

    expect(ended).toMatchObject({ booking: { ending: { reason: "My nerves again" } }, refund: { amount: 200_000 } });
    expect(JSON.stringify({ ...ended, booking: null })).not.toContain("nerves");
  });

  test("is null if no reason was given", () => {
    const life = new Life(held()).sign().pay("deposit");
    life.end("not_cleared");

    expect(life.booking.ending?.reason).toBeNull();
  });
});

describe("the refund of an ending", () => {
  test.each([
    [250_000, 100, 50_000, 200_000],
    [250_000, 50, 50_000, 75_000],
    [250_000, 0, 50_000, 0],
    [40_000, 100, 50_000, 0],
    [333, 50, 0, 167],
    [0, 100, 50_000, 0],
  ])("of %i at %i %% less a fee of %i is %i", (paid, refundPercent, administrationFee, refund) => {
    const rule = { refundPercent, administrationFee };
    expect(refundAtEnding(rule, paid, "usd")).toEqual({ refund, kept: paid - refund });
  });

  test.each([
    ["bhd", 1_010, 50, 510],
    ["bhd", 1_230, 33, 410],
    ["isk", 250_100, 50, 125_100],
    ["ugx", 250_100, 1, 2_500],
    ["jpy", 333, 50, 167],
  ] as const)("in %s, of %i at %i %%, is %i: half a step goes up", (currency, paid, refundPercent, refund) => {
    const ended = refundAtEnding({ refundPercent, administrationFee: 0 }, paid, currency);

    expect(ended).toEqual({ refund, kept: paid - refund });
  });

  test("is never more than was paid, even if the amount is not a multiple of the step", () => {
    expect(refundAtEnding({ refundPercent: 100, administrationFee: 0 }, 250_150, "isk")).toEqual({
      refund: 250_150,
      kept: 0,
    });
  });

  test("and the kept amount add up to what was paid, and both are between zero and that", () => {
    fc.assert(
      fc.property(rules, amounts, anyCurrency, (rule, paid, currency) => {
        const { refund, kept } = refundAtEnding(rule, paid, currency);
        expect(refund + kept).toBe(paid);
        expect(refund >= 0 && kept >= 0 && refund <= paid).toBe(true);
      }),
    );
  });

  test("never reduces the kept amount when more is paid, so that a later payment is not charged back", () => {
    fc.assert(
      fc.property(rules, amounts, amounts, (rule, paid, more) => {
        const keptNow = refundAtEnding(rule, paid + more, "usd").kept - refundAtEnding(rule, paid, "usd").kept;
        expect(keptNow >= 0 && keptNow <= more).toBe(true);
      }),
    );
  });
});

describe("a booking that ends early", () => {
  test.each([
    ["client", "cancelled", 375_000],
    ["operator", "cancelled", 850_000],
    ["no_show", "cancelled", 0],
    ["turned_away", "declined", 850_000],
  ] as const)("by %s is %s, and %i of 850,000 go back", (by, status, refund) => {
    const life = paidSome().at("2027-01-20T17:00:00Z");

    life.end(by);

    expect(life.booking).toMatchObject({ status, refunded: refund, deferred: 0 });
    expect(life.booking.ending).toMatchObject({ by, netPaid: 850_000, kept: 850_000 - refund });
    expect(life.booking.dues.map(({ status }) => status)).toEqual(["paid", "cancelled"]);
  });

  test.each([
    ["clearance_deadline", "cancelled"],
    ["not_cleared", "declined"],
  ] as const)("by %s is %s, and everything goes back, without a fee", (by, status) => {
    const life = new Life(held()).sign().pay("deposit").at("2027-02-23T07:00:00Z");

    life.end(by);

    expect(life.booking).toMatchObject({ status, refunded: 250_000, deferred: 0, dueAt: null });
  });

  test("refunds the newest charge first", () => {
    const life = paidSome();

    life.end("operator");
    life.spread();

    const [first, second] = life.charges;
    expect(life.refunds[0]?.parts.map(({ chargeId, amount }) => [chargeId, amount])).toEqual([
      [second?.id, 600_000],
      [first?.id, 250_000],
    ]);
    expect(life.charges.every(({ refundable }) => refundable === 0)).toBe(true);
  });

  test("reverses what was billed and never paid", () => {
    const life = paidSome().at("2027-02-06T07:00:00Z");
    life.fallDue();

    life.end("operator");

    expect(life.journal.find(({ reference }) => reference === "unpaid-reversed:bkg_1")?.postings).toMatchObject([
      { account: "deferred_revenue", debit: 1_000_000 },
      { account: "receivable", credit: 1_000_000 },
    ]);
    expect(life.booking.dues[1]).toMatchObject({ status: "cancelled", paid: 600_000, billed: 600_000 });
  });

  test("without a payment owes nothing and posts nothing", () => {
    const life = new Life(held());

    life.end("client");

    expect(life.booking).toMatchObject({ status: "cancelled", holdExpiresAt: null });
    expect([life.refunds, life.journal]).toEqual([[], []]);
  });

  test("ends once: a second ending is refused", () => {
    const life = paidSome();
    life.end("operator");

    expect(ends.map((by) => life.end(by))).toEqual(ends.map(() => false));
  });

  test("cannot be cancelled after the participant was admitted", () => {
    const life = paidSome().at("2027-03-08T17:00:00Z").admit();

    expect(life.end("client")).toBe(false);
    expect(life.end("operator")).toBe(false);
  });

  test("can be ended only by its admission once that is recorded", () => {
    const { booking } = paidSome().at("2027-03-08T17:00:00Z").admit();
    const end = (by: Ending["by"]) =>
      endBooking(booking, by, { refundId: "r", requestedBy: "s" }, "2027-03-08T18:00:00Z");

    expect(end("client")).toEqual({ ok: false, reason: "invalid_transition" });
    expect([end("no_show").ok, end("turned_away").ok]).toEqual([true, true]);
  });

  test("splits what was paid to the cent, for every ending at every time", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ends),
        fc.integer({ min: 0, max: 70 }),
        fc.option(fc.integer({ min: 10_000, max: 1_500_000 }), { nil: null }),
        fc.boolean(),
        (by, days, part, confirmed) => {
          const life = new Life(held()).sign().pay("deposit");
          if (part !== null) life.pay("due", { dueId: "due_1", amount: part });
          if (confirmed) life.confirm();
          life.at(`${addDays("2027-01-04", days)}T17:00:00Z`);
          const captured = life.booking.paid;
          if (!life.end(by)) return;
          const { kept = 0 } = life.booking.ending ?? {};
          expect(life.booking.refunded + kept).toBe(captured);
          expect(life.booking.refunded >= 0 && kept >= 0).toBe(true);
          expect(life.charges.every(({ refundable }) => refundable >= 0)).toBe(true);
          expect(life.booking.deferred).toBe(0);
        },
      ),
    );
  });

  test("settles a payment in flight as if it had arrived before the ending", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Ending["by"]>("client", "operator", "no_show"),
        fc.integer({ min: 0, max: 62 }),
        fc.integer({ min: 10_000, max: 1_500_000 }),
        (by, days, amount) => {
          const [atOnce, inTwoSteps] = [true, false].map((before) => {
            const life = new Life(held()).sign().pay("deposit").confirm();
            const attempt = life.checkout("due", { dueId: "due_1", amount }) as Attempt;
            life.at(`${addDays("2027-01-04", days)}T17:00:00Z`);
            if (before) life.settle(attempt.id, life.paymentOf(attempt.id));
            life.end(by);
            if (!before) life.settle(attempt.id, life.paymentOf(attempt.id));
            const { paid, refunded, deferred, ending } = life.booking;
            return { paid, refunded, deferred, ending: { ...ending, refundId: "ref" } };
          });
          expect(inTwoSteps).toEqual(atOnce);
        },
      ),
    );
  });
});

describe("the preview of a cancellation", () => {
  const preview = (booking: Booking, today: string) => cancellationPreview(booking, "client", today);

  test("shows today's refund, and the next tier's with its first day", () => {
    const { booking } = paidSome();

    expect(preview(booking, "2027-01-07")).toMatchObject({
      today: { refundPercent: 100, netPaid: 850_000, refund: 800_000, kept: 50_000 },
      next: { on: "2027-01-08", refundPercent: 50, refund: 375_000 },
    });
    expect(preview(booking, "2027-01-20").next).toMatchObject({ on: "2027-02-07", refundPercent: 0, refund: 0 });
  });

  test("by the operator refunds everything on any day", () => {
    const { booking } = paidSome();

    for (const day of ["2027-01-07", "2027-02-20"]) {
      const { today, next } = cancellationPreview(booking, "operator", day);
      expect(today).toMatchObject({ refundPercent: 100, administrationFee: 0, refund: 850_000, kept: 0 });
      expect(next).toBeNull();
    }
  });

  test("has no next tier from the first day on", () => {
    expect(preview(paidSome().booking, "2027-03-08")).toMatchObject({ today: { refund: 0 }, next: null });
  });

  test("matches what the cancellation then does, on every day", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70 }), (days) => {
        const on = addDays("2027-01-04", days);
        const life = paidSome().at(`${on}T17:00:00Z`);
        const { today } = preview(life.booking, on);
        life.end("client");
        expect(life.booking.refunded).toBe(today.refund);
        expect(life.booking.ending?.kept).toBe(today.kept);
      }),
    );
  });
});

describe("a cancellation", () => {
  test("is possible while the booking is live and no admission is recorded", () => {
    const { booking } = paidSome();

    expect(bookingStatuses.filter((status) => mayCancel({ ...booking, status }))).toEqual([
      "held",
      "awaiting_clearance",
      "confirmed",
    ]);
    expect(mayCancel(paidSome().at("2027-03-08T17:00:00Z").admit().booking)).toBe(false);
  });
});
